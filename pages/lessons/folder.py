"""The lessons that a server has: those in the repository, and those of the host's folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from layers.inputs.fields import BadInputError
from views.lessons import Lesson, in_order, read

SHIPPED = Path(__file__).parents[2] / "lessons"
FOLDER = "LAYERSCOPE_LESSONS"
"""The environment's name of the host's own folder; ``make run LESSONS=…``."""
_MOST = 100


@dataclass(frozen=True)
class Found:
    """The lessons by name, the host's own first, and a sentence for each file that is none."""

    lessons: dict[str, Lesson]
    problems: tuple[str, ...]


def lessons() -> Found:
    """Return the lessons as their files are now, in order; a changed file is read again.

    A lesson of the host takes the place of one in the repository with the same name.
    """
    own = os.environ.get(FOLDER, "")
    found: dict[str, Lesson] = {}
    problems = []
    if own and not Path(own).is_dir():
        problems.append(
            f"Your lessons cannot be read: expected a folder. Received {own!r}. Start the server "
            "with `make run LESSONS=folder`."
        )
    for folder in filter(Path.is_dir, [*([Path(own)] if own else []), SHIPPED]):
        for file in in_order(folder.glob("*.toml"))[:_MOST]:
            lesson = _current(file)
            if isinstance(lesson, str):
                problems.append(lesson)
            else:
                found.setdefault(lesson.name, lesson)
    return Found(found, tuple(problems))


def _current(file: Path) -> Lesson | str:
    try:
        stamp = file.stat()
        return _read(file, stamp.st_mtime_ns, stamp.st_size)
    except (OSError, BadInputError) as refusal:
        return str(refusal)


@lru_cache(maxsize=2 * _MOST)
def _read(file: Path, _changed: int, _size: int) -> Lesson:
    return read(file)
