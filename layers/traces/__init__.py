"""What a run leaves behind, as plain arrays. No TensorFlow."""
