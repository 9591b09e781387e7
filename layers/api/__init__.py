"""What pages ask the workers for. TensorFlow is imported inside the functions only."""
