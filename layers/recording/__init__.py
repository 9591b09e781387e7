"""Runs a layer and keeps every operation that TensorFlow runs for it."""
