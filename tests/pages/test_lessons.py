"""Lessons: their links open, their tasks tick when they are done, their answers are counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from pages.lessons import folder, room
from pages.shared.session import widget_key
from tests.pages.session import ROOT, assert_one_complaint, complaints, opened, unescaped
from views.lessons import ANY, Lesson, read

SHIPPED = {each.name: each for each in map(read, sorted(folder.SHIPPED.glob("*.toml")))}
STEPS = [(name, at) for name, lesson in SHIPPED.items() for at in range(1, len(lesson.steps) + 1)]
MARKUP = "<b>x</b> [y](https://example.org) **z** $a$ :red[r]"


@pytest.fixture(autouse=True)
def _empty_room() -> Iterator[None]:
    yield
    room.room.cache_clear()


def at(lesson: Lesson, number: int, **more: object) -> AppTest:
    """Open a step as a link does, with some parameters more."""
    link = lesson.steps[number - 1].link
    session = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    if page := link.path.strip("/"):
        session._page_hash = calc_hash(page)
    place = {"lesson": lesson.name, "lesson_step": str(number)}
    parameters = {name: str(value) for name, value in more.items()}
    session.query_params.update(link.parameters | place | parameters)
    return session.run()


def texts(session: AppTest) -> str:
    shown = (*session.markdown, *session.caption, *session.success, *session.info, *session.warning)
    return unescaped("\n".join(each.value for each in shown))


def press(session: AppTest, name: str) -> AppTest:
    return session.button(key=widget_key(name)).click().run()


def test_the_lessons_are_there_in_the_order_of_a_course():
    order = ["equal_outputs", "fixed_mask", "state_between_calls", "dense_on_three_axes"]
    assert list(folder.lessons().lessons) == order
    assert {lesson.name for lesson in SHIPPED.values()} == set(order)


def test_a_number_before_its_name_is_a_lessons_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    step = '[[step]]\ntitle = "A"\ntext = "B"\nlink = "/?layer=linear"\n'
    for name in ("10_last", "2_second", "1_first", "a_without"):
        (tmp_path / f"{name}.toml").write_text(f'title = "{name}"\nsummary = "C"\n{step}')
    monkeypatch.setenv(folder.FOLDER, str(tmp_path))
    found = list(folder.lessons().lessons)
    assert found[:4] == ["first", "second", "last", "a_without"]


@pytest.mark.parametrize(("name", "number"), STEPS)
def test_a_steps_link_opens_and_its_task_can_be_done(name: str, number: int):
    step = SHIPPED[name].steps[number - 1]
    session = at(SHIPPED[name], number)
    assert not session.exception
    assert not [each for each in complaints(session) if "in the link" in each.lower()]
    shown = session.session_state["ls.session"].shown
    assert step.title in texts(session)
    if step.task:
        assert "Your task: " in texts(session)
        assert set(step.done) <= shown.keys(), "the page has these parameters"
    if step.question and step.question.reveal:
        there = at(SHIPPED[name], number, **step.question.reveal.parameters)
        assert not [each for each in complaints(there) if "in the link" in each.lower()]


def test_a_task_ticks_when_it_is_done_and_stays():
    lesson = SHIPPED["fixed_mask"]
    assert lesson.steps[0].done == {"hole_height": ANY}
    session = at(lesson, 1)
    assert "Done. " not in texts(session)
    session.slider(key="hole_height").set_value(4).run()
    assert "Done. " in texts(session)
    session.slider(key="hole_height").set_value(2).run()
    assert "Done. " in texts(session), "it was done"


def test_an_answer_is_given_once_told_and_counted():
    lesson = SHIPPED["equal_outputs"]
    question = lesson.steps[1].question
    assert question is not None
    for visitor, choice in enumerate((0, 1, 0), start=1):
        session = at(lesson, 2)
        assert session.button(key=widget_key("reveal")).disabled
        assert question.explanation not in texts(session)
        session.radio(key=widget_key("answer_equal_outputs_2")).set_value(choice).run()
        press(session, "reveal")
        assert ("is right" in texts(session)) == (choice == question.right)
        assert "has not changed" in texts(session)
        assert session.query_params["units"] == "8", "the picture that was asked about"
        assert session.query_params["lesson_step"] == "2"
        assert sum(room.room().counts("equal_outputs", 2, question)) == visitor
    assert room.room().counts("equal_outputs", 2, question) == (2, 1, 0)
    (bars,) = [each for each in session.get("html") if "room" in each.proto.body]
    assert "As many as now ✓: 2 of 3" in bars.proto.body


def test_a_number_is_asked_for():
    session = at(SHIPPED["state_between_calls"], 2)
    session.number_input(key=widget_key("answer_state_between_calls_2")).set_value(10.0).run()
    press(session, "reveal")
    assert "is right" in texts(session)
    assert session.query_params["calls"] == "5"


def test_the_way_through_a_lesson():
    lesson = SHIPPED["equal_outputs"]
    session = at(lesson, 1, units=7)
    assert session.button(key=widget_key("lesson_back")).disabled
    press(session, "lesson_again")
    assert "units" not in session.query_params
    press(session, "lesson_next")
    assert session.query_params["lesson_step"] == "2"
    assert session.query_params["units"] == "3"
    assert lesson.steps[1].title in texts(session)
    press(session, "lesson_back")
    assert "lesson_step" not in session.query_params
    press(session, "lesson_end")
    assert session.query_params == {"layer": "repeated_dense"}
    assert lesson.steps[0].title not in texts(session)


def test_a_lesson_that_is_not_there_is_said():
    assert_one_complaint(opened(lesson="nowhere", lesson_step=3), "`lesson`", "equal_outputs")
    assert_one_complaint(opened(lesson="equal_outputs", lesson_step=99), "lesson_step", "1 to 4")


def test_a_hosts_own_lessons_are_read_again_when_they_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    own = tmp_path / "equal_outputs.toml"
    step = f'[[step]]\ntitle = "{MARKUP}"\ntext = "{MARKUP}"\nlink = "/?layer=linear"\n'
    own.write_text(f'title = "{MARKUP}"\nsummary = "mine"\n{step}')
    (tmp_path / "broken.toml").write_text("title = 3\n")
    monkeypatch.setenv(folder.FOLDER, str(tmp_path))
    found = folder.lessons()
    assert found.lessons["equal_outputs"].summary == "mine", "in place of the shipped one"
    assert [problem.split(":")[0] for problem in found.problems] == ["broken.toml, line 1"]
    session = at(found.lessons["equal_outputs"], 1)
    (panel,) = [each.value for each in session.markdown if each.value.startswith("#### ")]
    assert MARKUP in unescaped(panel)
    assert not re.search(r"(?<!\\)[<>\[\]*$:]", panel), "no text of a lesson is markup"
    own.write_text(f'title = "Longer than it was before"\nsummary = "new"\n{step}')
    assert folder.lessons().lessons["equal_outputs"].summary == "new"
    monkeypatch.setenv(folder.FOLDER, str(tmp_path / "gone"))
    assert "expected a folder" in folder.lessons().problems[0]
