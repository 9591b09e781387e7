"""The layers, one file each: the Keras class, then its SPEC. ``registry.py`` lists them."""
