"""A training, shown: the loss over its steps, and one step number by number."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from layers.api import train as train_api
from layers.api.train import Training
from layers.inputs.cells import Cell
from layers.inputs.description import MismatchError
from layers.inputs.fields import ChoiceField, Field
from layers.training.step import Difference, StepTraces
from layers.training.subject import Subject
from pages.explore.choose import dimensions, fit, upload
from pages.explore.show import side_by_side
from pages.shared.charts import Live, charts
from pages.shared.compute import compute
from pages.shared.controls import control, hidden_control, set_from_picture, set_value
from pages.shared.frame import link_in_step, literal
from pages.shared.link import add_problem, link_parameters
from pages.shared.module_watcher import author_module
from pages.shared.session import session, widget_key
from pages.shared.visible import is_embedded, visible
from pages.train.run import TOO_LONG, trained
from pages.train.take_away import take_away
from views.explore.cells import CELL, EDITS, component_fields
from views.explore.link import Choice
from views.explore.view import choose_view
from views.train.examples import example_of
from views.train.link import CHANGE, OWN_TARGETS, SHOW, step_field, subject_of
from views.train.picture import loss_curve, step_picture
from views.train.pin import refused
from views.train.places import Places, places, resolved, shown_as

_SHOWN = {
    "value": "Value",
    "gradient": "Gradient",
    "update": "Update",
    "change": "Change since the start",
}


@st.fragment
def show(choice: Choice, targets: str, how: Mapping[str, Any]) -> None:
    """Show the dimensions, the loss curve and one step; a fragment, as on the Explore page."""
    with link_in_step():
        said = st.empty()
        curve, controls = st.columns([1, 2], vertical_alignment="center")
        with controls:
            sized = dimensions(choice)
        wanted = upload("targets") if targets == OWN_TARGETS else targets
        subject = subject_of(sized, wanted, author_module().module)
        try:
            training = trained(subject, how)
        except MismatchError as mismatch:
            fit(choice.layer, mismatch)
            raise
        _picture(sized, subject, training, curve, controls)
        if example := example_of(link_parameters()):
            said.caption(example.says)
        if visible("code") and not is_embedded():
            take_away(choice.layer.name, training)


def _picture(
    choice: Choice,
    subject: Subject,
    training: Training,
    curve: DeltaGenerator,
    controls: DeltaGenerator,
) -> None:
    history = training.history
    job = session().training
    late = TOO_LONG if job and job.stopped_for_time else ""
    for sentence in filter(None, (*training.refused, history.failure, late)):
        st.warning(literal(sentence), icon=":material/warning:")
    if not history.losses.size:
        session().training = None  # what is asked for again is trained again
        return
    with controls:
        step = _step(len(history.losses) - 1)
        shown = control(SHOW, widget=_switch)
    with curve:
        charts([loss_curve(history, step, choice.layer.name)], key="curve")

    def asked(function: Callable[..., Any], at: int, *more: Any) -> Any:
        arguments = (subject, history.near(at), at, *more)
        return compute(function, *arguments, author_code=choice.is_authors)[0]

    traces: StepTraces = asked(train_api.show_step, step)
    start = asked(train_api.show_step, 0) if shown == CHANGE and step else traces
    moment = history.moment(step) if history.full else asked(train_api.show_moment, step)
    read = side_by_side()
    view = choose_view(
        traces.forward,
        choice.layer.title,
        lambda field: None if field == CELL else read(field),
    )
    for sentence in view.problems:
        add_problem(sentence)
    found = places(shown, traces, moment, start)
    cell = _cell(traces, found)
    blocks = step_picture(
        choice.layer,
        history,
        traces,
        start,
        replace(view, cell=cell),
        found,
        _difference(cell, traces, asked) if cell else None,
    )
    fields = component_fields(choice.layer)
    charts(
        blocks,
        key="step",
        live=_confirming(fields, choice),
        on_asked=lambda changes: set_from_picture(fields, changes),
    )
    for note in filter(None, (*history.notes, traces.note)):
        st.info(literal(note), icon=":material/info:")


def _step(last: int) -> int:
    """Show a slider over all steps between two buttons."""
    field = step_field(last)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        back = st.empty()
        with st.container():
            step = control(field)
        for place, label, icon, to in (
            (back, "Back", "chevron_left", step - 1),
            (st, "Forward", "chevron_right", step + 1),
        ):
            place.button(
                label,
                key=widget_key(f"step_{label.lower()}"),
                icon=f":material/{icon}:",
                on_click=set_value,
                args=(field, to),
                disabled=not 0 <= to <= last,
                width="content",
            )
    return step


def _switch(field: ChoiceField) -> str | None:
    def follow() -> None:
        """Pin the same cell of what is shown now; only in a callback."""
        pinned = session().chosen.get(CELL.name)
        shown = st.session_state[field.name]
        if pinned and shown:
            set_value(CELL, shown_as(pinned, shown))

    return st.segmented_control(
        field.title,
        list(field.choices),
        format_func=lambda name: _SHOWN[name],
        key=field.name,
        required=True,
        on_change=follow,
        label_visibility="collapsed",
    )


def _cell(traces: StepTraces, found: Places) -> Cell | None:
    """Return the pinned cell of this step, or say why it cannot be."""
    cell: Cell | None = hidden_control(CELL)
    if cell is None:
        return None
    cell = resolved(cell, traces, found)
    if sentence := refused(cell, traces, found):
        add_problem(sentence)
        return None
    return cell


def _difference(cell: Cell, traces: StepTraces, asked: Callable[..., Any]) -> Difference | None:
    """Measure what moving a weight changes, where a cell of its gradient is pinned."""
    moved = (name for name in traces.updated if not name.startswith("slots/"))
    weight = next((name for name in moved if traces.gradients.get(name) == cell.tensor), None)
    if weight is None:
        return None
    try:
        return asked(train_api.measure_difference, traces.step, weight, cell.index)
    except ValueError as refusal:
        add_problem(str(refusal))
        return None


def _confirming(fields: tuple[Field, ...], choice: Choice) -> Live:
    """Tell the picture which of its own changes have arrived; it is not drawn ahead of the page."""
    link = link_parameters()
    turned = {field.name: link.get(field.name, field.text(field.default)) for field in fields}
    turned[EDITS.name] = EDITS.text(choice.edits)
    session().visitor = session().visitor or secrets.token_hex(8)
    return Live(path="", visitor=session().visitor, link=link, turned=turned)
