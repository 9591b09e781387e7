"""Translations of operations of TensorFlow, by family."""
