"""Spans in the browser, both ways, for every cell: against what moving a cell changes."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from tests.spans_table import CASES, Case

# For each cell of the result the operand's cells, and the other way, as lists of indices per axis.
EVERY_CELL = """async ([spans, shape, result]) => {
  const { dependencyRuns, dependentCells } = await import("/spans.js");
  const { indicesOf } = await import("/runs.js");
  const along = (index, length) => Array.from({ length }, (_, at) => [...index, at]);
  const every = (shape) =>
    shape.reduce((all, length) => all.flatMap((index) => along(index, length)), [[]]);
  const one = (index) => index.map((at) => [[at, at + 1]]);
  return {
    from: every(result).map((index) =>
      spans.map((span, axis) => indicesOf(dependencyRuns(span, one(index), shape[axis])))),
    to: every(shape).map((index) => dependentCells(spans, one(index), result).map(indicesOf)),
  };
}"""
PART = """async ([spans, shape, part]) => {
  const { dependencyRuns } = await import("/spans.js");
  const { indicesOf } = await import("/runs.js");
  return spans.map((span, axis) => indicesOf(dependencyRuns(span, part, shape[axis])));
}"""
DEPENDENTS = """async ([spans, part, result]) => {
  const { dependentCells } = await import("/spans.js");
  const { indicesOf } = await import("/runs.js");
  return dependentCells(spans, part, result).map(indicesOf);
}"""


def product(axes: list[list[int]]) -> set[tuple[int, ...]]:
    return set(itertools.product(*axes))


def cells_of(mask: np.ndarray) -> set[tuple[int, ...]]:
    return {tuple(index) for index in np.argwhere(mask).tolist()}


def hull(mask: np.ndarray) -> list[list[int]]:
    """Return the smallest product that holds the marked cells."""
    return [sorted(set(axis.tolist())) for axis in np.nonzero(mask)] if mask.ndim else []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_cell_of_an_operation_is_followed_both_ways(page: Page, case: Case):
    makes = case.makes()
    result = makes.shape[: makes.ndim - len(case.shape)]
    found = page.evaluate(EVERY_CELL, [case.spans, case.shape, result])
    for index, axes in zip(np.ndindex(*result), found["from"], strict=True):
        assert product(axes) == cells_of(makes[index]), f"what makes {index}"
    for index, axes in zip(np.ndindex(*case.shape), found["to"], strict=True):
        assert axes == hull(makes[(..., *index)]), f"what {index} makes"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_parts_hold_what_their_cells_hold(page: Page, case: Case):
    makes = case.makes()
    rank = makes.ndim - len(case.shape)
    random = np.random.default_rng(1)
    part = [sorted(random.choice(n, size=min(n, 2), replace=False)) for n in makes.shape[:rank]]
    runs = [[[int(at), int(at) + 1] for at in axis] for axis in part]
    made = makes[np.ix_(*part)].any(axis=tuple(range(rank)))
    assert page.evaluate(PART, [case.spans, case.shape, runs]) == hull(made)
    part = [sorted(random.choice(n, size=min(n, 2), replace=False)) for n in case.shape]
    runs = [[[int(at), int(at) + 1] for at in axis] for axis in part]
    every = [range(n) for n in makes.shape[:rank]]
    used = makes[np.ix_(*every, *part)].any(axis=tuple(range(rank, makes.ndim)))
    found = page.evaluate(DEPENDENTS, [case.spans, runs, makes.shape[:rank]])
    assert cells_of(used) <= product(found)
    assert found == hull(used) or not used.any()


@st.composite
def spans(draw: st.DrawFn) -> tuple[list[Any], list[int], list[int]]:
    """Draw spans of any form, with the operand's and the result's shape."""
    lengths = st.integers(1, 5)
    result = draw(st.lists(lengths, min_size=1, max_size=3))
    shape = draw(st.lists(lengths, min_size=1, max_size=3))
    axes = st.integers(0, len(result) - 1)
    terms = st.lists(
        st.tuples(axes, st.integers(-3, 7)), min_size=1, max_size=3, unique_by=lambda t: t[0]
    )
    small = st.integers(1, 3)
    affine = st.tuples(
        st.one_of(st.none(), axes, terms),
        small,
        st.integers(-3, 3),
        st.integers(-4, 6),
        small,
        st.integers(0, 4),
        small,
    )

    @st.composite
    def tables(draw: st.DrawFn) -> dict[str, Any]:
        own = draw(st.lists(axes, min_size=1, max_size=2, unique=True))
        size = [result[axis] for axis in own]
        count = int(np.prod(size))
        numbers = lambda low: np.reshape(  # noqa: E731 (two lists of one shape)
            draw(st.lists(st.integers(low, 4), min_size=count, max_size=count)), size
        ).tolist()
        return {"axes": own, "starts": numbers(-2), "sizes": numbers(0), "step": draw(small)}

    forms = st.one_of(st.none(), axes, affine.map(list), tables())
    return [draw(forms) for _ in shape], shape, result


def place(span: Any, index: tuple[int, ...], length: int) -> set[int]:
    """Return a span's cells by its definition in ``browser/spans.js``."""
    if span is None:
        return set(range(length))
    if isinstance(span, dict):
        at = tuple(index[axis] for axis in span["axes"])
        start, size = np.array(span["starts"])[at], np.array(span["sizes"])[at]
        step = span["step"]
    else:
        axis, size, stride, offset, every, wrap, step = (
            span if isinstance(span, list) else [span, 1, 1, 0, 1, 0, 1]
        )
        pairs = [] if axis is None else [(axis, 1)] if isinstance(axis, int) else axis
        v = sum(index[a] * weight for a, weight in pairs) // every
        start = offset + stride * (v % wrap if wrap else v)
    return {int(start + step * k) for k in range(size)} & set(range(length))


@settings(max_examples=150)
@given(spans())
def test_spans_of_any_form(page: Page, drawn: tuple[list[Any], list[int], list[int]]):
    table, shape, result = drawn
    makes = np.zeros((*result, *shape), bool)
    for index in np.ndindex(*result):
        parts = [sorted(place(span, index, n)) for span, n in zip(table, shape, strict=True)]
        makes[index][np.ix_(*parts)] = True
    found = page.evaluate(EVERY_CELL, [table, shape, result])
    for index, axes in zip(np.ndindex(*result), found["from"], strict=True):
        assert product(axes) == cells_of(makes[index])
    for index, axes in zip(np.ndindex(*shape), found["to"], strict=True):
        assert axes == hull(makes[(..., *index)])
