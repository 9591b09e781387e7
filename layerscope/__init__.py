"""Layerscope outside of the app: pictures by command, in documentation, and in notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from layerscope.notebook import Shown

__all__ = ["show"]


def show(layer: Any, *inputs: Any, **options: Any) -> Shown:
    """Show a layer or a model in a notebook; see ``layerscope.notebook.show``."""
    from layerscope.notebook import show as shown

    return shown(layer, *inputs, **options)
