"""Sums, products, differences, quotients and powers."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from layers.operations.arithmetic.node import (
    ATOM,
    POWER,
    PRODUCT,
    SUM,
    Expression,
    Many,
    Number,
    bracketed,
    listed,
)
from layers.operations.arithmetic.numbers import plain


@dataclass(frozen=True)
class Sum(Many):
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
        return SUM if len(self.flat) + bool(self.left_out) != 1 else self.flat[0].level

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
            return bracketed(each, SUM, everything=everything, first=first and at == 0)

        texts = listed(self.flat, term, everything)
        if count := self.left_out:
            texts.append(f"0 ({count} {'cell' if count == 1 else 'cells'} of padding)")
        return " + ".join(texts) or "0"


@dataclass(frozen=True)
class Product(Many):
    """a × b × c."""

    @property
    def value(self) -> Any:
        """The product."""
        return plain(math.prod(factor.value for factor in self.terms))

    @property
    def level(self) -> int:
        """That of a product."""
        return PRODUCT if len(self.terms) > 1 else ATOM

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write the factors with × between."""
        level = PRODUCT if len(self.terms) > 1 else SUM

        def factor(at: int, each: Expression) -> str:
            # a × (b ÷ c) keeps its brackets, a ÷ b × c needs none
            binds = level + (at > 0 and isinstance(each, Quotient))
            return bracketed(each, binds, everything=everything, first=first and at == 0)

        return " × ".join(listed(self.terms, factor, everything)) or "1"


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
        return SUM

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write both, the right in brackets where it is a sum."""
        left = bracketed(self.left, SUM, everything=everything, first=first)
        return f"{left} − {bracketed(self.right, PRODUCT, everything=everything, first=False)}"


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
        return PRODUCT

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write both, the right in brackets where it is a product."""
        left = bracketed(self.left, PRODUCT, everything=everything, first=first)
        return f"{left} ÷ {bracketed(self.right, POWER, everything=everything, first=False)}"


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
        return POWER

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write ``(a − b)²``, or ``a^b``."""
        del first  # a negative base needs its brackets everywhere
        left = bracketed(self.left, ATOM, everything=everything, first=False)
        if isinstance(self.right, Number) and self.right.value in _RAISED:
            return left + _RAISED[self.right.value]
        return f"{left}^{bracketed(self.right, ATOM, everything=everything, first=False)}"


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
        return SUM

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The one."""
        return (self.of,)

    def with_parts(self, parts: tuple[Expression, ...]) -> Expression:
        """Return the same of another."""
        return Negative(parts[0])

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write a minus before it."""
        text = "−" + bracketed(self.of, PRODUCT, everything=everything, first=False)
        return text if first else f"({text})"
