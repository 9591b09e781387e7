"""Every layer of the catalogue at its defaults: cells worked out by hand have the run's number."""

import numpy as np
import pytest

from layers.api.explore import explore
from layers.catalog.registry import LAYERS, get
from layers.operations.explain import explain
from layers.traces.trace import wide
from tests.layers.textbook.by_hand import drawn

CELLS = 12


@pytest.mark.parametrize("name", LAYERS.names)
def test_cells_are_explained_with_the_number_that_tensorflow_has(name):
    source = get(name).default_input
    trace = explore(name, {}, batch=None, seed=0, source=source, constant=1.0).trace
    shown = drawn(trace)
    for step in trace.steps:
        values = trace[step.result]
        if (
            not (step.shown and step.op.explained and values.size)
            or values.dtype.kind not in "fiub"
        ):
            continue
        operands = (np.abs(wide(trace[each])).max(initial=0) for each in step.operands)
        tolerance = 3e-5 * max([1.0, *map(float, operands)])
        picked = CELLS if step.result in trace.output_names else 2
        for flat in np.unique(np.linspace(0, values.size - 1, picked).astype(int)):
            index = tuple(int(at) for at in np.unravel_index(flat, values.shape))
            told = explain(trace, step.result, index)
            np.testing.assert_allclose(
                told.value, float(values[index]), rtol=1e-4, atol=tolerance, err_msg=step.result
            )
            assert set(told.sources) <= shown
