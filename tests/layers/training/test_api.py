"""What the page submits: plain data in and out, and code that prints the same losses."""

import io
import json
import os
import pickle
import subprocess
import sys

import keras
import numpy as np
import pytest

from layers.api.train import Subject, measure_difference, show_moment, show_step, train
from layers.inputs.cells import Cell, Edit
from layers.inputs.fields import BadInputError
from layers.runs.prepare import Call
from layers.training.export import csv_of, npz
from layers.training.progress import FileProgress
from layers.training.running.prepared import with_edits


def same(crossing):
    return pickle.loads(pickle.dumps(crossing))  # noqa: S301 - our own


SUBJECT = Subject(name="linear", seed=2, targets="teacher")


def test_a_training_and_its_steps_cross_processes():
    done = same(train(same(SUBJECT), {"steps": 4, "optimizer": "adam", "learning_rate": 0.1}))
    again = train(SUBJECT, {"steps": 4, "optimizer": "adam", "learning_rate": 0.1})
    np.testing.assert_array_equal(done.history.losses, again.history.losses)
    assert set(done.teacher) == {"kernel", "bias"}
    assert (done.teacher["kernel"] != done.history.weights["kernel"][0]).any()
    assert done.nbytes >= done.history.nbytes > 0
    step = same(show_step(SUBJECT, done.history, 2))
    np.testing.assert_array_equal(step.whole["kernel"], done.history.weights["kernel"][2])
    assert step.nbytes > 0
    assert show_moment(SUBJECT, done.history, 3).loss == done.history.losses[3]
    found = measure_difference(SUBJECT, done.history, 1, "kernel", (0, 0))
    assert found.slope == pytest.approx(found.gradient, abs=found.tolerance + 1e-2)


def test_a_teachers_weights_are_what_training_finds():
    subject = Subject(name="dense", values={"units": 2, "shape": (8, 3)}, targets="teacher")
    done = train(subject, {"steps": 400, "optimizer": "adam", "learning_rate": 0.05})
    assert done.history.losses[-1] < 1e-6
    for name, weight in done.teacher.items():
        np.testing.assert_allclose(done.history.weights[name][-1], weight, atol=0.01)


def test_edits_come_before_the_training():
    edit = Edit(Cell("kernel", (0, 0)), 5.0)
    done = train(Subject(name="linear", edits=(edit,)), {"steps": 1})
    assert done.history.weights["kernel"][0, 0, 0] == 5


def test_placing_edits_leaves_the_layers_state_as_it_was():
    class Counting(keras.layers.Dense):
        def build(self, input_shape):
            super().build(input_shape)
            self.count = self.add_weight(name="count", initializer="zeros", trainable=False)

        def call(self, inputs, training=None):
            self.count.assign_add(1.0)
            return super().call(inputs, training=training)

    layer, ones = Counting(2), np.ones((1, 3), "float32")
    layer.build(ones.shape)
    call = Call(arrays={"inputs": ones}, arguments=(ones,), named={})
    placed = with_edits(layer, call, [Edit(Cell("bias", (1,)), 4.0)])
    assert [edit.value for edit in placed.edits] == [4.0]
    assert layer.bias.numpy().tolist() == [0, 4]
    assert layer.count.numpy() == 0


def test_edits_of_a_network_come_before_the_training():
    edits = (
        Edit(Cell("conv2d/kernel", (0, 0, 0, 1)), 5.0),
        Edit(Cell("inputs", (0, 1, 1, 0)), -3.0),
        Edit(Cell("nowhere", (0,)), 1.0),
    )
    subject = Subject(name="small_cnn", source="ramp", values=SMALL, edits=edits)
    done = train(subject, {"steps": 1})
    assert done.history.weights["conv2d/kernel"][0, 0, 0, 0, 1] == 5
    assert done.inputs["inputs"][0, 1, 1, 0] == -3
    (refused,) = done.refused
    assert "expected a cell of" in refused
    frozen = Subject(name="frozen_dense", edits=(Edit(Cell("frozen/bias", (1,)), 2.0),))
    assert train(frozen, {"steps": 1}).history.weights["frozen/bias"][0, 1] == 2


def test_the_small_cnn_trains_and_is_built_afresh():
    values = {"image": 8, "filters_1": 3, "filters_2": 2, "hidden_units": 5, "out_units": 2}
    subject = Subject(name="small_cnn", values=values, targets="stripes", batch=4, source="ramp")
    how = {"steps": 3, "loss": "categorical_crossentropy"}
    first, second = train(subject, how), train(subject, how)
    np.testing.assert_array_equal(first.history.losses, second.history.losses)
    found = show_step(subject, first.history, 2)
    assert found.loss == first.history.losses[2]
    assert found.whole.unexplained == ()


@pytest.mark.parametrize(
    ("subject", "how", "words"),
    [
        (Subject(name="linear", targets="wishes"), {"steps": 1}, "one of random, sum"),
        (Subject(name="linear", targets=np.ones((2, 2))), {"steps": 1}, "do not fit"),
        (Subject(name="linear"), {"steps": 10**6}, "from 1 to 10000"),
        (Subject(name="nowhere"), {"steps": 1}, "The layer cannot be shown"),
        (Subject(name="small_cnn", source=np.ones((2, 3))), {"steps": 1}, "rows of"),
        (Subject(name="small_cnn", source="ids"), {"steps": 1}, "input cannot be made"),
    ],
)
def test_what_cannot_be_trained_is_a_sentence(subject, how, words):
    with pytest.raises(BadInputError, match=words):
        train(subject, how)


def test_a_page_sees_the_progress_and_can_stop(tmp_path):
    progress = FileProgress(str(tmp_path / "progress"))
    assert progress.read() is None
    progress(3, 0.25)
    assert same(progress).read() == (3, 0.25)
    progress.stop()
    done = train(SUBJECT, {"steps": 5}, progress)
    assert done.history.steps == 0
    assert "stopped after 0 of 5" in done.history.failure


def test_files_of_a_history():
    done = train(
        SUBJECT, {"steps": 3, "optimizer": "sgd", "optimizer_arguments": {"momentum": 0.5}}
    )
    with np.load(io.BytesIO(npz(done.history, done.targets))) as file:
        np.testing.assert_array_equal(file["losses"], done.history.losses)
        np.testing.assert_array_equal(file["weights/kernel"], done.history.weights["kernel"])
        np.testing.assert_array_equal(file["gradients/bias"], done.history.gradients["bias"])
        assert "slots/kernel/momentum" in file
        np.testing.assert_array_equal(file["targets"], done.targets)
    lines = csv_of(done.history, most=3).decode().splitlines()
    assert lines[0].startswith("step,loss,kernel[0 0]")
    assert len(lines) == 1 + 4
    assert float(lines[1].split(",")[1]) == done.history.losses[0]
    assert lines[4].split(",")[1] == ""  # no loss was computed after the last step


SMALL = {
    "image": 8,
    "filters_1": 2,
    "filters_2": 3,
    "hidden_units": 4,
    "out_units": 2,
    "dropout_1": 0.3,
    "dropout_2": 0.5,
}
CODE = {
    "posts": (Subject(name="repeated_dense", targets="teacher"), {"optimizer": "adam"}),
    "rows": (Subject(name="lstm", seed=3), {"batch_size": 1, "optimizer": "rmsprop"}),
    "several": (Subject(name="multi_head_attention", targets="sum"), {"clip": "norm"}),
    "dropout": (Subject(name="dropout", seed=4), {}),
    "network": (
        Subject(name="small_cnn", source="example", seed=5, values=SMALL, targets="stripes"),
        {"optimizer": "adam", "loss": "categorical_crossentropy", "batch_size": 3},
    ),
    "ramp": (Subject(name="small_cnn", source="ramp", values=SMALL, targets="teacher"), {}),
    "edited": (
        Subject(
            name="small_cnn",
            source="ramp",
            values=SMALL,
            edits=(
                Edit(Cell("conv2d/kernel", (0, 0, 0, 1)), 5.0),
                Edit(Cell("inputs", (0, 1, 1, 0)), -3.0),
            ),
        ),
        {},
    ),
    "posted": (Subject(name="repeated_dense_as_posted", source="example"), {}),
    "tied": (Subject(name="tied_dense", source="example", seed=3), {"optimizer": "adam"}),
    "frozen": (Subject(name="frozen_dense", source="ones"), {}),
}


LEFT = """
import json
from pathlib import Path
weights = {k: [w.numpy().tolist() for w in v["layer"].trainable_variables] for k, v in left.items()}
Path("weights.json").write_text(json.dumps(weights))
"""


def test_the_code_prints_the_same_losses_and_leaves_the_same_weights(tmp_path):
    expected, weights, scripts = {}, {}, []
    for name, (subject, how) in CODE.items():
        done = train(subject, {"steps": 4, **how})
        expected[name] = list(done.history.losses)
        (tmp_path / f"{name}.py").write_text(done.code, encoding="utf-8")
        assert "set_intra_op_parallelism_threads(1)" in done.code  # large sums in one order
        states, fixed = done.history.weights, done.history.fixed
        weights[name] = [states[each][-1].tolist() for each in states if each not in fixed]
        scripts.append(f"print({name!r}); left[{name!r}] = runpy.run_path({name + '.py'!r})")
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    ran = subprocess.run(  # one process: TensorFlow takes long to import
        [sys.executable, "-c", "\n".join(["import runpy; left = {}", *scripts, LEFT])],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=environment,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    found, own = {}, ""
    for line in ran.stdout.splitlines():
        if line in CODE:
            own = line
        else:
            found.setdefault(own, []).append(float(line.split()[1]))
    assert found == expected
    assert json.loads((tmp_path / "weights.json").read_text()) == weights


def test_tied_weights_get_the_gradients_of_both_uses():
    done = train(Subject(name="tied_dense", source="example"), {"steps": 2})
    inputs, kernel = done.inputs["inputs"], done.history.weights["kernel"][0]
    slope = 2 * (inputs @ kernel @ kernel.T - done.targets) / done.targets.size
    both = inputs.T @ slope @ kernel + slope.T @ inputs @ kernel
    np.testing.assert_allclose(done.history.gradients["kernel"][0], both, rtol=1e-4, atol=1e-6)


def test_frozen_weights_stay_and_say_why():
    history = train(Subject(name="frozen_dense", source="example"), {"steps": 5}).history
    moved = {name for name, states in history.weights.items() if (states != states[0]).any()}
    assert moved == {"trained/kernel", "trained/bias"}
    assert {"frozen/kernel", "frozen/bias"} <= set(history.fixed)


def test_nothing_moves_in_the_layer_as_it_was_posted():
    subject = Subject(name="repeated_dense_as_posted", source="example")
    history = train(subject, {"steps": 3}).history
    assert show_step(subject, history.near(1), 1).loss == history.losses[1]
    assert len(set(history.losses)) == 1
    assert "Nothing moves" in history.notes[0]
    assert "`w`" in history.notes[0]


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])
def test_steps_in_any_order_are_as_if_each_were_the_first(optimizer):
    subject = Subject(name="dropout", seed=4)
    for own in (subject, Subject(name="dense", seed=4)):
        history = train(own, {"steps": 6, "optimizer": optimizer, "batch_size": 1}).history
        for step in (4, 1, 1, 5, 0):
            found = show_step(own, history.near(step), step)
            assert found.loss == history.losses[step]
            assert found.note == ""
            if own is subject:
                continue
            measured = measure_difference(own, history.near(step), step, "kernel", (0, 1))
            assert measured.gradient == history.gradients["kernel"][step][0, 1]
            after = history.weights["kernel"][step + 1]
            np.testing.assert_array_equal(found.whole["updated/kernel"], after)
