"""Numbers in cells, written as the screen writes them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_GLYPH = 0.52
"""The width of a digit, in sizes of the font."""


def written(value: float, form: str) -> str:
    """Write a finite number by a d3 format, with a true minus and none before zero.

    >>> written(-0.126, ".2f"), written(-0.0001, ".2f"), written(2.5, ".0f"), written(1e-9, ".1e")
    ('−0.13', '0.00', '3', '1.0e−9')
    """
    places = int(form[1:-1])
    number = Decimal(value)
    if form.endswith("e"):
        power = number.adjusted() if number else 0
        digits = _rounded(number.scaleb(-power), places)
        if abs(digits) >= 10:
            power, digits = power + 1, _rounded(digits / 10, places)
        text = f"{digits:f}e{'-' if power < 0 else '+'}{abs(power)}"
    else:
        text = f"{_rounded(number, places):f}"
    if not text.strip("-0."):
        text = text.removeprefix("-")
    return text.replace("-", "−")


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def size_in(cell: float, digits: int) -> int:
    """Return the size of letters with which that many fit in a cell; 0 where none could be read."""
    size = min(12, int((cell - 4) // (digits * _GLYPH))) if digits else 0
    return size if size >= 8 else 0
