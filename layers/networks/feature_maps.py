"""One layer's input and output in a network, as plain data for the pages. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from layers.arithmetic import Arithmetic
from layers.spans import Block, Shape
from layers.trace import Step

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
class ReceptiveField:
    """The part of a layer's input that one cell of its output depends on.

    Attributes:
        block: its slices of the layer's input, cut at the edges; batch first.
        shape: (height, width, channels), with the padding.
        worked: the cell's arithmetic, after that of the sum before a softmax; empty where it is too
            long to be written out.
    """

    block: Block
    shape: tuple[int, int, int]
    worked: tuple[Arithmetic, ...]


@dataclass(frozen=True, kw_only=True)
class Activation:
    """One layer's input and output for one input of the network.

    Attributes:
        network_input: the network's input.
        inputs: the layer's first input.
        outputs: the layer's output.
        cell: the chosen cell of the output, without the batch.
        steps: the layer's operations; empty where they are not known.
        shapes: of the steps' tensors, batch first; with ``inputs`` and ``outputs``.
        field: the receptive field of the chosen cell; None without steps.
        computed: TensorFlow's value of that cell; NaN where the output is empty.
        difference: the largest over all cells between NumPy and TensorFlow; NaN without steps.
    """

    network_input: Maps
    inputs: Maps
    outputs: Maps
    cell: tuple[int, ...]
    steps: tuple[Step, ...]
    shapes: Mapping[str, Shape]
    field: ReceptiveField | None
    computed: float
    difference: float

    @property
    def nbytes(self) -> int:
        """About how many bytes the arrays and the terms take."""
        arrays = sum(maps.values.nbytes for maps in (self.network_input, self.inputs, self.outputs))
        worked = self.field.worked if self.field else ()
        return arrays + sum(120 * len(each.terms.factors) for each in worked if each.terms)

    @property
    def fed(self) -> Maps:
        """``network_input`` under the name that the pages still use."""
        return self.network_input

    @property
    def window(self) -> ReceptiveField | None:
        """``field`` under the name that the pages still use."""
        return self.field


Window = ReceptiveField  # the name that the pages still use
