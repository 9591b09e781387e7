"""The weights over the steps, and the loss around their path; computed only where asked for."""

from __future__ import annotations

import streamlit as st

from layers.api import train as train_api
from layers.inputs.cells import Cell
from layers.inputs.fields import ChoiceField
from layers.training.plane import SIDE, LossPlane
from pages.shared.charts import Live, charts
from pages.shared.controls import control
from pages.shared.session import session, widget_key
from pages.train.run import current, finished
from views.explore.cells import CELL
from views.train.link import NO_PLANE, PLANE, PRINCIPAL, TWO_WEIGHTS
from views.train.paths import cells_of, paths_row, plane_fields, plane_row
from views.train.step import Trained

_PLANES = {
    NO_PLANE: "No",
    PRINCIPAL: "Its first two principal directions",
    TWO_WEIGHTS: "Two weights",
}


def show_paths(trained: Trained, step: int) -> None:
    """Show, while it is open, each weight's path and the plane of losses that was chosen.

    A link that says a plane opens it; while it is closed, the link says none.
    """
    key = widget_key("paths")
    if PLANE.name in session().unread:
        st.session_state[key] = True
    opened = st.expander("Paths of the weights", key=key, on_change="rerun")
    history, layer = trained.training.history, trained.choice.layer.name
    if not opened.open:
        return
    with opened:
        charts(
            paths_row(history, step, session().chosen.get(CELL.name), layer),
            key="paths_row",
            live=_marked(step),
        )
        which, *weights = plane_fields(history)
        if not weights:
            return
        plane = control(which, widget=_switch)
        if plane == TWO_WEIGHTS:
            with st.container(horizontal=True):
                cells = [control(field, widget=_weight) for field in weights]
            by_name = {str(cell): cell for cell in cells_of(history)}
            _plane(trained, step, tuple(by_name[cell] for cell in cells))
        elif plane == PRINCIPAL:
            _plane(trained, step, ())


def _switch(field: ChoiceField) -> str | None:
    return st.segmented_control(
        field.title,
        list(field.choices),
        format_func=lambda name: _PLANES[name],
        key=field.name,
        required=True,
        help=field.help,
    )


def _weight(field: ChoiceField) -> str | None:
    label = field.name.removeprefix(f"{PLANE.name}_").capitalize()
    return st.selectbox(label, list(field.choices), key=field.name)


def _marked(step: int) -> Live:
    """Say which step is marked: the browser moves the mark as the steps are walked."""
    return Live(path="", visitor="", link={}, turned={"step": str(step)})


def _plane(trained: Trained, step: int, cells: tuple[Cell, ...]) -> None:
    subject, history = trained.subject, trained.training.history
    own, measure = subject.own is not None, train_api.measure_plane
    job = current(session().plane, measure, subject, history, cells, own=own)
    session().plane = job
    try:
        measured: LossPlane = finished(job, SIDE**2, "measuring", "points")
    except ValueError:
        session().plane = None
        raise
    blocks = plane_row(measured, step, len(history.losses) - 1, trained.choice.layer.name)
    charts(blocks, key="plane_row", live=_marked(step))
