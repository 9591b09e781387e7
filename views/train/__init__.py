"""One step of a training as blocks: values, gradients, updates, and the loss over all steps."""
