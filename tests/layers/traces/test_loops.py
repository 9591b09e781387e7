"""Time steps of recurrent layers, against the textbook's formulas in NumPy."""

import keras
import numpy as np
import pytest

from layers.operations.elementwise import Elementwise
from layers.operations.layout import Slice, Stack
from layers.recording import record
from layers.traces.loops import loops
from layers.traces.timeline import states
from tests.layers.recording import custom
from tests.layers.recording.stock import CASES, normal
from tests.layers.traces.by_hand import traced

X = normal(2, 5, 3)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(x, kernel, recurrent, bias):
    h = c = np.zeros((len(x), recurrent.shape[0]))
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c = f * c + i * g
        h = o * np.tanh(c)
        yield {"i": i, "f": f, "g": g, "o": o, "c": c, "h": h}


def gru(x, kernel, recurrent, bias, *, reset_after):
    units = recurrent.shape[0]
    h = np.zeros((len(x), units))
    first, second = bias if reset_after else (bias, np.zeros(3 * units))
    for t in range(x.shape[1]):
        xz, xr, xh = np.split(x[:, t] @ kernel + first, 3, axis=1)
        uz, ur, uh = np.split(recurrent, 3, axis=1)
        bz, br, bh = np.split(second, 3)
        z, r = sigmoid(xz + h @ uz + bz), sigmoid(xr + h @ ur + br)
        inner = r * (h @ uh + bh) if reset_after else (r * h) @ uh
        g = np.tanh(xh + inner)
        h = z * h + (1 - z) * g
        yield {"z": z, "r": r, "g": g, "h": h}


def assert_gates(trace, scope, expected):
    ends = [trace[name] for name in trace.output_names]
    for t, values in enumerate(expected, start=1):
        for letter, value in values.items():
            name = f"{scope}/{letter}_{t}"
            if name in trace.tensors:
                np.testing.assert_allclose(trace[name], value, atol=1e-6)
                assert trace.tensors[name].symbol.endswith(f"_{{{t}}}")
            else:  # the last is the layer's own result
                assert any(np.allclose(end, value, atol=1e-6) for end in ends), name


def weights(layer):
    bias = keras.initializers.RandomNormal(seed=4)
    for variable in layer.trainable_variables:
        if variable.name == "bias":
            variable.assign(bias(variable.shape))
    return [variable.numpy().astype("float64") for variable in layer.trainable_variables]


def test_an_lstms_gates_are_the_textbooks():
    layer = keras.layers.LSTM(4)
    layer.build(X.shape)
    own = weights(layer)
    trace = record(layer, X)
    assert_gates(trace, "lstm_cell", lstm(X, *own))
    (loop,) = loops(trace)
    assert loop.scope == "lstm_cell"
    assert len(loop.iterations) == 5
    for t, iteration in enumerate(loop.iterations):
        (part,) = iteration.slices
        np.testing.assert_array_equal(trace[part], X[:, t])
        if t:
            assert set(iteration.carried) == {f"lstm_cell/h_{t}", f"lstm_cell/c_{t}"}
            assert set(loop.iterations[t - 1].results) == set(iteration.carried)
        else:
            assert all(trace.tensors[name].role == "constant" for name in iteration.carried)
    assert loop.iterations[-1].results == ("outputs",)


@pytest.mark.parametrize("reset_after", [True, False])
def test_a_grus_gates_are_the_textbooks(reset_after):
    layer = keras.layers.GRU(4, reset_after=reset_after)
    layer.build(X.shape)
    own = weights(layer)
    trace = record(layer, X)
    assert_gates(trace, "gru_cell", gru(X, *own, reset_after=reset_after))
    (loop,) = loops(trace)
    assert [iteration.carried for iteration in loop.iterations[1:]] == [
        (f"gru_cell/h_{t}",) for t in range(1, 5)
    ]


@pytest.mark.parametrize(
    ("name", "scopes", "count"),
    [
        ("SimpleRNN", ["simple_rnn_cell"], 6),
        ("LSTM sequences", ["lstm_cell"], 3),
        ("LSTM stateful", ["lstm_cell"], 3),
        ("LSTM dropout", ["lstm_cell"], 3),
        ("Bidirectional", ["forward_lstm/lstm_cell", "backward_lstm/lstm_cell"], 6),
        ("StackedRNNCells", ["stacked_rnn_cells"], 6),
        ("ConvLSTM1D", ["conv_lstm_cell"], 3),
        ("TimeDistributed", [""], 6),
        ("Dense", [], 0),
        ("Conv2D", [], 0),
        ("MultiHeadAttention", [], 0),
        ("Activation sparsemax", [], 0),
        ("AdaptiveAveragePooling2D", [], 0),
    ],
)
def test_loops_of_stock_layers(name, scopes, count):
    case = CASES[name]
    found = loops(record(case.make(), *case.inputs, **case.keywords))
    assert [loop.scope for loop in found] == scopes
    assert {len(loop.iterations) for loop in found} <= {count}
    for loop in found:
        assert len({len(iteration.steps) for iteration in loop.iterations}) == 1


def test_a_loop_in_python_is_found_too():
    trace = record(custom.LoopOverTime(2), X)
    (loop,) = loops(trace)
    assert loop.scope == ""
    assert len(loop.iterations) == 5
    assert loop.iterations[-1].results == ("outputs",)
    (state,) = states([loop])
    assert state.names == (*(f"dense/h_{t}" for t in range(5)), "outputs")


def test_a_masked_time_step_holds_the_cell_and_what_the_mask_holds_back():
    case = CASES["LSTM masked"]
    trace = record(case.make(), *case.inputs, **case.keywords)
    (loop,) = loops(trace)
    hidden, cell = states([loop])
    assert hidden.names == ("h_0", "h_1", "h_2", "outputs")
    assert cell.names == ("c_0", "c_1", "c_2")  # nobody reads the last
    for iteration in loop.iterations:
        assert {step.scope for step in iteration.steps} == {"", "lstm_cell"}
    mask = case.keywords["mask"]
    for t in (1, 2):
        kept = np.where(mask[:, t - 1, None], trace[f"lstm_cell/h_{t}"], trace[f"h_{t - 1}"])
        np.testing.assert_array_equal(trace[f"h_{t}"], kept)


def test_sums_of_many_tensors_are_no_time_steps():
    names = [f"x{number}" for number in range(9)]
    steps = [
        (Elementwise("add"), (f"%{at - 1}" if at > 1 else "x0", names[at]), f"%{at}")
        for at in range(1, 9)
    ]
    assert loops(traced(dict.fromkeys(names, X), steps)) == ()


def test_the_same_numbers_again_and_again_are_a_loop():
    steps: list[tuple] = []
    for at in range(4):
        before = f"h{at - 1}" if at else "x"
        steps += [
            (Elementwise("multiply"), (before, "slope"), f"p{at}"),
            (Elementwise("tanh"), (f"p{at}",), f"h{at}"),
        ]
    (loop,) = loops(traced({"x": X}, steps, weights={"slope": np.ones(3)}))
    assert [each.carried for each in loop.iterations] == [("x",), ("h0",), ("h1",), ("h2",)]
    assert [each.handed_on for each in loop.iterations] == [("h0",), ("h1",), ("h2",), ("h3",)]


def test_slices_that_are_worked_on_one_by_one_are_no_time_steps():
    trace = record(custom.Regions(), normal(1, 4, 4, 2))
    assert len(trace.steps) == 9  # four slices, four maxima, and what joins them
    assert loops(trace) == ()


def test_slices_with_a_weight_are_no_states():
    steps: list[tuple] = []
    for at in range(4):
        part = Slice((0, at, 0), (2, 1, 3), (1, 1, 1), (1,))
        steps += [
            (part, ("x",), f"x{at}"),
            (Elementwise("multiply"), (f"x{at}", "slope"), f"y{at}"),
            (Elementwise("tanh"), (f"y{at}",), f"z{at}"),
        ]
    steps.append((Stack(1), tuple(f"z{at}" for at in range(4)), "outputs"))
    first = traced({"x": X, "start": X[:, 0]}, steps, weights={"slope": np.ones(3)})
    (loop,) = loops(first)
    assert states([loop]) == ()
    assert [each.carried for each in loop.iterations] == [()] * 4
    # Cut in the middle of a step, as where the first slice is taken long before.
    later = traced({"x": X}, [steps[0], *steps[3:4], *steps[1:3], *steps[4:]],
                   weights={"slope": np.ones(3)})  # fmt: skip
    assert states(loops(later)) == ()


def test_a_scan_into_a_list_carries_its_sum_and_begins_with_the_first_slice():
    trace = record(custom.TensorArrayScan(), X)
    (loop,) = loops(trace)
    assert len(loop.iterations) == 5
    (state,) = states([loop])
    assert (state.start, state.names) == (1, tuple(f"h_{t}" for t in range(1, 6)))
    expected = np.zeros((2, 3))
    for t in range(5):
        expected = 0.9 * expected + X[:, t]
        np.testing.assert_array_equal(trace[f"x_{t + 1}"], X[:, t])
        np.testing.assert_allclose(trace[f"h_{t + 1}"], expected, atol=1e-6)
    assert state.near(5, 2).names == ("h_4", "h_5")
    assert state.near(5, 2).start == 4
