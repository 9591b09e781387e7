"""The source of an author's class: found through its methods, parsed, and edited as text."""

from __future__ import annotations

import ast
import inspect
import linecache
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from layers.checkup.report import Fix


@dataclass(frozen=True)
class ClassSource:
    """The source of one class.

    Attributes:
        file: the path of its file.
        lines: every line of the file.
        tree: the class's syntax tree, with the line numbers of the file. It is shared: do not
            change it.
    """

    file: str
    lines: tuple[str, ...]
    tree: ast.ClassDef

    @cached_property
    def first(self) -> int:
        """The number of the class's first line, decorators included."""
        return min([self.tree.lineno, *(node.lineno for node in self.tree.decorator_list)])

    @cached_property
    def text(self) -> str:
        """The class's text."""
        return "".join(self.lines[self.first - 1 : self.tree.end_lineno])

    def spans(self, number: int) -> bool:
        """Return whether a line of the file belongs to the class."""
        return self.first <= number <= (self.tree.end_lineno or 0)

    def line(self, number: int) -> str:
        """Return one line of the file, stripped."""
        return self.lines[number - 1].strip() if 0 < number <= len(self.lines) else ""

    def method(self, name: str) -> ast.FunctionDef | None:
        """Return a method's syntax tree."""
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                return node
        return None

    def assignments(self, attribute: str) -> Iterator[ast.Assign | ast.AnnAssign | ast.AugAssign]:
        """Yield every ``self.<attribute> = …``."""
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(attribute_of(target) == attribute for target in targets):
                    yield node

    def line_of(self, attribute: str) -> int | None:
        """Return the line that first assigns ``self.<attribute>``."""
        return min((node.lineno for node in self.assignments(attribute)), default=None)

    def segment(self, node: ast.AST) -> str:
        """Return the text of a node."""
        top, bottom = getattr(node, "lineno", 0), getattr(node, "end_lineno", None)
        if not top or not bottom:
            return ""
        # ast.get_source_segment splits the whole file into lines at every call.
        lines = [line.encode() for line in self.lines[top - 1 : bottom]]
        lines[-1] = lines[-1][: getattr(node, "end_col_offset", None)]
        lines[0] = lines[0][getattr(node, "col_offset", 0) :]
        return b"".join(lines).decode()

    def edited(self, *edits: TextEdit) -> Fix | None:
        """Return a fix with these edits; None if they change nothing or leave invalid Python."""
        offset = self.first - 1
        lines = [line.rstrip("\n") for line in self.lines[offset : self.tree.end_lineno]]
        before = "\n".join(lines)
        for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
            (top, left), (bottom, right) = edit.start, edit.end
            head = lines[top - 1 - offset].encode()[:left].decode()
            tail = lines[bottom - 1 - offset].encode()[right:].decode()
            temporarily_set = (head + edit.text + tail).split("\n")
            if edit.whole and not (head + edit.text + tail).strip():
                temporarily_set = []
            lines[top - 1 - offset : bottom - offset] = temporarily_set
        after = "\n".join(lines)
        try:
            ast.parse(_dedent(after))
        except SyntaxError:
            return None
        if after == before:
            return None
        return Fix(
            before=before, after=after, own=True, file=Path(self.file).name, first=self.first
        )


@dataclass(frozen=True)
class TextEdit:
    """A range of text to replace: from (line, column in bytes) to (line, column in bytes)."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str
    whole: bool = False
    """Whether to remove the line as well if nothing is left on it."""


def replace(node: ast.expr | ast.stmt, text: str, *, whole: bool = False) -> TextEdit:
    """Replace a node with other text."""
    start = (node.lineno, node.col_offset)
    return TextEdit(start, (node.end_lineno or 0, node.end_col_offset or 0), text, whole)


def unwrapped(node: ast.expr, inner: ast.expr) -> list[TextEdit]:
    """Remove what surrounds an inner expression; other edits may lie inside it."""
    start, end = (node.lineno, node.col_offset), (inner.lineno, inner.col_offset)
    last = (inner.end_lineno or 0, inner.end_col_offset or 0)
    return [
        TextEdit(start, end, ""),
        TextEdit(last, (node.end_lineno or 0, node.end_col_offset or 0), ""),
    ]


def insert_before(node: ast.stmt, text: str) -> TextEdit:
    """Insert lines before a statement and its decorators, with the statement's indentation."""
    line = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    column = node.col_offset
    indented = text.replace("\n", "\n" + " " * column)
    return TextEdit((line, column), (line, column), f"{indented}\n{' ' * column}")


def insert_after(node: ast.stmt, text: str) -> TextEdit:
    """Insert lines after a statement, with its indentation."""
    end = (node.end_lineno or 0, node.end_col_offset or 0)
    indented = text.replace("\n", "\n" + " " * node.col_offset)
    return TextEdit(end, end, "\n" + " " * node.col_offset + indented)


def attribute_of(node: ast.AST) -> str | None:
    """Return ``w`` for ``self.w`` and ``self.w[…]``; None for other nodes."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr if node.value.id == "self" else None
    return None


def dotted(node: ast.AST) -> str:
    """Return ``tf.nn.softmax`` for that expression; an empty text for other nodes."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def source_of(cls: type) -> ClassSource | None:
    """Return a class's source, found through its methods; None if it is not available."""
    for function in functions_of(cls):
        code = function.__code__
        lines = tuple(linecache.getlines(code.co_filename))
        found = [
            node
            for node in _classes_in(lines)
            if node.name == cls.__name__
            and node.lineno <= code.co_firstlineno <= (node.end_lineno or 0)
        ]
        if found:
            return ClassSource(code.co_filename, lines, max(found, key=lambda node: node.lineno))
    return None


@lru_cache(maxsize=4)
def _classes_in(lines: tuple[str, ...]) -> tuple[ast.ClassDef, ...]:
    """Return the classes that a file defines; none if it is empty or does not parse.

    The lines are the cache's key, so a changed file is parsed again.
    """
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:
        return ()
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def functions_of(cls: type) -> list[types.FunctionType]:
    """Return the plain functions that a class defines, without Keras's wrappers around them."""
    functions = []
    for member in vars(cls).values():
        value = inspect.unwrap(getattr(member, "__func__", getattr(member, "fget", member)))
        if isinstance(value, types.FunctionType) and value.__qualname__.startswith(
            cls.__qualname__
        ):
            functions.append(value)
    return functions


def _dedent(text: str) -> str:
    indent = len(text) - len(text.lstrip(" "))
    return "\n".join(
        line[indent:] if line[:indent].isspace() else line for line in text.split("\n")
    )
