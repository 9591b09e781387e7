import pickle
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest

from layers.api import explore as explore_api
from layers.catalog.registry import LAYERS, NAMES, get
from layers.inputs.fields import BadInputError
from layers.inputs.sources import SOURCES
from layers.runs.run import run


def explored(name, values=None, **named):
    arguments: dict[str, Any] = {
        "batch": None,
        "seed": 3,
        "source": "normal",
        "constant": 1.0,
        **named,
    }
    return explore_api.explore(name, values or {}, **arguments)


def arrays_in(thing):
    if isinstance(thing, np.ndarray):
        return [thing]
    if is_dataclass(thing):
        return [a for f in fields(thing) for a in arrays_in(getattr(thing, f.name))]
    if isinstance(thing, dict):
        return [a for value in thing.values() for a in arrays_in(value)]
    if isinstance(thing, tuple):
        return [a for value in thing for a in arrays_in(value)]
    return []


@pytest.mark.parametrize("name", NAMES)
def test_an_exploration_crosses_to_the_pages_unchanged_and_read_only(name):
    sent = explored(name)
    came = pickle.loads(pickle.dumps(sent))  # noqa: S301 our own bytes
    assert len(arrays_in(sent)) >= len(sent.trace.tensors) + len(sent.weights)
    for ours, theirs in zip(arrays_in(sent), arrays_in(came), strict=True):
        np.testing.assert_array_equal(theirs, ours)
        assert not ours.flags.writeable
        assert not theirs.flags.writeable
    assert (came.formulas, came.code) == (sent.formulas, sent.code)
    assert (came.parameters, came.invariants, came.notes) == (
        sent.parameters,
        sent.invariants,
        sent.notes,
    )


@pytest.mark.parametrize("name", NAMES)
def test_an_exploration_is_the_run_and_what_is_said_of_it(name):
    whole = explored(name)
    left = run(get(name), {}, seed=3, source="normal")
    assert list(whole.trace.tensors) == list(left.tensors)
    for tensor in left.tensors:
        np.testing.assert_array_equal(whole.trace[tensor], left[tensor])
    assert whole.disagreement == left.disagreement()
    assert [result.sentence for result in whole.invariants] == [
        p.sentence for p in get(name).invariants
    ]
    assert whole.nbytes >= sum(tensor.values.nbytes for tensor in left.tensors.values())


def test_an_unknown_layer_and_a_bad_value_are_refused():
    with pytest.raises(BadInputError, match="The layer cannot be shown"):
        explored("LSTM")
    with pytest.raises(BadInputError, match="`units` cannot be used"):
        explored("linear", {"units": 0})


def test_what_an_earlier_run_left_behind_changes_nothing():
    first = explored("running_sum", {"calls": 2})
    for name in NAMES:
        explored(name, source="ones")
    again = explored("running_sum", {"calls": 2})
    assert again.code == first.code
    np.testing.assert_array_equal(again.trace["total"], first.trace["total"])


def test_a_result_comes_with_the_milliseconds_it_took():
    result, spent = explore_api.timed(explore_api.describe)
    assert result == tuple(spec.describe() for spec in LAYERS)
    assert 0 < spent < 60_000


def test_an_uploaded_array_is_read_only():
    array = explore_api.read_array("table.csv", b"1,2\n3,4\n")
    np.testing.assert_array_equal(array, [[1, 2], [3, 4]])
    assert not array.flags.writeable


def test_every_named_source_can_be_explored():
    for source in ("example", *SOURCES):
        assert explored("linear", source=source).disagreement < 1e-5  # float32 sums of ten
