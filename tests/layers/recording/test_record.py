"""What goes in, what comes out, and that nothing is left behind."""

import pickle
import threading

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.eager import context, execute

from layers.inputs.fields import BadInputError
from layers.recording import record
from layers.traces.failure import RecordingFailedError
from tests.layers.recording import custom
from tests.layers.recording.stock import normal

X = normal(2, 3)


def callbacks():
    return list(context.context().op_callbacks), execute.execute


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    before = callbacks(), tf.config.functions_run_eagerly()
    yield
    assert (callbacks(), tf.config.functions_run_eagerly()) == before


CUSTOM = {
    "attention": (lambda: custom.AttentionByHand(5), normal(2, 3, 4)),
    "residual": (lambda: custom.Residual(4), normal(2, 4)),
    "loop": (lambda: custom.LoopOverTime(3), normal(2, 4, 3)),
    "quantizer": (lambda: custom.VectorQuantizer(6, 4), normal(2, 3, 4)),
    "dict": (custom.Statistics, X),
    "untracked": (custom.Untracked, X),
    "function": (custom.FunctionInside, X),
    "gathers": (custom.Gathers, np.array([[1, 2], [0, 3]])),
    "set twice": (custom.SetTwice, X),
}


@pytest.mark.parametrize("name", CUSTOM)
@pytest.mark.parametrize("simplified", [True, False])
def test_a_layer_that_nobody_has_seen_before(name, simplified):
    make, inputs = CUSTOM[name]
    layer = make()
    trace = record(layer, inputs, simplified=simplified)
    returned = keras.tree.flatten(layer(inputs)) if name != "set twice" else trace.outputs
    assert len(trace.outputs) == len(returned)
    for own, other in zip(trace.outputs, returned, strict=True):
        np.testing.assert_array_equal(own, other)
    assert trace.unexplained == ()
    assert trace.disagreement() < 1e-5


def test_attention_by_hand_reads_as_it_was_written():
    trace = record(custom.AttentionByHand(5), normal(2, 3, 4))
    assert [step.result for step in trace.steps] == [
        "product",
        "product_2",
        "product_3",
        "scores",
        "scaled_scores",
        "softmax",
        "outputs",
    ]
    assert {"query", "key", "value"} <= set(trace.tensors)
    np.testing.assert_allclose(trace["softmax"].sum(axis=-1), 1, rtol=1e-6)


def test_sublayers_are_named_as_the_author_names_them():
    keras.layers.Dense(1)  # whatever number Keras has come to
    trace = record(custom.Residual(4), normal(2, 4))
    weights = {name for name, tensor in trace.tensors.items() if tensor.role == "weight"}
    assert weights == {
        "norm/gamma",
        "norm/beta",
        "blocks_1/kernel",
        "blocks_1/bias",
        "blocks_2/kernel",
        "blocks_2/bias",
    }
    assert {step.scope for step in trace.steps} == {"", "norm", "blocks_1", "blocks_2"}
    assert {"norm/outputs", "blocks_1/pre_activation", "blocks_1/outputs"} <= set(trace.tensors)
    assert trace.made_by["outputs"].operands == ("inputs", "blocks_2/outputs")


def test_untracked_variables_are_found_by_their_attribute():
    layer = custom.Untracked()
    trace = record(layer, X)
    roles = {name: tensor.role for name, tensor in trace.tensors.items()}
    assert roles["w"] == roles["biases_1"] == roles["biases_2"] == "weight"
    assert roles["calls_before"] == roles["calls"] == "state"
    assert (trace["calls_before"], trace["calls"]) == (0, 1)
    assert int(layer.calls.numpy()) == 1
    constants = [name for name, role in roles.items() if role == "constant"]
    assert sorted(float(trace[name]) for name in constants) == [1, 2]  # 2.0 is no variable


def test_a_number_is_not_taken_for_the_variable_that_starts_with_it():
    class Scales(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.scale = tf.Variable(3.0)

        def call(self, x):
            return x * tf.constant(3.0) + self.scale

    trace = record(Scales(), X)
    roles = [[trace.tensors[name].role for name in step.operands] for step in trace.steps]
    assert roles == [["input", "constant"], ["intermediate", "weight"]]


def test_what_comes_out_as_it_went_in_is_a_step_and_others_read_the_input():
    class Both(keras.layers.Layer):
        def call(self, x):
            return x, tf.nn.relu(x), x

    trace = record(Both(), X)
    steps = {(step.op.noun, step.operands, step.result) for step in trace.steps}
    assert steps == {
        ("identity", ("inputs",), "outputs"),
        ("relu", ("inputs",), "outputs_2"),
    }
    assert trace.output_names == ("outputs", "outputs_2", "outputs")
    for own, other in zip(trace.outputs, (X, np.maximum(X, 0), X), strict=True):
        np.testing.assert_array_equal(own, other)


def test_a_graph_that_is_traced_and_not_run_leaves_nothing():
    class Traces(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.total = tf.Variable(1.0)

        def call(self, x):
            with tf.Graph().as_default() as graph:
                tf.nn.relu(tf.zeros((2, 2)))
            if tf.executing_eagerly():
                tf.function(
                    lambda y: self.total.assign_add(tf.reduce_sum(y))
                ).get_concrete_function(tf.TensorSpec((2, 3)))
            assert graph is not None
            return x + 1.0

    trace = record(Traces(), X, simplified=False)
    assert [step.op.noun for step in trace.steps] == ["sum"]
    assert not any(tensor.role == "state" for tensor in trace.tensors.values())


def test_a_variable_that_is_set_twice_has_its_values_before_and_after():
    layer = custom.SetTwice()
    record(layer, X)
    trace = record(layer, X)
    np.testing.assert_array_equal(trace["total_before"], X[0])
    np.testing.assert_array_equal(trace["total"], X[0])
    np.testing.assert_allclose(trace["outputs"], 1.5 * (X[0] + X.sum(axis=0)), rtol=1e-6)
    np.testing.assert_array_equal(trace.outputs[1], X[0])
    assert trace.output_names == ("outputs", "outputs_2")


def test_a_dict_is_named_by_its_keys():
    trace = record(custom.Statistics(), X)
    assert trace.input_names == ("inputs",)
    assert len(set(trace.output_names)) == 3
    assert {"mean", "largest"} < set(trace.output_names)
    np.testing.assert_array_equal(trace["mean"], tf.reduce_mean(X, axis=-1))


def test_what_python_does_stays_visible_and_is_counted():
    trace = record(custom.ThroughPython(), X)
    assert trace.unexplained == ("EagerPyFunc",)
    np.testing.assert_array_equal(trace["outputs"], np.sort(X) + 1)
    (step,) = (step for step in trace.steps if not step.op.explained)
    assert step.operands == ("inputs",)
    assert trace.disagreement() < 1e-6


def test_several_inputs_have_their_parameters_names_and_shared_layers_one_kernel():
    trace = record(custom.Shared(), X, 2 * X, gain=np.float32(3))
    assert trace.input_names == ("left", "right", "gain")
    kernels = [name for name in trace.tensors if name.endswith("kernel")]
    assert kernels == ["shared/kernel"]
    assert len(trace.used_by["shared/kernel"]) == 2
    assert record(custom.Shared(), X, X).input_names == ("left",)  # one array is one tensor


@pytest.mark.parametrize(
    ("inputs", "names"),
    [
        ([X, X + 1], ("inputs", "inputs_2")),
        ({"B": X, "a": X + 1}, ("b", "a")),
        ((X, X + 1), ("inputs", "inputs_2")),
        (X.tolist(), ("inputs",)),
    ],
)
def test_lists_dicts_and_numbers_go_in(inputs, names):
    class Sums(keras.layers.Layer):
        def call(self, inputs):
            return sum(keras.tree.flatten(inputs))

    trace = record(Sums(), inputs)
    assert sorted(trace.input_names) == sorted(names)
    np.testing.assert_allclose(trace["outputs"], X if len(names) == 1 else 2 * X + 1, rtol=1e-6)


def test_an_array_of_another_type_goes_in_as_the_layer_works():
    trace = record(keras.layers.Dense(2), X.astype("float64"))
    assert trace["inputs"].dtype == np.float32
    half = record(keras.layers.Dense(2, dtype="mixed_float16"), X)
    assert half["outputs"].dtype == np.float16
    assert half.disagreement() < 1e-2
    assert half["kernel"].dtype == np.float32
    rough = record(keras.layers.Dense(2, dtype="mixed_bfloat16"), X)
    assert rough["outputs"].dtype.name == "bfloat16"
    assert rough.disagreement() < 1e-1


@pytest.mark.parametrize("built", [True, False])
def test_a_model_is_recorded_like_a_layer(built):
    model = keras.Sequential([keras.layers.Dense(3, activation="relu"), keras.layers.Dense(2)])
    if built:
        model.build((None, 3))
    trace = record(model, X)
    np.testing.assert_array_equal(trace["outputs"], model(X))
    first = model.layers[0].name
    assert trace[f"{first}/kernel"].shape == (3, 3)
    assert {step.scope for step in trace.steps} == {layer.name for layer in model.layers}


def test_a_functional_model_with_a_layer_called_twice():
    left, right = keras.Input((3,), name="left"), keras.Input((3,), name="right")
    shared = keras.layers.Dense(2, name="shared")
    total = keras.layers.Concatenate()([shared(left), shared(right)])
    model = keras.Model([left, right], {"out": total, "again": total * 2})
    trace = record(model, [X, X + 1])
    assert len(trace.used_by["shared/kernel"]) == 2
    result = model([X, X + 1])
    assert set(trace.output_names) == {"out", "again"}
    for name in ("out", "again"):
        np.testing.assert_array_equal(trace[name], result[name])


def test_a_fixed_mask_is_a_constant_and_a_moving_mean_a_weight():
    class Masked(keras.layers.Layer):
        def build(self, _):
            mask = np.array([1, 0, 1], "float32")
            self.mask = self.add_weight(
                name="mask", shape=(3,), trainable=False, initializer=lambda *_, **__: mask
            )

        def call(self, x):
            return x * self.mask

    assert record(Masked(), X).tensors["mask"].role == "constant"
    trace = record(keras.layers.BatchNormalization(), X)
    assert trace.tensors["moving_mean"].role == trace.tensors["moving_variance"].role == "weight"
    assert record(keras.layers.BatchNormalization(), X, training=True).tensors[
        "moving_mean"
    ].role == ("state")


def test_random_draws_are_sources_and_stay_in_the_redo():
    layer = keras.layers.Dropout(0.5, seed=3)
    first, second = (record(layer, normal(8, 8), training=True) for _ in range(2))
    assert first.tensors["random"].role == "random"
    assert "random" not in first.made_by
    assert (first["random"] != second["random"]).any()
    for trace in (first, second):
        assert trace.disagreement() < 1e-6
        assert not any(tensor.role == "state" for tensor in trace.tensors.values())


def test_nothing_moves_while_a_layer_is_built():
    layer = custom.SetTwice()
    trace = record(layer, X)
    np.testing.assert_array_equal(trace["total_before"], np.zeros(3))


def test_a_layer_that_symbols_cannot_build_is_put_back_after_its_first_call():
    class Counts(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = keras.layers.Dense(2)
            self.total = tf.Variable(0.0)

        def call(self, x):
            self.total.assign_add(float(x.numpy().sum()))  # symbols have no numbers
            return self.inner(x) + self.total

    layer = Counts()
    trace = record(layer, X)
    assert trace["total_before"] == 0
    np.testing.assert_allclose(layer.total.numpy(), X.sum(), rtol=1e-5)


@pytest.mark.parametrize("kind", [custom.CalledWithoutMode, custom.PassesModeByPosition])
def test_a_layer_with_a_call_of_its_own_is_called_as_its_author_calls_it(kind):
    layer = kind(4)
    trace = record(layer, X)
    np.testing.assert_array_equal(trace["outputs"], layer(X).numpy())
    with pytest.raises(RecordingFailedError, match="failed: expected a call that returns"):
        record(layer, X, training=True)


def test_no_layer_inside_trains_unless_the_call_does():
    layer = keras.Sequential([custom.TrainsUnlessTold()])
    np.testing.assert_array_equal(record(layer, X)["outputs"], X)
    np.testing.assert_array_equal(record(layer, X, training=True)["outputs"], 2 * X)


def test_a_layer_that_fails_midway_shows_what_ran():
    with pytest.raises(RecordingFailedError) as failure:
        record(custom.FailsMidway(), X)
    trace = failure.value.trace
    assert [getattr(step.op, "name", "Contract") for step in trace.steps] == ["Contract", "relu"]
    assert failure.value.shapes == {"outputs": (2, 4)}
    assert "kernel" in trace.tensors
    sentence = str(failure.value)
    assert sentence.startswith("FailsMidway failed after 2 operations (outputs 2 × 4): expected ")
    assert "Received inputs 2 × 3. " in sentence
    assert isinstance(failure.value, BadInputError)
    again = pickle.loads(pickle.dumps(failure.value))  # noqa: S301 - our own
    assert str(again) == sentence
    assert again.shapes == failure.value.shapes


def test_an_error_is_told_in_its_own_words_without_what_keras_writes_around_it():
    with pytest.raises(RecordingFailedError) as failure:
        record(custom.AddsNothing(), X)
    assert str(failure.value) == (
        "AddsNothing failed after 1 operation (outputs 2 × 3): expected a call that returns. "
        "Received inputs 2 × 3. Correct the call: TypeError: no mask has no length."
    )


def test_a_layer_that_fails_at_once_says_so_too():
    with pytest.raises(RecordingFailedError, match="Dense failed: expected a call that returns"):
        record(keras.layers.Dense(2), np.ones(()))


def test_recordings_inside_a_recording_both_hear_everything():
    inside = []

    class Records(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = keras.layers.Dense(2, activation="relu")

        def call(self, x):
            if tf.is_tensor(x) and hasattr(x, "numpy"):
                inside.append(record(self.inner, x))
            return self.inner(x)

    outer = record(Records(), X)
    np.testing.assert_array_equal(outer["outputs"], inside[-1]["outputs"])
    assert [step.scope for step in outer.steps] == ["inner"] * 3
    assert [step.scope for step in inside[-1].steps] == [""] * 3


def test_threads_record_at_the_same_time():
    found, errors = {}, []

    def work(number):
        try:
            layer = keras.layers.Dense(number, activation="relu")
            found[number] = [record(layer, X) for _ in range(5)]
        except Exception as error:  # noqa: BLE001 - shown below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    for number, traces in found.items():
        for trace in traces:
            assert [step.result for step in trace.steps] == ["product", "pre_activation", "outputs"]
            assert trace["outputs"].shape == (2, number)


def test_a_trace_crosses_processes():
    trace = record(custom.Residual(4), normal(2, 4), simplified=False)
    again = pickle.loads(pickle.dumps(trace))  # noqa: S301 - our own
    assert again.steps == trace.steps
    for name in trace.tensors:
        np.testing.assert_array_equal(again[name], trace[name])
        assert not again[name].flags.writeable


def test_what_only_feeds_a_loss_is_recorded_and_is_no_result():
    layer, x = custom.AddsLosses(), normal(4, 3)
    trace = record(layer, x)
    assert trace.output_names == ("outputs",)
    np.testing.assert_array_equal(trace["outputs"], layer(x))
    losses = [name for name in trace.tensors if name.split("/")[-1].startswith("loss")]
    kernel, bias = trace["dense/kernel"].astype(float), trace["dense/bias"]
    activity = 0.5 * np.abs(x @ kernel + bias).sum() / len(x)
    expected = [0.25 * np.mean(x.astype(float) ** 2), activity]
    np.testing.assert_allclose(sorted(float(trace[n]) for n in losses), sorted(expected), rtol=1e-5)
    assert trace.disagreement() < 1e-5
    assert all(trace.made_by[name].op.explained for name in losses)


def test_a_layer_without_losses_of_its_own_has_none():
    dense = keras.layers.Dense(2, kernel_regularizer="l2")
    trace = record(dense, normal(4, 3))
    assert [step.result for step in trace.steps] == ["product", "outputs"]
    assert "loss" not in trace.tensors
