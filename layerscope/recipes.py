"""A file of recipes: many pictures, each with its name, its link and how it is drawn."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from layerscope import link as links
from layerscope.formats import Options, checked, written
from layerscope.refusal import WRONG_REQUEST, Refusal
from layerscope.result import Run
from layerscope.run import run
from views.toml_lines import line_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # ty: ignore[import-not-found] (installed below 3.11 only)

_OPTIONS = {field.name: field.type for field in fields(Options)}
_KEYS = ("name", "link", *_OPTIONS)
_OWN_KEYS = ("layers", "picture", *_OPTIONS)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One picture: its file's name with the ending, the link, and how it is drawn."""

    name: str
    link: str
    options: Options

    @property
    def ending(self) -> str:
        """Return the file's ending, such as ``.svg``."""
        return Path(self.name).suffix


@dataclass(frozen=True, kw_only=True)
class Recipes:
    """A file of recipes; ``layers`` is the path of an author's module, empty without one."""

    folder: Path
    layers: str
    recipes: tuple[Recipe, ...]

    def make(self) -> list[tuple[Path, bytes]]:
        """Return each picture's path and bytes; a link of several pictures is run once.

        Raises:
            Refusal: a link or a file of it cannot be drawn; the sentence names the picture.
        """
        runs: dict[str, Run] = {}
        made = []
        for recipe in self.recipes:
            try:
                if recipe.link not in runs:
                    runs[recipe.link] = run(recipe.link, self.layers)
                data = written(runs[recipe.link], recipe.ending, recipe.options)
            except Refusal as refused:
                raise Refusal(f"{recipe.name}: {refused}", refused.status) from None
            made.append((self.folder / recipe.name, data))
        return made


def read(path: Path) -> Recipes:
    """Read a file of recipes.

    Its pictures are written beside it. What stands before the first ``[[picture]]`` holds for all.

    Raises:
        Refusal: it is no such file; the sentence says the line.
    """
    try:
        text = path.read_text("utf-8")
        document = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _refused(
            path, "a TOML file in UTF-8", str(error), "Correct it, or name another."
        ) from None
    reader = _Reader(path, text)
    reader.check_keys(document, _OWN_KEYS, 0)
    common = {name: document[name] for name in _OPTIONS if name in document}
    pictures = document.get("picture")
    tables = pictures if isinstance(pictures, list) else []
    others = [each for each in tables if not isinstance(each, dict)]
    if others or not tables:
        hint = "Begin each with [[picture]]."
        received = repr(others[0] if others else pictures)[:60] if pictures else "none"
        raise _refused(path, "one or more tables of pictures", received, hint)
    recipes = tuple(
        reader.recipe(table, common, number) for number, table in enumerate(tables, start=1)
    )
    names = [recipe.name for recipe in recipes]
    if twice := [name for name in names if names.count(name) > 1]:
        hint = "Give one another name."
        raise _refused(path, "a name of its own for every picture", f"{twice[0]!r} twice", hint)
    if not isinstance(document.get("layers", ""), str):
        received = repr(document["layers"])[:60]
        raise reader.refusal(0, "layers", "a text as `layers`", received, "Correct it.")
    layers = str(path.parent / document["layers"]) if document.get("layers") else ""
    return Recipes(folder=path.parent, layers=layers, recipes=recipes)


class _Reader:
    """Reads the tables of a file; a refusal says the line."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text

    def recipe(self, table: dict[str, Any], common: dict[str, Any], number: int) -> Recipe:
        """Return the picture of a table; ``common`` are the options of all."""
        self.check_keys(table, _KEYS, number)
        for name in ("name", "link"):
            if not isinstance(table.get(name), str):
                received = repr(table.get(name, "none"))[:60]
                raise self.refusal(number, name, f"a text as `{name}`", received, "Add it.")
        name = table["name"]
        if Path(name).is_absolute() or ".." in Path(name).parts or not name.isprintable():
            hint = "Name it without a way out of that folder."
            raise self.refusal(number, "name", "a file beside the recipes", repr(name)[:60], hint)
        try:
            links.parameters(table["link"])
            checked(Path(name).suffix)
            options = Options(**common | {key: table[key] for key in _OPTIONS if key in table})
        except Refusal as refused:
            raise Refusal(
                f"{self.path}, line {self._line(number, '')}: {refused}", refused.status
            ) from None
        return Recipe(name=name, link=table["link"], options=options)

    def check_keys(self, table: dict[str, Any], known: tuple[str, ...], number: int) -> None:
        """Check that a table has no key but known ones, and values of their kinds."""
        for key, value in table.items():
            if key not in known:
                expected = f"keys among {', '.join(known)}"
                raise self.refusal(number, key, expected, f"`{key}`", "Leave it out.")
            if key in _OPTIONS:
                kind = {"str": (str,), "int": (int,), "float": (int, float)}[str(_OPTIONS[key])]
                if isinstance(value, bool) or not isinstance(value, kind):
                    said = "a text" if str in kind else "a number"
                    received = repr(value)[:60]
                    raise self.refusal(number, key, f"{said} as `{key}`", received, "Correct it.")

    def refusal(self, number: int, key: str, expected: str, received: str, hint: str) -> Refusal:
        """Return the refusal of a key in the picture of that number (0: before all)."""
        return _refused(self.path, expected, received, hint, self._line(number, key))

    def _line(self, number: int, key: str) -> int:
        """Return the line of a key in the picture of that number (0: before all), or its first."""
        return line_of(self.text, key, "picture" if number else "", number)


def _refused(path: Path, expected: str, received: str, hint: str, line: int = 0) -> Refusal:
    where = f"{path}, line {line}" if line else str(path)
    return Refusal(
        f"{where}: the recipes cannot be read: expected {expected}. Received {received}. {hint}",
        WRONG_REQUEST,
    )
