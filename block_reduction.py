"""Large arrays made small: one number for each block of cells. NumPy only, for every room.

It stands beside the rooms because two of them need it and must not know each other: `layers`
reduces weights as it reads them in a worker, `figures` reduces what is still too large to draw.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

REDUCTIONS = ("mean", "extreme", "min", "max")
"""Ways to make one number of a block. ``extreme`` takes the one of largest magnitude."""


def block_size(shape: tuple[int, int], limits: tuple[int, int]) -> tuple[int, int]:
    """Return the smallest blocks, as (rows, columns), that leave at most ``limits`` of them.

    >>> block_size((300, 10), (256, 256)), block_size((0, 513), (256, 256))
    ((2, 1), (1, 3))
    """
    rows, columns = (max(1, -(-n // limit)) for n, limit in zip(shape, limits, strict=True))
    return rows, columns


def reduce_blocks(
    values: np.ndarray, block: tuple[int, int], reductions: Iterable[str] = REDUCTIONS
) -> dict[str, np.ndarray]:
    """Reduce each block of the last two axes to one number.

    Args:
        values: (…, rows, columns) of any real dtype.
        block: (rows, columns) of a block.
        reductions: which of ``REDUCTIONS``.

    Returns:
        By reduction, float32 of shape (…, ⌈rows / block rows⌉, ⌈columns / block columns⌉). Blocks
        at the far edges may be smaller. NaN are left out; a block of nothing else is NaN. Sums are
        made in float64; what float32 cannot hold becomes an infinity.
    """
    *outer, rows, columns = values.shape
    dtype = "float64" if values.dtype == "float64" else "float32"
    height, width = -(-rows // block[0]), -(-columns // block[1])
    padded_shape = (*outer, height * block[0], width * block[1])
    if padded_shape == values.shape:
        padded = values.astype(dtype, copy=False)
    else:
        padded = np.full(padded_shape, np.nan, dtype)
        padded[..., :rows, :columns] = values
    blocks = padded.reshape(*outer, height, block[0], width, block[1])
    wanted = set(reductions)
    made = {}
    with np.errstate(all="ignore"):
        if wanted & {"extreme", "min", "max"}:
            # Along the rows first, then the columns: each is one pass through memory. fmin and
            # fmax leave NaN out, and do not warn where a block is all NaN.
            low = np.fmin.reduce(np.fmin.reduce(blocks, axis=-3), axis=-1)
            high = np.fmax.reduce(np.fmax.reduce(blocks, axis=-3), axis=-1)
            made = {
                "extreme": np.where(np.abs(low) > np.abs(high), low, high),
                "min": low,
                "max": high,
            }
        if "mean" in wanted:
            missing = np.isnan(blocks)
            count: np.ndarray | int = block[0] * block[1]
            if missing.any():
                count = count - missing.sum(axis=(-3, -1))
                blocks = np.where(missing, 0, blocks)
            made["mean"] = blocks.sum(axis=-3, dtype="float64").sum(axis=-1) / count
        return {name: made[name].astype("float32") for name in REDUCTIONS if name in wanted}
