"""Cells by number: gather and one-hot, and blocks into batches and back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from layers.operations.arithmetic import Comparison, Expression, Number, OperandCell, TakenBranch
from layers.operations.op import Index, LayoutOp, Op, Spans
from layers.operations.spans import Span, Table, along, whole


@dataclass(frozen=True)
class Gather(LayoutOp):
    """Rows of the first operand, by the numbers in the second.

    Attributes:
        axis: of the first operand, along which the numbers count.
        batch_dims: leading axes that both operands share.
    """

    axis: int = 0
    batch_dims: int = 0

    @property
    def noun(self) -> str:
        """``rows``."""
        return "rows"

    @property
    def sign(self) -> str:
        """``gather``."""
        return "gather"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "the rows of these numbers"

    def evaluate(self, rows: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """Take the rows."""
        axis, shared = self.axis % rows.ndim, self.batch_dims
        numbers = numbers.astype(int)
        if not shared:
            return np.take(rows, numbers, axis=axis)
        shape = (*rows.shape[:axis], *numbers.shape[shared:], *rows.shape[axis + 1 :])
        found = np.empty(shape, rows.dtype)
        for at in np.ndindex(*rows.shape[:shared]):
            found[at] = np.take(rows[at], numbers[at], axis=axis - shared)
        return found

    def spans(self, rows: np.ndarray, numbers: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell of the row that was taken, and its number."""
        axis, shared = self.axis % rows.ndim, self.batch_dims
        inserted = numbers.ndim - shared
        axes = (*range(shared), *range(axis, axis + inserted))
        own: list = [Span(at if at < axis else at - 1 + inserted) for at in range(rows.ndim)]
        own[axis] = Table(axes, numbers.astype(int))
        return tuple(own), tuple(Span(at) for at in axes)

    def latex(self, *operands: str) -> str:
        """Write ``W[X]``."""
        return f"{operands[0]}[{operands[1]}]"


@dataclass(frozen=True)
class GatherNd(LayoutOp):
    """Cells or parts of the first operand, by the places in the second's last axis."""

    @property
    def noun(self) -> str:
        """``cells``."""
        return "cells"

    @property
    def sign(self) -> str:
        """``gather``."""
        return "gather"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "the cells at these places"

    def evaluate(self, values: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Take the cells."""
        return values[tuple(np.moveaxis(places.astype(int), -1, 0))]

    def spans(self, values: np.ndarray, places: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell that was taken, and the numbers that say its place."""
        axes, count = tuple(range(places.ndim - 1)), places.shape[-1]
        own = [Table(axes, places[..., axis].astype(int)) for axis in range(count)]
        rest = [Span(len(axes) + at) for at in range(values.ndim - count)]
        return (*own, *rest), (*(Span(axis) for axis in axes), whole(count))

    def latex(self, *operands: str) -> str:
        """Write ``W[X]``."""
        return f"{operands[0]}[{operands[1]}]"


@dataclass(frozen=True)
class OneHot(Op):
    """A new axis with one number at the place that a cell says, and another elsewhere.

    Attributes:
        depth: length of the new axis.
        axis: where it stands in the result.
        on: the number at the place.
        off: the number elsewhere.
    """

    depth: int
    axis: int = -1
    on: float = 1.0
    off: float = 0.0

    @property
    def noun(self) -> str:
        """``one_hot``."""
        return "one_hot"

    @property
    def sign(self) -> str:
        """``one-hot``."""
        return "one-hot"

    def evaluate(self, places: np.ndarray) -> np.ndarray:
        """Compare every cell with every place."""
        axis = self.axis % (places.ndim + 1)
        shape = [1] * (places.ndim + 1)
        shape[axis] = self.depth
        same = np.expand_dims(places, axis) == np.arange(self.depth).reshape(shape)
        return np.where(same, self.on, self.off)

    def spans(self, places: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell that says the place."""
        axis = self.axis % (places.ndim + 1)
        return (tuple(Span(at if at < axis else at + 1) for at in range(places.ndim)),)

    def expression(self, index: Index, places: np.ndarray) -> Expression:
        """Return whether the cell says this place."""
        axis = self.axis % len(index)
        at = (*index[:axis], *index[axis + 1 :])
        same = Comparison((OperandCell(0, at, places[at]), Number(index[axis])), "equal", "=")
        if (self.on, self.off) == (1, 0):
            return same
        return TakenBranch((Number(self.on), Number(self.off)), taken=0 if same.value else 1)


@dataclass(frozen=True)
class SpaceToBatch(LayoutOp):
    """The cells of a block, each in a batch of its own: what a dilated convolution works on.

    Attributes:
        block: the block's lengths, one a spatial axis.
        padding: zeros (before, after) each spatial axis, put there first.
    """

    block: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]

    @property
    def noun(self) -> str:
        """``blocks``."""
        return "blocks"

    @property
    def sign(self) -> str:
        """``space to batch``."""
        return "space to batch"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Give every place of the block a batch of its own."""
        rest = values.ndim - 1 - len(self.block)
        wide = np.pad(values, ((0, 0), *self.padding, *((0, 0),) * rest))
        parts = [
            wide[(slice(None), *(slice(b, None, n) for b, n in zip(at, self.block, strict=True)))]
            for at in np.ndindex(*self.block)
        ]
        return np.concatenate(parts)

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the one cell; none in padding."""
        batch = len(values)
        spans: list = list(along(values.shape))
        spans[0] = Span(0, wrap=batch)
        places = np.unravel_index(np.arange(math.prod(self.block) * batch) // batch, self.block)
        for axis, (place, block, width) in enumerate(
            zip(places, self.block, self.padding, strict=True), start=1
        ):
            count = (values.shape[axis] + sum(width)) // block
            starts = block * np.arange(count) + place[:, None] - width[0]
            spans[axis] = Table((0, axis), starts)
        return (tuple(spans),)


@dataclass(frozen=True)
class BatchToSpace(LayoutOp):
    """Batches back into blocks: the inverse of ``SpaceToBatch``.

    Attributes:
        block: the block's lengths, one a spatial axis.
        crops: cells (before, after) that are cut off each spatial axis at last.
    """

    block: tuple[int, ...]
    crops: tuple[tuple[int, int], ...]

    @property
    def noun(self) -> str:
        """``joined_blocks``."""
        return "joined_blocks"

    @property
    def sign(self) -> str:
        """``batch to space``."""
        return "batch to space"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Put every batch into its place of the blocks, then cut."""
        batch, axes = len(values) // math.prod(self.block), len(self.block)
        lengths = [n * b for n, b in zip(values.shape[1 : axes + 1], self.block, strict=True)]
        found = np.empty((batch, *lengths, *values.shape[axes + 1 :]), values.dtype)
        for number, at in enumerate(np.ndindex(*self.block)):
            places = tuple(slice(b, None, n) for b, n in zip(at, self.block, strict=True))
            found[(slice(None), *places)] = values[number * batch : (number + 1) * batch]
        inside = tuple(slice(a, n - b) for (a, b), n in zip(self.crops, lengths, strict=True))
        return found[(slice(None), *inside)]

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the one cell."""
        batch, axes = len(values) // math.prod(self.block), len(self.block)
        spans: list = list(along(values.shape))
        grids = [np.arange(batch)]
        for axis, (block, (before, after)) in enumerate(
            zip(self.block, self.crops, strict=True), start=1
        ):
            at = np.arange(before, values.shape[axis] * block - after)
            spans[axis] = Table((axis,), at // block)
            grids.append(at % block)
        number, *places = np.meshgrid(*grids, indexing="ij", sparse=True)
        own = number
        for axis, place in enumerate(places):
            own = own + place * math.prod(self.block[axis + 1 :]) * batch
        spans[0] = Table(tuple(range(axes + 1)), own)
        return (tuple(spans),)
