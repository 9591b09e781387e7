"""Whole networks as plain data: the small CNN, feature maps, the comparison of two networks."""
