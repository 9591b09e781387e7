"""Runs to lay out, computed in this very process."""

from __future__ import annotations

from typing import Any

import numpy as np

from layers.api import explore as explore_api
from layers.inputs.cells import Edit


def explored(
    name: str,
    values: dict[str, Any] | None = None,
    *,
    seed: int = 0,
    source: str | np.ndarray = "example",
    constant: float = 1.0,
    edits: tuple[Edit, ...] = (),
) -> explore_api.Exploration:
    """Run a layer as the page's workers do."""
    return explore_api.explore(
        name,
        values or {},
        batch=None,
        seed=seed,
        source=source,
        constant=constant,
        edits=edits,
    )
