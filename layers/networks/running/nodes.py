"""The calls of a layer in a configuration, as Keras 2 and Keras 3 write them: plain data out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from layers.model_files.config import LayerConfig
from layers.networks.running.stock import KEYWORDS, not_runnable

MAXIMUM_DEPTH = 8
MAXIMUM_NUMBER = 100_000
"""The largest number of a call or an output in a reference."""


@dataclass(frozen=True)
class Reference:
    """An output of another layer: the layer's name, the number of its call, that of the output."""

    layer: str
    node: int
    output: int


@dataclass(frozen=True)
class InboundNode:
    """One call's arguments: references, or what stands in their place.

    Attributes:
        arguments: by position.
        keywords: by name.
        counted_from_0: as Keras 3 counts the calls of nested models.
    """

    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any] = field(default_factory=dict)
    counted_from_0: bool = True

    @property
    def references(self) -> tuple[Reference, ...]:
        """All references in it, in order."""
        return tuple(_references((*self.arguments, *self.keywords.values())))

    def resolved(self, resolve: Callable[[Reference], str]) -> InboundNode:
        """Return it with names in place of references."""
        keywords = {name: _replaced(value, resolve) for name, value in self.keywords.items()}
        return InboundNode(_replaced(self.arguments, resolve), keywords)


def output_name(name: str, number: int) -> str:
    """Return the name of one of a call's outputs, counted from 0."""
    return f"{name}#{number}" if number else name


def calls_of(layer: LayerConfig) -> tuple[InboundNode, ...]:
    """Return a layer's calls.

    Args:
        layer: its configuration.

    Raises:
        BadInputError: none, or one in a form that is not understood.
    """
    nodes = layer.inbound if isinstance(layer.inbound, list) else []
    if nodes and all(map(_is_keras_2, nodes)):  # one call, as Keras 1 wrote it
        nodes = [nodes]
    found = tuple(_node(layer, node) for node in nodes)
    if not found or not all(node.references for node in found):
        raise not_runnable(layer, "inputs written as Keras does")
    return found


def references(config: LayerConfig, key: str) -> tuple[Reference, ...]:
    """Return a model's ``input_layers`` or ``output_layers``."""
    return tuple(_references((_value(config, config.settings.get(key), 0),)))


def _node(layer: LayerConfig, node: Any) -> InboundNode:
    if isinstance(node, dict):  # Keras 3
        positional, named = node.get("args"), node.get("kwargs")
    elif isinstance(node, list) and node and all(map(_is_keras_2, node)):
        positional = node if len(node) == 1 else [node]
        named = {}
        for reference in node:
            named |= reference[3] if len(reference) == 4 and isinstance(reference[3], dict) else {}
    else:
        raise not_runnable(layer, "inputs written as Keras does")
    if not isinstance(positional, list) or not isinstance(named or {}, dict):
        raise not_runnable(layer, "inputs written as Keras does")
    while positional and positional[-1] is None:
        positional = positional[:-1]
    keywords = {}
    for name, value in (named or {}).items():
        if value in (None, False):
            continue
        if name not in KEYWORDS.get(layer.class_name, ()):
            raise not_runnable(layer, f"a call without the argument {str(name)[:40]!r}")
        keywords[name] = _value(layer, value, 0)
    arguments = tuple(_value(layer, value, 0) for value in positional)
    return InboundNode(arguments, keywords, counted_from_0=isinstance(node, dict))


def _value(layer: LayerConfig, value: Any, depth: int) -> Any:
    """Return an argument as references, True, or tuples of them."""
    if depth > MAXIMUM_DEPTH:
        raise not_runnable(layer, "inputs written as Keras does")
    if isinstance(value, dict):
        config = value.get("config")
        history = config.get("keras_history") if isinstance(config, dict) else None
        if history is not None:
            return _reference(layer, history)
        if "class_name" not in value:  # inputs by their names
            return tuple(_value(layer, each, depth + 1) for each in value.values())
    elif _is_keras_2(value):
        return _reference(layer, value[:3])
    elif isinstance(value, list):
        return tuple(_value(layer, each, depth + 1) for each in value)
    elif value is True:
        return True
    raise not_runnable(layer, "outputs of other layers as arguments")


def _reference(layer: LayerConfig, history: Any) -> Reference:
    fits = isinstance(history, list) and len(history) == 3 and isinstance(history[0], str)
    numbers = history[1:] if fits else ()
    if not fits or not all(type(n) is int and 0 <= n <= MAXIMUM_NUMBER for n in numbers):
        raise not_runnable(layer, "inputs written as Keras does")
    return Reference(*history)


def _is_keras_2(value: Any) -> bool:
    """Return whether a value is ``["name", 0, 0]``, or that with named arguments."""
    is_reference = isinstance(value, list) and len(value) in {3, 4} and isinstance(value[0], str)
    return is_reference and all(type(item) is int for item in value[1:3])


def _references(values: tuple[Any, ...]) -> Iterator[Reference]:
    for value in values:
        if isinstance(value, Reference):
            yield value
        elif isinstance(value, tuple):
            yield from _references(value)


def _replaced(value: Any, resolve: Callable[[Reference], str]) -> Any:
    if isinstance(value, Reference):
        return resolve(value)
    return tuple(_replaced(each, resolve) for each in value) if isinstance(value, tuple) else value
