"""A chosen layer, shown: its dimensions to play with, the picture, and what there is to say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from layers.api import explore as explore_api
from layers.inputs.description import MismatchError
from layers.inputs.fields import Field
from layers.traces.failure import RecordingFailedError
from pages.explore import live
from pages.explore.choose import dimensions, fit, try_other_shapes
from pages.explore.drawn import drawn
from pages.explore.take_away import take_away
from pages.lessons.panel import task
from pages.shared.charts import Live, charts
from pages.shared.compute import compute
from pages.shared.controls import control, hidden_control, set_from_picture
from pages.shared.frame import link_in_step
from pages.shared.link import add_problem, link_parameters
from pages.shared.module_watcher import author_module
from pages.shared.session import session, widget_key
from pages.shared.visible import is_embedded, visible
from views.blocks import Block
from views.explore.cells import EDITS, OF_PICTURE, component_fields, fits_link
from views.explore.link import Choice
from views.explore.picture import renamed, until_failure
from views.explore.report import unknown_weights
from views.explore.view import choose_view

UNTIL = "ran until here"
"""What stands on the arrow of a call that failed, before the tensors that it had come to."""


@st.fragment
def show(choice: Choice) -> None:
    """Show the dimensions and the run.

    A fragment: turning a dimension runs this alone, and sends none of the other controls again.
    """
    started = time.perf_counter()
    failed: list[Block] = []
    with link_in_step():
        task_place = st.empty()
        row = st.container(key=widget_key("controls"), horizontal=True)
        sized = dimensions(choice, row)
        try:
            run, spent = compute(
                explore_api.explore,
                author_code=sized.is_authors,
                **sized.arguments(author_module().module),
            )
        except MismatchError as mismatch:
            fit(choice.layer, mismatch)
            raise
        except RecordingFailedError as failure:
            try_other_shapes(sized)
            ran = renamed(failure.trace)
            view = choose_view(ran, UNTIL, side_by_side(row))
            failed = until_failure(choice.layer, ran, view)
            raise
        session().last_inputs = {name: run.trace[name] for name in run.trace.input_names}
        computed = time.perf_counter()
        view = choose_view(run.trace, choice.layer.title, side_by_side(row), run.refused)
        for sentence in view.problems:
            add_problem(sentence)
        is_part = is_embedded()
        shown = drawn(choice.layer, run, view, alone=is_part)
        now = time.perf_counter()
        timings = {**spent, "figures": 1e3 * (now - computed), "server": 1e3 * (now - started)}
        fields = (*component_fields(choice.layer), *([view.time_field] if view.time_field else []))
        follows = _live(sized, fields)
        charts(
            shown.blocks,
            key=live.PICTURE,
            text=shown.text,
            timings=timings,
            live=follows,
            on_changes=partial(set_from_picture, fields),
        )
        with task_place:
            task()
        if is_part:
            return
        for note in (*run.notes, *unknown_weights(sized.layer, run)):
            st.info(note, icon=":material/info:")
        if visible("code"):
            take_away(choice.layer, run)
    if failed:  # below the sentence
        changed = partial(set_from_picture, component_fields(choice.layer))
        charts(failed, key="until_failure", on_changes=changed)


def _live(choice: Choice, fields: Iterable[Field]) -> Live:
    """Say how the picture follows what is turned in it; numbers that no link carries cannot.

    Args:
        choice: all that was chosen.
        fields: what can be turned.
    """
    has_link = choice.has_link and fits_link(choice.edits)
    parameters = link_parameters()
    turned = {field.name: parameters.get(field.name, field.text(field.default)) for field in fields}
    turned[EDITS.name] = EDITS.text(choice.edits)
    return Live(
        path=live.PATH if has_link else "",
        visitor=session().visitor,
        link=parameters | ({"embed": "true"} if is_embedded() else {}),
        turned=turned,
    )


def side_by_side(place: DeltaGenerator | None = None) -> Callable[[Field], Any]:
    """Return ``control`` for a row of controls; without any of them there is no row either.

    Args:
        place: the row; None for one of their own.
    """

    def read(field: Field) -> Any:
        nonlocal place
        if field in OF_PICTURE:
            return hidden_control(field)  # the picture is their widget
        place = place or st.container(horizontal=True)
        with place:
            return control(field)

    return read
