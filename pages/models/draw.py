"""A picture drawn by hand, in the size that the network takes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import streamlit as st

from layers.inputs.fields import BadInputError
from pages.shared.component import mount
from pages.shared.session import session, widget_key

MAXIMUM_SIDE = 64
OPEN = 32
"""The side where the network leaves it open."""


def drawn(shape: tuple[int | None, ...]) -> np.ndarray:
    """Show a picture to draw on, and return it: (height, width), from 0 to 1.

    Raises:
        BadInputError: the network takes no picture, or one too large to draw.
    """
    if len(shape) != 4:
        raise BadInputError(
            "Nothing can be drawn for this network: expected one that takes a picture. Received "
            f"one that takes {len(shape) - 1} axes. Choose another input."
        )
    rows, columns = (length or OPEN for length in shape[1:3])
    if max(rows, columns) > MAXIMUM_SIDE:
        raise BadInputError(
            f"Nothing can be drawn for this network: expected at most {MAXIMUM_SIDE} cells a side. "
            f"Received {rows} × {columns}. Upload a picture instead."
        )
    state = session()
    cells = state.drawn_image
    if cells is None or cells.shape != (rows, columns):
        cells = state.drawn_image = np.zeros((rows, columns), "float32")

    def keep(chosen: Any) -> None:
        """Take what the browser sends, if it is a picture of this size."""
        fits = isinstance(chosen, list) and len(chosen) == rows * columns
        if fits and all(isinstance(c, (int, float)) and math.isfinite(c) for c in chosen):
            new = np.clip(np.array(chosen, "float32"), 0, 1)
            state.drawn_image = new.reshape(rows, columns)

    with st.container(key=widget_key("draw_hint")):  # which followers are not shown
        st.caption("Draw with the pointer; by keys, the arrows move and the space bar paints.")
    data = {"rows": rows, "columns": columns, "cells": [round(float(c), 2) for c in cells.flat]}
    mount("draw", data, key="draw", on_chosen=keep)
    return cells
