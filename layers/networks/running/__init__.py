"""Networks of stock layers, built and run by TensorFlow."""
