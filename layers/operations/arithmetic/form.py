"""What is said of a function of single cells: its name, its sign, how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from layers.operations.arithmetic import Expression

Build = Callable[..., Expression]


@dataclass(frozen=True, kw_only=True)
class Form:
    r"""How a function is named and written.

    Attributes:
        noun: what its result is called; the function's name if empty.
        sign: the operator as the picture shows it; the function's name if empty.
        says: the sign in words; the sign if empty.
        latex: with ``{0}``, ``{1}``, … for the operands; ``\mathrm{name}(…)`` if empty.
        infix: the sign stands between the operands.
        build: makes the arithmetic of the arguments' expressions; ``name(…)`` if None.
    """

    noun: str = ""
    sign: str = ""
    says: str = ""
    latex: str = ""
    infix: bool = False
    build: Build | None = field(default=None, compare=False)
