"""What a picture shows, in words: for alternative texts and for file names."""

from __future__ import annotations

import math

import numpy as np


def format_shape(shape: tuple[int, ...]) -> str:
    """Return a shape as text: ``10 × 5``; ``one number`` for a scalar."""
    return " × ".join(str(length) for length in shape) or "one number"


def number(value: float) -> str:
    """Write a number as text beside a picture: three significant digits and a true minus.

    >>> number(-0.0812), number(6.0), number(float("nan"))
    ('−0.0812', '6', 'NaN')
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value + 0.0:.3g}".replace("-", "−")  # −0.0 + 0.0 is 0.0


def plain(value: float, digits: int = 6) -> str:
    """Write a number with at most so many significant digits and a true minus.

    >>> plain(-0.2131866), plain(2.5, 3), plain(1e-9)
    ('−0.213187', '2.5', '1e−09')
    """
    if not math.isfinite(value):
        return number(value)
    return f"{value + 0.0:.{digits}g}".replace("-", "−")


def describe(name: str, values: np.ndarray) -> str:
    """Describe a tensor's picture: name, shape, range, and notable features.

    >>> describe("kernel_repeated", np.array([[-0.08, -0.08], [0.11, 0.11]]))
    'kernel_repeated, 2 × 2, values −0.08 to 0.11; both columns equal'
    """
    parts = [name, format_shape(values.shape)]
    finite = values[np.isfinite(values)]
    if not finite.size:
        parts.append("no finite values")
    elif finite.min() == finite.max():
        one = "value" if values.size == 1 else "all values"
        parts.append(f"{one} {number(float(finite.min()))}")
    else:
        low, high = number(float(finite.min())), number(float(finite.max()))
        parts.append(f"values {low} to {high}")
    return "; ".join([", ".join(parts), *_notable(values, finite)])


def _notable(values: np.ndarray, finite: np.ndarray) -> list[str]:
    features = []
    varied = bool(finite.size) and finite.min() != finite.max()
    if values.ndim == 2 and varied and finite.size == values.size:
        for count, equal, word in (
            (values.shape[1], (values == values[:, :1]).all(), "columns"),
            (values.shape[0], (values == values[:1]).all(), "rows"),
        ):
            if count > 1 and equal:
                features.append(f"both {word} equal" if count == 2 else f"all {count} {word} equal")
    zeros = int((values == 0).sum())
    if varied and zeros:
        features.append(f"{zeros} of {values.size} are zero")
    for mark, found in (("NaN", np.isnan(values)), ("infinite", np.isinf(values))):
        if found.any():
            features.append(f"{int(found.sum())} {mark}")
    return features


def file_name(*parts: str, shape: tuple[int, ...]) -> str:
    """Return a sensible file name without its ending: ``repeated_dense-kernel-10x5``."""
    return "-".join([*parts, "x".join(str(length) for length in shape) or "scalar"])
