"""Visitors without browsers: how many people one server can answer, and how fast."""
