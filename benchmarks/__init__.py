"""How fast the Explore page is, against the naive form of the same page."""
