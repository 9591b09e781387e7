"""Which cells make which, small enough to be sent."""

import numpy as np
import pytest

from layers.operations.layout import Gather
from layers.operations.pooling import MaxPool
from layers.operations.spans import Span, Table
from layers.traces import cells
from layers.traces.cells import step_cells
from tests.layers.traces.by_hand import traced

IMAGE = np.random.default_rng(0).normal(size=(1, 4, 6, 2)).astype("float32")
POOL = MaxPool((2, 2), (2, 2), ((0, 0), (0, 0)))


def pooled():
    return traced({"inputs": IMAGE}, [(POOL, ("inputs",), "outputs")])


def test_of_a_maximum_the_cell_that_was_taken_is_told():
    trace = pooled()
    (image,) = step_cells(trace, trace.steps[0]).operands
    assert (image.name, image.shape) == ("inputs", IMAGE.shape)
    row, column = (span.starts[0, 1, 2, 1] for span in image.spans if isinstance(span, Table))
    assert IMAGE[0, row, column, 1] == IMAGE[0, 2:4, 4:6, 1].max()


def test_where_the_table_would_be_too_large_the_window_is(monkeypatch):
    monkeypatch.setattr(cells, "LARGEST_TABLE", 11)
    trace = pooled()
    (image,) = step_cells(trace, trace.steps[0]).operands
    assert image.spans == (Span(0), Span(1, 2, 2), Span(2, 2, 2), Span(3))


@pytest.mark.parametrize(("largest", "told"), [(3, True), (2, False)])
def test_another_large_table_is_left_out(monkeypatch, largest, told):
    monkeypatch.setattr(cells, "LARGEST_TABLE", largest)
    rows, chosen = np.arange(8.0).reshape(4, 2), np.array([3, 0, 1])
    trace = traced({"inputs": rows, "ids": chosen}, [(Gather(0), ("inputs", "ids"), "outputs")])
    names = [operand.name for operand in step_cells(trace, trace.steps[0]).operands]
    assert ("inputs" in names) == told
    assert "ids" in names
