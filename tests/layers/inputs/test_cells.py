import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from layers.catalog.registry import get
from layers.inputs.cells import MAXIMUM_EDITS, Cell, CellField, Edit, EditsField, check_cell
from layers.inputs.fields import BadInputError
from layers.runs.run import run

CELL = CellField(name="cell", default=None)
EDITS = EditsField(name="edits", default=())
SENTENCE = re.compile(r".+: expected .+\. Received .+\. .+[.`\d]", re.DOTALL)

cells = some.builds(
    Cell,
    some.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True),
    some.lists(some.integers(0, 10**6), max_size=5).map(tuple),
)
edits = some.builds(Edit, cells, some.floats(-1e6, 1e6))


@given(cells)
def test_a_cell_reads_back_from_the_link(cell):
    assert CELL.parse(CELL.text(cell)) == cell == CELL.parse(cell)


@given(some.lists(edits, max_size=5).map(tuple))
def test_edits_read_back_from_the_link(made):
    assert EDITS.parse(EDITS.text(made)) == made == EDITS.parse(made)


def test_nothing_is_none():
    assert CELL.parse("") is CELL.parse(None) is None
    assert CELL.text(None) == ""
    assert EDITS.parse("") == ()


@pytest.mark.parametrize(
    "text",
    [
        *("outputs.-1", "outputs.1.", "outputs.x", "Outputs.1", "a b", "x" * 99),
        *("o.1.2.3.4.5.6.7.8.9", "outputs.1234567890"),
    ],
)
def test_what_is_no_cell_gets_a_sentence(text):
    with pytest.raises(BadInputError) as refusal:
        CELL.parse(text)
    assert SENTENCE.fullmatch(str(refusal.value))


@pytest.mark.parametrize(
    "text",
    [
        "inputs.0.0",
        "inputs.0.0=",
        "inputs.0.0=x",
        "inputs.0.0=nan1",
        "inputs.0.0=infinite",
        "inputs.0.0=1e9",
        "=1",
        "inputs.0.0=1,kernel",
        ",".join(["inputs.0.0=1"] * (MAXIMUM_EDITS + 1)),
    ],
)
def test_what_is_no_edit_gets_a_sentence(text):
    with pytest.raises(BadInputError) as refusal:
        EDITS.parse(text)
    assert SENTENCE.fullmatch(str(refusal.value))


def test_as_many_edits_as_are_promised_are_taken_blanks_between_or_not():
    assert len(EDITS.parse(",".join(["inputs.0.0=1"] * MAXIMUM_EDITS))) == MAXIMUM_EDITS
    assert EDITS.parse(" inputs.0.0 = 1, bias.2 =-3 ") == EDITS.parse("inputs.0.0=1,bias.2=-3")


def test_an_edit_without_a_number_is_told_how_one_is_written():
    with pytest.raises(BadInputError, match="`=`, and a number"):
        EDITS.parse("inputs.0.0")


def test_the_last_cell_is_named_where_one_is_beyond_it():
    trace = run(get("linear"), {})
    with pytest.raises(BadInputError, match=r"up to `outputs\.7\.4`"):
        check_cell(trace, Cell("outputs", (8, 0)), ("outputs",))


@pytest.mark.parametrize(
    "text",
    [
        "nowhere.0.0",
        "product.0.0",
        "outputs.8.0",
        "outputs.0.5",
        "outputs.0",
        "outputs",
        "bias.0.0",
    ],
)
def test_a_cell_that_a_run_does_not_show_gets_a_sentence(text):
    trace = run(get("linear"), {})
    shown = ("inputs", "kernel", "bias", "outputs")
    check_cell(trace, Cell("outputs", (7, 4)), shown)
    cell = CELL.parse(text)
    assert cell
    with pytest.raises(BadInputError) as refusal:
        check_cell(trace, cell, shown)
    assert SENTENCE.fullmatch(str(refusal.value))


def test_a_number_that_no_cell_can_hold_is_told_with_its_cell_and_the_links_own_word():
    with pytest.raises(BadInputError, match=r"`edits` .+ in each cell.+'kernel\.0\.1=1e9'"):
        EDITS.parse("inputs.0.0=1,kernel.0.1=1e9")


def test_nan_and_infinities_are_numbers_of_an_edit():
    text = "inputs.0.0=nan,inputs.0.1=inf,inputs.0.2=-inf"
    edits = EDITS.parse(text)
    assert EDITS.text(edits) == text
    assert edits == EDITS.parse("inputs.0.0=NaN, inputs.0.1=+inf,inputs.0.2=-Inf")
    assert hash(edits) == hash(EDITS.parse(text))
