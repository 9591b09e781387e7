"""A chosen layer, shown: its dimensions to play with, the picture, and what there is to say."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from layers.api import explore as explore_api
from layers.inputs.description import MismatchError
from layers.inputs.fields import Field
from pages.explore import live
from pages.explore.choose import dimensions, fit
from pages.explore.take_away import take_away
from pages.shared import module_watcher
from pages.shared.charts import Live, charts
from pages.shared.compute import compute
from pages.shared.controls import control, held, link, say, take
from pages.shared.frame import linked
from views.explore.cells import CELL, CONTRAST, EDITS, asked, carried
from views.explore.link import Choice
from views.explore.picture import picture
from views.explore.view import choose_view

_HEAD_START = 0.06
"""Seconds that the live answer has for itself: what the page sends meanwhile would keep the
browser's one thread from drawing it (key to frame 170 ms so, 100 ms with the head start)."""


@st.fragment
def show(choice: Choice) -> None:
    """Show the dimensions and the run.

    A fragment: turning a dimension runs this alone, and sends none of the other controls again.
    """
    if st.session_state.pop("followed", False):
        time.sleep(_HEAD_START)
    started = time.perf_counter()
    name = choice.layer.name
    with linked():
        sized = dimensions(choice)
        formula = st.empty()
        try:
            own = module_watcher.followed.own().module
            run, spent = compute(explore_api.explore, **sized.arguments(own))
        except MismatchError as mismatch:
            fit(choice.layer, mismatch)
            raise
        computed = time.perf_counter()
        view = choose_view(run, _side_by_side())
        for sentence in view.problems:
            say(sentence)
        blocks = picture(choice.layer, run, view)
        now = time.perf_counter()
        timings = {**spent, "figures": 1e3 * (now - computed), "server": 1e3 * (now - started)}
        followed = _live(sized)
        st.session_state.followed = bool(followed.path)
        charts(
            blocks,
            key="picture",
            timings=timings,
            live=followed,
            asked=lambda changes: take(asked(choice.layer), changes),
        )
        formula.markdown(run.latex)  # sent after the picture, which is what one waits for
        for note in run.notes:
            st.info(note, icon=":material/info:")
        take_away(name, run)


def _live(choice: Choice) -> Live:
    """Say how the picture follows what is turned in it; numbers that no link carries cannot."""
    alone = isinstance(choice.source, np.ndarray) or not carried(choice.edits)
    linked_to = link()
    turned = {
        field.name: linked_to.get(field.name, field.text(field.default))
        for field in asked(choice.layer)
    }
    turned[EDITS.name] = EDITS.text(choice.edits)
    visitor = st.session_state.setdefault("visitor", secrets.token_hex(8))
    path = "" if alone else live.PATH
    return Live(path=path, visitor=visitor, link=linked_to, turned=turned)


def _side_by_side() -> Callable[[Field], Any]:
    """Return ``control`` for a row of controls; without any of them there is no row either."""
    place = None

    def read(field: Field) -> Any:
        nonlocal place
        if field in (CELL, CONTRAST):
            return held(field)  # the picture is their widget
        place = place or st.container(horizontal=True)
        with place:
            return control(field)

    return read
