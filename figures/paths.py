"""The numbers of one weight over the steps, a line each."""

from __future__ import annotations

import numpy as np

from figures.curve import step_mark, widened
from figures.figure import Figure
from figures.words import number

MOST_LINES = 24
"""Numbers that are drawn; of more, those that moved farthest."""
MOST_POINTS = 200
"""States that are drawn; of more, every so many."""
PICKED = "picked"
"""What the browser reads off a line that is set apart from the others."""


def paths(
    values: np.ndarray,
    *,
    steps: tuple[int, ...],
    name: str,
    at: int,
    last: int,
    picked: tuple[int, ...] | None = None,
    layer: str = "layer",
) -> Figure:
    """Draw how the numbers of a weight move. The browser moves the mark as the steps are walked.

    Args:
        values: (states, *shape), float; what is not finite has no point.
        steps: (states,), ascending.
        name: the weight's.
        at: the step that is marked.
        last: the step at which the axis ends.
        picked: the index of a number that is set apart and always drawn; None for none.
        layer: for the file name.
    """
    rows = np.unique(np.linspace(0, len(steps) - 1, MOST_POINTS).astype(int))
    shape = values.shape[1:]
    flat = values.reshape(len(values), -1)
    with np.errstate(all="ignore"):
        moved = np.nan_to_num(np.abs(flat - flat[0]).max(axis=0), nan=np.inf)
    places = [int(place) for place in np.argsort(-moved)[:MOST_LINES]]
    if picked is not None:
        own = int(np.ravel_multi_index(picked, shape)) if shape else 0
        places = [*(place for place in places if place != own), own]  # drawn last: on top
    chosen = [tuple(int(i) for i in np.unravel_index(place, shape)) for place in places]
    drawn = flat[rows][:, places]
    finite = drawn[np.isfinite(drawn)]
    ends = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    lines = [
        _line(drawn[:, k], [steps[row] for row in rows], _cell(name, index), index == picked)
        for k, index in enumerate(chosen)
    ]
    count = moved.size
    said = [
        f"all {count}" if len(chosen) == count > 1 else "",
        f"{len(chosen)} of {count:,}: those that moved farthest" if len(chosen) < count else "",
        f"{number(ends[0])} to {number(ends[1])}",
        f"pinned: {_cell(name, picked)}" if picked is not None else "",
        f"{len(rows)} of {len(steps):,} states" if len(rows) < len(steps) else "",
    ]
    return Figure(
        name=f"path/{name}",
        spec={
            "data": lines,
            "layout": {
                "xaxis": {"title": {"text": "step"}, "range": widened(0, last)},
                "yaxis": {"title": {"text": name}, "type": "linear", "range": widened(*ends)},
                "shapes": [step_mark(at)],
            },
        },
        alt=_alt(name, values, chosen),
        title=name,
        caption=" · ".join(part for part in said if part),
        file_name=f"{layer}_path_{name.replace('/', '_')}",
    )


def _line(values: np.ndarray, steps: list[int], cell: str, is_picked: bool) -> dict:
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": steps,
        "y": [float(f"{each:.6g}") if np.isfinite(each) else None for each in values],
        "line": {"width": 3 if is_picked else 1.2},
        "hovertemplate": f"step %{{x}}: {cell} %{{y:.6g}}<extra></extra>",
    }
    return line | ({"meta": PICKED} if is_picked else {})


def _cell(name: str, index: tuple[int, ...]) -> str:
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def _alt(name: str, values: np.ndarray, chosen: list[tuple[int, ...]]) -> str:
    ends = [
        f"{_cell(name, index)} from {number(float(values[(0, *index)]))} to "
        f"{number(float(values[(-1, *index)]))}"
        for index in chosen[:6]
    ]
    more = f", and {len(chosen) - len(ends)} more" if len(chosen) > len(ends) else ""
    return f"Curves of {name} over the steps: {'; '.join(ends)}{more}"
