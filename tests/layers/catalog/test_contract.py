"""One contract over every registered layer: a layer that keeps it works everywhere in the app.

Nothing here knows a layer by name but ``COMPANIONS`` and ``FIXED_NAMES``, and a layer in neither is
held to the rest.
"""

import json
import random
from collections import defaultdict

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.catalog.registry import POSTS
from layers.inputs.fields import BoolField, ChoiceField, IntField, ShapeField
from layers.inputs.sources import SOURCES
from layers.runs.prepare import prepare_call
from layers.runs.run import record_calls, run
from layers.runs.weights import named_weights
from layers.traces.layout import DrawnTensor, layout
from layers.traces.summary import measure

EPSILON = 1e-5
"""Of the largest magnitude: float32 keeps 7 digits, and sums of 4096 products lose one or two."""

COMPANIONS = {
    ("center_zero", "rows", 1): {"hole_height": 1},
    ("center_zero", "columns", 1): {"hole_width": 1},
    ("center_zero", "hole_height", 64): {"rows": 64},
    ("center_zero", "hole_width", 64): {"columns": 64},
    ("nd_dense", "shape", (1024, 1024)): {"units": 1},
    ("nd_dense", "units", 1): {"activation": "relu"},
}
"""What else must be set for a field to be at its end: a hole may not exceed its array."""

FIXED_NAMES = {
    "linear": {"inputs", "kernel", "bias", "outputs"},
    "repeated_dense": {
        "inputs",
        "kernel",
        "bias",
        "kernel_repeated",
        "bias_repeated",
        "outputs",
    },
    "nd_dense": {"inputs", "kernel", "bias", "outputs"},
    "center_zero": {"inputs", "mask", "outputs"},
    "running_sum": {"inputs", "total", "outputs"},
    "mlp_block": {"inputs", "outputs"},
}
"""Other people's links and scripts rest on these."""


def ends(field):
    if isinstance(field, ChoiceField):
        return field.choices
    if isinstance(field, BoolField):
        return (False, True)
    if isinstance(field, ShapeField):
        side = int(field.maximum_elements**0.5)
        return (
            (1,) * field.minimum_rank,
            (2,) * field.maximum_rank,
            (field.maximum_axis, *(1,) * (field.minimum_rank - 1)),
            (*(1,) * (field.minimum_rank - 1), field.maximum_axis),
            (*(1,) * (field.minimum_rank - 2), side, side),
        )
    return (field.minimum, field.maximum)


SPECS = [pytest.param(spec, id=spec.name) for spec in POSTS]
SETTINGS = [
    pytest.param(
        spec,
        {**COMPANIONS.get((spec.name, field.name, value), {}), field.name: value},
        id=f"{spec.name}-{field.name}-{field.text(value)}",
    )
    for spec in POSTS
    for field in spec.fields
    for value in ends(field)
]
BATCHES = [
    pytest.param(spec, rows, id=f"{spec.name}-{rows}")
    for spec in POSTS
    if spec.batch
    for rows in (spec.batch.minimum, spec.batch.maximum)
]


def largest_magnitude(run_):
    return max(1.0, *(float(np.abs(t.values).max()) for t in run_.tensors.values()))


@pytest.mark.parametrize(("spec", "values"), SETTINGS)
def test_every_setting_gives_the_computed_shape_and_numbers_redone_by_hand(spec, values):
    layer, calls = prepare_call(spec, values, batch=None, seed=1, sources="normal")
    left = record_calls(spec, layer, calls)
    assert left["outputs"].shape == tuple(layer.compute_output_shape(left["inputs"].shape))
    assert left["outputs"].dtype == np.float32
    assert np.isfinite(left["outputs"]).all()
    assert left.disagreement() <= EPSILON * largest_magnitude(left)


@pytest.mark.parametrize(("spec", "values"), SETTINGS)
@pytest.mark.parametrize("source", ["normal", "ones", "example"])
def test_every_setting_keeps_every_promise(spec, values, source):
    left = run(spec, values, seed=1, source=source)
    result = {invariant.sentence: measure(invariant, left) for invariant in spec.invariants}
    assert {sentence for sentence, k in result.items() if k.holds is False} == set()


@pytest.mark.parametrize(("spec", "rows"), BATCHES)
def test_both_ends_of_the_batch_give_the_computed_shape_and_keep_every_promise(spec, rows):
    layer, calls = prepare_call(spec, {}, batch=rows, seed=1, sources="normal")
    left = record_calls(spec, layer, calls)
    assert left["inputs"].shape == spec.full_shape({}, rows)
    assert left["outputs"].shape == tuple(layer.compute_output_shape(left["inputs"].shape))
    assert all(measure(invariant, left).holds in (True, None) for invariant in spec.invariants)
    assert left.disagreement() <= EPSILON * largest_magnitude(left)


@pytest.mark.parametrize("spec", SPECS)
def test_every_promise_has_something_to_measure_in_some_run(spec):
    runs = [run(spec, {}, seed=1, source=source) for source in ("normal", "ones")]
    for invariant in spec.invariants:
        assert any(invariant.measure(left) is not None for left in runs), invariant.sentence


@pytest.mark.parametrize("spec", SPECS)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_any_source_and_seed_agree_with_the_hand_calculation(spec, data):
    source = data.draw(st.sampled_from(["example", *SOURCES]))
    seed = data.draw(st.integers(0, 999_999))
    constant = data.draw(st.floats(-100, 100, width=32))
    left = run(spec, {}, seed=seed, source=source, constant=constant)
    assert left.disagreement() <= EPSILON * largest_magnitude(left)


@pytest.mark.parametrize(("spec", "values"), SETTINGS)
def test_every_setting_survives_its_config_as_json_with_the_same_numbers(spec, values):
    layer, calls = prepare_call(spec, values, batch=None, seed=7, sources="normal")
    copy = type(layer).from_config(json.loads(json.dumps(layer.get_config())))
    batches = [call.arrays["inputs"] for call in calls]
    expected = [layer(batch).numpy() for batch in batches]
    np.testing.assert_array_equal([copy(batch).numpy() for batch in batches], expected)
    for ours, theirs in zip(layer.get_weights(), copy.get_weights(), strict=True):
        np.testing.assert_array_equal(theirs, ours)


# Keras 3.15 saves a variable through an __array__ that NumPy 2 calls out of date.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("spec", SPECS)
def test_a_saved_model_comes_back_with_the_same_numbers(spec, tmp_path):
    shape = spec.full_shape({}, 2 if spec.batch else None)
    inputs = keras.Input(batch_shape=shape)
    layer = spec.build({}, 7)
    model = keras.Model(inputs, layer(inputs))
    fed = SOURCES["normal"].make(shape, 3, 1.0)
    model(fed)  # whatever state there is has moved on
    for weight in layer.trainable_weights:  # and no weight is as its initialiser would remake it
        weight.assign(weight + 0.25)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for saved, come_back in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(come_back, saved)
    np.testing.assert_array_equal(loaded(fed).numpy(), model(fed).numpy())


@pytest.mark.parametrize("spec", SPECS)
def test_the_same_seed_gives_the_same_numbers(spec):
    first, again = (run(spec, {}, seed=4, source="normal") for _ in range(2))
    assert list(first.tensors) == list(again.tensors)
    for name in first.tensors:
        np.testing.assert_array_equal(again[name], first[name])


@pytest.mark.parametrize("spec", SPECS)
def test_another_seed_gives_another_input_and_other_drawn_weights(spec):
    first, other = (run(spec, {}, seed=seed, source="normal") for seed in (4, 5))
    assert not np.array_equal(first["inputs"], other["inputs"])
    for name, tensor in first.tensors.items():
        if tensor.role == "weight" and np.unique(tensor.values).size > 1:
            assert not np.array_equal(tensor.values, other[name]), name


@pytest.mark.parametrize("spec", SPECS)
def test_no_global_seed_is_touched(spec):
    tf.random.set_seed(1)
    expected = random.getstate(), tf.random.uniform(()).numpy()
    tf.random.set_seed(1)
    run(spec, {}, seed=4, source="normal")
    assert (random.getstate(), tf.random.uniform(()).numpy()) == expected


@pytest.mark.parametrize("spec", SPECS)
def test_one_training_step_moves_exactly_the_trainable_weights_and_keeps_every_promise(spec):
    layer, calls = prepare_call(spec, {}, batch=None, seed=1, sources="normal")
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(layer(calls[0].arrays["inputs"]) - 1.0))
    before = [weight.numpy().copy() for weight in layer.weights]
    gradients = tape.gradient(loss, layer.trainable_variables)
    keras.optimizers.SGD(0.5).apply(gradients, layer.trainable_variables)
    moved = [
        not np.array_equal(weight.numpy(), old)
        for weight, old in zip(layer.weights, before, strict=True)
    ]
    assert moved == [weight.trainable for weight in layer.weights]
    trained = record_calls(spec, layer, calls)
    assert all(measure(invariant, trained).holds in (True, None) for invariant in spec.invariants)
    assert trained.disagreement() <= EPSILON * largest_magnitude(trained)


@pytest.mark.parametrize("spec", SPECS)
def test_the_recorded_weights_are_the_layers_own_in_its_order(spec):
    layer, calls = prepare_call(spec, {}, seed=1, sources="normal")
    left = record_calls(spec, layer, calls)
    weights = named_weights(layer)
    assert [id(variable) for variable in weights.values()] == [id(own) for own in layer.weights]
    for name, variable in weights.items():
        assert variable.trainable == (left.tensors[name].role == "weight")
        np.testing.assert_array_equal(left[name], variable.numpy())


@pytest.mark.parametrize(("spec", "values"), SETTINGS)
def test_each_step_leads_from_its_operands_to_its_result(spec, values):
    left = run(spec, values, seed=2, source="normal")
    assert left.unexplained == ()
    for step in left.steps:
        operands = [left[name] for name in step.operands]
        scale = max(1.0, *(float(np.abs(operand).max()) for operand in operands))
        redone = step.op.evaluate(*(operand.astype("float64") for operand in operands))
        # The layer may sum in another order than one operation alone does.
        np.testing.assert_allclose(redone, left[step.result], rtol=EPSILON, atol=EPSILON * scale)


@pytest.mark.parametrize(("spec", "values"), SETTINGS)
def test_the_picture_shows_every_tensor_once_and_ends_with_the_outputs(spec, values):
    left = run(spec, values, seed=2, source="normal")
    passed_on = {step.result for step in left.steps if not step.shown}
    laid_out = layout(left, spec.title)
    assert laid_out.inside is None
    (chain,) = laid_out.rows
    names = [item.name for item in chain if isinstance(item, DrawnTensor)]
    assert sorted(names) == sorted(set(left.tensors) - passed_on)
    assert chain[-1] == DrawnTensor("outputs")


@pytest.mark.parametrize("spec", SPECS)
def test_tensors_carry_the_fixed_names_a_word_an_axis_and_are_read_only(spec):
    left = run(spec, {}, seed=2, source="normal")
    assert set(left.tensors) >= FIXED_NAMES.get(spec.name, {"inputs", "outputs"})
    for name, tensor in left.tensors.items():
        assert len(tensor.axes) == tensor.values.ndim, name
        assert all(tensor.axes), name
        with pytest.raises(ValueError, match="read-only"):
            tensor.values[...] = 0


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("hostile", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("rest", ["normal", "ones"])
def test_one_cell_that_is_not_finite_is_computed_as_by_hand_and_breaks_no_promise(
    spec, hostile, rest
):
    fed = np.array(run(spec, {}, seed=2, source=rest)["inputs"])
    fed.flat[0] = hostile
    left = run(spec, {}, seed=2, source=fed)
    assert not np.isfinite(left["inputs"]).all()
    finite = [t.values[np.isfinite(t.values)] for t in left.tensors.values()]
    scale = max(1.0, *(float(np.abs(values).max(initial=0)) for values in finite))
    assert left.disagreement() <= EPSILON * scale
    assert all(measure(invariant, left).holds in (True, None) for invariant in spec.invariants)


@pytest.mark.parametrize("spec", SPECS)
def test_every_example_is_a_run_that_keeps_every_promise(spec):
    for example in spec.examples:
        left = run(spec, example.values, batch=example.batch, source=example.input)
        assert all(measure(invariant, left).holds in (True, None) for invariant in spec.invariants)
    assert len({example.title for example in spec.examples}) == len(spec.examples) > 0


@pytest.mark.parametrize("spec", SPECS)
def test_a_million_in_any_whole_number_is_refused_with_a_sentence(spec):
    for field in spec.fields:
        if isinstance(field, IntField):
            with pytest.raises(ValueError, match=rf"`{field.name}` cannot be used: expected .+"):
                run(spec, {field.name: 1_000_000})


def test_fields_of_one_name_share_one_range_so_that_a_value_survives_another_layer():
    ranges = defaultdict(set)
    for spec in POSTS:
        for field in (*spec.fields, *([spec.batch] if spec.batch else [])):
            limits = (
                (getattr(field, "choices", ()), getattr(field, "maximum", None))
                if field.name == "batch"  # its minimum says whether a batch can be left out
                else {**vars(field), "default": None, "help": None, "label": None}.values()
            )
            ranges[field.name].add((type(field), tuple(limits)))
    assert {name: len(found) for name, found in ranges.items()} == dict.fromkeys(ranges, 1)


@pytest.mark.parametrize("spec", SPECS)
def test_a_declaration_reads_as_text(spec):
    for text in (spec.name, spec.title, spec.family, spec.summary, spec.formula, spec.source):
        assert text.strip() == text != ""
    names = [field.name for field in spec.fields]
    assert len(set(names)) == len(names)
    assert set(names).isdisjoint({"layer", "batch", "seed", "input"})
    assert all(field.parse(field.text(field.default)) == field.default for field in spec.fields)
    assert type(spec.build({}, 0)).__doc__
