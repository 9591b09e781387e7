"""What recording needs of TensorFlow and Keras beyond their public interfaces.

If one of these fails after an update, recording does not work with that version.
"""

import inspect

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.eager import context
from tensorflow.python.framework import op_callbacks


def test_the_hook_tells_of_every_operation_with_its_tensors_and_its_scope():
    heard = []

    def hear(op_type, inputs, attrs, outputs, op_name=None, graph=None):
        heard.append((op_type, inputs, attrs, outputs, context.context().scope_name, graph))

    parameters = inspect.signature(op_callbacks.add_op_callback).parameters
    assert list(parameters) == ["callback_fn"]
    layer = keras.layers.Dense(2, name="own")
    layer.build((None, 3))
    ones = tf.ones((1, 3))
    op_callbacks.add_op_callback(hear)
    try:
        result = layer(ones)
    finally:
        op_callbacks.remove_op_callback(hear)
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

    def hear(op_type, inputs, attrs, outputs, op_name=None, graph=None):
        heard.append(graph)

    op_callbacks.add_op_callback(hear)
    try:
        tf.function(tf.nn.relu).get_concrete_function(tf.TensorSpec((2,)))
    finally:
        op_callbacks.remove_op_callback(hear)
    assert any(graph is not None for graph in heard)


def test_a_read_shares_the_variables_memory():
    variable = tf.Variable(np.arange(6, dtype="float32"))
    reads = [
        tf.raw_ops.ReadVariableOp(resource=variable.handle, dtype=tf.float32) for _ in range(2)
    ]
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
    assert keras.src.utils.naming.to_snake_case("LSTMCell") == "lstm_cell"
