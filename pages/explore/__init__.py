"""Explore: pick a layer, its dimensions and an input; see it compute."""
