"""A layer at work as pictures: its variables, their gradients, ten steps, before and after."""

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
"""Trainable numbers whose way is drawn; the rest go the same way."""


def shared_limits(both: Sequence[Evidence]) -> dict[str, float]:
    """Return one colour range a kind of picture, for both sides."""
    outputs = [a for e in both for a in (e.before, e.after) if a is not None]
    return {
        "change": symmetric_limit([e.changes[:, :NUMBERS] for e in both]),
        "output": symmetric_limit(outputs),
        **{f"gradient {place}": limit for place, limit in enumerate(_gradient_limits(both))},
    }


def _gradient_limits(both: Sequence[Evidence]) -> list[float]:
    """Return one colour range a variable: a bias and a kernel are often far apart."""
    count = max(len(evidence.variables) for evidence in both)
    at = [[e.variables[i].gradient for e in both if i < len(e.variables)] for i in range(count)]
    return [symmetric_limit([g for g in some if g is not None]) for some in at]


def work(kind: str, evidence: Evidence, limits: dict[str, float]) -> list[Block]:
    """Return all blocks of one side."""
    return [
        _figures(evidence),
        _variables(evidence),
        *_gradients(kind, evidence, limits),
        *_steps(kind, evidence, limits["change"]),
        *_reload(kind, evidence, limits["output"]),
    ]


def _figures(evidence: Evidence) -> Block:
    trainable = [v for v in evidence.variables if v.trainable]
    known = sum(1 for v in evidence.variables if v.known)
    moved = float(np.abs(evidence.changes).max(initial=0.0))
    loss = " → ".join(number(evidence.losses[place]) for place in (0, -1))
    checks = [
        _check(
            known == len(evidence.variables),
            "Keras knows every variable.",
            f"{known} of {len(evidence.variables)}",
        ),
        _check(
            moved > 0 if trainable else None,
            "Ten steps move its trainable numbers.",
            f"by up to {number(moved)}; loss {loss}" if trainable else "it has none",
        ),
        _check(
            not evidence.reload,
            "Its saved model loads.",
            evidence.reload[:140] or "without an error",
        ),
        _check(
            None if evidence.apart is None else evidence.apart == 0,
            "It comes back with the same outputs.",
            "not to be compared"
            if evidence.apart is None
            else f"largest difference {number(evidence.apart)}",
        ),
    ]
    counts = [
        ("Weights Keras knows", str(known)),
        ("Parameters Keras counts", f"{evidence.parameters:,}"),
    ]
    return facts(counts, checks)


def _check(kept: bool | None, sentence: str, figure: str) -> dict[str, str]:
    mark, says = {True: ("✓", "Yes"), False: ("✗", "No"), None: ("–", "Not measured")}[kept]
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
        return [text("Nothing here is meant to train: ten steps move nothing, on either side.")]
    shown = (
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
        text(f"How far each number is from where it started, step by step{shown}:"),
        row([figure], [color_range("Colours", limit)]),
    ]


def _reload(kind: str, evidence: Evidence, limit: float) -> list[Block]:
    figures = [_picture(f"{kind} outputs saved", evidence.before, limit, kind)]
    if evidence.after is not None:
        name = f"{kind} outputs loaded"
        figures.append(_picture(name, evidence.after, limit, kind))
    how = (
        "The model did not load, so a fresh one was given the saved weights:"
        if evidence.reload
        else "Outputs on one input, of the trained model and of the one that was loaded:"
    )
    return [text(how), row(figures, [color_range("Colours", limit)])]


def _picture(name: str, values: np.ndarray, limit: float, kind: str) -> Figure:
    axes = ("", "row", "column") if values.ndim > 2 else ("row", "column")
    words = ("batch", *axes[1:]) if values.ndim > 2 else axes[2 - values.ndim :]
    return heatmap(values, name=name, axes=words, limit=limit, layer=kind)
