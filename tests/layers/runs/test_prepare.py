import keras
import numpy as np
import pytest

from layers.catalog.registry import POSTS, get
from layers.inputs.description import MismatchError
from layers.inputs.fields import BadInputError
from layers.inputs.sources import ID_SOURCES, SOURCES
from layers.runs.prepare import prepare_call
from layers.runs.run import run
from layers.user_code import user_module


@pytest.mark.parametrize("spec", POSTS, ids=lambda spec: spec.name)
def test_the_posts_layers_are_prepared_as_they_are_run(spec):
    layer, calls = prepare_call(spec, {}, seed=4)
    (outputs,) = [layer(*call.arguments, **call.named) for call in calls][-1:]
    expected = run(spec, {}, seed=4, source=spec.default_input)
    np.testing.assert_array_equal(calls[-1].arrays["inputs"], expected["inputs"])
    np.testing.assert_array_equal(outputs.numpy(), expected["outputs"])


def test_every_call_of_a_layer_with_state_has_the_next_seeds_numbers():
    layer, calls = prepare_call(get("running_sum"), {"calls": 3}, seed=4, sources="normal")
    assert len(calls) == 3
    for call in calls:
        total = layer(*call.arguments).numpy()
    expected = sum(call.arrays["inputs"].sum(axis=0) for call in calls)
    np.testing.assert_allclose(total, expected, rtol=1e-5)
    second = SOURCES["normal"].make((8, 10), 5, 0.0)
    np.testing.assert_array_equal(calls[1].arrays["inputs"], second)


def test_several_inputs_have_a_shape_and_a_source_each():
    values = {"shape": (1, 2, 3), "value_shape": (1, 5, 3)}
    sources = {"query": "ones", "value": np.full((1, 5, 3), 2.0)}
    layer, (call,) = prepare_call(get("attention"), values, sources=sources)
    assert list(call.arrays) == ["query", "value"]
    assert call.arguments == ([call.arrays["query"], call.arrays["value"]],)
    np.testing.assert_array_equal(call.arrays["query"], np.ones((1, 2, 3), "float32"))
    # Softmax shares of equal values sum to 1, so the result is the value again.
    np.testing.assert_allclose(layer(*call.arguments), np.full((1, 2, 3), 2.0), rtol=1e-6)


def test_random_inputs_differ_from_one_another():
    _, (call,) = prepare_call(get("add"), {})
    first, second = call.arrays.values()
    assert not np.array_equal(first, second)


def test_the_same_source_is_the_very_array_of_the_first_input():
    _, (call,) = prepare_call(get("multi_head_attention"), {})
    assert call.arrays["value"] is call.arrays["query"]
    with pytest.raises(MismatchError, match="Received 1 × 3 × 6") as refusal:
        prepare_call(get("multi_head_attention"), {"shape": (1, 3, 6)})
    assert refusal.value.values == {"value_shape": (1, 3, 6)}
    prepare_call(get("multi_head_attention"), {"shape": (1, 3, 6)} | refusal.value.values)


def test_ids_lie_below_the_number_of_rows_of_the_table():
    spec = get("embedding")
    layer, (call,) = prepare_call(spec, {"input_dim": 3, "shape": (2, 4)})
    ids = call.arrays["inputs"]
    assert ids.dtype == "int32"
    np.testing.assert_array_equal(ids, [[0, 1, 2, 0], [1, 2, 0, 1]])
    table = layer.get_weights()[0]
    np.testing.assert_array_equal(layer(*call.arguments), table[ids])
    _, (drawn,) = prepare_call(spec, {"input_dim": 3}, seed=1, sources="random_ids")
    assert set(np.unique(drawn.arrays["inputs"])) <= {0, 1, 2}


@pytest.mark.parametrize("wrong", [3.0, -1.0, 0.5, np.nan])
def test_an_array_of_ones_own_holds_ids_where_they_are_needed(wrong):
    spec, array = get("embedding"), np.zeros((2, 4), "float32")
    _, (call,) = prepare_call(spec, {"input_dim": 3}, sources=array)
    assert call.arrays["inputs"].dtype == "int32"
    array[1, 2] = wrong
    with pytest.raises(BadInputError, match="whole numbers from 0 to 2"):
        prepare_call(spec, {"input_dim": 3}, sources=array)


def test_an_array_of_another_shape_says_which_shape_would_do():
    with pytest.raises(MismatchError, match="expected 2 × 4 × 3") as refusal:
        prepare_call(get("lstm"), {}, sources=np.zeros((1, 2, 5)))
    assert refusal.value.values == {"shape": (1, 2, 5)}
    with pytest.raises(MismatchError) as refusal:
        prepare_call(get("lstm"), {}, sources=np.zeros((2, 5)))
    assert refusal.value.values is None
    with pytest.raises(MismatchError, match="`hidden`") as refusal:
        prepare_call(get("gru_cell"), {}, sources={"hidden": np.zeros((2, 4))})
    assert refusal.value.values is None


def test_a_states_shape_follows_from_the_other_fields():
    _, (call,) = prepare_call(get("lstm_cell"), {"shape": (5, 2), "units": 7})
    assert [array.shape for array in call.arrays.values()] == [(5, 2), (5, 7), (5, 7)]
    inputs, hidden, carry = call.arrays.values()
    assert call.arguments == (inputs, [hidden, carry])


@pytest.mark.parametrize(
    ("sources", "says"),
    [({"key": "ones"}, "among query, value"), ({"value": "nothing"}, "normal"), ("ids", "ramp")],
)
def test_a_source_that_there_is_not_is_refused(sources, says):
    with pytest.raises(BadInputError, match=says):
        prepare_call(get("attention"), {}, sources=sources)


def test_masks_and_switches_are_named_arguments():
    values = {"masked_steps": 1, "use_causal_mask": True, "training": True}
    _, (call,) = prepare_call(get("multi_head_attention"), values)
    assert list(call.named) == ["use_causal_mask", "value_mask", "training"]
    np.testing.assert_array_equal(call.named["value_mask"], [[True, True, True, False]])
    _, (call,) = prepare_call(get("attention"), {"masked_steps": 9})
    nothing, mask = call.named["mask"]
    assert nothing is None
    assert not mask.any()


def test_a_masked_step_does_not_move_the_state():
    layer, (call,) = prepare_call(get("lstm"), {"masked_steps": 2})
    short = call.arrays["inputs"][:, :2]
    np.testing.assert_allclose(layer(*call.arguments, **call.named), layer(short), rtol=1e-6)


def test_what_a_layer_refuses_is_a_sentence_with_its_own_words():
    with pytest.raises(BadInputError, match=r"Conv1D cannot be run: .* divisible .* groups=3"):
        prepare_call(get("conv1d"), {"groups": 3})


SIMILAR = """
import keras

class Similar(keras.layers.Layer):
    def __init__(self, embed_dim, num_heads, rate, vocab_size=10):
        super().__init__()
        self.heads, self.rate = num_heads, rate
        self.table = keras.layers.Embedding(vocab_size, embed_dim)

    def call(self, ids, other, training=False):
        rows = self.table(ids)
        return {"rows": rows, "both": (ids + 1, other * (self.rate if training else 1.0))}
"""


def test_an_own_layer_may_take_several_inputs_ids_and_training_and_return_a_dictionary():
    (spec,) = user_module.load("/nowhere/similar.py", SIMILAR).specs
    defaults = {field.name: field.default for field in spec.fields}
    assert defaults == {
        "shape": (8, 10),
        "other_shape": (8, 10),
        "embed_dim": 10,
        "num_heads": 2,
        "rate": 0.5,
        "vocab_size": 10,
        "training": False,
    }
    values = {"shape": (2, 3), "other_shape": (4,) * 2, "training": True}
    layer, (call,) = prepare_call(spec, values, sources={"ids": "ids", "other": "ones"})
    assert call.arrays["ids"].dtype == "int32"
    outputs = layer(*call.arguments, **call.named)
    assert outputs["rows"].shape == (2, 3, 10)
    np.testing.assert_array_equal(outputs["both"][0], call.arrays["ids"] + 1)
    np.testing.assert_array_equal(outputs["both"][1], np.full((4, 4), 0.5))


def test_an_input_says_what_it_can_be_fed():
    ids, floats = get("embedding").inputs[0], get("dense").inputs[0]
    assert (ids.sources, floats.sources) == (tuple(ID_SOURCES), tuple(SOURCES))
    (spec,) = user_module.load("/nowhere/similar.py", SIMILAR).specs
    assert spec.inputs[0].sources == (*SOURCES, *ID_SOURCES)


def test_weights_are_there_before_the_call():
    layer, _ = prepare_call(get("bidirectional"), {})
    assert len(layer.weights) == 6
    assert isinstance(layer, keras.layers.Bidirectional)
