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
from layers.operations import explain
from layers.training.subject import Subject
from views.explore.view import View
from views.train.link import GRADIENT, UPDATE, VALUE, argument_fields, read_settings
from views.train.one_step import OneStep
from views.train.paths import cells_of, plane_fields
from views.train.picture import step_picture
from views.train.pin import pin, refused
from views.train.places import places, resolved, shown_as
from views.train.step import step_view


def stepped(
    name: str, show: str, step: int = 1, *, source: str = "normal", **how: Any
) -> tuple[Training, OneStep]:
    """Train a layer and return one step of it."""
    subject = Subject(name=name, source=source)
    training = train_api.train(subject, {"steps": 3} | how)
    history = training.history
    traces = train_api.show_step(subject, history.near(step), step)
    start = train_api.show_step(subject, history.near(0), 0)
    found = places(show, traces, history.moment(step), start)
    layer = next(each for each in describe() if each.name == name)
    own = OneStep(layer=layer, history=history, traces=traces, start=start, found=found)
    return training, own


def test_the_copies_of_a_column_have_gradients_whose_sum_is_the_stored_ones():
    _, step = stepped("repeated_dense", GRADIENT)
    found, traces = step.found, step.traces
    copies = found.tensors[found.drawn["kernel_repeated"]].values
    stored = found.tensors[found.drawn["kernel"]].values
    np.testing.assert_allclose(copies.sum(axis=1, keepdims=True), stored, rtol=1e-4, atol=1e-6)
    assert found.missing["targets"] == "The targets are given: nothing changes them."
    assert found.drawn["outputs"] in traces.whole.tensors


def test_only_what_moves_has_an_update_and_a_moving_mean_moves_without_a_gradient():
    training, step = stepped("batch_normalization", UPDATE)
    found = step.found
    assert set(found.drawn) == {"gamma", "beta", "moving_mean_before", "moving_variance_before"}
    states = training.history.weights["moving_mean"]
    moved = found.tensors["update/moving_mean_before"].values
    np.testing.assert_allclose(moved, states[2] - states[1], atol=1e-7)
    assert moved.any()


def test_a_pinned_change_is_now_minus_the_start():
    training, own = stepped("dense", "change", step=2, learning_rate=0.1)
    pinned = pin(Cell("change/kernel", (1, 2)), own)
    now, before = (training.history.weights["kernel"][at][1, 2] for at in (2, 0))
    change = float(pinned["sentence"].split(" = ")[1].split(":")[0].replace("−", "-"))
    assert change == pytest.approx(float(now) - float(before), rel=1e-5)


@pytest.mark.parametrize("show", [UPDATE, "change"])
def test_an_update_and_a_change_are_worked_out_from_what_is_beside_them(show):
    _, step = stepped("dense", show, step=2, learning_rate=0.1)
    worked = explain(step.trace, f"{show}/kernel", (1, 2))
    assert worked.value == step.trace[f"{show}/kernel"][1, 2]
    names = ("updated/kernel", "kernel") if show == UPDATE else ("kernel", "start/kernel")
    assert worked.sources == {name: [(1, 2)] for name in names}
    linked = step_picture(step, view_of(step))[0]["links"]
    (own,) = [each for each in linked["steps"] if each["result"] == f"{show}/kernel"]
    assert [name for name, *_ in own["from"]] == list(names)


def view_of(step: OneStep) -> View:
    """Return the view without a pinned cell."""
    return step_view(step, lambda field: field.default)


def test_a_cell_follows_the_switch_and_finds_a_shared_gradient():
    assert str(shown_as(Cell("gradient/kernel", (0, 1)), VALUE)) == "kernel.0.1"
    assert shown_as(None, VALUE) is None
    _, step = stepped("dense", GRADIENT)
    found, traces = step.found, step.traces
    shared = resolved(Cell("gradient/product", (0, 1)), traces, found)
    assert str(shared) == "gradient/outputs.0.1"
    assert str(resolved(Cell("gradient/targets", (0, 1)), traces, found)) == "targets.0.1"
    assert "Received `kernel.9.9`" in refused(Cell("kernel", (9, 9)), traces, found)
    assert "Received `no.9`" in refused(Cell("no", (9,)), traces, found)


def test_a_gradient_of_two_tensors_is_drawn_once_and_the_other_keeps_its_name():
    _, step = stepped("dense", GRADIENT)
    rows = step_picture(step, view_of(step))[0]["groups"]
    named = {each["text"]: each["name"] for each in _references(rows)}
    assert named["product"] == "gradient/outputs", "inputs · kernel = product, of this gradient"
    assert not [text for text in named if text.startswith("gradient/")]


@pytest.mark.parametrize("show", ["value", "gradient", "update", "change"])
@pytest.mark.parametrize("name", ["dense", "lstm", "running_sum", "embedding"])
def test_every_picture_can_be_sent_and_draws_a_tensor_once(name, show):
    _, step = stepped(
        name, show, optimizer="adam", source="ids" if name == "embedding" else "normal"
    )
    blocks = step_picture(step, view_of(step))
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


def _references(node: Any) -> list[dict[str, str]]:
    """Return what is drawn elsewhere and named."""
    if isinstance(node, list):
        return [found for each in node for found in _references(each)]
    if not isinstance(node, dict):
        return []
    if "reference" in node:
        return [node["reference"]]
    return [found for each in node.values() for found in _references(each)]


def _names(node: Any) -> list[str]:
    """Return the names of all figures."""
    if isinstance(node, list):
        return [name for each in node for name in _names(each)]
    if not isinstance(node, dict):
        return []
    own = [node["figure"]["name"]] if "figure" in node else []
    return own + [n for key, each in node.items() if key != "figure" for n in _names(each)]


def test_the_weights_of_a_plane_are_offered_in_their_own_order():
    history = stepped("linear", VALUE)[0].history
    rows, columns = history.weights["kernel"].shape[1:]
    kernel = [f"kernel.{row}.{column}" for row in range(rows) for column in range(columns)]
    _, across, up = plane_fields(history)
    assert across.choices == (*kernel, *(f"bias.{unit}" for unit in range(columns)))
    assert [across.default, up.default] == [str(cell) for cell in cells_of(history)[:2]]
