"""Whole networks as plain data: the small CNN, feature maps, two networks compared."""
