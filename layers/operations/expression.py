"""The arithmetic of one cell: a tree with numbers in it, worked out and written."""

from __future__ import annotations

from layers.operations.algebra import Difference, Negative, Power, Product, Quotient, Sum
from layers.operations.called import Choice, Comparison, Function, LogOfPowers, Share
from layers.operations.node import SHOWN, Cell, Expression, Number

__all__ = [
    "SHOWN",
    "Cell",
    "Choice",
    "Comparison",
    "Difference",
    "Expression",
    "Function",
    "LogOfPowers",
    "Negative",
    "Number",
    "Power",
    "Product",
    "Quotient",
    "Share",
    "Sum",
]
