"""Operations whose cells are known: a NumPy function, and the spans as the browser gets them.

What makes what is found by moving one cell of the operand at a time and looking at what changes.
Neither Python's spans nor the browser's are asked.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Index = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One operation on one operand.

    Attributes:
        name: for the test's report.
        function: of an operand to a result, float64.
        shape: of the operand.
        spans: of the operand, one an axis, as ``browser/wire.d.ts`` has them.
    """

    name: str
    function: Callable[[np.ndarray], np.ndarray]
    shape: Index
    spans: list[Any]

    def makes(self) -> np.ndarray:
        """Return whether an operand's cell makes a result's: bool (*result shape, *shape)."""
        values = np.random.default_rng(0).normal(size=self.shape)
        result = self.function(values)
        makes = np.zeros((*result.shape, *self.shape), bool)
        for index in np.ndindex(*self.shape):
            moved = values.copy()
            moved[index] += 1e3  # so large that it is the largest of every window
            makes[(..., *index)] = self.function(moved) != result
        return makes


def convolved(x: np.ndarray, size: int, stride: int, dilation: int, before: int) -> np.ndarray:
    """Convolve the first axis, padded with zeros, with weights that are all different."""
    weights = np.arange(1.0, size + 1)
    padded = np.pad(x, [(before, before + size * dilation)] + [(0, 0)] * (x.ndim - 1))
    count = -(-len(x) // stride)
    rows = [
        sum(weights[k] * padded[i * stride + k * dilation] for k in range(size))
        for i in range(count)
    ]
    return np.array(rows)


def transposed_convolution(x: np.ndarray, size: int, stride: int) -> np.ndarray:
    """Spread every cell over ``size`` cells of the result, ``stride`` apart."""
    result = np.zeros((len(x) - 1) * stride + size)
    for i, value in enumerate(x):
        result[i * stride : i * stride + size] += value * np.arange(1.0, size + 1)
    return result


def spread(length: int, size: int, stride: int) -> dict[str, Any]:
    """Return the table of a transposed convolution, found cell by cell."""
    makers = [
        [i for i in range(length) if i * stride <= at < i * stride + size]
        for at in range((length - 1) * stride + size)
    ]
    starts = [own[0] if own else 0 for own in makers]
    return {"axes": [0], "starts": starts, "sizes": [len(own) for own in makers]}


ROWS = np.array([[2, 0, 2], [1, 1, 3]])
MATRIX = np.arange(1.0, 21).reshape(4, 5)

CASES = (
    Case(name="the same cell", function=np.tanh, shape=(3, 4), spans=[0, 1]),
    Case(
        name="a transpose",
        function=lambda x: x.transpose(2, 0, 1),
        shape=(2, 3, 4),
        spans=[1, 2, 0],
    ),
    Case(name="a sum", function=lambda x: x.sum(1), shape=(3, 4), spans=[0, None]),
    Case(name="a sum of all", function=lambda x: x.sum(), shape=(3, 4), spans=[None, None]),
    Case(
        name="a matrix product's left", function=lambda x: x @ MATRIX, shape=(3, 4), spans=[0, None]
    ),
    Case(
        name="a matrix product's right",
        function=lambda x: MATRIX @ x,
        shape=(5, 3),
        spans=[None, 1],
    ),
    Case(
        name="a broadcast", function=lambda x: x + np.zeros((3, 4)), shape=(1, 4), spans=[None, 1]
    ),
    Case(name="the first half", function=lambda x: x[:3], shape=(6,), spans=[[0]]),
    Case(name="the second half", function=lambda x: x[3:], shape=(6,), spans=[[0, 1, 1, 3]]),
    Case(name="every third", function=lambda x: x[1::3], shape=(11,), spans=[[0, 1, 3, 1]]),
    Case(name="one row", function=lambda x: x[2] * 2, shape=(4, 3), spans=[[None, 1, 1, 2], 0]),
    Case(name="backwards", function=lambda x: x[::-1], shape=(7,), spans=[[0, 1, -1, 6]]),
    Case(
        name="every second, backwards",
        function=lambda x: x[6::-2],
        shape=(8,),
        spans=[[0, 1, -2, 6]],
    ),
    Case(
        name="a padded row",
        function=lambda x: np.pad(x, (2, 3)),
        shape=(4,),
        spans=[[0, 1, 1, -2]],
    ),
    *(
        Case(
            name=f"a window of {size}, stride {stride}, dilation {dilation}, padding {before}",
            function=lambda x, s=size, t=stride, d=dilation, b=before: convolved(x, s, t, d, b),
            shape=(9, 2),
            spans=[[0, size, stride, -before, 1, 0, dilation], 1],
        )
        for size, stride, dilation, before in itertools.product(
            (1, 2, 3), (1, 2, 4), (1, 2, 3), (0, 2)
        )
    ),
    Case(
        name="a pool that looks backwards",
        function=lambda x: convolved(x[::-1], 3, 2, 2, 1),
        shape=(9,),
        # The last of its cells stands where the first would, seen from the other end.
        spans=[[0, 3, -2, 9 - 1 + 1 - 4, 1, 0, 2]],
    ),
    Case(
        name="each cell three times",
        function=lambda x: np.repeat(x, 3),
        shape=(4,),
        spans=[[0, 1, 1, 0, 3]],
    ),
    Case(
        name="a sum of pairs, each twice",
        function=lambda x: np.repeat(x[::2] + x[1::2], 2),
        shape=(6,),
        spans=[[0, 2, 2, 0, 2]],
    ),
    Case(
        name="three times in a row",
        function=lambda x: np.tile(x, 3),
        shape=(4,),
        spans=[[0, 1, 1, 0, 1, 4]],
    ),
    Case(
        name="each cell twice, three times in a row",
        function=lambda x: np.tile(np.repeat(x, 2), 3),
        shape=(4,),
        spans=[[0, 1, 1, 0, 2, 4]],
    ),
    Case(
        name="flattened",
        function=np.ravel,
        shape=(2, 3, 4),
        spans=[[0, 1, 1, 0, 12, 2], [0, 1, 1, 0, 4, 3], [0, 1, 1, 0, 1, 4]],
    ),
    Case(
        name="unflattened",
        function=lambda x: x.reshape(2, 3, 4),
        shape=(24,),
        spans=[[[[0, 12], [1, 4], [2, 1]]]],
    ),
    Case(
        name="reshaped across its axes",
        function=lambda x: x.reshape(4, 6),
        shape=(3, 8),
        spans=[[[[0, 6], [1, 1]], 1, 1, 0, 8, 3], [[[0, 6], [1, 1]], 1, 1, 0, 1, 8]],
    ),
    Case(
        name="pairs along a diagonal",
        function=lambda x: np.array(
            [[x[2 * i + j] + x[2 * i + j + 1] for j in range(3)] for i in range(3)]
        ),
        shape=(8,),
        spans=[[[[0, 2], [1, 1]], 2]],
    ),
    Case(name="a diagonal", function=np.diagonal, shape=(4, 4), spans=[0, 0]),
    Case(
        name="rows that are looked up",
        function=lambda x: x[ROWS],
        shape=(4, 3),
        spans=[{"axes": [0, 1], "starts": ROWS.tolist(), "sizes": 1, "step": 1}, 2],
    ),
    Case(
        name="a running sum",
        function=np.cumsum,
        shape=(5,),
        spans=[{"axes": [0], "starts": [0] * 5, "sizes": [1, 2, 3, 4, 5]}],
    ),
    Case(
        name="a running sum, without its own cell",
        function=lambda x: np.cumsum(np.append(0.0, x[:-1])),
        shape=(5,),
        spans=[{"axes": [0], "starts": [0] * 5, "sizes": [0, 1, 2, 3, 4]}],
    ),
    Case(
        name="every second cell up to its own",
        function=lambda x: np.array([x[i % 2 : i + 1 : 2].sum() for i in range(6)]),
        shape=(6,),
        spans=[{"axes": [0], "starts": [0, 1] * 3, "sizes": [1, 1, 2, 2, 3, 3], "step": 2}],
    ),
    *(
        Case(
            name=f"a transposed window of {size}, stride {stride}",
            function=lambda x, s=size, t=stride: transposed_convolution(x, s, t),
            shape=(4,),
            spans=[spread(4, size, stride)],
        )
        for size, stride in itertools.product((1, 2, 3, 5), (1, 2, 3))
    ),
)
