"""What one layer of a network makes of one input, as the pages take it. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.steps_conv import Arithmetic


@dataclass(frozen=True, kw_only=True)
class Maps:
    """A tensor of a batch of one, as pictures.

    Attributes:
        values: (channels, height, width), or (1, 1, features), or (1, steps, features).
        shape: of the whole tensor, without the batch.
        block: the side of the squares that were averaged; 1 where every cell is there.
    """

    values: np.ndarray
    shape: tuple[int, ...]
    block: int


@dataclass(frozen=True, kw_only=True)
class Activation:
    """What one layer makes of one input.

    Attributes:
        fed: the network's input.
        inputs: the layer's.
        outputs: the layer's.
        arithmetic: of the chosen cell; None where the layer is not redone by hand.
        written: the same in words.
        computed: what TensorFlow has in that cell.
        difference: the largest between all cells by hand and TensorFlow's.
    """

    fed: Maps
    inputs: Maps
    outputs: Maps
    arithmetic: Arithmetic | None
    written: str
    computed: float
    difference: float

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        arrays = sum(maps.values.nbytes for maps in (self.fed, self.inputs, self.outputs))
        return arrays + (self.arithmetic.nbytes if self.arithmetic else 0)
