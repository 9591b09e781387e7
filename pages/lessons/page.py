"""Lessons: a list of them, each with its first step."""

from __future__ import annotations

import streamlit as st

from pages.lessons.folder import lessons
from pages.lessons.panel import go, open_step
from pages.shared.frame import link_in_step, literal
from pages.shared.link import read_link
from pages.shared.session import widget_key
from pages.shared.visible import heading

read_link("lessons")
go()
heading(
    "Lessons", "A few steps each, in the app itself: read, predict, try, and go on.", shared=False
)
with link_in_step():
    found = lessons()
    for problem in found.problems:
        st.error(literal(problem), icon=":material/error:")
    for lesson in found.lessons.values():
        with st.container(border=True):
            st.markdown(f"#### {literal(lesson.title)}")
            st.markdown(literal(f"{lesson.summary} {len(lesson.steps)} steps."))
            st.button(
                literal(f"Start “{lesson.title}”"),
                key=widget_key(f"start_{lesson.name}"),
                on_click=open_step,
                args=(lesson.name, 1, lesson.steps[0].link),
            )
