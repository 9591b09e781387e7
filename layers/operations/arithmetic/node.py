"""Nodes of the arithmetic of a cell: numbers, cells, and what nodes of other expressions share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from layers.operations.arithmetic.numbers import plain, written

SHOWN = 6
"""Terms of a sum that are written out; of more than one above, the first four and the last two."""
SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
"""How tightly a node binds."""
DIGITS = 4
"""Significant digits of a number."""


class Expression:
    """One node. ``value`` is in float64; what overflows is infinite, as it is in the run."""

    @property
    def value(self) -> Any:
        """What it comes to: a float, or a complex number."""
        raise NotImplementedError

    @property
    def level(self) -> int:
        """How tightly it binds: an argument of an operator that binds tighter needs brackets."""
        return ATOM

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The expressions it is made of."""
        return ()

    def with_parts(self, parts: tuple[Expression, ...]) -> Expression:
        """Return the same node of other expressions."""
        del parts
        return self

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write it.

        Args:
            everything: all terms of a long sum, instead of the first and the last.
            first: it begins a line or a bracket, where a minus needs no brackets of its own.
        """
        raise NotImplementedError

    def leaves(self) -> Iterator[OperandCell]:
        """Yield the cells in it, in order."""
        for part in self.parts:
            yield from part.leaves()

    def replaced(self, exchange: Callable[[OperandCell], Expression]) -> Expression:
        """Return it with every cell exchanged."""
        if not self.parts:
            return self
        return self.with_parts(tuple(part.replaced(exchange) for part in self.parts))


@dataclass(frozen=True)
class Number(Expression):
    """A number that is no cell: a count, an epsilon, a parameter."""

    number: complex

    @property
    def value(self) -> Any:
        """The number."""
        return plain(self.number)

    @property
    def level(self) -> int:
        """That of a sum, of a complex number with two parts."""
        return SUM if " " in written(self.value, DIGITS) else ATOM

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write few digits; a negative number in brackets unless it comes first."""
        del everything
        text = written(self.value, DIGITS)
        return text if first or not text.startswith("−") else f"({text})"


@dataclass(frozen=True)
class OperandCell(Expression):
    """A cell of an operand.

    Attributes:
        operand: which operand, counted from 0.
        index: the cell.
        number: its number.
        tensor: the operand's name, where the trace is known.
    """

    operand: int
    index: tuple[int, ...]
    number: complex
    tensor: str = ""

    @property
    def value(self) -> Any:
        """Its number."""
        return plain(self.number)

    level = Number.level
    write = Number.write

    def leaves(self) -> Iterator[OperandCell]:
        """Yield itself."""
        yield self

    def replaced(self, exchange: Callable[[OperandCell], Expression]) -> Expression:
        """Return what it is exchanged for."""
        return exchange(self)


@dataclass(frozen=True)
class Many(Expression):
    """A node of any number of equal parts."""

    terms: tuple[Expression, ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The terms."""
        return self.terms

    def with_parts(self, parts: tuple[Expression, ...]) -> Expression:
        """Return the same of other terms."""
        return replace(self, terms=parts)


def listed(
    terms: Sequence[Expression], write: Callable[[int, Expression], str], everything: bool
) -> list[str]:
    """Write the terms; of many the first and the last, and between them how many more."""
    numbered = list(enumerate(terms))
    if everything or len(terms) <= SHOWN + 1:
        return [write(*each) for each in numbered]
    first, last = numbered[:4], numbered[-2:]
    more = f"… {len(terms) - SHOWN} more …"
    return [*(write(*each) for each in first), more, *(write(*each) for each in last)]


def bracketed(part: Expression, level: int, *, everything: bool, first: bool) -> str:
    """Write a part, in brackets where it binds less tightly than the level."""
    if part.level < level:
        return f"({part.write(everything=everything)})"
    return part.write(everything=everything, first=first)
