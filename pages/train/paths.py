"""The weights over the steps, and the loss around their path; computed only where asked for."""

from __future__ import annotations

import streamlit as st

from layers.api import train as train_api
from layers.inputs.cells import Cell
from layers.training.plane import SIDE, LossPlane
from pages.shared.charts import Live, charts
from pages.shared.session import session, widget_key
from pages.train.run import current, finished
from views.explore.cells import CELL
from views.train.paths import cells_of, paths_row, plane_row
from views.train.step import Trained

_NONE, _PRINCIPAL, _TWO = "No", "Its first two principal directions", "Two weights"


def show_paths(trained: Trained, step: int) -> None:
    """Show, while it is open, each weight's path and the plane of losses that was chosen."""
    opened = st.expander("Paths of the weights", key=widget_key("paths"), on_change="rerun")
    if not opened.open:
        return
    history, layer = trained.training.history, trained.choice.layer.name
    with opened:
        charts(
            paths_row(history, step, session().chosen.get(CELL.name), layer),
            key="paths_row",
            live=Live(path="", visitor="", link={}, turned={"step": str(step)}),
        )
        cells = cells_of(history)
        if len(cells) < 2:
            return
        plane = st.segmented_control(
            "The loss around the path, in the plane of",
            [_NONE, _PRINCIPAL, _TWO],
            default=_NONE,
            required=True,
            key=widget_key("plane"),
            help=f"Calls the layer {SIDE**2} times.",
        )
        if plane != _NONE:
            _plane(trained, _two(cells) if plane == _TWO else ())


def _two(cells: list[Cell]) -> tuple[Cell, ...]:
    by_name = {f"{cell.tensor}{list(cell.index)}": cell for cell in cells}
    with st.container(horizontal=True):
        names = [
            st.selectbox(label, list(by_name), index=place, key=widget_key(f"plane_{place}"))
            for place, label in enumerate(("Across", "Up"))
        ]
    return tuple(by_name[name] for name in names if name)


def _plane(trained: Trained, cells: tuple[Cell, ...]) -> None:
    subject, history = trained.subject, trained.training.history
    own, measure = subject.own is not None, train_api.measure_plane
    job = current(session().plane, measure, subject, history, cells, own=own)
    session().plane = job
    try:
        measured: LossPlane = finished(job, SIDE**2, "measuring", "points")
    except ValueError:
        session().plane = None
        raise
    charts(plane_row(measured, trained.choice.layer.name), key="plane_row")
