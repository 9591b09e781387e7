"""The lessons: a list of them, the panel above a picture, and what a room answered."""
