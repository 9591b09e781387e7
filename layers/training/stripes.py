"""Images of stripes that lie or stand: something that a small CNN can learn to tell apart."""

from __future__ import annotations

import numpy as np


def striped_images(shape: tuple[int, ...], seed: int, noise: float = 0.2) -> np.ndarray:
    """Return images of stripes, each of a direction, a width, a phase and a noise of its own.

    Args:
        shape: (batch, rows, columns, channels).
        seed: of all that is drawn.
        noise: the standard deviation of what is added.

    Returns:
        float32 of ``shape``, about −1 to 1.
    """
    draw = np.random.default_rng(seed)
    batch, rows, columns, _ = shape
    lie = draw.integers(2, size=(batch, 1, 1)).astype(bool)
    width = draw.integers(1, 3, size=(batch, 1, 1))
    phase = draw.integers(4, size=(batch, 1, 1))
    place = np.where(lie, np.arange(rows)[:, None], np.arange(columns)[None, :])
    stripes = 1.0 - 2.0 * ((place + phase) // width % 2)
    return (stripes[..., None] + noise * draw.normal(size=shape)).astype("float32")
