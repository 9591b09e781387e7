"""The Train page: every step's numbers are drawn as stock Keras makes them, and explained."""

from __future__ import annotations

import json
import zlib
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from layers.api import train as train_api
from layers.api.train import Training
from layers.training.progress import FileProgress
from layers.training.subject import Subject
from pages.shared import downloads
from pages.shared.live import answered
from pages.shared.session import Session
from pages.shared.workers import workers
from pages.train import live, run
from tests.pages.session import (
    ROOT,
    assert_one_complaint,
    assert_sound,
    complaints,
    decoded,
    drawn,
    figures,
    opened,
    sent,
)
from views.train.examples import EXAMPLES
from views.train.link import MAXIMUM_BYTES


def visited(**link: object) -> AppTest:
    """Open /train at a link, as a first visit."""
    session = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    # A browser names the page with its first message; AppTest would first run another.
    session._page_hash = calc_hash("train")
    session.query_params.update({name: str(value) for name, value in link.items()})
    return session.run()


def trained(name: str, **how: Any) -> Training:
    """Ask a worker directly, past the page."""
    source = how.pop("source", "normal")
    subject = Subject(name=name, source=source, targets=how.pop("targets", "random"))
    how = {"steps": 20, "maximum_bytes": MAXIMUM_BYTES} | how
    return workers().submit(train_api.train, subject, how).result()


def by_hand(inputs: np.ndarray, targets: np.ndarray, kernel: np.ndarray, bias: np.ndarray):
    """Return the loss and the gradients of a linear layer under the mean squared error."""
    difference = inputs @ kernel + bias - targets
    slope = 2 * difference / difference.size
    return np.mean(difference**2), inputs.T @ slope, slope.sum(axis=0)


def test_values_gradients_and_updates_are_those_of_the_textbook():
    training = trained("dense", learning_rate=0.1)
    inputs, targets = training.inputs["inputs"], training.targets
    kernel, bias = (training.history.weights[name] for name in ("kernel", "bias"))
    link = {"layer": "dense", "learning_rate": "0.1", "step": 3}
    pictures = drawn(visited(**link))
    np.testing.assert_array_equal(pictures["inputs"], inputs)
    np.testing.assert_array_equal(pictures["targets"], targets)
    np.testing.assert_array_equal(pictures["kernel"], kernel[3])
    loss, of_kernel, of_bias = by_hand(inputs, targets, kernel[3], bias[3])
    np.testing.assert_allclose(pictures["loss"].item(), loss, rtol=1e-5)

    session = visited(**link, show="gradient")
    assert_sound(session)
    pictures = drawn(session)
    np.testing.assert_allclose(pictures["gradient/kernel"], of_kernel, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(pictures["gradient/bias"][0], of_bias, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(pictures["kernel"], kernel[3])  # among the values below

    pictures = drawn(visited(**link, show="update"))
    np.testing.assert_allclose(pictures["update/kernel"], -0.1 * of_kernel, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(pictures["updated/kernel"], kernel[4], rtol=1e-6)

    pictures = drawn(visited(**link, show="change"))
    np.testing.assert_allclose(pictures["change/kernel"], kernel[3] - kernel[0], atol=1e-7)
    np.testing.assert_array_equal(pictures["change/inputs"], np.zeros_like(inputs))


def test_the_loss_curve_has_every_step_and_marks_the_one_that_is_shown():
    training = trained("dense", learning_rate=0.1)
    curve = figures(visited(layer="dense", learning_rate="0.1", step=7))["loss_curve"]
    (line,) = curve["spec"]["data"]
    assert line["x"] == list(range(20))
    np.testing.assert_allclose(line["y"], training.history.losses, rtol=1e-5)
    (mark,) = curve["spec"]["layout"]["shapes"]
    assert mark["x0"] == mark["x1"] == 7


def test_a_pinned_gradient_is_explained_and_measured():
    training = trained("dense", learning_rate=0.1)
    state = training.history.moment(3)
    session = visited(
        layer="dense", learning_rate="0.1", step=3, show="gradient", cell="gradient/kernel.0.1"
    )
    assert_sound(session)
    (pin,) = sent(session, "pin")
    value = state.gradients["kernel"][0, 1]
    assert (pin["cell"], pin["where"]) == (
        "gradient/kernel.0.1",
        "gradient/kernel at features 0, units 1",
    )
    first = training.inputs["inputs"][0, 0]
    assert pin["sentence"].startswith(f"= {first:.4g} × ")
    assert f"= {value:.6g}." in pin["sentence"]
    assert "Moving kernel[0, 1] by 0.001 changes L by" in pin["sentence"]
    slope = float(pin["sentence"].split("a slope of ")[1].split(" ")[0])
    np.testing.assert_allclose(slope, value, atol=1e-3)


def test_a_pinned_update_has_the_optimizers_formula_with_this_steps_numbers():
    training = trained("dense", learning_rate=0.1)
    session = visited(
        layer="dense", learning_rate="0.1", step=3, show="update", cell="update/kernel.0.1"
    )
    assert_sound(session)
    (pin,) = sent(session, "pin")
    update = training.history.moment(3).updates["kernel"][0, 1]
    before = training.history.weights["kernel"][3][0, 1]
    assert float(pin["sentence"].split(":")[0].removeprefix("= ").replace("−", "-")) == (
        pytest.approx(update, rel=1e-4)
    )
    assert f"updated/kernel = {before:.4g} − ".replace("= -", "= −") in pin["sentence"]
    assert "× 0.1" in pin["sentence"]


def test_what_has_no_gradient_says_why():
    session = visited(layer="center_zero", show="gradient", step=1)
    assert_sound(session)
    rows = [row for rows in sent(session, "rows", of=list) for row in rows if isinstance(row, list)]
    reasons = {row[0]: row[1] for row in rows}
    assert reasons["mask"] == "It is not trainable."
    assert "gradient/mask" not in drawn(session)
    gradient = drawn(session)["gradient/inputs"]
    assert (gradient[4:6, 4:6] == 0).all()
    assert gradient.any()


def test_the_route_answers_a_step_with_what_the_page_would_draw():
    session = visited(layer="dense", step=3, show="gradient", cell="gradient/kernel.0.1")
    (here,) = [live for live in sent(session, "live") if live["path"]]
    assert here["turned"]["step"] == "3"

    def asked(**more: str) -> dict[str, Any]:
        query = {**here["link"], "visitor": here["visitor"], **more}
        return json.loads(zlib.decompress(answered(live.PICTURE, live._picture, query)))

    found = asked(step="7")
    assert found["blocks"][0]["pin"]["cell"] == "gradient/kernel.0.1"
    assert found["id"] in downloads._kept[here["visitor"], live.PICTURE]  # it can be downloaded
    with pytest.raises(ValueError, match="step"):
        asked(step="99")
    for other in ({"units": "5"}, {"edits": "kernel.0.0=1"}, {"learning_rate": "1"}):
        with pytest.raises(ValueError, match="Another training"):
            asked(**other)
    with pytest.raises(ValueError, match="Nothing is trained"):
        asked(visitor="somebody")
    session.session_state["step"] = 7
    session.run()
    assert "kernel" not in drawn(session)  # the browser has it
    assert session.query_params["step"] == "7"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_an_example_sets_every_control(example):
    session = visited(layer="dense", units=4, steps=3, optimizer="adam")
    session.selectbox(key="ls.train_example").set_value(example.title).run()
    assert not session.exception
    assert not session.error
    link = {name: "".join(value) for name, value in session.query_params.items()}
    assert link == dict(example.link)
    assert example.says in [caption.value for caption in session.caption]


def test_a_loss_that_explodes_stops_and_keeps_the_steps_before():
    session = visited(layer="dense", learning_rate=1e9, steps=50)
    (warning,) = session.warning
    assert "expected a loss that is a finite number" in warning.value
    data = figures(session)["loss_curve"]["spec"]["data"]
    assert data[0]["y"][-1] is None
    assert data[1]["marker"] == {"symbol": "x-thin"}
    assert drawn(session)


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ({"steps": 10**6}, "In the link,"),
        ({"step": 99}, "In the link,"),
        ({"learning_rate": 1e12}, "In the link,"),
        ({"show": "nothing"}, "In the link,"),
        ({"cell": "gradient/nobody.0"}, "The cell cannot be pinned"),
        ({"cell": "kernel.9.9"}, "The cell cannot be pinned"),
        ({"nonsense": 1}, "was left out"),
    ],
)
def test_a_bad_link_is_told_in_a_sentence_and_the_rest_is_shown(link, says):
    session = visited(layer="dense", **link)
    assert_one_complaint(session, says)
    assert "kernel" in drawn(session)


def test_layers_of_both_pages_keep_their_own_links():
    session = opened(layer="linear")
    assert_sound(session)
    assert "loss_curve" not in figures(session)


def test_the_code_that_repeats_a_training_is_shown():
    session = visited(layer="dense", steps=3)
    session.session_state["ls.train_code"] = True
    session.run()
    assert_sound(session)
    assert session.code[0].value == trained("dense", steps=3, learning_rate=0.01).code.rstrip()
    assert "for step in range(3):" in session.code[0].value


def test_own_targets_are_trained_on_and_a_wrong_shape_is_a_sentence():
    session = visited(layer="dense", targets="upload")
    assert_one_complaint(session, "expected your array")
    uploaded = visitor_session_of(session).uploaded_arrays
    uploaded["targets"] = np.ones((2, 3), "float32")
    session.run()
    assert_sound(session)
    np.testing.assert_array_equal(drawn(session)["targets"], np.ones((2, 3)))
    uploaded["targets"] = np.ones((2, 5), "float32")
    session.run()
    assert_one_complaint(session, "2 × 5")
    uploaded["targets"] = np.full((2, 3), np.nan, "float32")
    session.run()
    assert_one_complaint(session, "finite")
    assert "loss_curve" in figures(session)


def test_a_training_that_is_asked_to_stop_keeps_its_steps(monkeypatch):
    monkeypatch.setattr(run, "SHOWN_AFTER", 0.0)
    monkeypatch.setattr(run, "_LONGEST", 0.0)
    session = visited(layer="dense", steps=10_000, batch_size=1)
    assert not session.exception
    first, second = complaints(session)
    assert "of 10000 steps, which are kept" in first
    assert "stopped for its time" in second
    job = visitor_session_of(session).training
    assert job is not None
    assert 0 < job.future.result()[0].history.steps < 10_000
    assert "kernel" in drawn(session)


def test_a_training_that_is_stopped_before_its_first_step_is_a_sentence(monkeypatch):
    def stopped(path: str) -> FileProgress:
        progress = FileProgress(path=path)
        progress.stop()
        return progress

    monkeypatch.setattr(run, "FileProgress", stopped)
    session = visited(layer="dense", steps=10)
    assert not session.exception
    (warning,) = session.warning
    assert "stopped after 0 of 10 steps" in warning.value
    assert figures(session) == {}
    monkeypatch.undo()
    assert_sound(session.run())  # what is asked for again is trained again
    assert "kernel" in drawn(session)


def test_the_paths_of_the_weights_are_drawn_where_they_are_asked_for():
    training = trained("dense", learning_rate=0.1)
    session = visited(layer="dense", learning_rate="0.1", step=3, cell="kernel.0.1")
    assert "path/kernel" not in figures(session)
    session.session_state["ls.paths"] = True
    session.run()
    assert_sound(session)
    path = figures(session)["path/kernel"]
    assert path["caption"].startswith("all 12 · ")
    assert "pinned: kernel[0, 1]" in path["caption"]
    line = path["spec"]["data"][-1]
    assert line["meta"] == "picked"
    np.testing.assert_allclose(
        line["y"], training.history.weights["kernel"][:, 0, 1], rtol=1e-5, atol=1e-9
    )
    assert path["spec"]["layout"]["shapes"][0]["x0"] == 3
    assert "loss_plane" not in figures(session)


@pytest.mark.parametrize("plane", ["principal", "weights"])
def test_the_loss_around_the_path_is_measured_where_it_is_asked_for(plane):
    session = visited(layer="dense", steps=3, step=1)
    session.session_state["ls.paths"] = True
    session.run()
    session.session_state["plane"] = plane
    session.run()
    assert_sound(session)
    contour, path, _, _, square = figures(session)["loss_plane"]["spec"]["data"]
    losses = decoded(contour["z"])
    assert losses.shape == (25, 25)
    assert np.isfinite(losses).all()
    assert (path["x"][-1], path["y"][-1]) == (0, 0)
    assert (square["x"], square["y"]) == ([path["x"][1]], [path["y"][1]])
    assert session.query_params["plane"] == plane

    again = visited(**session.query_params)
    assert_sound(again)
    assert figures(again)["loss_plane"] == figures(session)["loss_plane"]


def test_the_two_weights_of_a_plane_are_in_the_link():
    link = {"layer": "dense", "steps": "3", "plane": "weights"}
    link |= {"plane_across": "bias.1", "plane_up": "kernel.2.0"}
    session = visited(**link)
    assert_sound(session)
    layout = figures(session)["loss_plane"]["spec"]["layout"]
    assert [layout[axis]["title"]["text"] for axis in ("xaxis", "yaxis")] == [
        "bias.1",
        "kernel.2.0",
    ]
    assert session.query_params == link
    session.session_state["ls.paths"] = False
    session.run()
    assert "plane" not in session.query_params
    (said, *_) = complaints(visited(**link | {"plane_up": "kernel.9.9"}))
    assert "Received 'kernel.9.9'" in said
    assert_one_complaint(visited(**link | {"plane_up": "bias.1"}), "two different weights")


def test_the_small_cnn_learns_stripes():
    example = next(each for each in EXAMPLES if each.link["layer"] == "small_cnn")
    session = visited(**example.link)
    assert_sound(session)
    line = figures(session)["loss_curve"]["spec"]["data"][0]
    assert line["y"][-1] < 0.1 < line["y"][0]
    assert drawn(session)["targets"].shape == (8, 2)
    session.session_state["ls.train_code"] = True
    session.run()
    assert "layer = keras.Sequential(" in session.code[0].value


def visitor_session_of(session: AppTest) -> Session:
    """Return what the server remembers of the visitor."""
    return session.session_state["ls.session"]
