"""Sums of products on the axes that a layer means, not on the two that a matrix has."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from string import ascii_lowercase

from layers.operations.contraction import Contract
from layers.operations.layout import Reshape, Transpose
from layers.traces.rules.rule import rewrites
from layers.traces.trace import Step
from layers.traces.view import StepsByResult

Groups = tuple[tuple[int, ...], ...]


def merged(fine: tuple[int, ...], coarse: tuple[int, ...]) -> Iterator[Groups]:
    """Yield every way in which axes of ``fine`` can be folded into those of ``coarse``.

    There are several only where axes of length one may belong to either neighbour.

    >>> list(merged((2, 3, 4), (6, 4))), list(merged((2, 1, 3), (2, 3)))
    ([((2, 3), (4,))], [((2,), (1, 3)), ((2, 1), (3,))])
    """
    if not coarse:
        if not fine:
            yield ()
        return
    for count in range(1, len(fine) + 1):
        if math.prod(fine[:count]) == coarse[0]:
            for others in merged(fine[count:], coarse[1:]):
                yield (fine[:count], *others)


@rewrites(Contract, Reshape)
def contract_unfolded(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """A product between reshapes that fold axes together is one over the axes themselves.

    So a Dense on any rank, a projection to heads, and ``tensordot`` are one product each.
    """
    if isinstance(step.op, Contract):
        return _unfold(view, step, step)
    product = view.made(step.operands[0], Contract)
    return _unfold(view, product, step) if product else None


def _unfold(view: StepsByResult, product: Step, last: Step) -> tuple[Step, ...] | None:
    op: Contract = product.op  # ty: ignore
    letters = (*op.inputs, op.output)
    coarse = [view.shape(name) for name in (*product.operands, product.result)]
    choices = []
    for name, shape in zip(product.operands, coarse, strict=False):
        reshape = view.made(name, Reshape)
        choices.append(_choices(name, shape, reshape.operands[0] if reshape else None, view))
    if last is product:
        ends = [(product.result, tuple((length,) for length in coarse[-1]))]
    else:
        ends = _choices(product.result, coarse[-1], last.result, view)[:-1]
    for chosen in itertools.product(*choices, ends):
        if last is product and all(
            name == old for (name, _), old in zip(chosen, product.operands, strict=False)
        ):
            continue
        subscripts = _consistent(letters, [groups for _, groups in chosen])
        if subscripts:
            operands = tuple(name for name, _ in chosen[:-1])
            return (replace(last, op=Contract(subscripts), operands=operands),)
    return None


def _choices(
    name: str, shape: tuple[int, ...], fine: str | None, view: StepsByResult
) -> list[tuple[str, Groups]]:
    """Return the ways to see a tensor: through its reshape, and as it is."""
    found: list[tuple[str, Groups]] = []
    if fine is not None:
        # The last axis is the one that a layer means: ones go to the axes before it.
        found += [(fine, groups) for groups in merged(view.shape(fine), shape)][::-1]
    return [*found, (name, tuple((length,) for length in shape))]


def _consistent(letters: tuple[str, ...], groups: list[Groups]) -> str | None:
    """Write the product with a letter for every axis, if each old letter splits in one way."""
    split: dict[str, tuple[int, ...]] = {}
    for part, own in zip(letters, groups, strict=True):
        for letter, group in zip(part, own, strict=True):
            if split.setdefault(letter, group) != group:
                return None
    count = itertools.count()
    new = {letter: [next(count) for _ in group] for letter, group in split.items()}
    if next(count) > len(ascii_lowercase):
        return None
    spelled = [
        "".join(ascii_lowercase[number] for letter in part for number in new[letter])
        for part in letters
    ]
    return ",".join(spelled[:-1]) + "->" + spelled[-1]


@rewrites(Transpose)
def product_turned(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """A transposed product is one with its letters turned."""
    product = view.made(step.operands[0], Contract)
    if not product:
        return None
    op: Contract = product.op  # ty: ignore
    output = "".join(op.output[axis] for axis in step.op.permutation)  # ty: ignore
    subscripts = ",".join(op.inputs) + "->" + output
    return (replace(step, op=Contract(subscripts), operands=product.operands),)


@rewrites(Contract)
def operands_turned(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """A product of transposed operands is one with their letters turned."""
    op: Contract = step.op  # ty: ignore
    parts, operands = list(op.inputs), list(step.operands)
    for at, name in enumerate(step.operands):
        turn = view.made(name, Transpose)
        if turn:
            back = dict(zip(turn.op.permutation, parts[at], strict=True))  # ty: ignore
            parts[at] = "".join(back[axis] for axis in range(len(back)))
            operands[at] = turn.operands[0]
    if tuple(operands) == step.operands:
        return None
    subscripts = ",".join(parts) + "->" + op.output
    return (replace(step, op=Contract(subscripts), operands=tuple(operands)),)


CONTRACTIONS = (contract_unfolded, product_turned, operands_turned)
