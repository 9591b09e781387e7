"""What the caller passes to a layer: arrays as the layer's own tensors, each with a name."""

from __future__ import annotations

import inspect
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf


@dataclass(frozen=True, eq=False)
class Given:
    """The arguments of one call.

    Attributes:
        arguments: by position, arrays converted to tensors of the type in which the layer works.
        keywords: by name, likewise.
        tensors: every tensor in them by name, each once.
    """

    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    tensors: Mapping[str, Any]

    def call(self, layer: Any, *, training: bool) -> Any:
        """Call a layer with the arguments, and return what it returns.

        A ``__call__`` of the author's own may not take ``training``, or pass it on in a way that
        Keras refuses. Where nothing is to be trained, it is called as its author calls it.
        """
        caller = next(cls for cls in type(layer).__mro__ if "__call__" in vars(cls))
        is_authors = not caller.__module__.startswith("keras.")
        mode = {} if is_authors and not training else {"training": training}
        return layer(*self.arguments, **self.keywords, **mode)


def given(layer: Any, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> Given:
    """Convert and name what a caller passes.

    One positional argument is ``inputs``; of several each has the name of its parameter. What is
    in a list is numbered (``inputs``, ``inputs_2``), what is in a dict has its key.

    Args:
        layer: the layer that is to be called.
        arguments: arrays, tensors, or lists and dicts of them, of any shape; anything else is
            passed on as it is.
        keywords: likewise, by name.
    """
    converted: dict[int, Any] = {}
    names: dict[str, Any] = {}

    def convert(root: str, path: tuple, leaf: Any) -> Any:
        if not _is_array(leaf):
            return leaf
        if id(leaf) not in converted:
            converted[id(leaf)] = tensor = _tensor(layer, leaf)
            names[unique(_name(root, path), names)] = tensor
        return converted[id(leaf)]

    def structure(root: str, value: Any) -> Any:
        if _is_numbers(value):
            value = np.asarray(value)
        paths = iter([path for path, _ in keras.tree.flatten_with_path(value)])
        return keras.tree.map_structure(lambda leaf: convert(root, next(paths), leaf), value)

    parameters = _parameters(layer) if len(arguments) > 1 else []
    roots = [
        parameters[place] if place < len(parameters) else "inputs"
        for place in range(len(arguments))
    ]
    positional = tuple(structure(root, value) for root, value in zip(roots, arguments, strict=True))
    named = {
        name: structure(name, value) if _holds_arrays(value) else value
        for name, value in keywords.items()
    }
    return Given(positional, named, names)


def clean(name: str) -> str:
    """Return a name that a tensor may have: ``[a-z][a-z0-9_/]{0,60}``.

    >>> clean("Query Kernel:0")
    'query_kernel_0'
    """
    name = re.sub(r"[^a-z0-9_/]+", "_", name.lower()).strip("_/") or "tensor"
    return (name if name[0].isalpha() else f"t_{name}")[:61]


def unique(name: str, taken: Container[str]) -> str:
    """Return the name, numbered from 2 where it is taken."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name[:56]}_{number}"
    return free


def _name(root: str, path: tuple) -> str:
    keys = [str(key) for key in path if isinstance(key, str)]
    return clean("_".join(keys) if keys else root)


def _parameters(layer: Any) -> list[str]:
    try:
        found = inspect.signature(layer.call).parameters.values()
    except (TypeError, ValueError):  # a call that has no signature to read
        return []
    return [
        one.name for one in found if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
    ]


def _tensor(layer: Any, leaf: Any) -> Any:
    tensor = tf.convert_to_tensor(leaf)
    if getattr(layer, "autocast", True) and tensor.dtype.is_floating:
        # Keras would convert inside the call; done here, what goes in is the tensor that is shown.
        tensor = tf.cast(tensor, layer.compute_dtype)
    return tensor


def _is_array(leaf: Any) -> bool:
    return isinstance(leaf, np.ndarray | np.generic | tf.Tensor | keras.Variable | tf.Variable)


def _is_numbers(value: Any) -> bool:
    """Say whether it is an array written as a list of numbers, or of lists of them."""
    if not isinstance(value, list | tuple):
        return False
    leaves = keras.tree.flatten(value)
    return bool(leaves) and all(isinstance(leaf, int | float) for leaf in leaves)


def _holds_arrays(value: Any) -> bool:
    return any(_is_array(leaf) for leaf in keras.tree.flatten(value))
