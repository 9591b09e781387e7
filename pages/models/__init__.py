"""Models: look into a whole network, the post's or a file of your own."""
