"""A training, shown: the loss over its steps, and one step number by number."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from layers.inputs.description import MismatchError
from layers.inputs.fields import ChoiceField, Field, IntField
from layers.training.history import History
from pages.explore.choose import dimensions, fit, upload
from pages.explore.show import side_by_side
from pages.lessons.panel import task
from pages.shared.charts import Live, charts
from pages.shared.controls import control, hidden_control, set_from_picture, set_value
from pages.shared.frame import link_in_step, literal
from pages.shared.link import add_problem, link_parameters
from pages.shared.module_watcher import author_module
from pages.shared.session import session
from pages.shared.visible import is_embedded, visible
from pages.train import live
from pages.train.paths import show_paths
from pages.train.run import TOO_LONG, trained
from pages.train.step import step_shown
from pages.train.take_away import take_away
from views.explore.cells import CELL, EDITS, component_fields
from views.explore.link import Choice
from views.train.examples import example_of
from views.train.link import OWN_TARGETS, SHOW, step_field, subject_of
from views.train.picture import loss_curve
from views.train.places import shown_as
from views.train.step import StepShown, Trained

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
        task_place, said = st.empty(), st.empty()
        curve, controls = st.columns(2)
        with controls:
            sized = dimensions(choice)
        wanted = upload("targets") if targets == OWN_TARGETS else targets
        subject = subject_of(sized, wanted, author_module().module)
        try:
            training = trained(subject, how)
        except MismatchError as mismatch:
            fit(choice.layer, mismatch)
            raise
        whole = Trained(choice=sized, subject=subject, training=training, link=link_parameters())
        shown = _picture(whole, curve, controls)
        if example := example_of(link_parameters()):
            said.caption(example.says)
        if visible("code") and not is_embedded():
            take_away(choice.layer.name, training, shown)
        with task_place:
            task()


def _picture(trained: Trained, curve: DeltaGenerator, controls: DeltaGenerator) -> StepShown | None:
    """Show the loss, the step and the weights' paths; return the step, where there is one."""
    history = trained.training.history
    job = session().training
    late = TOO_LONG if job and job.stopped_for_time else ""
    for sentence in filter(None, (*trained.training.refused, history.failure, late)):
        st.warning(literal(sentence), icon=":material/warning:")
    if not history.losses.size:
        session().training = None  # what is asked for again is trained again
        return None
    layer = trained.choice.layer
    step = step_field(len(history.losses) - 1)
    with controls:
        shown = control(SHOW, widget=_switch)
    with curve:
        at = _time(step, history, layer.name)
    found = step_shown(trained, at, shown, side_by_side())
    for sentence in found.problems:
        add_problem(sentence)
    fields = (*component_fields(layer), step)
    charts(
        found.blocks,
        key=live.PICTURE,
        live=_live(trained, fields),
        on_changes=lambda changes: set_from_picture(fields, changes),
    )
    for note in filter(None, (*history.notes, found.note)):
        st.info(literal(note), icon=":material/info:")
    show_paths(trained, at)
    return found


def _time(field: IntField, history: History, layer: str) -> int:
    """Show the loss over all steps, and what walks, plays and scrubs them; return the step."""
    at: int = hidden_control(field)
    charts(
        [loss_curve(history, at, layer)],
        key="curve",
        live=Live(path="", visitor="", link={}, turned={field.name: str(at)}),
        on_changes=lambda changes: set_from_picture((field,), changes),
    )
    return at


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


def _live(trained: Trained, fields: tuple[Field, ...]) -> Live:
    """Say how the picture follows the steps; what is trained anew, the page trains first."""
    link = link_parameters()
    turned = {field.name: link.get(field.name, field.text(field.default)) for field in fields}
    turned[EDITS.name] = EDITS.text(trained.choice.edits)
    session().visitor = session().visitor or secrets.token_hex(8)
    session().trained = trained
    live.offer(session().visitor, trained)
    return Live(path=live.PATH, visitor=session().visitor, link=link, turned=turned)
