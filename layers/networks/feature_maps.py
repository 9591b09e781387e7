"""One layer's inputs and output in a network, as plain data for the pages. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from layers.traces.cells import StepCells

AXES = {4: ("batch", "y", "x", "channel"), 3: ("batch", "step", "feature"), 2: ("batch", "unit")}
"""The names of a tensor's axes, by its rank."""


@dataclass(frozen=True, kw_only=True)
class Maps:
    """A tensor of a batch of one, as pictures.

    Attributes:
        values: (channels, height, width); of a tensor without height and width (1, rows, features),
            and (1, 1, length) where one axis alone is longer than 1.
        shape: of the whole tensor, without the batch.
        block: (rows, columns) of the cells that one value is the mean of; (1, 1) without averaging.
    """

    values: np.ndarray
    shape: tuple[int, ...]
    block: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Cells of one tensor: all combinations of some indices on each axis.

    Attributes:
        tensor: its name in the recording.
        axes: one word an axis.
        indices: on each axis, in order.
    """

    tensor: str
    axes: tuple[str, ...]
    indices: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True)
class CellArithmetic:
    """The arithmetic of one cell.

    Attributes:
        cell: which.
        text: with its numbers and its result; empty where it is too long to be written out.
        terms: how many numbers are in it.
        sources: the cells that it was computed from.
    """

    cell: Cells
    text: str
    terms: int
    sources: tuple[Cells, ...]


@dataclass(frozen=True, kw_only=True)
class Activation:
    """One layer's inputs and output for one input of the network.

    Attributes:
        network_input: the network's first input.
        inputs: the layer's inputs, by name.
        outputs: the layer's first output.
        output_name: its name in the recording.
        cell: the chosen cell of the output, without the batch.
        steps: which cells make which, of the operations from the inputs to the output; empty where
            there are too many.
        shapes: of the steps' tensors, batch first; with the inputs and the output.
        arithmetic: of the chosen cell, after that of the cells that it was computed from.
        window: (height, width, channels) arrays: the ``window`` of the input, the ``filter`` and
            their ``products``, of the last convolution or matrix product; a pooling has no filter.
        computed: TensorFlow's value of the chosen cell; NaN where the output is empty.
        difference: the largest over all cells between NumPy and TensorFlow; NaN where no step has
            known arithmetic.
        unexplained: the operations without known arithmetic.
    """

    network_input: Maps
    inputs: Mapping[str, Maps]
    outputs: Maps
    output_name: str
    cell: tuple[int, ...]
    steps: tuple[StepCells, ...]
    shapes: Mapping[str, tuple[int, ...]]
    arithmetic: tuple[CellArithmetic, ...]
    window: Mapping[str, np.ndarray]
    computed: float
    difference: float
    unexplained: tuple[str, ...]

    @property
    def nbytes(self) -> int:
        """About how many bytes the arrays and the terms take."""
        maps = (self.network_input, *self.inputs.values(), self.outputs)
        arrays = (*(each.values for each in maps), *self.window.values())
        indices = sum(
            len(axis) for one in self.arithmetic for part in one.sources for axis in part.indices
        )
        return sum(array.nbytes for array in arrays) + 40 * indices + 500 * len(self.steps)
