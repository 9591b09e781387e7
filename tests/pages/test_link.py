"""A link opens the page at exactly its values, and the page writes the same link back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from layers.inputs.description import Description
from pages.shared import compute
from pages.shared.session import widget_key
from tests.pages.session import (
    assert_drawn,
    assert_sound,
    drawn,
    explored,
    link_of,
    opened,
    other_values,
    registered,
)

every_layer = pytest.mark.parametrize("name", registered())


def test_the_registry_file_names_the_layers_that_a_worker_finds(layers: dict[str, Description]):
    assert tuple(layers)[: len(registered())] == registered()


@every_layer
def test_a_link_with_a_layer_alone_shows_its_defaults(name: str, layers: dict[str, Description]):
    session = opened(layer=name)
    layer = layers[name]
    assert_drawn(session, explored(name, source=layer.default_input))
    assert session.title[0].value == layer.title
    assert session.query_params == {"layer": name}
    for field in layer.fields:
        assert field.parse(session.session_state[field.name]) == field.default


@every_layer
def test_a_link_with_every_field_shows_those_values(name: str, layers: dict[str, Description]):
    layer, values = layers[name], other_values(layers[name])
    batch = None if layer.batch is None else layer.batch.default + 1
    chosen = {**values, **({} if batch is None else {"batch": batch}), "input": "ramp"}
    link = link_of(layer, seed=7, **chosen)
    assert set(link) == {"layer", "seed", *chosen}  # else some value is the default, and hides
    session = opened(**link)
    assert_drawn(session, explored(name, values, batch=batch, seed=7, source="ramp"))
    assert session.query_params == link
    for field in layer.fields:
        assert field.parse(session.session_state[field.name]) == values[field.name]
    assert session.selectbox(key="input").value == "ramp"
    assert session.number_input(key="seed").value == 7


@every_layer
def test_the_same_link_gives_two_sessions_the_same_numbers(
    name: str, layers: dict[str, Description]
):
    link = link_of(layers[name], seed=3, **other_values(layers[name]), input="normal")
    one = drawn(opened(**link))
    compute._cache.clear()
    other = drawn(opened(**link))
    assert one.keys() == other.keys()
    for tensor, values in one.items():
        np.testing.assert_array_equal(values, other[tensor], err_msg=tensor)


@every_layer
def test_every_example_loads_and_sets_every_control(name: str, layers: dict[str, Description]):
    layer = layers[name]
    session = opened(layer=name, **other_values_as_text(layer))
    for example in layer.examples:
        session.selectbox(key=widget_key("example")).select(example.title).run()
        run = explored(name, dict(example.values), batch=example.batch, source=example.input)
        assert_drawn(session, run)
        given: dict[str, Any] = {**example.values, "input": example.input}
        if layer.batch and example.batch is not None:
            given["batch"] = example.batch
        if example.input == layer.default_input:
            del given["input"]
        assert session.query_params == link_of(layer, **given)
        assert session.selectbox(key=widget_key("example")).value is None, (
            "ready to be loaded again"
        )


def other_values_as_text(layer: Description) -> dict[str, str]:
    values = other_values(layer)
    return {field.name: field.text(values[field.name]) for field in layer.fields}


def test_without_a_link_the_first_layer_is_shown_and_named_in_the_address():
    session = opened()
    assert_sound(session)
    assert session.query_params == {"layer": registered()[0]}
    assert session.radio(key="layer").value == registered()[0]


def test_values_at_their_defaults_are_left_out_of_the_address():
    session = opened(layer="linear", units=5, use_bias="true", seed=0, batch=8, input="normal")
    assert_sound(session)
    assert session.query_params == {"layer": "linear"}


def test_a_constant_of_the_link_fills_the_input():
    session = opened(layer="linear", input="constant", constant=-2.5)
    assert_drawn(session, explored("linear", source="constant", constant=-2.5))
    assert session.query_params == {"layer": "linear", "input": "constant", "constant": "-2.5"}


@pytest.mark.parametrize(
    ("written", "value"), [("ON", True), ("1", True), ("False", False), (" off ", False)]
)
def test_switches_are_read_in_any_common_spelling(written: str, value: bool):
    session = opened(layer="linear", use_bias=written)
    assert_sound(session)
    assert session.toggle(key="use_bias").value is value


@pytest.mark.parametrize("written", ["2,3,4,5", "2, 3, 4, 5", "(2,3,4,5)", "2x3x4x5", "2 3 4 5"])
def test_shapes_are_read_in_any_common_spelling(written: str):
    session = opened(layer="nd_dense", shape=written)
    assert_drawn(session, explored("nd_dense", {"shape": (2, 3, 4, 5)}))
    assert session.query_params == {"layer": "nd_dense", "shape": "2,3,4,5"}


def test_a_link_reaches_the_view_of_a_deep_tensor():
    link = {"layer": "nd_dense", "row_axis": "batch", "at_axis_1": "2"}
    session = opened(**link)
    assert_sound(session)
    assert session.query_params == link
    run = explored("nd_dense")
    np.testing.assert_array_equal(drawn(session)["inputs"], run.trace["inputs"][:, 2])


def test_the_number_of_calls_is_carried_by_the_link():
    session = opened(layer="running_sum", features=2, batch=2, calls=2)
    assert_sound(session)
    np.testing.assert_array_equal(drawn(session)["outputs"], [[4, 4]])
    np.testing.assert_array_equal(drawn(session)["history"], [[2, 2], [4, 4]])
