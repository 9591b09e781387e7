"""The arithmetic of one cell, written as a line."""

from __future__ import annotations

from figures.words import number, plain
from layers.arithmetic import Arithmetic

_SHOWN = 6
"""Terms of a sum that are written out; of more, the first four and the last two."""


def written(worked: Arithmetic) -> str:
    """Write ``= relu(0.31 × −1.2 + … + 0.05) = 0.28``, or the number alone."""
    if worked.terms is None:
        return f"= {plain(worked.value)}"
    factors = [" × ".join(map(number, term)) for term in worked.terms.factors]
    function = worked.terms.function
    if worked.terms.own is not None:
        own = factors[worked.terms.own]
        said = f"exp({own}) ÷ ({' + '.join(_folded([f'exp({x})' for x in factors]))})"
    elif function == "max":
        said = f"max({', '.join(_folded(factors))})"
    else:
        said = " + ".join(_folded(factors))
        if function:
            total = plain(float(worked.terms.products.sum()), 4)
            said = f"{function}({said}) = {function}({total})"
    return f"= {said} {_compared(worked.terms.value, worked.value)}"


def _folded(parts: list[str]) -> list[str]:
    if len(parts) <= _SHOWN + 1:
        return parts
    return [*parts[:4], f"… {len(parts) - _SHOWN} more …", *parts[-2:]]


def _compared(hand: float, computed: float) -> str:
    """Write the sum with the digits in which the hand's and TensorFlow's agree."""
    for digits in (6, 5, 4, 3):
        if plain(hand, digits) == plain(computed, digits):
            return f"= {plain(computed, digits)}"
    return f"= {plain(hand, 3)} by hand, {plain(computed, 3)} by TensorFlow"
