"""What is written with a name or a word: functions, comparisons, choices, shares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.operations.arithmetic.functions import FUNCTIONS
from layers.operations.arithmetic.node import (
    ATOM,
    PRODUCT,
    SUM,
    Expression,
    Many,
    bracketed,
    listed,
)
from layers.operations.arithmetic.numbers import plain


@dataclass(frozen=True)
class Function(Many):
    """f(a, b).

    Attributes:
        terms: the arguments.
        name: of ``arithmetic.functions.FUNCTIONS``, or ``shown`` of another name.
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
class Comparison(Many):
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
        left, right = (bracketed(t, SUM, everything=everything, first=True) for t in self.terms)
        return f"{left} {self.sign} {right}"


@dataclass(frozen=True)
class TakenBranch(Many):
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
        return ATOM if self.name else self.terms[self.taken].level

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write all options, or the one that was taken."""
        if not self.name:
            return self.terms[self.taken].write(everything=everything, first=first)
        return f"{self.name}({_arguments(self.terms, everything)})"


@dataclass(frozen=True)
class LogOfPowers(Many):
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
class Share(Many):
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
        return PRODUCT

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write the quotient."""
        del first
        own = self.terms[self.own].write(everything=everything)
        return f"exp({own}) ÷ ({_powers(self.terms, everything)})"


def _arguments(terms: tuple[Expression, ...], everything: bool) -> str:
    def term(_: int, each: Expression) -> str:
        return each.write(everything=everything)

    return ", ".join(listed(terms, term, everything))


def _powers(terms: tuple[Expression, ...], everything: bool) -> str:
    def term(_: int, each: Expression) -> str:
        return f"exp({each.write(everything=everything)})"

    return " + ".join(listed(terms, term, everything))
