"""The scripts of ``browser/`` as one: fetched in one request, or in a page that has no server.

Each module becomes a function that returns what it exports, and runs when it is needed first. The
files themselves have one form, Prettier's, so that lines tell what is what.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

BROWSER = Path(__file__).parents[1] / "browser"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.-]+)";\n', re.MULTILINE)
_EFFECT = re.compile(r'^import "\./([\w.-]+)";\n', re.MULTILINE)
_LATER = re.compile(r'\bimport\("\./([\w.-]+)"\)')
_EXPORT = re.compile(r"^export (?:default )?(?=(?:async )?function |const )", re.MULTILINE)
_DEFAULT = re.compile(r"^export default (?:async )?function (\w+)", re.MULTILINE)
_EXPORTED = re.compile(r"^export (?:async )?(?:function|const) (\w+)", re.MULTILINE)
_COMMENT = re.compile(
    r"^[ \t]*(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL
)
_LEFT_OVER = re.compile(r"^\s*(?:import|export)\b.*", re.MULTILINE)
_LOADER = """const functions = {};
const made = {};
const module = (name) => (made[name] ??= functions[name]());
"""


@cache
def bundled(first: str) -> str:
    """Return a script and all that it imports as one script without imports, which runs it.

    Args:
        first: the file's name in ``browser/``.

    Raises:
        ValueError: modules that import each other, or a form that is not known here.
    """
    parts = [_function(name) for name in _needed([first])]
    return '"use strict";\n' + _LOADER + "".join(parts) + f'module("{first}");\n'


@cache
def modules() -> str:
    """Return all components as one module. ``module`` of a file's name is what the file exports.

    Raises:
        ValueError: as for ``bundled``.
    """
    parts = [_function(name) for name in _needed(components())]
    return _LOADER + "".join(parts) + "export { module };\n"


@cache
def components() -> list[str]:
    """Return the files that Streamlit is given: those with a default export."""
    files = sorted(BROWSER.glob("*.js"))
    return [file.name for file in files if _DEFAULT.search(file.read_text("utf-8"))]


def style(*names: str) -> str:
    """Return style sheets as one."""
    return "".join((BROWSER / name).read_text("utf-8") for name in names)


def _needed(first: list[str]) -> list[str]:
    """Return some files, and all that these import now or later."""
    found: set[str] = set()
    left = [*first]
    while left:
        name = left.pop()
        if name not in found:
            before = {*found}
            _add(name, found, ())
            left += [later for each in found - before for later in _LATER.findall(_source(each))]
    return sorted(found)


def _add(name: str, found: set[str], around: tuple[str, ...]) -> None:
    """Add a file and all that it imports before it runs."""
    if name in around:
        raise ValueError(
            "The scripts cannot be bundled: expected no circle of imports. Received "
            f"{' → '.join([*around, name])}. Import one of them later."
        )
    if name not in found:
        for each in _imported(name):
            _add(each, found, (*around, name))
        found.add(name)


def _imported(name: str) -> list[str]:
    source = _source(name)
    return [*(found[1] for found in _IMPORT.findall(source)), *_EFFECT.findall(source)]


def _source(name: str) -> str:
    return _COMMENT.sub("", (BROWSER / name).read_text("utf-8"))


def _function(name: str) -> str:
    source = _source(name)
    exported = [
        *_EXPORTED.findall(source),
        *(f"default: {one}" for one in _DEFAULT.findall(source)),
    ]

    def imported(found: re.Match[str]) -> str:
        names = found[1].replace(" as ", ": ")
        return f'const {{{names}}} = module("{found[2]}");\n'

    body = _EXPORT.sub("", _IMPORT.sub(imported, source))
    body = _EFFECT.sub(r'module("\1");\n', body)
    body = _LATER.sub(r'Promise.resolve("\1").then(module)', body)
    if rest := _LEFT_OVER.search(body):
        raise ValueError(
            "The scripts cannot be bundled: expected `import {…} from` and `export` before a "
            f"function or constant. Received {rest[0].strip()[:80]!r} in {name}. Write it so."
        )
    return f'functions["{name}"] = () => {{\n{body}return {{ {", ".join(exported)} }};\n}};\n'
