"""One run of a layer: built, edited, called, and written out as code."""
