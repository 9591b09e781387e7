"""What stands beside the picture: counts, the table of weights, invariants, all tensors."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from figures.words import format_shape, number
from layers.api.explore import Exploration
from layers.inputs.description import Description
from layers.traces.summary import InvariantResult, WeightRow
from views.blocks import Block, facts, table
from views.explore.link import PREFIX

_HEAD = (
    "Weight",
    "Shape",
    "Type",
    "Trainable",
    "Min",
    "Mean",
    "Max",
    "Std",
    "Zeros",
    "Distinct columns",
)


def agreement(run: Exploration) -> str:
    """Return one sentence on how far the calculation in NumPy agrees with TensorFlow's."""
    difference = run.disagreement
    said = "NumPy check: "
    if difference == 0:
        said += "equal to TensorFlow's result in every digit."
    else:
        said += f"largest difference {number(difference)}"
        if difference < 1e-3 * max(1.0, _magnitude(run.trace.outputs)):
            said += "."
        else:  # NaN is no agreement either
            every = _magnitude([tensor.values for tensor in run.trace.tensors.values()])
            said += f", in numbers up to {number(every)}." if every > 1e4 else "."
            said += " Where numbers are this large or not finite, float32 has run out of digits."
    if unexplained := run.trace.unexplained:
        said += (
            f" Without arithmetic: {', '.join(unexplained)}. Their results are TensorFlow's own, "
            "and the check goes on from there."
        )
    return said


def figures_of(run: Exploration) -> Block:
    """Return the parameter counts, and the invariants with their measured figures."""
    counts = run.parameters
    return facts(
        [
            ("Parameters", f"{counts.total:,}"),
            ("Trainable", f"{counts.trainable:,}"),
            ("Non-trainable", f"{counts.non_trainable:,}"),
        ],
        [_check(invariant) for invariant in run.invariants],
    )


def weights_table(weights: Sequence[WeightRow]) -> Block:
    """Return the table of ``get_weights()``; the last column counts distinct columns."""
    return table("Weights", _HEAD, [_row(row) for row in weights])


def unknown_weights(layer: Description, run: Exploration) -> tuple[str, ...]:
    """Return a sentence if Keras knows no weights of an author's own layer."""
    if not layer.name.startswith(PREFIX) or run.weights:
        return ()
    return (
        "Keras knows no weights here. If your layer is to learn, open the "
        f"[check-up](/checkup?layer={layer.name}): it says why.",
    )


def npz(run: Exploration) -> bytes:
    """Return all tensors of a run as the bytes of an NPZ file."""
    stream = io.BytesIO()
    tensors: dict[str, Any] = {name: t.values for name, t in run.trace.tensors.items()}
    np.savez(stream, **tensors)
    return stream.getvalue()


def _magnitude(arrays: Sequence[np.ndarray]) -> float:
    floating = [values for values in arrays if values.dtype.kind == "f"]
    finite = np.concatenate([np.zeros(1), *(values[np.isfinite(values)] for values in floating)])
    return float(np.abs(finite).max())


def _check(invariant: InvariantResult) -> dict[str, str]:
    if invariant.measured is None:
        mark, says, figure = "–", "Not tested", "not tested: this run has no such rows or cells"
    else:
        mark, says = ("✓", "Holds") if invariant.holds else ("✗", "Does not hold")
        figure = f"{invariant.figure} {number(invariant.measured)}"
    return {"mark": mark, "says": says, "sentence": invariant.sentence, "figure": figure}


def _row(row: WeightRow) -> list[str]:
    return [
        row.name,
        format_shape(row.shape),
        row.dtype,
        "yes" if row.trainable else "no",
        *map(number, (row.minimum, row.mean, row.maximum, row.deviation)),
        f"{100 * row.zeros:.0f} %",
        f"{row.distinct_columns:,}",
    ]
