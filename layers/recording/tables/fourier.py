"""Discrete Fourier transforms, along one to three axes."""

from __future__ import annotations

from collections.abc import Callable

from layers.operations.fourier import Fourier
from layers.recording.node import Made, Node


def _transform(axes: int, *, inverse: bool) -> Callable[[Node], Made]:
    return lambda node: Made(Fourier(node.shape()[-axes:], inverse=inverse), (0,))


def _half(*, inverse: bool) -> Callable[[Node], Made]:
    return lambda node: Made(Fourier(node.numbers(1), inverse=inverse, half=True), (0,))


FOURIER: dict[str, Callable[[Node], Made | None]] = {
    f"{'I' * inverse}{kind}FFT{'' if axes == 1 else f'{axes}D'}": (
        _half(inverse=inverse) if kind else _transform(axes, inverse=inverse)
    )
    for inverse in (False, True)
    for kind in ("", "R")
    for axes in (1, 2, 3)
}
