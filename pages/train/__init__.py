"""Train: a layer, what it is to learn, and every step of it."""
