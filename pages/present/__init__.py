"""One presenter: rooms that are followed by a code, and their routes."""
