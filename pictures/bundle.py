"""The scripts of ``browser/`` as one, for a page that has no server to fetch them from.

Each module becomes a function that returns what it exports; they stand in the order in which they
need each other. The files themselves have one form, Prettier's, so that lines tell what is what.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

BROWSER = Path(__file__).parents[1] / "browser"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.-]+)";\n', re.MULTILINE)
_LATER = re.compile(r'\(?await import\("\./([\w.-]+)"\)\)?')
_EXPORT = re.compile(r"^export (?=(?:async )?function |const )", re.MULTILINE)
_EXPORTED = re.compile(r"^export (?:async )?(?:function|const) (\w+)", re.MULTILINE)
_COMMENT = re.compile(
    r"^[ \t]*(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL
)
_MODULE = re.compile(r"^\s*(?:import|export)\b.*", re.MULTILINE)


@cache
def bundled(first: str) -> str:
    """Return a script and all that it imports as one script without imports.

    Args:
        first: the file's name in ``browser/``.

    Raises:
        ValueError: modules that import each other, or a form that is not known here.
    """
    ordered: list[str] = []
    _visit(first, ordered, ())
    parts = [_function(name) for name in ordered]
    return '"use strict";\nconst modules = {};\n' + "".join(parts)


def style(*names: str) -> str:
    """Return style sheets as one."""
    return "".join((BROWSER / name).read_text("utf-8") for name in names)


def _visit(name: str, ordered: list[str], around: tuple[str, ...]) -> None:
    if name in around:
        raise ValueError(
            "The scripts cannot be bundled: expected no circle of imports. Received "
            f"{' → '.join([*around, name])}. Import one of them later."
        )
    if name in ordered:
        return
    source = (BROWSER / name).read_text("utf-8")
    needed = [*(found[1] for found in _IMPORT.findall(source)), *_LATER.findall(source)]
    for each in needed:
        _visit(each, ordered, (*around, name))
    ordered.append(name)


def _function(name: str) -> str:
    source = _COMMENT.sub("", (BROWSER / name).read_text("utf-8"))
    exported = ", ".join(_EXPORTED.findall(source))

    def imported(found: re.Match[str]) -> str:
        names = found[1].replace(" as ", ": ")
        return f'const {{{names}}} = modules["{found[2]}"];\n'

    body = _EXPORT.sub("", _IMPORT.sub(imported, source))
    body = _LATER.sub(r'modules["\1"]', body)
    if rest := _MODULE.search(body):
        raise ValueError(
            "The scripts cannot be bundled: expected `import {…} from` and `export` before a "
            f"function or constant. Received {rest[0].strip()[:80]!r} in {name}. Write it so."
        )
    return f'modules["{name}"] = (() => {{\n{body}return {{ {exported} }};\n}})();\n'
