import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from layers.catalog.registry import POSTS, get
from layers.inputs.description import MismatchError
from layers.inputs.fields import BadInputError
from layers.inputs.sources import NORMAL, SOURCES
from layers.runs.run import run

LINEAR = get("linear")


def never(*_arguments):
    pytest.fail("something was made of a size that should have been refused")


def test_what_is_left_out_is_the_default():
    left = run(LINEAR, {})
    spelled = run(
        LINEAR,
        {field.name: field.default for field in LINEAR.fields},
        batch=8,
        seed=0,
        source="example",
    )
    for name in left.tensors:
        np.testing.assert_array_equal(left[name], spelled[name])


def test_values_may_come_as_the_link_writes_them():
    typed = run(LINEAR, {"units": 7, "use_bias": False}, batch=3, seed=5, source="normal")
    link: dict[str, Any] = {"batch": "3", "seed": "5"}
    linked = run(LINEAR, {"units": "7", "use_bias": "off"}, source="normal", **link)
    np.testing.assert_array_equal(linked["outputs"], typed["outputs"])


@pytest.mark.parametrize("source", SOURCES)
def test_a_named_source_is_what_goes_in(source):
    left = run(LINEAR, {"features": 4}, batch=3, seed=11, source=source, constant=-1.5)
    np.testing.assert_array_equal(left["inputs"], SOURCES[source].make((3, 4), 11, -1.5))


def test_the_example_is_the_layers_own_input():
    for spec in POSTS:
        left = run(spec, {}, seed=3, source="example")
        made = spec.example_input.make(spec.full_shape({}, None), 3, 1.0)
        np.testing.assert_array_equal(left["inputs"], made)


@pytest.mark.parametrize("dtype", ["float64", "float16", "int64", "uint8", "bool"])
def test_an_array_of_ones_own_goes_in_as_float32_with_as_many_rows_as_it_has(dtype):
    own = np.array([[1, 0, 1], [0, 1, 1]], dtype)
    left = run(LINEAR, {"features": 3, "kernel_initializer": "ones", "units": 2}, source=own)
    assert left["inputs"].dtype == np.float32
    np.testing.assert_array_equal(left["inputs"], own)
    np.testing.assert_array_equal(left["outputs"], [[2, 2], [2, 2]])


def test_an_array_of_ones_own_stays_ones_own():
    own = np.ones((2, 10), "float32")
    left = run(LINEAR, {}, source=own)
    own[...] = 5
    np.testing.assert_array_equal(left["inputs"], np.ones((2, 10)))


def test_one_array_without_a_batch_goes_into_centre_zero():
    left = run(get("center_zero"), {"rows": 3, "columns": 3}, source=np.ones((3, 3)))
    assert left["outputs"].shape == (3, 3)


MISFITS = [
    (
        "linear",
        (4, 7),
        "Your array does not fit Linear: expected batch × 10 (batch, features). Received 4 × 7. "
        "Size the layer to the data, or bring an array of the expected shape.",
        {"features": 7, "batch": 4},
    ),
    (
        "repeated_dense",
        (64, 256),
        "Received 64 × 256. Size the layer",
        {"features": 256, "batch": 64},
    ),
    ("mlp_block", (1, 1), "Received 1 × 1. Size the layer", {"features": 1, "batch": 1}),
    ("running_sum", (3, 2), "Received 3 × 2. Size the layer", {"features": 2, "batch": 3}),
    (
        "center_zero",
        (12, 9),
        "expected batch × 10 × 10 (batch, rows, columns). Received 12 × 9. Size the layer",
        {"rows": 12, "columns": 9, "batch": 0},
    ),
    (
        "center_zero",
        (5, 12, 9),
        "Received 5 × 12 × 9. Size the layer",
        {"rows": 12, "columns": 9, "batch": 5},
    ),
    (
        "nd_dense",
        (6, 5),
        "expected 2 × 3 × 4 (batch, axis 1, features). Received 6 × 5. Size the layer",
        {"shape": (6, 5)},
    ),
    ("linear", (10,), "Received 10. No setting of this layer takes that shape", None),
    ("linear", (), "Received one number. No setting of this layer", None),
    ("linear", (2, 3, 10), "Received 2 × 3 × 10. No setting of this layer", None),
    ("linear", (65, 10), "Received 65 × 10. No setting of this layer", None),
    ("linear", (8, 257), "Received 8 × 257. No setting of this layer", None),
    ("linear", (0, 10), "Received 0 × 10. No setting of this layer", None),
    ("center_zero", (10,), "Received 10. No setting of this layer", None),
    ("center_zero", (0, 10, 10), "Received 0 × 10 × 10. No setting of this layer", None),
    ("center_zero", (2, 2, 10, 10), "Received 2 × 2 × 10 × 10. No setting", None),
    ("nd_dense", (24,), "Received 24. No setting of this layer", None),
    ("nd_dense", (1,) * 6, "Received 1 × 1 × 1 × 1 × 1 × 1. No setting", None),
]


@pytest.mark.parametrize(("name", "shape", "sentence", "fits"), MISFITS)
def test_an_array_that_does_not_fit_is_met_with_both_shapes_and_what_would_fit(
    name, shape, sentence, fits
):
    with pytest.raises(MismatchError) as misfit:
        run(get(name), {}, source=np.ones(shape))
    assert str(misfit.value).startswith(f"Your array does not fit {get(name).title}: expected ")
    assert sentence in str(misfit.value)
    assert misfit.value.values == fits
    if fits:
        batch = fits.pop("batch", None)
        left = run(get(name), fits, batch=batch, source=np.ones(shape))
        assert left["inputs"].shape == shape
        assert run(get(name), fits, batch=batch)["inputs"].shape == shape


@pytest.mark.parametrize(
    ("name", "values", "named", "what"),
    [
        ("linear", {"units": 1_000_000}, {}, "`units` cannot be used: expected "),
        ("linear", {"units": "many"}, {}, "`units` cannot be used: expected "),
        ("linear", {"widgets": 3}, {}, "expected fields among features, units, .+ Received widg"),
        ("linear", {}, {"batch": 65}, "`batch` cannot be used: expected .+ nearest .+ is 64"),
        ("linear", {}, {"batch": 0}, "`batch` cannot be used: expected "),
        ("linear", {}, {"seed": -1}, "`seed` cannot be used: expected "),
        ("linear", {}, {"seed": 1_000_000}, "`seed` cannot be used: expected "),
        ("linear", {}, {"source": "nonsense"}, "Received 'nonsense'. Pick one of these."),
        ("nd_dense", {"shape": "1000, 1000, 1000"}, {}, "1,000,000,000. Received "),
        ("nd_dense", {"shape": (4096, 256), "units": 257}, {}, "`units` cannot be used"),
        ("nd_dense", {"shape": (4096, 256, 1), "units": 2}, {}, "The output cannot be made: .+ 2,"),
    ],
)
def test_bad_input_is_refused_in_a_sentence_before_anything_is_made(
    name, values, named, what, monkeypatch
):
    for source in SOURCES:
        monkeypatch.setitem(SOURCES, source, replace(NORMAL, make=never))
    spec = get(name)
    arguments: dict[str, Any] = {"source": "normal", **named}
    with pytest.raises(BadInputError, match=what) as refusal:
        run(spec, values, **arguments)
    assert ": expected " in str(refusal.value)
    assert ". Received " in str(refusal.value)


def test_an_output_of_a_gigabyte_is_refused_without_allocating_it():
    tracemalloc.start()
    with pytest.raises(BadInputError, match=r"which has 268,435,456\. Make an axis shorter"):
        run(get("nd_dense"), {"shape": (4096, 256, 1), "units": 256}, source="ones")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def test_only_layers_with_state_have_a_history():
    for spec in POSTS:
        left = run(spec, {})
        roles = {tensor.role for tensor in left.tensors.values()}
        assert (left.history is not None) == ("state" in roles)
