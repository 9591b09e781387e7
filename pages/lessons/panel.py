"""The panel of a lesson above a page: the step's text, its question, and the way on.

The link says which lesson and step it is, and holds the picture beside them.
"""

from __future__ import annotations

from html import escape

import streamlit as st

from layers.inputs.fields import ChoiceField, IntField
from pages.lessons.folder import lessons
from pages.lessons.room import room
from pages.shared.controls import hidden_control
from pages.shared.frame import literal
from pages.shared.link import link_parameters, open_link
from pages.shared.session import session, widget_key
from views.lessons import Lesson, LessonStep, Link, Question

_NONE = "none"
_PAGES = {
    "/": "pages/explore/page.py",
    "/train": "pages/train/page.py",
    "/models": "pages/models/page.py",
    "/checkup": "pages/checkup/page.py",
}


def open_step(lesson: str, number: int, link: Link) -> None:
    """Open a step of a lesson with a picture; only in a callback."""
    place = {} if lesson == _NONE else {"lesson": lesson, "lesson_step": str(number)}
    open_link(link.parameters | place)
    session().go_to = _PAGES[link.path]


def go() -> None:
    """Go to the page of the step that was opened, if it is another; call first in a page."""
    if page := session().go_to:
        session().go_to = ""
        if page != f"pages/{session().page}/page.py":
            st.switch_page(page)


def panel() -> None:
    """Show the step that the link names, or nothing; call after ``read_link``."""
    go()
    place = _place()
    if place is None:
        return
    lesson, number = place
    step = lesson.steps[number - 1]
    st.space("small")  # below the header, as a page's title stands
    with st.container(border=True, key=widget_key("lesson")):
        left, right = st.columns([3, 2]) if step.question else (st.container(), None)
        with left:
            st.caption(literal(f"Lesson: {lesson.title} · step {number} of {len(lesson.steps)}"))
            st.markdown(f"#### {literal(step.title)}")
            st.markdown(literal(step.text))
        if right and step.question:
            with right:
                _question(lesson, number, step.question)
        _ways(lesson, number, step)


def task() -> None:
    """Show the step's task, and whether it is done; call where the page's link is known."""
    place = _place()
    if place is None or not (step := place[0].steps[place[1] - 1]).task:
        return
    key = (place[0].name, place[1])
    if step.is_done(link_parameters()):
        session().done.add(key)
    if key in session().done:
        st.success(literal(f"Done. {step.task}"), icon=":material/check_circle:")
    else:
        st.info(literal(f"Your task: {step.task}"), icon=":material/radio_button_unchecked:")


def _place() -> tuple[Lesson, int] | None:
    if "lesson" not in session().unread | session().chosen:
        return None  # no file is looked at where no lesson is open
    found = lessons().lessons
    name = hidden_control(ChoiceField(name="lesson", default=_NONE, choices=(_NONE, *found)))
    if name == _NONE:
        session().unread.pop("lesson_step", None)
        return None
    lesson = found[name]
    field = IntField(name="lesson_step", default=1, minimum=1, maximum=len(lesson.steps))
    return lesson, hidden_control(field)


def _question(lesson: Lesson, number: int, question: Question) -> None:
    key = widget_key(f"answer_{lesson.name}_{number}")
    given = session().answers.get((lesson.name, number))
    if given is not None:
        _answered(lesson, number, question, given)
        return
    st.markdown(f"**Predict first.** {literal(question.text)}")
    if question.choices:
        answer = st.radio(
            question.text,
            range(len(question.choices)),
            format_func=lambda place: literal(question.choices[place]),
            index=None,
            key=key,
            label_visibility="collapsed",
        )
    else:
        answer = st.number_input(
            question.text, value=None, key=key, label_visibility="collapsed", width=200
        )

    def take() -> None:
        if answer is None:
            return
        session().answers[lesson.name, number] = answer
        room().add(lesson.name, number, question, answer)
        if question.reveal:
            open_step(lesson.name, number, question.reveal)

    st.button(
        "Reveal",
        key=widget_key("reveal"),
        disabled=answer is None,
        on_click=take,
    )


def _answered(lesson: Lesson, number: int, question: Question, given: float) -> None:
    st.markdown(literal(question.text))
    right = question.outcome(given) == question.right
    said = question.choices[int(given)] if question.choices else f"{given:g}"
    answer = question.choices[int(question.answer)] if question.choices else f"{question.answer:g}"
    sentence = f"Your answer, “{said}”, is right." if right else f"Your answer was “{said}”. "
    sentence += "" if right else f"The right one is “{answer}”."
    (st.success if right else st.warning)(
        literal(f"{sentence} {question.explanation}"),
        icon=":material/check:" if right else ":material/lightbulb:",
    )
    counts = room().counts(lesson.name, number, question)
    if sum(counts) > 1:
        st.html(_bars(question, counts))


def _bars(question: Question, counts: tuple[int, ...]) -> str:
    """Return the room's answers as bars; every text in them is escaped."""
    total = sum(counts)
    lines = []
    for place, (outcome, count) in enumerate(zip(question.outcomes, counts, strict=True)):
        mark = " ✓" if place == question.right else ""
        colour = "color-mix(in srgb, currentColor 18%, transparent)"
        bar = f"linear-gradient(to right, {colour} {count / total:.0%}, transparent 0)"
        text = escape(f"{outcome}{mark}: {count} of {total}")
        lines.append(f'<li style="background: {bar}; padding: 2px 8px; margin: 4px 0">{text}</li>')
    said = "What this room answered"
    return f"<p>{said}</p><ul style='list-style: none; padding: 0'>{''.join(lines)}</ul>"


def _ways(lesson: Lesson, number: int, step: LessonStep) -> None:
    def way(label: str, to: int, *, key: str, primary: bool = False) -> None:
        there = 1 <= to <= len(lesson.steps)
        st.button(
            label,
            key=widget_key(key),
            type="primary" if primary else "secondary",
            disabled=not there,
            on_click=open_step,
            args=(lesson.name, to, lesson.steps[to - 1].link if there else step.link),
        )

    with st.container(horizontal=True):
        way("Back", number - 1, key="lesson_back")
        if number < len(lesson.steps):
            way("Next step", number + 1, key="lesson_next", primary=True)
        way("This step's picture again", number, key="lesson_again")
        st.button(
            "End the lesson",
            key=widget_key("lesson_end"),
            on_click=lambda: open_link(
                {k: v for k, v in link_parameters().items() if k not in ("lesson", "lesson_step")}
            ),
        )
