"""Check-up: what is wrong with a layer, and the fix."""
