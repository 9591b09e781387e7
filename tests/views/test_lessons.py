"""A lesson's file is read whole, or refused with a sentence that names the line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from layers.inputs.fields import BadInputError
from tests.pages.session import SENTENCE
from views.lessons import MAXIMUM_BYTES, LessonStep, Link, Question, read

LESSON = """title = "Sums"
summary = "What a sum is."
[[step]]
title = "One"
text = "Look."
link = "/?layer=linear&units=3"
task = "Set the units to 4."
done = { units = "4", cell = "*" }
[[step]]
title = "Two"
text = "Think."
link = "/train?layer=dense"
[step.question]
text = "Which?"
choices = ["this", "that"]
answer = 2
explanation = "Because."
reveal = "/?units=8"
"""


@pytest.fixture
def written(tmp_path: Path):
    def write(text: str, name: str = "sums.toml") -> Path:
        (tmp_path / name).write_text(text, "utf-8")
        return tmp_path / name

    return write


def test_a_lesson_is_what_its_file_says(written):
    lesson = read(written(LESSON))
    assert (lesson.name, lesson.title, lesson.summary) == ("sums", "Sums", "What a sum is.")
    one, two = lesson.steps
    assert one.link == Link(path="/", parameters={"layer": "linear", "units": "3"})
    assert (one.task, one.question) == ("Set the units to 4.", None)
    assert two.link.path == "/train"
    assert two.question is not None
    assert (two.question.choices, two.question.answer) == (("this", "that"), 1)
    assert two.question.reveal == Link(path="/", parameters={"units": "8"})


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('title = "Sums"\n', "", 1, ["`title`", "none"]),
        ('title = "Sums"', "title = 3", 1, ["a text", "3"]),
        ('summary = "What a sum is."', 'sumary = "x"', 2, ["keys among", "sumary"]),
        ('text = "Look."', 'text = ""', 5, ["1 to 2,000 characters", "0"]),
        ('text = "Look."', f'text = "{"x" * 2001}"', 5, ["2,001"]),
        ('"/?layer=linear&units=3"', '"https://example.org/"', 6, ["a link to a page", "example"]),
        ('"/?layer=linear&units=3"', '"//example.org/train"', 6, ["a link to a page"]),
        ('"/?layer=linear&units=3"', '"javascript:alert(1)"', 6, ["a link to a page"]),
        ('"/?layer=linear&units=3"', '"/nowhere"', 6, ["a link to a page", "/nowhere"]),
        ('"/?layer=linear&units=3"', '"http://[::1"', 6, ["a link to a page"]),
        ('task = "Set the units to 4."\n', "", 3, ["both `task` and `done`"]),
        ('units = "4"', "units = 4", 8, ["texts, such as"]),
        ('choices = ["this", "that"]', 'choices = ["this"]', 15, ["2 to 8 different texts"]),
        ('choices = ["this", "that"]', 'choices = ["a", "a"]', 15, ["2 to 8 different texts"]),
        ('choices = ["this", "that"]', "choices = [1, 2]", 15, ["2 to 8 different texts"]),
        ("answer = 2", "answer = 3", 16, ["from 1 to 2", "3"]),
        ("answer = 2", "answer = 1.5", 16, ["from 1 to 2", "1.5"]),
        ("answer = 2", "answer = true", 16, ["a number", "True"]),
        ("answer = 2\n", "", 9, ["`answer`", "none"]),
        ('reveal = "/?units=8"', 'reveal = "ftp:x"', 18, ["a link to a page"]),
    ],
)
def test_a_mistake_is_told_with_its_line(written, old: str, new: str, line: int, words: list[str]):
    assert old in LESSON
    with pytest.raises(BadInputError) as refusal:
        read(written(LESSON.replace(old, new, 1)))
    sentence = str(refusal.value)
    assert SENTENCE.fullmatch(sentence)
    assert sentence.startswith(f"sums.toml, line {line}: ")
    for word in words:
        assert word in sentence
    assert len(sentence) < 400


def test_a_number_before_a_lessons_name_is_not_in_it(written):
    assert read(written(LESSON, "2_sums.toml")).name == "sums"
    assert read(written(LESSON, "12_sums_2.toml")).name == "sums_2"


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("title = ", "sums.toml", ["end of document"]),
        ("title = 'x'\nsummary = 'y'\nstep = []", "sums.toml", ["[[step]]"]),
        ("title = 'x'\nsummary = 'y'\nstep = [1]", "sums.toml", ["[[step]]"]),
        (LESSON, "Sums 1.toml", ["Sums 1", "small letters"]),
        ("#" * (MAXIMUM_BYTES + 1), "sums.toml", ["65,536", "65,537"]),
    ],
)
def test_what_is_no_lesson_is_told(written, text: str, name: str, words: list[str]):
    with pytest.raises(BadInputError) as refusal:
        read(written(text, name))
    assert SENTENCE.fullmatch(str(refusal.value))
    for word in words:
        assert word in str(refusal.value)


def test_a_file_that_is_no_text_or_not_there_is_told(tmp_path: Path):
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe\x00")
    for name in ("a.toml", "b.toml"):
        with pytest.raises(BadInputError, match=rf"{name}: .*: expected a TOML file in UTF-8\."):
            read(tmp_path / name)


def test_a_task_is_done_when_all_its_parameters_are_there():
    step = LessonStep(
        title="a", text="b", link=Link(path="/", parameters={}), done={"units": "4", "cell": "*"}
    )
    assert step.is_done({"units": "4", "cell": "outputs.0.1"})
    assert not step.is_done({"units": "4"})
    assert not step.is_done({"units": "5", "cell": "outputs.0.1"})
    assert not step.is_done({})


def test_numbers_are_counted_by_how_they_lie_to_the_right_one():
    question = Question(text="How many?", answer=10, tolerance=0.5)
    assert question.outcomes == ("too small", "right", "too large")
    assert [question.outcome(number) for number in (9, 9.5, 10, 10.5, 11)] == [0, 1, 1, 1, 2]
    choices = Question(text="Which?", choices=("a", "b"), answer=1)
    assert [choices.outcome(0), choices.outcome(1), choices.right] == [0, 1, 1]


def test_the_documented_lesson_is_one(written):
    text = (Path(__file__).parents[2] / "docs" / "lessons.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    lesson = read(written(example))
    assert [step.title for step in lesson.steps] == ["One number", "More units"]
    question = lesson.steps[1].question
    assert question is not None
    assert question.answer == 5 * 4 + 5
