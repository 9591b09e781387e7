"""What an author's call takes, by its text: which arguments are lists of arrays, which are ids."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

STATES = ("states", "state")
"""What a cell of a recurrent layer calls the list of its states."""
_LOOKUPS = {"gather": 1, "embedding_lookup": 1, "take": 1, "one_hot": 0}
"""Functions that take ids, and as which argument."""
_JOINS = ("add_n", "concat", "concatenate", "stack")
"""Functions whose first argument is a list of arrays."""
_PAIRS = ("add", "average", "dot", "maximum", "minimum", "multiply", "subtract")
"""Functions of Keras's layers that take a list and nothing else; of two arrays, elsewhere."""
_MERGES = tuple(word.capitalize() for word in (*_PAIRS, "concatenate"))
"""Layers that take a list of arrays."""


@dataclass(frozen=True)
class CallArgument:
    """One argument of a layer's call that has no default.

    Attributes:
        name: of the parameter.
        items: of a list of arrays, what the call names each of them; empty of one array.
        takes_ids: whether it is looked up in an embedding or a table.
        ids: how many ids there are: a number, the constructor's argument that says so, or None.
    """

    name: str
    items: tuple[str, ...] = ()
    takes_ids: bool = False
    ids: int | str | None = None


def call_arguments(cls: type) -> tuple[CallArgument, ...]:
    """Return what a layer class's ``call`` takes, without the training switch and masks.

    A list is recognised where the call unpacks it (``a, b = inputs``), uses nothing of it but its
    items (``inputs[0]``), goes through it, or merges it (``keras.layers.Add()(inputs)``); ids
    where an ``Embedding`` of the layer, or a lookup, takes them.

    Args:
        cls: a class derived from ``keras.layers.Layer``.
    """
    parameters = list(inspect.signature(cls.call).parameters.values())[1:]  # ty: ignore
    names = [
        each.name
        for each in parameters
        if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
        and each.default is each.empty
        and each.name not in ("training", "mask")
    ]
    body = text_of(cls.call)  # ty: ignore
    if body is None:
        return tuple(CallArgument(name) for name in names)
    tables = {name: _count(call) for name, call in _attributes(cls, ("Embedding",))}
    merges = {name for name, _ in _attributes(cls, _MERGES)}
    found = []
    for name in names:
        looked_up = list(_looked_up(body, name, tables))
        ids = next((each for each in looked_up if each is not None), None)
        found.append(CallArgument(name, _items(body, name, merges), bool(looked_up), ids))
    return tuple(found)


@lru_cache(maxsize=512)
def text_of(function: Any) -> ast.AST | None:
    """Return a function's text as a tree; None where it has none that can be read."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError, TypeError, ValueError):
        return None


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _items(body: ast.AST, name: str, merges: Container[str]) -> tuple[str, ...]:
    """Return what the items of a list are called; nothing where it is not used as a list."""
    places: set[int] = set()
    uses, is_list = 0, False
    for node in ast.walk(body):
        if isinstance(node, ast.Assign) and _is(node.value, name):
            (target, *_) = node.targets
            if isinstance(target, ast.Tuple | ast.List):
                names = [each.id for each in target.elts if isinstance(each, ast.Name)]
                return tuple(names) if len(names) == len(target.elts) else ()
        if isinstance(node, ast.Call) and _is(node.func, "len"):
            uses -= sum(_is(each, name) for each in node.args)
        if isinstance(node, ast.Subscript) and _is(node.value, name):
            at = node.slice
            if isinstance(at, ast.Constant) and isinstance(at.value, int) and at.value >= 0:
                places.add(at.value)
                uses -= 1
        is_list |= _goes_through(node, name) or _joins(node, name, merges)
        uses += _is(node, name) and isinstance(getattr(node, "ctx", None), ast.Load)
    # One place alone is as likely a tensor's first row, unless the name says what it is.
    if not is_list and (uses or not places or (max(places) == 0 and name not in STATES)):
        return ()
    count = max([2 if is_list else 1, *(place + 1 for place in places)])
    return tuple(name if count == 1 else f"{name}[{place}]" for place in range(count))


def _goes_through(node: ast.AST, name: str) -> bool:
    """Say whether a node is a loop over the items of a list."""
    if not isinstance(node, ast.For | ast.comprehension):
        return False
    of = node.iter
    if isinstance(of, ast.Call) and _called(of) in ("enumerate", "reversed", "zip"):
        return any(_is(each, name) for each in of.args)
    return _is(of, name)


def _joins(node: ast.AST, name: str, merges: Container[str]) -> bool:
    """Say whether a node is a call that makes one array of a list.

    Args:
        node: of a call's text.
        name: the list's.
        merges: the layer's attributes that hold a merging layer.
    """
    if not isinstance(node, ast.Call) or not node.args or not _is(node.args[0], name):
        return False
    called, function = _called(node), node.func
    if isinstance(function, ast.Call):  # Add()(inputs)
        return _called(function) in _MERGES
    if isinstance(function, ast.Name) and called == "sum":  # Python's own
        return True
    if isinstance(function, ast.Attribute) and _is(function.value, "self"):
        return called in merges
    return called in _JOINS or (called in _PAIRS and len(node.args) == 1)


def _attributes(cls: type, classes: Container[str]) -> Iterator[tuple[str, ast.Call]]:
    """Yield the attributes that hold a layer of some classes, with how each is made."""
    methods = (
        method
        for own in reversed(cls.__mro__)
        if own.__module__ == cls.__module__
        for method in vars(own).values()
        if inspect.isfunction(method)
    )
    for tree in filter(None, map(text_of, methods)):
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                target = node.targets[0]
                if isinstance(target, ast.Attribute) and _called(node.value) in classes:
                    yield target.attr, node.value


def _called(call: ast.Call) -> str:
    """Return the last part of the name of what is called."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _count(call: ast.Call) -> int | str | None:
    """Return how many rows an embedding has: a number, or the name that says so."""
    given = [each.value for each in call.keywords if each.arg == "input_dim"] or call.args[:1]
    for each in given:
        if isinstance(each, ast.Constant) and isinstance(each.value, int):
            return each.value
        if isinstance(each, ast.Name):
            return each.id
        if isinstance(each, ast.Attribute):
            return each.attr
    return None


def _looked_up(
    body: ast.AST, name: str, tables: dict[str, int | str | None]
) -> Iterator[int | str | None]:
    """Yield how many ids there are, for each lookup of an argument."""
    for node in ast.walk(body):
        if not isinstance(node, ast.Call):
            continue
        called, function = _called(node), node.func
        if isinstance(function, ast.Attribute) and _is(function.value, "self"):
            if called in tables and node.args and _is(node.args[0], name):
                yield tables[called]
        elif called in _LOOKUPS:
            own = node.args[_LOOKUPS[called] : _LOOKUPS[called] + 1]
            own += [each.value for each in node.keywords if each.arg in ("indices", "ids")]
            if any(_is(each, name) for each in own):
                yield None
        elif called == "cast" and node.args and _is(node.args[0], name):
            said = [*node.args[1:], *(each.value for each in node.keywords)]
            if any("int" in ast.unparse(each) for each in said):
                yield None
