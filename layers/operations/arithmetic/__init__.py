"""The arithmetic of one cell: a tree with numbers in it, worked out and written."""

from __future__ import annotations

from layers.operations.arithmetic.algebra import Difference, Negative, Power, Product, Quotient, Sum
from layers.operations.arithmetic.called import (
    Comparison,
    Function,
    LogOfPowers,
    Share,
    TakenBranch,
)
from layers.operations.arithmetic.node import SHOWN, Expression, Number, OperandCell

__all__ = [
    "SHOWN",
    "Comparison",
    "Difference",
    "Expression",
    "Function",
    "LogOfPowers",
    "Negative",
    "Number",
    "OperandCell",
    "Power",
    "Product",
    "Quotient",
    "Share",
    "Sum",
    "TakenBranch",
]
