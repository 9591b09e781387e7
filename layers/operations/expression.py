"""The arithmetic of one cell: a tree with numbers in it, worked out and written."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from layers.operations.functions import FUNCTIONS
from layers.operations.numbers import plain, written

SHOWN = 6
"""Terms of a sum that are written out; of more than one above, the first four and the last two."""
_SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 3, 4
_DIGITS = 4


class Expression:
    """One node. ``value`` is in float64; what overflows is infinite, as it is in the run."""

    @property
    def value(self) -> Any:
        """What it comes to: a float, or a complex number."""
        raise NotImplementedError

    @property
    def level(self) -> int:
        """How tightly it binds: an argument of an operator that binds tighter needs brackets."""
        return _ATOM

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

    def leaves(self) -> Iterator[Cell]:
        """Yield the cells in it, in order."""
        for part in self.parts:
            yield from part.leaves()

    def replaced(self, exchange: Callable[[Cell], Expression]) -> Expression:
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
        return _SUM if " " in written(self.value, _DIGITS) else _ATOM

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write few digits; a negative number in brackets unless it comes first."""
        del everything
        text = written(self.value, _DIGITS)
        return text if first or not text.startswith("−") else f"({text})"


@dataclass(frozen=True)
class Cell(Expression):
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

    def leaves(self) -> Iterator[Cell]:
        """Yield itself."""
        yield self

    def replaced(self, exchange: Callable[[Cell], Expression]) -> Expression:
        """Return what it is exchanged for."""
        return exchange(self)


@dataclass(frozen=True)
class _Many(Expression):
    """A node of any number of equal parts."""

    terms: tuple[Expression, ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The terms."""
        return self.terms

    def with_parts(self, parts: tuple[Expression, ...]) -> Expression:
        """Return the same of other terms."""
        return replace(self, terms=parts)


def _listed(
    terms: Sequence[Expression], write: Callable[[int, Expression], str], everything: bool
) -> list[str]:
    """Write the terms; of many the first and the last, and between them how many more."""
    numbered = list(enumerate(terms))
    if everything or len(terms) <= SHOWN + 1:
        return [write(*each) for each in numbered]
    first, last = numbered[:4], numbered[-2:]
    more = f"… {len(terms) - SHOWN} more …"
    return [*(write(*each) for each in first), more, *(write(*each) for each in last)]


def _bracketed(part: Expression, level: int, *, everything: bool, first: bool) -> str:
    if part.level < level:
        return f"({part.write(everything=everything)})"
    return part.write(everything=everything, first=first)


@dataclass(frozen=True)
class Sum(_Many):
    """a + b + c.

    Attributes:
        terms: what is added; a sum in a sum is written without brackets.
        padding: products with cells of padding, which are zero and are left out but counted.
    """

    padding: int = 0

    @property
    def value(self) -> Any:
        """The sum."""
        return plain(sum(term.value for term in self.terms))

    @property
    def level(self) -> int:
        """That of a sum, unless there is nothing to add."""
        return _SUM if len(self.flat) + bool(self.left_out) != 1 else self.flat[0].level

    @property
    def flat(self) -> tuple[Expression, ...]:
        """The terms, those of sums among them included."""
        return tuple(
            each
            for term in self.terms
            for each in (term.flat if isinstance(term, Sum) else (term,))
        )

    @property
    def left_out(self) -> int:
        """The cells of padding, those of sums among the terms included."""
        return self.padding + sum(t.left_out for t in self.terms if isinstance(t, Sum))

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write the terms with plus between."""

        def term(at: int, each: Expression) -> str:
            return _bracketed(each, _SUM, everything=everything, first=first and at == 0)

        texts = _listed(self.flat, term, everything)
        if count := self.left_out:
            texts.append(f"0 ({count} {'cell' if count == 1 else 'cells'} of padding)")
        return " + ".join(texts) or "0"


@dataclass(frozen=True)
class Product(_Many):
    """a × b × c."""

    @property
    def value(self) -> Any:
        """The product."""
        return plain(math.prod(factor.value for factor in self.terms))

    @property
    def level(self) -> int:
        """That of a product."""
        return _PRODUCT if len(self.terms) > 1 else _ATOM

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write the factors with × between."""
        level = _PRODUCT if len(self.terms) > 1 else _SUM

        def factor(at: int, each: Expression) -> str:
            # a × (b ÷ c) keeps its brackets, a ÷ b × c needs none
            binds = level + (at > 0 and isinstance(each, Quotient))
            return _bracketed(each, binds, everything=everything, first=first and at == 0)

        return " × ".join(_listed(self.terms, factor, everything)) or "1"


@dataclass(frozen=True)
class _Pair(Expression):
    left: Expression
    right: Expression

    @property
    def parts(self) -> tuple[Expression, ...]:
        """Left and right."""
        return self.left, self.right

    def with_parts(self, parts: tuple[Expression, ...]) -> Expression:
        """Return the same of another left and right."""
        return replace(self, left=parts[0], right=parts[1])


@dataclass(frozen=True)
class Difference(_Pair):
    """a − b."""

    @property
    def value(self) -> Any:
        """The difference."""
        return self.left.value - self.right.value

    @property
    def level(self) -> int:
        """That of a sum."""
        return _SUM

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write both, the right in brackets where it is a sum."""
        left = _bracketed(self.left, _SUM, everything=everything, first=first)
        return f"{left} − {_bracketed(self.right, _PRODUCT, everything=everything, first=False)}"


@dataclass(frozen=True)
class Quotient(_Pair):
    """a ÷ b."""

    @property
    def value(self) -> Any:
        """The quotient; by zero it is infinite, or NaN."""
        with np.errstate(all="ignore"):
            return plain(np.divide(self.left.value, self.right.value))

    @property
    def level(self) -> int:
        """That of a product."""
        return _PRODUCT

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write both, the right in brackets where it is a product."""
        left = _bracketed(self.left, _PRODUCT, everything=everything, first=first)
        return f"{left} ÷ {_bracketed(self.right, _POWER, everything=everything, first=False)}"


_RAISED = {0.0: "⁰", 1.0: "¹", 2.0: "²", 3.0: "³", 4.0: "⁴", -1.0: "⁻¹", -2.0: "⁻²"}


@dataclass(frozen=True)
class Power(_Pair):
    """a to the power of b."""

    @property
    def value(self) -> Any:
        """The power."""
        with np.errstate(all="ignore"):
            return plain(np.power(*(np.asarray(each.value)[()] for each in self.parts)))

    @property
    def level(self) -> int:
        """That of a power."""
        return _POWER

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write ``(a − b)²``, or ``a^b``."""
        del first  # a negative base needs its brackets everywhere
        left = _bracketed(self.left, _ATOM, everything=everything, first=False)
        if isinstance(self.right, Number) and self.right.value in _RAISED:
            return left + _RAISED[self.right.value]
        return f"{left}^{_bracketed(self.right, _ATOM, everything=everything, first=False)}"


@dataclass(frozen=True)
class Negative(Expression):
    """−a."""

    of: Expression

    @property
    def value(self) -> Any:
        """The number with the other sign."""
        return -self.of.value

    @property
    def level(self) -> int:
        """That of a sum: it takes brackets as a factor."""
        return _SUM

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The one."""
        return (self.of,)

    def with_parts(self, parts: tuple[Expression, ...]) -> Expression:
        """Return the same of another."""
        return Negative(parts[0])

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write a minus before it."""
        text = "−" + _bracketed(self.of, _PRODUCT, everything=everything, first=False)
        return text if first else f"({text})"


@dataclass(frozen=True)
class Function(_Many):
    """f(a, b).

    Attributes:
        terms: the arguments.
        name: one of ``layers.operations.functions.FUNCTIONS``, or ``shown`` of another name.
        parameters: further arguments, which are part of the function and are not written.
        shown: the name as it is written, where it is another.
    """

    name: str = ""
    parameters: tuple = ()
    shown: str = ""

    @property
    def value(self) -> Any:
        """The function of the arguments, in float64."""
        arguments = [np.asarray(term.value)[()] for term in self.terms]
        with np.errstate(all="ignore"):
            return plain(FUNCTIONS[self.name](*arguments, *self.parameters))

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write the name and the arguments in brackets."""
        del first
        return f"{self.shown or self.name}({_arguments(self.terms, everything)})"


@dataclass(frozen=True)
class Comparison(_Many):
    """a < b, which comes to 1 or 0."""

    name: str = "equal"
    sign: str = "="

    @property
    def value(self) -> float:
        """1 where it holds, else 0."""
        left, right = (np.asarray(term.value)[()] for term in self.terms)
        return float(FUNCTIONS[self.name](left, right))

    @property
    def level(self) -> int:
        """It takes brackets in all arithmetic."""
        return 0

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write the sign between both."""
        del first
        left, right = (_bracketed(t, _SUM, everything=everything, first=True) for t in self.terms)
        return f"{left} {self.sign} {right}"


@dataclass(frozen=True)
class Choice(_Many):
    """One of several was taken.

    Attributes:
        terms: what there was to choose from.
        taken: which of them it was.
        name: ``max`` or ``min``, which are written with all options; "" where only the one that
            was taken is written; ``argmax`` or ``argmin``, whose value is the place.
    """

    taken: int = 0
    name: str = ""

    @property
    def value(self) -> Any:
        """That of the one taken, or its place."""
        return float(self.taken) if self.name.startswith("arg") else self.terms[self.taken].value

    @property
    def level(self) -> int:
        """That of what is written."""
        return _ATOM if self.name else self.terms[self.taken].level

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write all options, or the one that was taken."""
        if not self.name:
            return self.terms[self.taken].write(everything=everything, first=first)
        return f"{self.name}({_arguments(self.terms, everything)})"


@dataclass(frozen=True)
class LogOfPowers(_Many):
    """log(exp(a) + exp(b) + …), worked out so that it does not overflow."""

    @property
    def value(self) -> float:
        """The logarithm of the sum."""
        values = [term.value for term in self.terms]
        highest = max(values, default=-math.inf)
        if any(math.isnan(value) for value in values):
            return math.nan
        if math.isinf(highest):
            return highest
        return highest + math.log(sum(math.exp(value - highest) for value in values))

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write the sum in full."""
        del first
        return f"log({_powers(self.terms, everything)})"


@dataclass(frozen=True)
class Share(_Many):
    """exp(a) ÷ (exp(a) + exp(b) + …), worked out so that it does not overflow.

    Attributes:
        terms: the numbers that are weighed against each other.
        own: which of them the cell is of.
    """

    own: int = 0

    @property
    def shares(self) -> np.ndarray:
        """What each of them gets; together 1."""
        values = np.array([term.value for term in self.terms])
        with np.errstate(all="ignore"):
            powers = np.exp(values - values.max())
            return powers / powers.sum()

    @property
    def value(self) -> float:
        """Its own share."""
        return float(self.shares[self.own])

    @property
    def level(self) -> int:
        """That of a quotient."""
        return _PRODUCT

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write the quotient."""
        del first
        own = self.terms[self.own].write(everything=everything)
        return f"exp({own}) ÷ ({_powers(self.terms, everything)})"


def _arguments(terms: tuple[Expression, ...], everything: bool) -> str:
    def term(_: int, each: Expression) -> str:
        return each.write(everything=everything)

    return ", ".join(_listed(terms, term, everything))


def _powers(terms: tuple[Expression, ...], everything: bool) -> str:
    def term(_: int, each: Expression) -> str:
        return f"exp({each.write(everything=everything)})"

    return " + ".join(_listed(terms, term, everything))
