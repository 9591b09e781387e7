"""What is trained and on what, as a link says it: plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.inputs.cells import Edit

if TYPE_CHECKING:
    from layers.api.explore import OwnModule


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is trained, as a link says it; see ``layers.api.explore.explore``.

    Attributes:
        name: the layer's, or ``small_cnn``.
        values: its fields.
        batch: rows; None for the layer's default.
        seed: of the weights, of random draws and of the inputs.
        source: what the first input is fed: a name or an array.
        constant: the number for ``source="constant"``.
        others: what the other inputs are fed, by their names.
        edits: numbers put into cells before the training.
        own: the module that an author's layer is in.
        targets: a name in ``layers.training.targets.TARGETS``, or an array of the output's shape.
    """

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    batch: int | None = None
    seed: int = 0
    source: str | np.ndarray = "normal"
    constant: float = 1.0
    others: Mapping[str, str | np.ndarray] = field(default_factory=dict)
    edits: tuple[Edit, ...] = ()
    own: OwnModule | None = None
    targets: str | np.ndarray = "random"
