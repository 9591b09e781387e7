"""Reading damaged files, in a process that may be lost to them: HDF5's library is not proof."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from layers.model_files.model import FileSource
from layers.model_files.read import array, index


def read_damaged(good: bytes, folder: str, seed: int) -> None:
    """Damage a few bytes of a file's head, and read all of it; errors as ``read``."""
    draw = np.random.default_rng(seed)
    damaged = bytearray(good)
    for at in draw.integers(0, min(len(damaged), 4096), size=draw.integers(1, 12)):
        damaged[at] = draw.integers(0, 256)
    path = Path(folder) / f"{seed}.model"
    path.write_bytes(damaged)
    source = FileSource(path=str(path), name=path.name, stamp=(0, 0))
    for layer in index(source).layers:
        for weight in layer.weights:
            if not weight.problem:
                with array(source, weight.where) as numbers:
                    numbers.read(tuple(slice(0, length) for length in numbers.shape))
