"""Keras's own layers: one table, in files by family. ``line.py`` says what a line may say."""
