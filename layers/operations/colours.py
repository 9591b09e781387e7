"""Colours as hue, saturation and value, and back: three channels, the last axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.operations.arithmetic import (
    Difference,
    Expression,
    Function,
    Negative,
    Number,
    OperandCell,
    Product,
    Quotient,
    Sum,
    TakenBranch,
)
from layers.operations.op import Index, Op, Spans
from layers.operations.spans import Span, whole


class _Colours(Op):
    """A function of the three channels of a cell."""

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the three channels."""
        return ((*(Span(axis) for axis in range(values.ndim - 1)), whole(3)),)


def _channels(index: Index, values: np.ndarray) -> tuple[OperandCell, OperandCell, OperandCell]:
    at = [(*index[:-1], channel) for channel in range(3)]
    first, second, third = (OperandCell(0, each, values[each]) for each in at)
    return first, second, third


@dataclass(frozen=True)
class RgbToHsv(_Colours):
    """Red, green and blue as hue, saturation and value, each from 0 to 1."""

    @property
    def noun(self) -> str:
        """``hsv``."""
        return "hsv"

    @property
    def sign(self) -> str:
        """``RGB to HSV``."""
        return "RGB to HSV"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Convert."""
        red, green, blue = np.moveaxis(values, -1, 0)
        value = values.max(axis=-1)
        extent = value - values.min(axis=-1)
        with np.errstate(all="ignore"):
            saturation = np.where(value > 0, extent / value, 0)
            hue = np.where(
                red == value,
                (green - blue) / (6 * extent),
                np.where(
                    green == value,
                    (blue - red) / (6 * extent) + 2 / 6,
                    (red - green) / (6 * extent) + 4 / 6,
                ),
            )
        hue = np.where(extent > 0, hue, 0)
        found = np.stack([np.where(hue < 0, hue + 1, hue), saturation, value], axis=-1)
        return found.astype(values.dtype)

    def expression(self, index: Index, values: np.ndarray) -> Expression:
        """Return the part of the colour: the largest, the extent by it, or the turn."""
        cells = _channels(index, values)
        numbers = [cell.value for cell in cells]
        value = TakenBranch(cells, taken=int(np.argmax(numbers)), name="max")
        extent = Difference(value, TakenBranch(cells, taken=int(np.argmin(numbers)), name="min"))
        if index[-1] == 2:
            return value
        if index[-1] == 1:
            return Quotient(extent, value) if value.value > 0 else Number(0)
        if extent.value <= 0:
            return Number(0)
        first = value.taken
        left, right = cells[(first + 1) % 3], cells[(first + 2) % 3]
        turn = Quotient(Difference(left, right), Product((Number(6), extent)))
        whole_turn = 1 if first == 0 and turn.value < 0 else 0
        added = first / 3 + whole_turn
        return Sum((turn, Number(added))) if added else turn


@dataclass(frozen=True)
class HsvToRgb(_Colours):
    """Hue, saturation and value, each from 0 to 1, as red, green and blue."""

    @property
    def noun(self) -> str:
        """``rgb``."""
        return "rgb"

    @property
    def sign(self) -> str:
        """``HSV to RGB``."""
        return "HSV to RGB"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Convert."""
        hue, saturation, value = (part[..., None] for part in np.moveaxis(values, -1, 0))
        turns = 6 * hue
        pure = np.concatenate(
            [np.abs(turns - 3) - 1, 2 - np.abs(turns - 2), 2 - np.abs(turns - 4)], axis=-1
        )
        return value * (1 - saturation + saturation * np.clip(pure, 0, 1))

    def expression(self, index: Index, values: np.ndarray) -> Expression:
        """Return value × (1 − saturation + saturation × the pure colour)."""
        hue, saturation, value = _channels(index, values)
        away = Function(
            (Difference(Product((Number(6), hue)), Number((3, 2, 4)[index[-1]])),), name="abs"
        )
        pure = Sum((away, Number(-1))) if index[-1] == 0 else Sum((Number(2), Negative(away)))
        part = Function((pure,), name="clip", parameters=(0.0, 1.0))
        mixed = Sum((Difference(Number(1), saturation), Product((saturation, part))))
        return Product((value, mixed))
