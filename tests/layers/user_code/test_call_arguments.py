"""Lists of inputs and ids in an author's own layers."""

import numpy as np
import pytest
import tensorflow as tf

from layers.api import explore as explore_api
from layers.inputs.fields import BadInputError
from layers.user_code import user_module
from layers.user_code.call_arguments import CallArgument, call_arguments

HEAD = "import keras\nimport tensorflow as tf\nfrom keras import layers\n\n\n"
SAMPLING = (
    HEAD
    + """
class Sampling(layers.Layer):
    def call(self, inputs):
        z_mean, z_log_var = inputs
        return z_mean + tf.exp(0.5 * z_log_var) * 3.0
"""
)
CELL = (
    HEAD
    + """
class Cell(layers.Layer):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        self.again = self.add_weight(shape=(self.units, self.units), name="again")

    def call(self, inputs, states):
        output = tf.matmul(inputs, self.kernel) + tf.matmul(states[0], self.again)
        return output, [output]
"""
)
TOKENS = (
    HEAD
    + """
class Tokens(layers.Layer):
    def __init__(self, maxlen=12, vocab_size=7, embed_dim=4):
        super().__init__()
        self.tokens = layers.Embedding(input_dim=vocab_size, output_dim=embed_dim)
        self.places = keras.layers.Embedding(maxlen, embed_dim)

    def call(self, x):
        length = tf.shape(x)[-1]
        return self.tokens(x) + self.places(tf.range(length))
"""
)


def explored(text, name, values=None, source=None):
    module = explore_api.OwnModule("/nowhere/listed.py", text)
    (described,) = explore_api.describe_own(module)
    source = described.default_input if source is None else source
    return explore_api.explore(
        name, values or {}, batch=None, seed=0, source=source, constant=1.0, own=module
    )


def test_a_list_that_is_unpacked_is_given_as_arrays_with_shapes_of_their_own():
    (spec,) = user_module.load("/nowhere/listed.py", SAMPLING).specs
    assert [each.name for each in spec.inputs] == ["inputs", "inputs_2"]
    assert [field.label for field in spec.fields[1:]] == ["Shape of z_log_var, batch first"]
    values = {"shape": (2, 3), "inputs_2_shape": (1, 3)}
    run = explored(SAMPLING, "own.Sampling", values)
    mean, log_var = run.trace["inputs"], run.trace["inputs_2"]
    assert (mean.shape, log_var.shape) == ((2, 3), (1, 3))
    expected = mean + 3 * np.exp(0.5 * log_var)
    np.testing.assert_allclose(run.trace["outputs"], expected, rtol=1e-6)
    assert "layer([inputs, inputs_2])" in run.code


def test_the_states_of_a_cell_are_a_list_as_wide_as_its_units():
    run = explored(CELL, "own.Cell", {"shape": (2, 4), "units": 5})
    inputs, state = run.trace["inputs"], run.trace["states"]
    assert state.shape == (2, 5)
    expected = inputs @ run.trace["kernel"] + state @ run.trace["again"]
    np.testing.assert_allclose(run.trace["outputs"], expected, rtol=1e-5, atol=1e-6)
    assert "layer(inputs, [states])" in run.code


def test_what_an_embedding_looks_up_are_ids():
    run = explored(TOKENS, "own.Tokens", {"shape": (2, 5), "vocab_size": 4})
    ids = run.trace["inputs"]
    assert ids.dtype == np.int32
    assert set(ids.ravel()) == {0, 1, 2, 3}  # 0, 1, 2, … as many as the vocabulary has
    tokens, places = run.trace["tokens/embeddings"], run.trace["places/embeddings"]
    np.testing.assert_allclose(run.trace["outputs"], tokens[ids] + places[:5], rtol=1e-6)
    with pytest.raises(BadInputError, match="whole numbers from 0 to 6"):
        explored(TOKENS, "own.Tokens", {"shape": (1, 2)}, source=np.array([[-1.0, 0.5]]))


class Written:
    def unpacked(self, inputs):
        (a, b) = inputs
        return a + b

    def by_place(self, inputs):
        return inputs[0] * inputs[2] if len(inputs) > 2 else inputs[1]

    def a_row(self, x):
        return x[0]

    def rows(self, x):
        return x[0] + x[1] + x.shape[0]

    def slices(self, x):
        return x[:, 0] + x[1]

    def some(self, inputs):
        first, *_ = inputs
        return first

    def two(self, query, states, mask, axis=1):
        return query, states[0], states[1], mask, axis

    def looked_up(self, table, ids):
        return tf.gather(table, ids)

    def cast(self, x):
        return tf.cast(x, tf.int32)

    def cast_to_float(self, x):
        return tf.cast(x, tf.float32)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("unpacked", (CallArgument("inputs", ("a", "b")),)),
        ("by_place", (CallArgument("inputs", ("inputs[0]", "inputs[1]", "inputs[2]")),)),
        ("a_row", (CallArgument("x"),)),
        ("rows", (CallArgument("x"),)),
        ("slices", (CallArgument("x"),)),
        ("some", (CallArgument("inputs"),)),
        (
            "two",
            (CallArgument("query"), CallArgument("states", ("states[0]", "states[1]"))),
        ),
        ("looked_up", (CallArgument("table"), CallArgument("ids", takes_ids=True))),
        ("cast", (CallArgument("x", takes_ids=True),)),
        ("cast_to_float", (CallArgument("x"),)),
    ],
)
def test_lists_and_ids_are_read_from_the_call(method, expected):
    layer = type("Own", (), {"call": vars(Written)[method]})
    assert call_arguments(layer) == expected


def test_a_call_without_a_text_has_plain_arguments():
    made = {}
    exec("def call(self, x, y): return x", made)  # noqa: S102 - a text that nobody finds again
    assert call_arguments(type("Own", (), made)) == (CallArgument("x"), CallArgument("y"))


def test_a_shape_that_does_not_fit_is_not_blamed_on_the_file_alone():
    source = HEAD + "class Flat(layers.Layer):\n    def call(self, x):\n        return x @ x\n"
    with pytest.raises(BadInputError) as refusal:
        explored(source, "own.Flat")
    assert "set another shape or other arguments" in str(refusal.value)
