"""A chosen layer, shown: its dimensions to play with, the picture, and what there is to say."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from layers.api import explore as explore_api
from layers.inputs.description import MismatchError
from layers.inputs.fields import Field
from pages.explore import live
from pages.explore.choose import dimensions, fit
from pages.explore.take_away import take_away
from pages.shared.charts import Live, charts
from pages.shared.compute import compute
from pages.shared.controls import control, hidden_control, set_from_picture
from pages.shared.frame import link_in_step
from pages.shared.link import add_problem, link_parameters
from pages.shared.module_watcher import author_module
from pages.shared.session import session
from pages.shared.visible import is_embedded, visible
from views.explore.cells import CELL, CONTRAST, EDITS, component_fields, fits_link
from views.explore.link import Choice
from views.explore.picture import picture
from views.explore.view import choose_view


@st.fragment
def show(choice: Choice) -> None:
    """Show the dimensions and the run.

    A fragment: turning a dimension runs this alone, and sends none of the other controls again.
    """
    live.let_answer_go_first()
    started = time.perf_counter()
    with link_in_step():
        sized = dimensions(choice)
        formula = st.empty()
        try:
            run, spent = compute(
                explore_api.explore,
                author_code=sized.is_authors,
                **sized.arguments(author_module().module),
            )
        except MismatchError as mismatch:
            fit(choice.layer, mismatch)
            raise
        computed = time.perf_counter()
        view = choose_view(run.trace, choice.layer.title, side_by_side(), run.refused)
        for sentence in view.problems:
            add_problem(sentence)
        is_part = is_embedded()
        blocks = picture(choice.layer, run, view, alone=is_part)
        now = time.perf_counter()
        timings = {**spent, "figures": 1e3 * (now - computed), "server": 1e3 * (now - started)}
        follows = _live(sized)
        session().is_live = bool(follows.path)
        charts(
            blocks,
            key=live.PICTURE,
            timings=timings,
            live=follows,
            on_asked=lambda changes: set_from_picture(component_fields(choice.layer), changes),
        )
        if is_part:
            return
        if visible("formula"):
            formula.markdown(run.latex)  # sent after the picture, which is what one waits for
        for note in run.notes:
            st.info(note, icon=":material/info:")
        if visible("code"):
            take_away(choice.layer.name, run)


def _live(choice: Choice) -> Live:
    """Say how the picture follows what is turned in it; numbers that no link carries cannot."""
    has_link = choice.has_link and fits_link(choice.edits)
    parameters = link_parameters()
    turned = {
        field.name: parameters.get(field.name, field.text(field.default))
        for field in component_fields(choice.layer)
    }
    turned[EDITS.name] = EDITS.text(choice.edits)
    return Live(
        path=live.PATH if has_link else "",
        visitor=session().visitor,
        link=parameters | ({"embed": "true"} if is_embedded() else {}),
        turned=turned,
    )


def side_by_side() -> Callable[[Field], Any]:
    """Return ``control`` for a row of controls; without any of them there is no row either."""
    place = None

    def read(field: Field) -> Any:
        nonlocal place
        if field in (CELL, CONTRAST):
            return hidden_control(field)  # the picture is their widget
        place = place or st.container(horizontal=True)
        with place:
            return control(field)

    return read
