"""One place turns a field into a widget, and keeps the link and the widget in step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from layers.inputs.fields import (
    BoolField,
    ChoiceField,
    CountField,
    Field,
    FloatField,
    IntField,
    ShapeField,
)
from pages.shared import controls
from pages.shared.session import widget_key
from tests.pages.session import another, assert_one_complaint, assert_sound, sent, type_beside

FIELDS: dict[type[Field], Field] = {
    IntField: IntField(name="units", default=5, minimum=1, maximum=9),
    FloatField: FloatField(name="constant", default=1.0, minimum=-2.0, maximum=2.0),
    ChoiceField: ChoiceField(name="activation", default="relu", choices=("relu", "a_b")),
    BoolField: BoolField(name="use_bias", default=True),
    ShapeField: ShapeField(
        name="shape",
        default=(2, 3),
        minimum_rank=2,
        maximum_rank=3,
        maximum_axis=9,
        maximum_elements=100,
    ),
    CountField: CountField(
        name="calls", default=1, minimum=1, maximum=3, step_label="Again", reset_label="Reset"
    ),
}


# A page with one control.
PAGE = """
import streamlit as st

from pages.shared.controls import control
from pages.shared.frame import link_in_step
from pages.shared.link import read_link

read_link("test")
with link_in_step():
    st.session_state.result = control(st.session_state.field)
"""


def alone(field: Field, **link: str) -> AppTest:
    session = AppTest.from_string(PAGE)
    session.session_state.field = field
    session.query_params.update(link)
    return session.run()


def all_kinds(kind: type[Field]) -> list[type[Field]]:
    return [kind, *(below for child in kind.__subclasses__() for below in all_kinds(child))]


def test_every_kind_of_field_has_a_widget():
    assert (
        set(controls._WIDGETS)
        == set(FIELDS)
        == {kind for kind in all_kinds(Field)[1:] if kind.__module__ == "layers.inputs.fields"}
    )


@pytest.mark.parametrize("kind", FIELDS)
def test_a_control_shows_the_default_and_takes_the_links_value(kind: type[Field]):
    field = FIELDS[kind]
    session = alone(field)
    assert_sound(session)
    assert session.session_state.result == field.default
    assert session.query_params == {}
    session = alone(field, **{field.name: field.text(another(field))})
    assert_sound(session)
    assert session.session_state.result == another(field)
    assert session.query_params == {field.name: field.text(another(field))}


@pytest.mark.parametrize("kind", FIELDS)
def test_a_control_refuses_nonsense_and_shows_its_default(kind: type[Field]):
    field = FIELDS[kind]
    session = alone(field, **{field.name: "¿qué?"})
    assert_one_complaint(session, f"`{field.name}`", "¿qué?")
    assert session.session_state.result == field.default
    assert session.query_params == {}


# The widget of every kind, and a hand that moves it to ``another`` value.
HANDS: list[tuple[type[Field], Callable[[AppTest], Any]]] = [
    (IntField, lambda session: session.slider(key="units").set_value(4)),
    (FloatField, lambda session: session.number_input(key="constant").set_value(0.25)),
    (ChoiceField, lambda session: session.selectbox(key="activation").set_value("a_b")),
    (BoolField, lambda session: session.toggle(key="use_bias").set_value(False)),
    (ShapeField, lambda session: session.text_input(key="shape").set_value("2, 3, 2")),
    (CountField, lambda session: session.button(key=widget_key("calls_step")).click()),
]


@pytest.mark.parametrize(("kind", "move"), HANDS)
def test_moving_a_widget_changes_the_value_and_the_link(
    kind: type[Field], move: Callable[[AppTest], Any]
):
    field = FIELDS[kind]
    session = alone(field)
    move(session).run()
    assert_sound(session)
    assert session.session_state.result == another(field)
    assert session.query_params == {field.name: field.text(another(field))}


def test_numbers_cannot_be_moved_past_a_fields_ends():
    session = alone(FIELDS[IntField])
    assert (session.slider(key="units").min, session.slider(key="units").max) == (1, 9)
    session = alone(FIELDS[FloatField])
    box = session.number_input(key="constant")
    assert (box.min, box.max) == (-2, 2)


def test_a_field_with_one_possible_value_is_that_value():
    field = IntField(name="at_0", default=0, minimum=0, maximum=0)
    session = alone(field)
    assert_sound(session)
    assert session.session_state.result == 0


def test_a_count_stops_at_its_end_and_starts_again_at_its_default():
    session = alone(FIELDS[CountField])
    for reached in (2, 3):
        session.button(key=widget_key("calls_step")).click().run()
        assert session.session_state.result == reached
    assert session.button(key=widget_key("calls_step")).disabled
    session.button(key=widget_key("calls_reset")).click().run()
    assert session.session_state.result == 1
    assert session.query_params == {}


def test_a_shape_that_cannot_be_read_leaves_the_last_one_and_what_was_typed():
    session = alone(FIELDS[ShapeField])
    session.text_input(key="shape").set_value("3, 4").run()
    assert session.session_state.result == (3, 4)
    session.text_input(key="shape").set_value("3, ").run()
    assert_one_complaint(session, "`shape`")
    assert session.text_input(key="shape").value == "3, "
    assert session.session_state.result == (3, 4)
    session.text_input(key="shape").set_value("3, 5").run()
    assert_sound(session)
    assert session.session_state.result == (3, 5)


def test_a_number_may_be_typed_beside_its_slider():
    session = alone(FIELDS[IntField])
    assert (sent(session, "label", of=str), sent(session, "maximum", of=int)) == (
        ["Units, typed"],
        [9],
    )
    slide = session.slider(key="units").set_value
    for number in (8, 2, 3, 4):
        type_beside(session, "units", number)
        assert_sound(session)
        assert session.session_state.result == session.slider(key="units").value == number
        slide(2).run()
        assert session.session_state.result == session.slider(key="units").value == 2
    assert session.query_params == {"units": "2"}


@pytest.mark.parametrize("number", ["10", 0, "3.5", None, [3], {"units": 3}, "", "9" * 5000])
def test_what_a_box_never_sends_is_a_sentence_and_the_number_stays(number: object):
    session = alone(FIELDS[IntField], units="3")
    type_beside(session, "units", number)
    assert session.session_state.result == 3
    if number is None:  # nothing was sent
        assert_sound(session)
    else:
        assert_one_complaint(session, "`units`")


def test_a_long_slider_is_the_small_numbers_until_a_large_one_is_set():
    session = alone(IntField(name="units", default=5, minimum=1, maximum=256))
    assert session.slider(key="units").max == 32
    type_beside(session, "units", 100)
    assert session.session_state.result == 100
    assert session.slider(key="units").max == 256
    session.slider(key="units").set_value(7).run()
    assert session.slider(key="units").max == 256  # it does not jump under the hand
