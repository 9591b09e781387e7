"""Blocks as files: SVG, PNG and PDF of what the app shows. Plain data in, bytes out."""
