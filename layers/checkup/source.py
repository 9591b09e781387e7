"""An author's own lines: found by a class's methods, read as a syntax tree, edited as text."""

from __future__ import annotations

import ast
import inspect
import linecache
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from layers.checkup.report import Fix


@dataclass(frozen=True)
class Source:
    """The source of one class.

    Attributes:
        file: where it stands.
        lines: every line of the file.
        tree: the class's syntax tree; its line numbers are the file's.
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
        """The class as it is written."""
        return "".join(self.lines[self.first - 1 : self.tree.end_lineno])

    def spans(self, number: int) -> bool:
        """Return whether a line of the file is one of the class's."""
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
        """Return a node's own text."""
        return ast.get_source_segment("".join(self.lines), node) or ""

    def edited(self, *edits: Edit) -> Fix | None:
        """Return the class with these edits as a fix; None where they leave no valid Python."""
        offset = self.first - 1
        lines = [line.rstrip("\n") for line in self.lines[offset : self.tree.end_lineno]]
        before = "\n".join(lines)
        for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
            (top, left), (bottom, right) = edit.start, edit.end
            head = lines[top - 1 - offset].encode()[:left].decode()
            tail = lines[bottom - 1 - offset].encode()[right:].decode()
            replaced = (head + edit.text + tail).split("\n")
            if edit.whole and not (head + edit.text + tail).strip():
                replaced = []
            lines[top - 1 - offset : bottom - offset] = replaced
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
class Edit:
    """A stretch of text to replace: (line, column in bytes) to (line, column in bytes)."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str
    whole: bool = False
    """The line goes, too, where nothing is left on it."""


def replace(node: ast.expr | ast.stmt, text: str, *, whole: bool = False) -> Edit:
    """Replace a node by other text."""
    start = (node.lineno, node.col_offset)
    return Edit(start, (node.end_lineno or 0, node.end_col_offset or 0), text, whole)


def unwrapped(node: ast.expr, inner: ast.expr) -> list[Edit]:
    """Leave out what stands around an inner expression; edits inside of it are free."""
    start, end = (node.lineno, node.col_offset), (inner.lineno, inner.col_offset)
    last = (inner.end_lineno or 0, inner.end_col_offset or 0)
    return [Edit(start, end, ""), Edit(last, (node.end_lineno or 0, node.end_col_offset or 0), "")]


def insert_before(node: ast.stmt, text: str) -> Edit:
    """Put lines before a statement, indented as it is; its decorators stay above neither."""
    line = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    column = node.col_offset
    indented = text.replace("\n", "\n" + " " * column)
    return Edit((line, column), (line, column), f"{indented}\n{' ' * column}")


def insert_after(node: ast.stmt, text: str) -> Edit:
    """Put lines after a statement, indented as it is."""
    end = (node.end_lineno or 0, node.end_col_offset or 0)
    indented = text.replace("\n", "\n" + " " * node.col_offset)
    return Edit(end, end, "\n" + " " * node.col_offset + indented)


def attribute_of(node: ast.AST) -> str | None:
    """Return ``w`` for ``self.w``, and for ``self.w[…]``."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr if node.value.id == "self" else None
    return None


def dotted(node: ast.AST) -> str:
    """Return ``tf.nn.softmax`` for that expression; empty for others."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def source_of(cls: type) -> Source | None:
    """Return a class's source by way of its methods; None where it is not at hand."""
    for function in functions_of(cls):
        code = function.__code__
        lines = tuple(linecache.getlines(code.co_filename))
        if not lines:
            continue
        try:
            tree = ast.parse("".join(lines))
        except SyntaxError:
            continue
        found = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            and node.name == cls.__name__
            and node.lineno <= code.co_firstlineno <= (node.end_lineno or 0)
        ]
        if found:
            return Source(code.co_filename, lines, max(found, key=lambda node: node.lineno))
    return None


def functions_of(cls: type) -> list[types.FunctionType]:
    """Return the plain functions that a class defines; Keras's wrappers are looked behind."""
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
