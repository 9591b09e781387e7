"""What recording needs of TensorFlow and Keras beyond their public interfaces.

If one of these fails after an update, recording does not work with that version.
"""

from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.utils.naming import to_snake_case
from tensorflow.python.eager import context, execute


@contextmanager
def told(hear):
    plain = execute.execute
    assert plain is execute.quick_execute
    execute.execute = execute.execute_with_callbacks  # ty: ignore[invalid-assignment]
    context.context().add_op_callback(hear)
    try:
        yield
    finally:
        context.context().remove_op_callback(hear)
        execute.execute = plain


def test_the_hook_tells_of_every_operation_with_its_tensors_and_its_scope():
    heard = []

    def hear(op_type, inputs, attrs, outputs, op_name=None, graph=None):
        scope = context.context().scope_name
        heard.append((op_type, inputs, attrs, outputs, scope, graph))
        assert op_name is None or isinstance(op_name, str | bytes)

    layer = keras.layers.Dense(2, name="own")
    layer.build((None, 3))
    ones = tf.ones((1, 3))
    with told(hear):
        result = layer(ones)
    names = [op if isinstance(op, str) else op.decode() for op, *_ in heard]
    assert names == ["ReadVariableOp", "MatMul", "ReadVariableOp", "BiasAdd"]
    read, product, _, added = heard
    assert read[1][0] is layer.kernel.value.handle
    assert product[1][0] is ones
    assert product[1][1] is read[3][0]
    assert added[3][0] is result
    assert dict(zip(product[2][::2], product[2][1::2], strict=True))["transpose_a"] is False
    assert {scope for *_, scope, _ in heard} == {"own/"}
    assert all(graph is None for *_, graph in heard)


def test_the_hook_says_when_a_graph_is_traced():
    heard = []

    def hear(*_, graph=None, **__):
        heard.append(graph)

    with told(hear):
        tf.function(tf.nn.relu).get_concrete_function(tf.TensorSpec((2,)))
    assert any(graph is not None for graph in heard)


def test_a_read_shares_the_variables_memory():
    variable = tf.Variable(np.arange(6, dtype="float32"))
    handle: Any = variable.handle  # ty: ignore[missing-attribute]
    reads = [tf.raw_ops.ReadVariableOp(resource=handle, dtype=tf.float32) for _ in range(2)]
    first, second = (np.asarray(memoryview(read)).__array_interface__["data"] for read in reads)
    assert first == second


def test_keras_says_which_layers_and_seeds_a_layer_has():
    layer = keras.layers.Bidirectional(keras.layers.LSTM(2))
    layer.build((None, 3, 4))
    assert [child.name.rpartition("_lstm")[0] for child in layer._layers] == [
        "forward",
        "backward",
    ]
    dropout = keras.layers.Dropout(0.5)
    assert len(dropout._seed_generators) == 1
    assert dropout._seed_generators[0].state not in dropout.weights
    assert dropout._trainable_variables == dropout._non_trainable_variables == []
    assert to_snake_case("LSTMCell") == "lstm_cell"
