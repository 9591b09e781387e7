"""Commands for those who work on Layerscope."""
