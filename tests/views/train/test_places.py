"""What stands in each tensor's place, and the arithmetic of a pinned cell."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from layers.api import train as train_api
from layers.api.explore import describe
from layers.api.train import Training
from layers.inputs.cells import Cell
from layers.training.step import StepTraces
from layers.training.subject import Subject
from views.explore.view import View, choose_view
from views.train.link import GRADIENT, UPDATE, VALUE, argument_fields, read_settings
from views.train.picture import step_picture
from views.train.pin import pin, refused
from views.train.places import Places, places, resolved, shown_as


def stepped(
    name: str, show: str, step: int = 1, *, source: str = "normal", **how: Any
) -> tuple[Training, StepTraces, StepTraces, Places]:
    """Train a layer and return one step of it."""
    subject = Subject(name=name, source=source)
    training = train_api.train(subject, {"steps": 3} | how)
    history = training.history
    traces = train_api.show_step(subject, history.near(step), step)
    start = train_api.show_step(subject, history.near(0), 0)
    return training, traces, start, places(show, traces, history.moment(step), start)


def test_the_copies_of_a_column_have_gradients_whose_sum_is_the_stored_ones():
    _, traces, _, found = stepped("repeated_dense", GRADIENT)
    copies = found.tensors[found.drawn["kernel_repeated"]].values
    stored = found.tensors[found.drawn["kernel"]].values
    np.testing.assert_allclose(copies.sum(axis=1, keepdims=True), stored, rtol=1e-4, atol=1e-6)
    assert found.missing["targets"] == "The targets are given: nothing changes them."
    assert found.drawn["outputs"] in traces.whole.tensors


def test_only_what_moves_has_an_update_and_a_moving_mean_moves_without_a_gradient():
    training, _, _, found = stepped("batch_normalization", UPDATE)
    assert set(found.drawn) == {"gamma", "beta", "moving_mean_before", "moving_variance_before"}
    states = training.history.weights["moving_mean"]
    moved = found.tensors["update/moving_mean_before"].values
    np.testing.assert_allclose(moved, states[2] - states[1], atol=1e-7)
    assert moved.any()


def test_a_pinned_change_is_now_minus_the_start():
    training, traces, start, found = stepped("dense", "change", step=2, learning_rate=0.1)
    pinned = pin(Cell("change/kernel", (1, 2)), traces, found, start, None)
    now, before = (training.history.weights["kernel"][at][1, 2] for at in (2, 0))
    change = float(pinned["sentence"].split(" = ")[1].split(":")[0].replace("−", "-"))
    assert change == pytest.approx(float(now) - float(before), rel=1e-5)


def test_a_cell_follows_the_switch_and_finds_a_shared_gradient():
    assert str(shown_as(Cell("gradient/kernel", (0, 1)), VALUE)) == "kernel.0.1"
    assert shown_as(None, VALUE) is None
    _, traces, _, found = stepped("dense", GRADIENT)
    shared = resolved(Cell("gradient/product", (0, 1)), traces, found)
    assert str(shared) == "gradient/outputs.0.1"
    assert str(resolved(Cell("gradient/targets", (0, 1)), traces, found)) == "targets.0.1"
    assert "Received `kernel.9.9`" in refused(Cell("kernel", (9, 9)), traces, found)
    assert "Received `no.9`" in refused(Cell("no", (9,)), traces, found)


@pytest.mark.parametrize("show", ["value", "gradient", "update", "change"])
@pytest.mark.parametrize("name", ["dense", "lstm", "running_sum", "embedding"])
def test_every_picture_can_be_sent_and_draws_a_tensor_once(name, show):
    training, traces, start, found = stepped(
        name, show, optimizer="adam", source="ids" if name == "embedding" else "normal"
    )
    view: View = choose_view(
        traces.forward, name, lambda field: None if field.name == "cell" else field.default
    )
    layer = next(each for each in _layers() if each.name == name)
    blocks = step_picture(layer, training.history, traces, start, view, found, None)
    names = _names(json.loads(json.dumps(blocks[0]["groups"])))
    assert names
    assert len(set(names)) == len(names)
    assert set(names) <= set(blocks[0]["links"]["tensors"])


def test_arguments_are_told_from_the_layers_own_fields():
    names = [field.name for _, field in argument_fields("optimizer", "adam")]
    assert names == ["adam_beta_1", "adam_beta_2", "adam_epsilon", "adam_amsgrad"]
    how = read_settings(lambda field: field.default)
    assert how["optimizer_arguments"] == {"momentum": 0.0, "nesterov": False}
    assert (how["steps"], how["clip_at"]) == (20, 1.0)


def _layers() -> tuple:
    return describe()


def _names(node: Any) -> list[str]:
    """Return the names of all figures."""
    if isinstance(node, list):
        return [name for each in node for name in _names(each)]
    if not isinstance(node, dict):
        return []
    own = [node["figure"]["name"]] if "figure" in node else []
    return own + [n for key, each in node.items() if key != "figure" for n in _names(each)]
