"""Every operation's spans: the browser names the same cells as Python, for every cell both ways."""

from __future__ import annotations

import json

import numpy as np
import pytest
from playwright.sync_api import Page

from layers.operations.spans import as_data, dependents
from tests.browser.units.test_spans import EVERY_CELL
from tests.layers.operations.cases import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_browser_names_the_cells_that_python_names(page: Page, case: Case):
    result = case.op.evaluate(*case.operands).shape
    spans = case.op.spans(*case.operands)
    sources = {index: case.op.sources(index, *case.operands) for index in np.ndindex(*result)}
    for number, (own, operand) in enumerate(zip(spans, case.operands, strict=True)):
        shape = operand.shape
        sent = [as_data(span, length) for span, length in zip(own, shape, strict=True)]
        found = page.evaluate(EVERY_CELL, [json.loads(json.dumps(sent)), shape, result])
        for index, axes in zip(np.ndindex(*result), found["from"], strict=True):
            expected = [list(axis) for axis in sources[index][number]]
            assert axes == expected, f"operand {number}, what makes {index}"
        for index, axes in zip(np.ndindex(*shape), found["to"], strict=True):
            expected = [list(axis) for axis in dependents(own, index, shape, result)]
            assert axes == expected, f"operand {number}, what {index} makes"
