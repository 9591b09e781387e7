"""One layer's run as blocks: the equation, its cells, and what stands beside them."""
