"""Building a layer for its input, before it is called."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from layers.catalog.spec import LayerSpec


def build(spec: LayerSpec, layer: Any, shape: tuple[int, ...]) -> None:
    """Build a layer for an input's shape, unless it is."""
    if layer.built:
        return
    if not spec.module:
        layer.build(shape)
        return
    # An author's layer may leave the layers inside to be built by its call; a symbolic one changes
    # no state, and where it cannot be, a call on zeros is what is left.
    try:
        layer(keras.KerasTensor(shape, "float32"))
    except Exception:  # noqa: BLE001 (an author's code may raise anything; the next call tells it)
        layer(np.zeros(shape, "float32"))
