"""One place turns a field into a widget, and one place keeps the link and the widgets in step.

State is the link. On a first visit, and when the browser goes back, each control takes its own
parameter out of the link and checks it; what no control asked for is refused by name. After every
run ``write_link`` puts back what differs from the defaults.

Values that somebody set are kept by field name, so that a field which two layers share keeps its
value when the layer changes, where it fits; what nobody touched follows the new layer's default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

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

_WRITTEN = 60


def read_link() -> None:
    """Take over the link where it was opened anew or gone back to; call first in every page."""
    state = st.session_state
    context = get_script_run_ctx()
    state.shown = {}
    state.outside = None
    if "kept" in state and not (context and context.is_history_navigation):
        return
    for name in state.get("defaults", ()):
        state.pop(name, None)
    state.kept = {}
    state.defaults = {}
    state.refused = []
    state.linked = {name: str(value) for name, value in st.query_params.items()}


def begin() -> None:
    """Forget what was shown and typed wrongly before; call first in what an interaction reruns."""
    state = st.session_state
    state.problems = []
    if state.outside is None:
        state.outside = dict(state.shown)  # by controls that a rerun of the fragment leaves alone
    state.shown = dict(state.outside)


def write_link() -> None:
    """Write the link: every control that was shown and is not at its default; call last."""
    state = st.session_state
    for name, text in state.linked.items():
        state.refused.append(
            f"`{name[:_WRITTEN]}` in the link was left out: expected one of "
            f"{', '.join(state.shown)}. Received {text[:_WRITTEN]!r}. Nothing else changed."
        )
    opened = bool(state.linked) or "link" not in state
    state.linked = {}
    parameters = link()
    if not opened and parameters != state.get("link"):
        state.refused = []
    state.link = parameters
    if st.query_params.to_dict() != parameters:
        st.query_params.from_dict(parameters)


def link() -> dict[str, str]:
    """Return the parameters of the link to what has been shown so far."""
    return {name: text for name, text in st.session_state.shown.items() if text is not None}


def say(sentence: str) -> None:
    """Add a sentence to those of this run."""
    st.session_state.problems.append(sentence)


def sentences() -> list[str]:
    """Return what was typed or linked and cannot be, one sentence each.

    What a link asked for and did not get stays until something changes.
    """
    return [*st.session_state.problems, *st.session_state.refused]


def control(field: Field, *, widget: Callable[[Any], Any] | None = None) -> Any:
    """Show a field as its widget, bound to the parameter of its name, and return its value.

    What was typed and does not parse (only shapes are typed freely) becomes one of ``sentences``,
    and the last value that did is returned, so that its picture stays.
    """
    state = st.session_state
    name = field.name
    if name in state.linked:
        try:
            state[name] = _for_widget(field, field.parse(state.linked.pop(name)))
        except BadInputError as refusal:
            default = f"The default is shown instead: {field.text(field.default) or 'none'}."
            state.refused.append(f"In the link, {refusal} {default}")
    untouched = name not in state.kept and state.defaults.get(name, field.default) != field.default
    if name not in state or untouched or not _fits(field, state[name]):
        kept = state.kept.get(name, field.default)
        state[name] = _for_widget(field, kept if _fits(field, kept) else field.default)
    state.defaults[name] = field.default
    try:
        value = field.parse((widget or _WIDGETS[type(field)])(field))
    except BadInputError as refusal:
        say(str(refusal))
        value = state.kept.get(name, field.default)
    set_kept(field, value)
    state.shown[name] = None if value == field.default else field.text(value)
    return value


def held(field: Field) -> Any:
    """Return the value of a field that has no widget here, bound to its parameter all the same."""
    return control(field, widget=lambda field: st.session_state[field.name])


def take(fields: Iterable[Field], changes: Mapping[str, str]) -> None:
    """Set controls to what the browser asks for, checked as a link is; only in a callback."""
    for field in fields:
        if field.name in changes:
            _take(field, changes[field.name])


def _take(field: Field, text: str) -> None:
    try:
        put(field, field.parse(text))
    except BadInputError as refusal:
        st.session_state.refused.append(f"In the picture, {refusal}")


def always_in_link(field: Field, value: Any) -> None:
    """Put a value in the link even where it is the default."""
    st.session_state.shown[field.name] = field.text(value)


def leave_out_of_link(field: Field) -> None:
    """Keep a value that was shown, and leave it out of the link."""
    st.session_state.shown[field.name] = None


def set_kept(field: Field, value: Any) -> None:
    """Remember a value that differs from the default, by the field's name."""
    if value == field.default:
        st.session_state.kept.pop(field.name, None)
    else:
        st.session_state.kept[field.name] = value


def put(field: Field, value: Any) -> None:
    """Set a control from code; only in a callback, before the control is shown."""
    set_kept(field, value)
    st.session_state[field.name] = _for_widget(field, value)


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


def _slider(field: IntField) -> int:
    if field.minimum == field.maximum:
        return field.minimum
    return st.slider(
        field.title,
        min_value=field.minimum,
        max_value=field.maximum,
        key=field.name,
        help=field.help or None,
    )


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
    def step(value: int) -> None:
        put(field, value)

    value = st.session_state[field.name]
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        st.markdown(f"{field.title}: **{value}**", help=field.help or None, width="content")
        st.button(
            field.step_label,
            key=f"{field.name}_step",
            on_click=step,
            args=(min(value + 1, field.maximum),),
            disabled=value >= field.maximum,
            type="primary",
        )
        st.button(
            field.reset_label, key=f"{field.name}_reset", on_click=step, args=(field.default,)
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
