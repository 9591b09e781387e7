"""A history as files."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import numpy as np

from layers.training.history import History


def npz(
    history: History,
    targets: np.ndarray | None = None,
    inputs: Mapping[str, np.ndarray] | None = None,
) -> bytes:
    """Return every array of a history as the bytes of an ``.npz`` file.

    Its arrays: ``losses`` (losses,), ``steps`` (kept states,), and by their paths ``weights/…``
    and ``slots/…`` (kept states, …) and ``gradients/…`` (losses, …); ``targets`` and
    ``inputs/…`` where given.
    """
    arrays = {"losses": history.losses, "steps": np.array(history.kept)}
    if targets is not None:
        arrays["targets"] = targets
    arrays |= {f"inputs/{name}": array for name, array in (inputs or {}).items()}
    for kind in ("weights", "slots", "gradients"):
        arrays |= {f"{kind}/{name}": array for name, array in getattr(history, kind).items()}
    with io.BytesIO() as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
        return file.getvalue()


def csv_of(history: History, most: int = 200) -> bytes:
    """Return the losses, and the weights of the kept states, as the bytes of a ``.csv`` file.

    One line a state; a column ``kernel[0 2]`` for each cell of each weight that training moves,
    up to ``most`` cells; the cells of a state that is not kept are empty.
    """
    moved = {n: array for n, array in history.weights.items() if n not in history.fixed}
    cells = [(name, at) for name, array in moved.items() for at in np.ndindex(array.shape[1:])]
    cells = cells[:most]
    rows = {step: row for row, step in enumerate(history.kept)}
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    heads = [f"{name}[{' '.join(map(str, at))}]" if at else name for name, at in cells]
    writer.writerow(["step", "loss", *heads])
    for step in range(max(len(history.losses), history.steps + 1)):
        loss = repr(float(history.losses[step])) if step < len(history.losses) else ""
        row = rows.get(step)
        numbers = [
            "" if row is None else str(history.weights[name][(row, *at)]) for name, at in cells
        ]
        writer.writerow([step, loss, *numbers])
    return text.getvalue().encode()
