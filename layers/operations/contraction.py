"""Sums of products over shared axes: matrix products of any rank, einsum, tensordot."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from layers.operations.arithmetic import Expression, OperandCell, Product, Sum
from layers.operations.op import Index, Op, Spans
from layers.operations.spans import Span, whole

_LETTERS = "bcdefghjklmnpqrstuvwxyz"
"""For batch axes; i, k and o are a matrix product's own, and a is left free."""


@dataclass(frozen=True)
class Contract(Op):
    """Multiply cells that share an index, and add up over what the result lacks.

    Attributes:
        subscripts: one letter an axis, operands separated by commas, then ``->`` and the result's
            letters: ``"bi,io->bo"``. An axis of length 1 broadcasts.
    """

    subscripts: str
    infix: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check that each operand has a letter once, and the result only letters of operands."""
        inputs, arrow, output = self.subscripts.partition("->")
        parts = [*inputs.split(","), output]
        letters = set(inputs) - {","}
        known = all(part == "" or part.isalpha() for part in parts) and set(output) <= letters
        if not arrow or not known or any(len(set(part)) < len(part) for part in parts):
            raise ValueError(
                "A contraction cannot be made: expected subscripts such as 'bi,io->bo', each "
                "letter at most once in an operand and the result's letters among the operands'. "
                f"Received {self.subscripts!r}. Name each axis by a letter of its own."
            )

    @property
    def inputs(self) -> tuple[str, ...]:
        """The letters of each operand."""
        return tuple(self.subscripts.partition("->")[0].split(","))

    @property
    def output(self) -> str:
        """The letters of the result."""
        return self.subscripts.partition("->")[2]

    @property
    def summed(self) -> str:
        """The letters that are added up over, in the order in which operands have them."""
        letters = dict.fromkeys("".join(self.inputs))
        return "".join(letter for letter in letters if letter not in self.output)

    @property
    def noun(self) -> str:
        """``product``; ``sum`` of one operand."""
        return "product" if len(self.inputs) > 1 else "sum"

    @property
    def sign(self) -> str:
        """``·``."""
        return "·" if len(self.inputs) > 1 else "Σ"

    @property
    def says(self) -> str:
        """``matrix product``."""
        if len(self.inputs) == 1:
            return "sum"
        return "matrix product" if self.summed else "multiply cell by cell"

    def evaluate(self, *operands: np.ndarray) -> np.ndarray:
        """Sum the products over the shared axes."""
        with np.errstate(all="ignore"):
            # Two operands at a time are matrix products, which is fast and gives the same sums.
            return np.einsum(self.subscripts, *operands, optimize=len(operands) > 1)

    def spans(self, *operands: np.ndarray) -> tuple[Spans, ...]:
        """Return a row of the left and a column of the right, in any number of axes."""
        return tuple(
            tuple(
                Span(self.output.index(letter)) if letter in self.output and n > 1 else whole(n)
                for letter, n in zip(letters, each.shape, strict=True)
            )
            for letters, each in zip(self.inputs, operands, strict=True)
        )

    def expression(self, index: Index, *operands: np.ndarray) -> Expression:
        """Return the sum of the products, the last of the summed axes the fastest."""
        lengths: dict[str, int] = {}
        for letters, each in zip(self.inputs, operands, strict=True):
            for letter, n in zip(letters, each.shape, strict=True):
                lengths[letter] = max(n, lengths.get(letter, 1)) if n else 0
        fixed = dict(zip(self.output, index, strict=True))
        factors = [
            _cells(number, letters, each, fixed, {c: lengths[c] for c in self.summed})
            for number, (letters, each) in enumerate(zip(self.inputs, operands, strict=True))
        ]
        terms = [Product(term) if len(term) > 1 else term[0] for term in zip(*factors, strict=True)]
        return Sum(tuple(terms)) if self.summed else terms[0]

    def latex(self, *operands: str) -> str:
        r"""Write ``X \;\; W``; ``X \odot W`` where nothing is added up."""
        if len(operands) == 1:
            return rf"\textstyle\sum {operands[0]}"
        return (r" \;\; " if self.summed else r" \odot ").join(operands)


def _cells(
    number: int, letters: str, operand: np.ndarray, fixed: dict[str, int], lengths: dict[str, int]
) -> list[OperandCell]:
    """Return an operand's cells, one for every combination of the summed indices."""
    ranges = [range(length) for length in lengths.values()]
    own = [
        (fixed.get(letter), list(lengths).index(letter) if letter in lengths else -1, n)
        for letter, n in zip(letters, operand.shape, strict=True)
    ]
    found = []
    for at in itertools.product(*ranges):
        index = tuple(
            0 if n == 1 else (at[place] if stays is None else stays) for stays, place, n in own
        )
        found.append(OperandCell(number, index, operand[index]))
    return found


def matmul(
    left_rank: int,
    right_rank: int,
    transpose_left: bool = False,
    transpose_right: bool = False,
) -> Contract:
    """Return the matrix product of the last two axes; leading axes are a batch, as in NumPy.

    >>> matmul(2, 2), matmul(3, 3, transpose_right=True)
    (Contract(subscripts='ik,ko->io'), Contract(subscripts='bik,bok->bio'))
    """
    rank = max(left_rank, right_rank)
    batch = _LETTERS.replace("k", "")[: rank - 2]
    left = batch[rank - left_rank :] + ("ki" if transpose_left else "ik")
    right = batch[rank - right_rank :] + ("ok" if transpose_right else "ko")
    return Contract(f"{left},{right}->{batch}io")


def dense(rank: int) -> Contract:
    """Return the product of the last axis of a tensor of that rank with a matrix's first.

    >>> dense(3)
    Contract(subscripts='bci,io->bco')
    """
    batch = _LETTERS[: rank - 1]
    return Contract(f"{batch}i,io->{batch}o")
