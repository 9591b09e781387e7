"""The check-up: why a custom layer does not train, save or load, and the lines to write instead."""
