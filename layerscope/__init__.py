"""Layerscope outside of the app: pictures by command, and in documentation."""
