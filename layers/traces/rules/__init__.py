"""Rewriting rules, from the spelling of TensorFlow to that of a textbook."""
