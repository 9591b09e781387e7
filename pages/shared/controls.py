"""One place turns a field into a widget.

Values that somebody set are remembered by field name, so that a field which two layers share keeps
its value when the layer changes, where it fits; what nobody set follows the new layer's default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st

from layers.inputs.fields import (
    BadInputError,
    BoolField,
    ChoiceField,
    CountField,
    Field,
    FloatField,
    IntField,
    ShapeField,
)
from pages.shared.component import mount
from pages.shared.link import add_problem
from pages.shared.session import session, widget_key
from pages.shared.visible import visible

BOX = 64
"""Pixels of a box for a whole number beside its slider."""


def control(field: Field, *, widget: Callable[[Any], Any] | None = None) -> Any:
    """Show a field as its widget, bound to the parameter of its name, and return its value.

    What was typed and does not parse (only shapes are typed freely) is reported as a problem, and
    the last value that did is returned, so that its picture stays.

    Args:
        field: its name is the widget's key and the link's parameter.
        widget: shows it in another way than its kind is usually shown; returns what was set.
    """
    state = session()
    widgets = st.session_state
    name = field.name
    if name in state.unread:
        try:
            widgets[name] = _for_widget(field, field.parse(state.unread.pop(name)))
        except BadInputError as refusal:
            default = f"The default is shown instead: {field.text(field.default) or 'none'}."
            state.link_problems.append(f"In the link, {refusal} {default}")
    has_new_default = state.defaults.get(name, field.default) != field.default
    follows_default = name not in state.chosen and has_new_default
    if name not in widgets or follows_default or not _fits(field, widgets[name]):
        chosen = state.chosen.get(name, field.default)
        widgets[name] = _for_widget(field, chosen if _fits(field, chosen) else field.default)
    state.defaults[name] = field.default
    if widget is not _unseen and not visible(name):
        widget = _unseen
    try:
        value = field.parse((widget or _WIDGETS[type(field)])(field))
    except BadInputError as refusal:
        add_problem(str(refusal))
        value = state.chosen.get(name, field.default)
    _remember(field, value)
    state.shown[name] = None if value == field.default else field.text(value)
    return value


def hidden_control(field: Field) -> Any:
    """Return the value of a field that has no widget here, bound to its parameter all the same."""
    return control(field, widget=_unseen)


def _unseen(field: Field) -> Any:
    """Return the value of a field without showing it."""
    return st.session_state[field.name]


def set_from_picture(fields: Iterable[Field], changes: Mapping[str, str]) -> None:
    """Set controls to what the browser asks for, checked as a link is; only in a callback."""
    for field in fields:
        if field.name not in changes:
            continue
        try:
            set_value(field, field.parse(changes[field.name]))
        except BadInputError as refusal:
            session().link_problems.append(f"In the picture, {refusal}")


def set_value(field: Field, value: Any) -> None:
    """Set a control from code; only in a callback, before the control is shown."""
    _remember(field, value)
    st.session_state[field.name] = _for_widget(field, value)


def _remember(field: Field, value: Any) -> None:
    """Remember a value that differs from the default, by the field's name."""
    if value == field.default:
        session().chosen.pop(field.name, None)
    else:
        session().chosen[field.name] = value


def _for_widget(field: Field, value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(field, ShapeField) else value


def _fits(field: Field, value: Any) -> bool:
    if isinstance(field, ShapeField) and isinstance(value, str):
        return True  # what was typed stays, to be corrected
    try:
        field.parse(value)
    except BadInputError:
        return False
    return True


SHORT = 32
"""Where a long slider ends at first, so that small numbers take all of it."""


def _slider(field: IntField) -> int:
    """Show a number as a slider, with a box to type in beside it.

    The slider ends at ``SHORT`` until a larger number is set in another way.
    """
    if field.minimum == field.maximum:
        return field.minimum
    value = st.session_state[field.name]

    def typed(number: Any) -> None:
        try:
            set_value(field, field.parse(str(number)))
        except BadInputError as refusal:
            session().link_problems.append(f"In the box beside a slider, {refusal}")

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        chosen = st.slider(
            field.title,
            min_value=field.minimum,
            max_value=_reach(field, value),
            key=field.name,
            help=field.help or None,
        )
        ends = {"minimum": field.minimum, "maximum": field.maximum}
        box = {"label": f"{field.title}, typed", **ends}
        mount("box", box, key=f"box_{field.name}", width=BOX, on_chosen=typed)
    return chosen


def _reach(field: IntField, value: int) -> int:
    """Return where a slider ends; it grows with the numbers that a visitor sets."""
    reaches = session().reaches
    most = reaches.get(field.name, SHORT)
    while most < value:
        most *= 4
    reaches[field.name] = most
    return field.maximum if field.maximum <= 2 * most else most


def number_input(field: IntField | FloatField) -> float:
    """Show a number as a box to type in."""
    return st.number_input(
        field.title,
        min_value=field.minimum,
        max_value=field.maximum,
        key=field.name,
        help=field.help or None,
    )


def _selectbox(field: ChoiceField) -> str | None:
    return st.selectbox(
        field.title,
        list(field.choices),
        format_func=lambda choice: choice.replace("_", " "),
        key=field.name,
        help=field.help or None,
    )


def _toggle(field: BoolField) -> bool:
    return st.toggle(field.title, key=field.name, help=field.help or None)


def _text(field: ShapeField) -> str:
    return st.text_input(field.title, key=field.name, help=field.help or None)


def _stepper(field: CountField) -> int:
    value = st.session_state[field.name]
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        st.markdown(f"{field.title}: **{value}**", help=field.help or None, width="content")
        st.button(
            field.step_label,
            key=widget_key(f"{field.name}_step"),
            on_click=set_value,
            args=(field, min(value + 1, field.maximum)),
            disabled=value >= field.maximum,
            type="primary",
        )
        st.button(
            field.reset_label,
            key=widget_key(f"{field.name}_reset"),
            on_click=set_value,
            args=(field, field.default),
        )
    return value


_WIDGETS: dict[type[Field], Callable[[Any], Any]] = {
    IntField: _slider,
    FloatField: number_input,
    ChoiceField: _selectbox,
    BoolField: _toggle,
    ShapeField: _text,
    CountField: _stepper,
}
