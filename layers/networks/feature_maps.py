"""What one layer of a network makes of one input, as the pages take it. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from layers.arithmetic import Arithmetic
from layers.spans import Block, Shape
from layers.trace import Step

AXES = {4: ("batch", "y", "x", "channel"), 3: ("batch", "step", "feature"), 2: ("batch", "unit")}
"""The words of a tensor's axes, by their number."""


@dataclass(frozen=True, kw_only=True)
class Maps:
    """A tensor of a batch of one, as pictures.

    Attributes:
        values: (channels, height, width); of a tensor without height and width (1, rows, features),
            and (1, 1, length) where one axis alone is longer than 1.
        shape: of the whole tensor, without the batch.
        block: (rows, columns) of cells that were averaged; (1, 1) where every cell is there.
    """

    values: np.ndarray
    shape: tuple[int, ...]
    block: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Window:
    """How one cell of a layer's output came to be.

    Attributes:
        block: where in the layer's input it looked, cut at the edges; batch first.
        shape: (height, width, channels) of the numbers that it took, padding included.
        worked: its arithmetic, and before it that of the sum that a softmax weighed; empty where
            that is too long to be written out.
    """

    block: Block
    shape: tuple[int, int, int]
    worked: tuple[Arithmetic, ...]


@dataclass(frozen=True, kw_only=True)
class Activation:
    """What one layer makes of one input.

    Attributes:
        fed: the network's input.
        inputs: the layer's.
        outputs: the layer's.
        cell: the chosen cell, without the batch.
        steps: what the layer does; empty where it is not redone by hand.
        shapes: of the steps' tensors, batch first; ``inputs`` and ``outputs`` among them.
        window: of the chosen cell; None without steps.
        computed: what TensorFlow has in that cell.
        difference: the largest between all cells by hand and TensorFlow's.
    """

    fed: Maps
    inputs: Maps
    outputs: Maps
    cell: tuple[int, ...]
    steps: tuple[Step, ...]
    shapes: Mapping[str, Shape]
    window: Window | None
    computed: float
    difference: float

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays, and about those of the terms."""
        arrays = sum(maps.values.nbytes for maps in (self.fed, self.inputs, self.outputs))
        worked = self.window.worked if self.window else ()
        return arrays + sum(120 * len(each.terms.factors) for each in worked if each.terms)
