"""The registered layers, under their old import path; they live in ``layers.catalog.registry``."""

from layers.catalog.registry import LAYERS, get

__all__ = ["LAYERS", "get"]
