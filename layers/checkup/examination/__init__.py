"""One layer examined by TensorFlow: calls, weights, gradients, files."""
