"""Numbers as text: a true minus, few digits, and words for what is no number."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Return a number as Python's own: a float, or complex where it is a complex number."""
    return complex(value) if np.iscomplexobj(value) else float(value)


def written(value: complex, digits: int = 6) -> str:
    """Write a number with at most so many significant digits.

    Args:
        value: any number; the parts of a complex one have the digits of its magnitude.
        digits: the significant digits; whole numbers below a million keep all of theirs.

    >>> written(-0.2131866), written(2.51, 2), written(1234.0, 3), written(1e-9)
    ('−0.213187', '2.5', '1234', '1e−9')
    >>> written(float("nan")), written(float("-inf")), written(-0.0)
    ('NaN', '−∞', '0')
    >>> written(1.5 - 2j), written(3 + 1e-9j), written(-0.5j)
    ('1.5 − 2i', '3', '−0.5i')
    """
    if isinstance(value, complex):
        return _complex(value, digits)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value)).replace("-", "−")
    text = f"{value:.{digits}g}"
    if "e" in text:
        mantissa, _, exponent = text.partition("e")
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", "−")


def _complex(value: complex, digits: int) -> str:
    real, imaginary = value.real, value.imag
    if math.isfinite(abs(value)) and value:
        places = digits - 1 - math.floor(math.log10(abs(value)))
        real, imaginary = round(real, places), round(imaginary, places)
    if imaginary == 0:
        return written(real, digits)
    part = f"{written(abs(imaginary), digits)}i"
    if real == 0:
        return f"−{part}" if imaginary < 0 else part
    return f"{written(real, digits)} {'−' if imaginary < 0 else '+'} {part}"


def agreed(checked: complex, computed: complex) -> str:
    """Write a result with the digits in which NumPy's and TensorFlow's agree.

    >>> agreed(0.33333333, 0.33333337), agreed(0.123456, 0.123461), agreed(1.0, 1.5)
    ('0.333333', '0.12346', '1 by NumPy, 1.5 by TensorFlow')
    """
    for digits in (6, 5, 4, 3):
        if written(checked, digits) == written(computed, digits):
            return written(computed, digits)
    return f"{written(checked, 4)} by NumPy, {written(computed, 4)} by TensorFlow"
