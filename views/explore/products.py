"""Whether the drawn planes of a product are an equation, and how it is written so that they are.

A product of tensors of many axes is drawn as one plane of each. That is a product of matrices where
the axis that is added up over runs across the left one and down the right one. Where it runs the
other way, a matrix stands transposed; what is added up over besides, and is a slider, is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from layers.operations.contraction import Contract
from layers.traces.rows import ProductNotation
from layers.traces.trace import Step, Trace
from views.explore.planes import AUTO, plane_of


@dataclass(frozen=True)
class _Drawn:
    """Letters of a product's operand or result: of the axes that run down and across, and others.

    Axes of length 1 are left out.
    """

    down: str
    across: str
    at: Mapping[str, int]


def products(
    trace: Trace,
    steps: Iterable[Step],
    at: Mapping[str, int],
    rows: str = AUTO,
    columns: str = AUTO,
) -> dict[str, ProductNotation]:
    """Return how products are written, by their results; those that need nothing are left out.

    Args:
        trace: the run.
        steps: the operations that are drawn.
        at: word → index of the axes that are not drawn.
        rows: the word that was chosen to run down.
        columns: the word that was chosen to run across.
    """
    found = {}
    for step in steps:
        if isinstance(step.op, Contract) and len(step.op.inputs) == 2 and step.op.summed:
            letters = (*step.op.inputs, step.op.output)
            drawn = [
                _drawn(trace, name, own, at, rows, columns)
                for name, own in zip((*step.operands, step.result), letters, strict=True)
            ]
            words = _words(trace, step)
            written = _written(step.op, *drawn, words)
            if written != ProductNotation():
                found[step.result] = written
    return found


def _drawn(
    trace: Trace, name: str, letters: str, at: Mapping[str, int], rows: str, columns: str
) -> _Drawn:
    tensor = trace.tensors[name]
    shape = tensor.values.shape
    long = [letter if length > 1 else "" for letter, length in zip(letters, shape, strict=True)]
    if len(shape) < 2:
        return _Drawn("", "".join(long), {})
    plane = plane_of(tensor, at, rows, columns)
    others = {long[axis]: place for axis, place in plane.at.items() if long[axis]}
    return _Drawn(long[plane.row_axis], long[plane.column_axis], others)


def _words(trace: Trace, step: Step) -> dict[str, str]:
    """Return what each letter's axis is called, by the first operand that has it."""
    words: dict[str, str] = {}
    for name, letters in zip(step.operands, step.op.inputs, strict=True):  # ty: ignore
        for letter, word in zip(letters, trace.tensors[name].axes, strict=True):
            words.setdefault(letter, word)
    return words


def _written(
    op: Contract, left: _Drawn, right: _Drawn, result: _Drawn, words: Mapping[str, str]
) -> ProductNotation:
    summed = tuple(letter for letter in op.summed if _long(letter, left, right))
    named = tuple(words[letter] for letter in summed)
    across = [letter for letter in summed if letter in (left.down, left.across)]
    both = [letter for letter in across if letter in (right.down, right.across)]
    if not summed:
        return ProductNotation()
    if len(both) != 1 or len(across) != 1:
        return ProductNotation(sums=named, is_equation=False)
    (shared,) = both
    others = [letter for letter in summed if letter != shared]
    down = left.across if left.down == shared else left.down
    along = right.down if right.across == shared else right.across
    # A column is drawn as a line where it is all there is.
    planes = ((down, along), *(((along, down),) if not (along and down) else ()))
    fits = (
        (result.down, result.across) in planes
        and all(letter in left.at and letter in right.at for letter in others)
        and not _elsewhere(left, result, op.summed)
        and not _elsewhere(right, result, op.summed)
    )
    if not fits:
        return ProductNotation(sums=named, is_equation=False)
    return ProductNotation(
        sums=tuple(words[letter] for letter in others),
        turned=(left.down == shared, right.across == shared),
    )


def _long(letter: str, *drawn: _Drawn) -> bool:
    return any(letter in (each.down, each.across, *each.at) for each in drawn)


def _elsewhere(operand: _Drawn, result: _Drawn, summed: str) -> bool:
    """Say whether an axis of an operand stands at one index, and in the result not at that."""
    return any(
        letter not in summed and result.at.get(letter) != place
        for letter, place in operand.at.items()
    )
