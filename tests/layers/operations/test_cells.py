"""Every operation of the table: its arithmetic, and the cells that matter and no others."""

import itertools

import numpy as np
import pytest

from layers.operations.elementwise import Elementwise
from layers.operations.layout import Gather, GatherNd, OneHot
from layers.operations.solving import Solve
from layers.operations.spans import dependents
from tests.layers.operations.cases import CASES, SMALL

BENT = {case.op for case in CASES if case.op.noun == "gradient" and case.op.sign.endswith("′")}
EVERY = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


def made_of(case, index):
    """Return the set of (operand, cell) that the operation names for a cell of its result."""
    return {
        (number, cell)
        for number, axes in enumerate(case.op.sources(index, *case.operands))
        for cell in itertools.product(*axes)
        if number not in case.op.unread(index, *case.operands)
    }


def moves(case, number):
    """Return by how much the cells of an operand are moved."""
    return case.moves if case.operands[number].dtype.kind in "fc" else (1, 2, 3, -1)


def moved(case, number, cell, move):
    """Return the result with one cell of one operand moved."""
    operands = [each.copy() for each in case.operands]
    each = operands[number]
    if each.dtype == bool:
        each[cell] = not each[cell]
    elif np.issubdtype(each.dtype, np.integer):
        each[cell] = (each[cell] + move) % case.limit
    else:
        each[cell] += move * (1 + 1j) if each.dtype.kind == "c" else move
    return case.op.evaluate(*operands)


def _wide(values):
    return values.astype(complex if np.iscomplexobj(values) else float)


def matters(case):
    """Return, by cell of the result, the set of (operand, cell) that change it: by trying."""
    result = case.op.evaluate(*case.operands)
    found = {index: set() for index in np.ndindex(*result.shape)}
    for number, each in enumerate(case.operands):
        for cell in np.ndindex(*each.shape):
            changed = np.zeros(result.shape, bool)
            for move in moves(case, number):
                other = moved(case, number, cell, move)
                changed |= ~np.isclose(
                    _wide(other), _wide(result), rtol=1e-9, atol=1e-9, equal_nan=True
                )
            for index in zip(*np.nonzero(changed), strict=True) if changed.ndim else ():
                found[tuple(int(at) for at in index)].add((number, cell))
            if not changed.ndim and changed:
                found[()].add((number, cell))
    return found


@EVERY
def test_the_arithmetic_of_every_cell_comes_to_its_value(case):
    result = case.op.evaluate(*case.operands)
    for index in np.ndindex(*result.shape):
        value = case.op.expression(index, *case.operands).value
        # Float64 throughout; only the order of the sums differs.
        np.testing.assert_allclose(value, _wide(result[index]), rtol=1e-9, atol=1e-12)


@EVERY
def test_evaluating_leaves_the_operands_as_they_were(case):
    copies = [np.array(operand) for operand in case.operands]
    for copy in copies:
        copy.setflags(write=False)  # an operation that writes into one fails
    np.testing.assert_array_equal(case.op.evaluate(*copies), case.op.evaluate(*case.operands))


@EVERY
def test_the_cells_named_are_those_that_matter(case):
    for index, expected in matters(case).items():
        if case.id == "hsv-to-rgb":  # the largest channel is the value, whatever the hue
            assert made_of(case, index) >= expected
        else:
            assert made_of(case, index) == expected, index


@EVERY
def test_the_cells_that_a_cell_helps_to_make_are_the_inverse(case):
    result = case.op.evaluate(*case.operands)
    spans = case.op.spans(*case.operands)
    makes = {}
    for index in np.ndindex(*result.shape):
        for source in made_of(case, index):
            makes.setdefault(source, set()).add(index)
    for number, each in enumerate(case.operands):
        for cell in np.ndindex(*each.shape):
            expected = makes.get((number, cell), set())
            found = dependents(spans[number], cell, each.shape, result.shape)
            if (
                case.id in {"count", "stack-numbers", "where-numbers", "where-number"}
                and not each.ndim
            ):
                assert expected <= set(itertools.product(*found))  # see Op.unread
                continue
            if expected:
                hull = [tuple(sorted(set(axis))) for axis in zip(*expected, strict=True)]
                assert list(found) == hull
            else:
                assert not list(itertools.product(*found)) or result.ndim == 0


@EVERY
def test_the_arithmetic_reads_the_cells_that_are_named(case):
    result = case.op.evaluate(*case.operands)
    for index in np.ndindex(*result.shape):
        leaves = {
            (leaf.operand, leaf.index)
            for leaf in case.op.expression(index, *case.operands).leaves()
        }
        # What says the place, the side of a bend or the inverse is no number in the sum.
        if isinstance(case.op, Gather | GatherNd | OneHot | Solve) or case.op in BENT:
            assert leaves <= made_of(case, index)
        elif case.op == Elementwise("where") or case.moves == SMALL:  # nor what was not taken
            assert leaves >= made_of(case, index) - {(0, index), (0, ())}
        else:
            assert leaves == made_of(case, index)


@EVERY
def test_an_operation_is_compared_hashed_and_named(case):
    assert hash(case.op) == hash(case.op)
    assert case.op.noun.isidentifier()
    assert case.op.noun == case.op.noun.lower()
    assert case.op.sign
    assert case.op.says
    assert case.op.latex(*"XYZUV"[: len(case.operands)])
