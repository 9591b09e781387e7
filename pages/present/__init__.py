"""One presenter: rooms that are followed by a code, and what a follower's page shows."""
