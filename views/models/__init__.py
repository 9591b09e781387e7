"""A whole network as blocks: its weights, activations, histograms and comparisons."""
