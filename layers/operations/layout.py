"""Cells that only move: every cell of the result is one cell of an operand, or a constant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.operations.arithmetic import Expression, OperandCell
from layers.operations.copying import BroadcastTo, Repeat, Tile
from layers.operations.gathering import BatchToSpace, Gather, GatherNd, OneHot, SpaceToBatch
from layers.operations.moving import Band, Diagonal, Pad, Reverse, Roll
from layers.operations.op import Index, LayoutOp, Spans
from layers.operations.resizing import Resize
from layers.operations.spans import Span, Table, along, reshaped

__all__ = [
    "Band",
    "BatchToSpace",
    "BroadcastTo",
    "Concatenate",
    "Diagonal",
    "Gather",
    "GatherNd",
    "OneHot",
    "Pad",
    "Repeat",
    "Reshape",
    "Resize",
    "Reverse",
    "Roll",
    "Slice",
    "SpaceToBatch",
    "Stack",
    "Tile",
    "Transpose",
]


@dataclass(frozen=True)
class Reshape(LayoutOp):
    """The same cells in the same order in another shape.

    Attributes:
        shape: the result's, without unknown lengths.
    """

    shape: tuple[int, ...]

    @property
    def noun(self) -> str:
        """``reshaped``."""
        return "reshaped"

    @property
    def sign(self) -> str:
        """``reshape``."""
        return "reshape"

    @property
    def says(self) -> str:
        """``reshape to 2 × 3``."""
        return f"reshape to {' × '.join(map(str, self.shape)) or 'one number'}"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Reshape."""
        return values.reshape(self.shape)

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell of the same place in the order."""
        return (reshaped(values.shape, self.shape),)

    def latex(self, *operands: str) -> str:
        """Write the operand alone: it is the same numbers."""
        return operands[0]


@dataclass(frozen=True)
class Transpose(LayoutOp):
    """The axes in another order.

    Attributes:
        permutation: the operand's axes, in the result's order.
    """

    permutation: tuple[int, ...]

    @property
    def noun(self) -> str:
        """``transposed``."""
        return "transposed"

    @property
    def sign(self) -> str:
        """``transpose``."""
        return "transpose"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Transpose."""
        return values.transpose(self.permutation)

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the same cell, each axis where it went."""
        return (tuple(Span(self.permutation.index(axis)) for axis in range(values.ndim)),)

    def latex(self, *operands: str) -> str:
        r"""Write ``X^{\top}``."""
        return rf"{{{operands[0]}}}^{{\top}}"


@dataclass(frozen=True)
class Slice(LayoutOp):
    """Part of each axis.

    Attributes:
        begin: the first cell of each axis.
        size: how many cells are taken of each axis.
        strides: from one to the next; negative where it goes back.
        squeezed: axes of which one cell is taken, and which go.
    """

    begin: tuple[int, ...]
    size: tuple[int, ...]
    strides: tuple[int, ...]
    squeezed: tuple[int, ...] = ()

    @property
    def noun(self) -> str:
        """``part``."""
        return "part"

    @property
    def sign(self) -> str:
        """``slice``."""
        return "slice"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "a part of it"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Take the cells."""
        places = [
            first + step * np.arange(count)
            for first, count, step in zip(self.begin, self.size, self.strides, strict=True)
        ]
        return np.squeeze(values[np.ix_(*places)], axis=self.squeezed)

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell that was taken."""
        places = iter(range(values.ndim))
        return (
            tuple(
                Span(offset=first)
                if axis in self.squeezed
                else Span(next(places), stride=step, offset=first)
                for axis, (first, step) in enumerate(zip(self.begin, self.strides, strict=True))
            ),
        )

    def latex(self, *operands: str) -> str:
        r"""Write ``X_{2:4, 0}``, only ``:`` for a whole axis from its beginning."""
        parts = []
        for axis, (first, count, step) in enumerate(
            zip(self.begin, self.size, self.strides, strict=True)
        ):
            if axis in self.squeezed:
                parts.append(str(first))
            else:
                last = first + step * count
                parts.append(f"{first}:{last}" + (f":{step}" if step != 1 else ""))
        return rf"{{{operands[0]}}}_{{[{', '.join(parts)}]}}"


@dataclass(frozen=True)
class Concatenate(LayoutOp):
    """Operands one after another along an axis."""

    axis: int

    @property
    def noun(self) -> str:
        """``joined``."""
        return "joined"

    @property
    def sign(self) -> str:
        """``concatenate``."""
        return "concatenate"

    def evaluate(self, *operands: np.ndarray) -> np.ndarray:
        """Concatenate."""
        return np.concatenate(operands, axis=self.axis)

    def spans(self, *operands: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell of the operand whose part it is."""
        axis = self.axis % operands[0].ndim
        found, before = [], 0
        for each in operands:
            spans = list(along(each.shape))
            spans[axis] = Span(axis, offset=-before)
            before += each.shape[axis]
            found.append(tuple(spans))
        return tuple(found)

    def latex(self, *operands: str) -> str:
        r"""Write ``\left[X,\; Y\right]``."""
        inside = r",\; ".join(operands)
        return rf"\left[{inside}\right]"


@dataclass(frozen=True)
class Stack(LayoutOp):
    """Operands side by side along a new axis."""

    axis: int

    @property
    def noun(self) -> str:
        """``stacked``."""
        return "stacked"

    @property
    def sign(self) -> str:
        """``stack``."""
        return "stack"

    def evaluate(self, *operands: np.ndarray) -> np.ndarray:
        """Stack."""
        return np.stack(operands, axis=self.axis)

    def spans(self, *operands: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell of the operand whose place it is."""
        rank = operands[0].ndim + 1
        axis = self.axis % rank
        places = [place for place in range(rank) if place != axis]
        found = []
        for number, each in enumerate(operands):
            spans: list = [Span(place) for place in places]
            if spans:  # of one number nothing can be said: it has no axis
                starts, own = np.meshgrid(
                    np.arange(each.shape[0]), np.arange(len(operands)) == number, indexing="ij"
                )
                spans[0] = Table((places[0], axis), starts, own.astype(int))
            found.append(tuple(spans))
        return tuple(found)

    def unread(self, index: Index, *operands: np.ndarray) -> frozenset[int]:
        """Return all single numbers but the one of this place."""
        numbers = range(len(operands)) if not operands[0].ndim else ()
        return frozenset(numbers) - {index[self.axis % len(index)]}

    def expression(self, index: Index, *operands: np.ndarray) -> Expression:
        """Return the one cell."""
        axis = self.axis % len(index)
        number = index[axis]
        at = (*index[:axis], *index[axis + 1 :])
        return OperandCell(number, at, operands[number][at])

    latex = Concatenate.latex
