"""Training with TensorFlow: Keras's own losses and optimizers in a plain loop."""
