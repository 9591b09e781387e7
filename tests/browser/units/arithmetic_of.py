"""Pages' data and Python's own sentences of their cells, as JSON: TensorFlow stays in this process.

``python -m tests.browser.units.arithmetic_of LINK …`` prints, by link, ``{"page", "said"}``.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

from layers.inputs.cells import Cell
from layers.operations import explain, named
from layerscope.run import run
from views.explore.cells import EDITS, pin
from views.explore.whole import whole

MOST = 60
"""Cells of one tensor that are compared."""


def arithmetic_of(link: str) -> dict[str, Any]:
    """Return a link's page, and what Python says of cells: place, sentence, bars, names."""
    made = run(link)
    trace = made.source.trace
    page = whole(made.source, made.read).page
    said = {}
    drawn = {each["figure"]["name"] for each in page["figures"]}
    for name in sorted(drawn & set(page["numbers"])):
        size = trace[name].size
        for flat in np.unique(np.linspace(0, size - 1, min(size, MOST)).astype(int)):
            index = np.unravel_index(flat, trace[name].shape)
            cell = Cell(name, tuple(int(at) for at in index))
            pinned = pin(trace, cell, made.read(EDITS))
            bars = pinned["figure"]["spec"]["data"][0]["y"] if "figure" in pinned else None
            names = named(explain(trace, name, cell.index))
            names = f"= {names}" if names else ""
            said[str(cell)] = [pinned["where"], pinned["sentence"], bars, names]
    return {"page": page, "said": said}


if __name__ == "__main__":
    print(json.dumps({link: arithmetic_of(link) for link in sys.argv[1:]}))
