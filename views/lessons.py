"""Lessons: a list of steps in a TOML file, each with a link, a text, a task and a question.

All of it is text and links. Nothing in a lesson's file is executed, and nothing becomes markup.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlsplit

from layers.inputs.fields import BadInputError
from views.toml_lines import line_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # ty: ignore[import-not-found] (installed below 3.11 only)

PAGES = ("/", "/train", "/models", "/checkup")
"""The paths of the pages that a step may link to."""
ANY = "*"
"""In ``done``: any value but the default."""
MAXIMUM_BYTES = 2**16
_STEPS = 40
_CHARACTERS = 2_000
_CHOICES = 8
_LESSON = {"title": str, "summary": str, "step": list}
_STEP = {"title": str, "text": str, "link": str, "task": str, "done": dict, "question": dict}
_QUESTION = {
    "text": str,
    "choices": list,
    "answer": (int, float),
    "tolerance": (int, float),
    "explanation": str,
    "reveal": str,
}


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link to a page of the app: the page's path, and its parameters with their text."""

    path: str
    parameters: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A prediction to make before the answer is shown.

    Attributes:
        text: what is asked.
        choices: the answers to choose from; empty where a number is asked for.
        answer: the place of the right choice, counted from 0, or the right number.
        tolerance: how far a number may be from it.
        explanation: shown once the visitor has answered.
        reveal: where the picture goes then; None to stay.
    """

    text: str
    choices: tuple[str, ...] = ()
    answer: float = 0
    tolerance: float = 0
    explanation: str = ""
    reveal: Link | None = None

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What answers are counted as: the choices, or how a number lies to the right one."""
        return self.choices or ("too small", "right", "too large")

    def outcome(self, answer: float) -> int:
        """Return which of ``outcomes`` an answer is: a choice's place, or a number."""
        if self.choices:
            return int(answer)
        if abs(answer - self.answer) <= self.tolerance:
            return 1
        return 0 if answer < self.answer else 2

    @property
    def right(self) -> int:
        """Which of ``outcomes`` is right."""
        return int(self.answer) if self.choices else 1


@dataclass(frozen=True, kw_only=True)
class LessonStep:
    """One step of a lesson.

    Attributes:
        title: a few words.
        text: a paragraph.
        link: the picture that it begins with.
        task: what the visitor is to do; empty for nothing.
        done: the link's parameters once it is done, with their text, or ``*`` for any.
        question: what is to be predicted; None for nothing.
    """

    title: str
    text: str
    link: Link
    task: str = ""
    done: dict[str, str] = field(default_factory=dict)
    question: Question | None = None

    def is_done(self, parameters: dict[str, str]) -> bool:
        """Return whether a page with these parameters in its link fulfils the task."""
        return all(
            name in parameters if text == ANY else parameters.get(name) == text
            for name, text in self.done.items()
        )


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A lesson; ``name`` is what the link calls it."""

    name: str
    title: str
    summary: str
    steps: tuple[LessonStep, ...]


def read(path: Path) -> Lesson:
    """Read a lesson's file; its name, without its place and the ending, is the lesson's.

    Raises:
        BadInputError: it is no lesson; the sentence names the file and the line.
    """
    try:
        name = path.stem[len(_place(path)) :]
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,60}", name):
            raise BadInputError(
                f"{path.name}: the lesson cannot be read: expected a name of small letters, digits "
                f"and underscores. Received {path.stem[:60]!r}. Rename the file."
            )
        if (size := path.stat().st_size) > MAXIMUM_BYTES:
            raise BadInputError(
                f"{path.name}: the lesson cannot be read: expected at most {MAXIMUM_BYTES:,} "
                f"bytes. Received {size:,}. Divide it into two lessons."
            )
        text = path.read_text("utf-8")
        document = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInputError(
            f"{path.name}: the lesson cannot be read: expected a TOML file in UTF-8. Received "
            f"{' '.join(str(error).split())}. Correct it there."
        ) from None
    return _Reader(path.name, text).lesson(name, document)


def in_order(files: Iterable[Path]) -> list[Path]:
    """Return lessons' files in the order of a course: by the numbers before their names.

    Those without a number come last, by name.

    >>> [each.name for each in in_order(map(Path, ("b.toml", "a.toml", "10_c.toml", "2_d.toml")))]
    ['2_d.toml', '10_c.toml', 'a.toml', 'b.toml']
    """

    def key(file: Path) -> tuple[bool, int, str]:
        place = _place(file)
        return not place, int(place.rstrip("_") or 0), file.name

    return sorted(files, key=key)


def _place(file: Path) -> str:
    """Return the number before a lesson's name with the underscore after it, or nothing."""
    found = re.match(r"[0-9]{1,4}_", file.name)
    return found[0] if found else ""


class _Reader:
    """Reads the tables of a lesson's file; a refusal says the line."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    def lesson(self, name: str, document: dict[str, Any]) -> Lesson:
        self._check(document, _LESSON, ("title", "summary", "step"), 0)
        tables = document["step"]
        if not 0 < len(tables) <= _STEPS or not all(isinstance(each, dict) for each in tables):
            self._refuse(0, "step", f"1 to {_STEPS} tables, [[step]]", f"{len(tables)} of others")
        return Lesson(
            name=name,
            title=document["title"],
            summary=document["summary"],
            steps=tuple(self._step(table, number) for number, table in enumerate(tables, 1)),
        )

    def _step(self, table: dict[str, Any], number: int) -> LessonStep:
        self._check(table, _STEP, ("title", "text", "link"), number)
        done = table.get("done", {})
        if not all(isinstance(text, str) for text in done.values()):
            self._refuse(number, "done", 'texts, such as units = "4"', repr(done)[:60])
        if bool(done) != ("task" in table):
            self._refuse(number, "task", "both `task` and `done`, or none", "one of them")
        question = table.get("question")
        return LessonStep(
            title=table["title"],
            text=table["text"],
            link=self._link(table, "link", number),
            task=table.get("task", ""),
            done=done,
            question=None if question is None else self._question(question, number),
        )

    def _question(self, table: dict[str, Any], number: int) -> Question:
        self._check(table, _QUESTION, ("text", "answer"), number)
        choices = table.get("choices", [])
        if choices and not (
            2 <= len(choices) <= _CHOICES
            and all(isinstance(each, str) and each for each in choices)
            and len(set(choices)) == len(choices)
        ):
            expected = f"2 to {_CHOICES} different texts as `choices`"
            self._refuse(number, "choices", expected, repr(choices)[:60])
        answer = table["answer"]
        if choices and answer not in range(1, len(choices) + 1):
            expected = f"the place of the right choice, from 1 to {len(choices)}, as `answer`"
            self._refuse(number, "answer", expected, repr(answer))
        return Question(
            text=table["text"],
            choices=tuple(choices),
            answer=answer - 1 if choices else answer,
            tolerance=table.get("tolerance", 0),
            explanation=table.get("explanation", ""),
            reveal=self._link(table, "reveal", number) if "reveal" in table else None,
        )

    def _link(self, table: dict[str, Any], key: str, number: int) -> Link:
        try:
            address = urlsplit(table[key])
        except ValueError:
            address = None
        if address is None or address.scheme or address.netloc or address.path not in PAGES:
            expected = f"a link to a page of the app, {', '.join(PAGES)}, as `{key}`"
            self._refuse(number, key, expected, repr(table[key])[:60])
        return Link(path=address.path, parameters=dict(parse_qsl(address.query)))

    def _check(
        self, table: Any, known: dict[str, Any], required: tuple[str, ...], number: int
    ) -> None:
        for key, value in table.items():
            if key not in known:
                self._refuse(number, key, f"keys among {', '.join(known)}", f"`{key[:60]}`")
            if isinstance(value, bool) or not isinstance(value, known[key]):
                self._refuse(number, key, f"{_KINDS[known[key]]} as `{key}`", repr(value)[:60])
            if isinstance(value, str) and not 0 < len(value) <= _CHARACTERS:
                expected = f"1 to {_CHARACTERS:,} characters as `{key}`"
                self._refuse(number, key, expected, f"{len(value):,}")
        for key in required:
            if key not in table:
                self._refuse(number, key, f"`{key}`", "none")

    def _refuse(self, number: int, key: str, expected: str, received: str) -> NoReturn:
        line = line_of(self.text, key, "step" if number else "", number)
        raise BadInputError(
            f"{self.file}, line {line}: the lesson cannot be read: expected {expected}. Received "
            f"{received}. Correct the file."
        )


_KINDS = {str: "a text", list: "a list", dict: "a table", (int, float): "a number"}
