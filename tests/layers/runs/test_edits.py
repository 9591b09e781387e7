import contextlib
import io
import re
from typing import Any

import numpy as np
import pytest

from layers.api import explore as explore_api
from layers.catalog.registry import NAMES, POSTS, get
from layers.inputs.cells import Cell, Edit, EditsField
from layers.inputs.fields import BadInputError
from layers.runs.run import run

EDITS = EditsField(name="edits", default=())
SENTENCE = re.compile(r".+: expected .+\. Received .+\. .+[.`\d]", re.DOTALL)


def edited(name, text, values=None, **named):
    arguments: dict[str, Any] = {"batch": None, "seed": 3, "source": "normal", "constant": 1.0}
    return explore_api.explore(name, values or {}, **arguments | named, edits=EDITS.parse(text))


def stored_cells(spec):
    """The last cell of the input and of every weight that is stored."""
    trace = run(spec, {}, source="normal")
    copied = {step.result for step in trace.steps if step.op.copies}
    for name, tensor in trace.tensors.items():
        if tensor.role in ("input", "weight") and name not in copied:
            yield Cell(name, tuple(length - 1 for length in tensor.values.shape))


@pytest.mark.parametrize(
    ("name", "cell"), [(spec.name, cell) for spec in POSTS for cell in stored_cells(spec)], ids=str
)
def test_one_number_changes_and_tensorflow_goes_on_with_it(name, cell):
    before, after = edited(name, ""), edited(name, f"{cell}=2.5")
    assert after.refused == ()
    assert after.edits == (Edit(cell, 2.5),)
    changed = before.trace[cell.tensor].copy()
    changed[cell.index] = 2.5
    np.testing.assert_array_equal(after.trace[cell.tensor], changed)
    roles = ("input", "weight", "constant")
    stored = [n for n, t in before.trace.tensors.items() if t.role in roles]
    copied = {step.result for step in before.trace.steps if step.op.copies}
    for other in set(stored) - {cell.tensor} - copied:
        np.testing.assert_array_equal(after.trace[other], before.trace[other], err_msg=other)
    results = [step.result for step in before.trace.steps]  # a relu may hide it from the last one
    assert any(not np.array_equal(after.trace[x], before.trace[x]) for x in results)
    assert after.disagreement < 1e-4  # of numbers up to 100, redone from the changed ones


def test_the_outputs_are_those_of_the_changed_numbers():
    run_ = edited("linear", "kernel.2.1=-4,inputs.0.2=10,bias.1=0.5", {"features": 3, "units": 2})
    inputs, kernel = run_.trace["inputs"], run_.trace["kernel"]
    assert (inputs[0, 2], kernel[2, 1], run_.trace["bias"][1]) == (10, -4, 0.5)
    np.testing.assert_allclose(
        run_.trace["outputs"], inputs @ kernel + [0, 0.5], rtol=1e-5, atol=1e-6
    )


def test_tied_cells_are_one_number():
    run_ = edited("repeated_dense", "kernel_repeated.3.4=2,bias_repeated.1=5")
    assert run_.edits == (Edit(Cell("kernel", (3, 0)), 2.0), Edit(Cell("bias", ()), 5.0))
    assert (run_.trace["kernel_repeated"][3] == 2).all()
    assert (run_.trace["bias_repeated"] == 5).all()
    assert all(result.holds for result in run_.invariants if result.measured is not None)


def test_the_last_number_put_into_a_cell_counts():
    run_ = edited("linear", "bias.0=1,bias.0=2")
    assert run_.edits == (Edit(Cell("bias", (0,)), 2.0),)
    assert run_.trace["bias"][0] == 2


def test_every_call_is_fed_the_changed_input():
    run_ = edited(
        "running_sum", "inputs.0.0=7", {"features": 2, "calls": 3}, source="ones", batch=2
    )
    np.testing.assert_array_equal(run_.trace.history, [[8, 2], [16, 4], [24, 6]])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("center_zero", "mask.0.0=1"),
        ("running_sum", "total.0=1"),
        ("running_sum", "total_before.0=1"),
        ("linear", "outputs.0.0=1"),
        ("linear", "nowhere.0=1"),
        ("linear", "kernel.10.0=1"),
        ("linear", "kernel.0=1"),
        ("repeated_dense", "kernel_repeated.0.5=1"),
    ],
)
def test_what_is_not_stored_gets_a_sentence_and_changes_nothing(name, text):
    run_ = edited(name, f"{text},inputs.0.0=9")
    assert len(run_.refused) == 1
    assert SENTENCE.fullmatch(run_.refused[0])
    assert run_.edits == (Edit(Cell("inputs", (0, 0)), 9.0),)
    with pytest.raises(BadInputError, match="expected"):
        run(get(name), {}, edits=EDITS.parse(text))


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("center_zero", "mask.0.0=1", "a cell of inputs. Received `mask.0.0`, a constant"),
        ("running_sum", "total.0=1", "a cell of inputs. Received `total.0`, a state"),
        ("linear", "kernel.10.0=1", "an index up to `kernel.9.4`. Received `kernel.10.0`"),
    ],
)
def test_what_can_be_edited_instead_is_named(name, text, says):
    assert says in edited(name, text).refused[0]


def test_the_same_refusal_is_said_once():
    assert len(edited("linear", "nowhere.0=1,nowhere.0=2,nowhere.1=2").refused) == 2


def test_an_array_of_the_visitors_own_is_left_as_it_was():
    array = np.ones((2, 10), "float32")
    run_ = edited("linear", "inputs.0.0=9", source=array)
    assert run_.trace["inputs"][0, 0] == 9
    assert (array == 1).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_code_prints_the_numbers_of_the_changed_run(name):
    cells = ",".join(f"{cell}=1.25" for cell in stored_cells(get(name)))
    run_ = edited(name, cells)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(run_.code, f"<{name}>", "exec"), {})  # noqa: S102 (a fresh interpreter takes 8 s)
    assert printed.getvalue() == f"{run_.trace['outputs']}\n"
