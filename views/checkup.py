"""A layer in training as blocks: its variables, their gradients, ten steps, and a saved file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from figures.figure import Figure
from figures.heatmap import heatmap
from figures.view import symmetric_limit
from figures.words import format_shape, number
from layers.checkup.evidence import Evidence
from views.blocks import Block, color_range, facts, row, table, text

NUMBERS = 40
"""Trainable numbers whose changes are drawn."""


def shared_limits(both: Sequence[Evidence]) -> dict[str, float]:
    """Return one colour range a kind of picture, for both sides."""
    outputs = [a for e in both for a in (e.before, e.after) if a is not None]
    return {
        "change": symmetric_limit([e.changes[:, :NUMBERS] for e in both]),
        "output": symmetric_limit(outputs),
        **{f"gradient {place}": limit for place, limit in enumerate(_gradient_limits(both))},
    }


def _gradient_limits(both: Sequence[Evidence]) -> list[float]:
    """Return one colour range a variable: a bias and a kernel often differ much."""
    count = max(len(evidence.variables) for evidence in both)
    at = [[e.variables[i].gradient for e in both if i < len(e.variables)] for i in range(count)]
    return [symmetric_limit([g for g in some if g is not None]) for some in at]


def training_blocks(kind: str, evidence: Evidence, limits: dict[str, float]) -> list[Block]:
    """Return all blocks of one side.

    Args:
        kind: ``posted``, ``repaired`` or ``own``; it begins the names of the pictures.
        evidence: what was measured of the layer.
        limits: the colour ranges, from ``shared_limits``.
    """
    return [
        _facts(evidence),
        _variables(evidence),
        *_gradients(kind, evidence, limits),
        *_steps(kind, evidence, limits["change"]),
        *_reload(kind, evidence, limits["output"]),
    ]


def _facts(evidence: Evidence) -> Block:
    trainable = [v for v in evidence.variables if v.trainable]
    known = sum(1 for v in evidence.variables if v.known)
    largest_change = float(np.abs(evidence.changes).max(initial=0.0))
    loss = " → ".join(number(evidence.losses[place]) for place in (0, -1))
    checks = [
        _check(
            known == len(evidence.variables),
            "Keras knows every variable.",
            f"{known} of {len(evidence.variables)}",
        ),
        _check(
            largest_change > 0 if trainable else None,
            "Ten steps change its trainable numbers.",
            f"by up to {number(largest_change)}; loss {loss}"
            if trainable
            else "none are trainable",
        ),
        _check(
            not evidence.reload,
            "Its saved model loads.",
            evidence.reload[:140] or "without an error",
        ),
        _check(
            None if evidence.reload_difference is None else evidence.reload_difference == 0,
            "The loaded model has the same outputs.",
            "not compared"
            if evidence.reload_difference is None
            else f"largest difference {number(evidence.reload_difference)}",
        ),
    ]
    counts = [
        ("Weights Keras knows", str(known)),
        ("Parameters Keras counts", f"{evidence.parameters:,}"),
    ]
    return facts(counts, checks)


def _check(passed: bool | None, sentence: str, figure: str) -> dict[str, str]:
    mark, says = {True: ("✓", "Yes"), False: ("✗", "No"), None: ("–", "Not measured")}[passed]
    return {"mark": mark, "says": says, "sentence": sentence, "figure": figure}


def _variables(evidence: Evidence) -> Block:
    rows = [
        [
            v.name,
            format_shape(v.values.shape),
            "yes" if v.known else "no",
            "yes" if v.trainable else "no",
            "None" if v.gradient is None else number(float(np.abs(v.gradient).max(initial=0))),
        ]
        for v in evidence.variables
    ]
    return table("Variables", ("Variable", "Shape", "Known", "Trainable", "Largest gradient"), rows)


def _gradients(kind: str, evidence: Evidence, limits: dict[str, float]) -> list[Block]:
    drawn, ranges = [], []
    for place, variable in enumerate(evidence.variables):
        if variable.gradient is not None:
            limit = limits[f"gradient {place}"]
            name = f"{kind} gradient of {variable.name}"
            drawn.append(_picture(name, variable.gradient, limit, kind))
            ranges.append(color_range(variable.name, limit))
    without = [v.name for v in evidence.variables if v.gradient is None and v.trainable]
    blocks = []
    if without:
        blocks.append(text(f"Gradient of {', '.join(without)}: None."))
    if drawn:
        blocks += [text("Gradients of the first step:"), row(drawn, ranges)]
    return blocks


def _steps(kind: str, evidence: Evidence, limit: float) -> list[Block]:
    changes = evidence.changes[:, :NUMBERS]
    if not changes.shape[1]:
        return []
    if not any(v.trainable for v in evidence.variables):
        return [text("No variable is trainable: ten steps change nothing.")]
    which = (
        f", the first {NUMBERS} of {evidence.changes.shape[1]:,}"
        if (evidence.changes.shape[1] > NUMBERS)
        else ""
    )
    figure = heatmap(
        changes,
        name=f"{kind} change of weights",
        axes=("step", "number"),
        limit=limit,
        layer=kind,
    )
    return [
        text(f"Change of each number since the start, step by step{which}:"),
        row([figure], [color_range("Colour scale", limit)]),
    ]


def _reload(kind: str, evidence: Evidence, limit: float) -> list[Block]:
    figures = [_picture(f"{kind} outputs saved", evidence.before, limit, kind)]
    if evidence.after is not None:
        name = f"{kind} outputs loaded"
        figures.append(_picture(name, evidence.after, limit, kind))
    caption = (
        "The model did not load. A new one was given the saved weights:"
        if evidence.reload
        else "Outputs of the trained model and of the loaded one, for the same input:"
    )
    return [text(caption), row(figures, [color_range("Colour scale", limit)])]


def _picture(name: str, values: np.ndarray, limit: float, kind: str) -> Figure:
    words = (*(f"axis {axis}" for axis in range(values.ndim - 2)), "row", "column")
    return heatmap(
        values, name=name, axes=words[len(words) - values.ndim :], limit=limit, layer=kind
    )
