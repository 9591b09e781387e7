"""Recorded runs: the graph, its simplification, its names. NumPy only; no TensorFlow."""
