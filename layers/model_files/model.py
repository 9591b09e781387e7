"""The description of a model file as plain data: layers in order, each with its weights."""

from __future__ import annotations

import json
import math
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from layers.inputs.fields import BadInputError

PYTHON_OBJECTS = 7
"""How many times its pickled bytes a tree of small Python objects takes, measured at 5 to 6.5."""


@dataclass(frozen=True, kw_only=True)
class FileSource:
    """A file on this machine, as it was when it was chosen.

    Attributes:
        path: where the worker reads it; never shown.
        name: what the page calls it.
        stamp: (bytes, nanoseconds of the last change), so that a changed file is read again.
    """

    path: str
    name: str
    stamp: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class WeightPart:
    """A part of a weight with a meaning of its own: a gate or a head.

    Attributes:
        name: such as ``forget gate``.
        axis: the axis along which the weight is divided.
        start: the first index on it.
        stop: the index after the last.
    """

    name: str
    axis: int
    start: int
    stop: int


@dataclass(frozen=True, kw_only=True)
class WeightEntry:
    """The description of one weight; its numbers are not read.

    Attributes:
        name: within its layer, such as ``kernel`` or ``forward/kernel``.
        where: its path within the file.
        shape: of the whole array.
        dtype: of the numbers in the file.
        axes: one name an axis.
        parts: gates or heads, where there are any.
        trainable: whether training changes it, as far as the file says.
        problem: why its numbers cannot be shown, as a sentence; empty where they can.
    """

    name: str
    where: str
    shape: tuple[int, ...]
    dtype: str
    axes: tuple[str, ...]
    parts: tuple[WeightPart, ...] = ()
    trainable: bool = True
    problem: str = ""

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """How many bytes they take."""
        return self.size * item_bytes(self.dtype)


@dataclass(frozen=True, kw_only=True)
class LayerEntry:
    """One layer; nested models come before the layers that are in them.

    Attributes:
        path: unique in its file, such as ``encoder/conv2d``; the link's ``layer``.
        name: its own name.
        kind: its class, as the file writes it; empty where the file does not say.
        depth: how many models it is nested in, below the whole.
        settings: its configuration, as JSON; empty where the file has none.
        weights: its own, and those of the layers that it wraps.
        output_shape: with None for the batch; None where it is not known.
        is_model: whether it contains other layers.
        why_empty: why it has no weights, as a sentence; empty where it has some.
        calls: how often the network calls it.
    """

    path: str
    name: str
    kind: str
    depth: int
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    weights: tuple[WeightEntry, ...] = ()
    output_shape: tuple[int | None, ...] | None = None
    is_model: bool = False
    why_empty: str = ""
    calls: int = 1

    @property
    def parameters(self) -> int:
        """How many numbers its weights have."""
        return sum(weight.size for weight in self.weights)

    @property
    def trainable_parameters(self) -> int:
        """How many of them training changes."""
        return sum(weight.size for weight in self.weights if weight.trainable)

    @property
    def bytes(self) -> int:
        """How many bytes they take."""
        return sum(weight.bytes for weight in self.weights)


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """All layers of a model.

    Attributes:
        name: of the file, or of the model.
        form: the kind of file, in words.
        version: the Keras that wrote it; empty where it does not say.
        layers: in order.
        notes: sentences that the page shows beside the summary.
        no_activations: why it cannot be run on an input, as a sentence; empty where it can.
        input_shape: of its first input, with None for the batch and other open axes; empty where
            the model cannot be run.
    """

    name: str
    form: str
    version: str
    layers: tuple[LayerEntry, ...]
    notes: tuple[str, ...] = ()
    no_activations: str = ""
    input_shape: tuple[int | None, ...] = ()

    @property
    def parameters(self) -> int:
        """How many numbers all weights have."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def trainable_parameters(self) -> int:
        """How many of them training changes."""
        return sum(layer.trainable_parameters for layer in self.layers)

    @property
    def bytes(self) -> int:
        """How many bytes all weights take."""
        return sum(layer.bytes for layer in self.layers)

    @property
    def nbytes(self) -> int:
        """About how many bytes this description takes, for a cache that is bounded by bytes."""
        return PYTHON_OBJECTS * len(pickle.dumps(self))

    def layer(self, path: str) -> LayerEntry:
        """Return the layer of that path.

        Raises:
            BadInputError: there is none.
        """
        for layer in self.layers:
            if layer.path == path:
                return layer
        raise BadInputError(
            f"The layer cannot be shown: expected one of the {len(self.layers)} in {self.name[:60]}"
            f". Received {path[:60]!r}. Choose one from the summary."
        )


def item_bytes(dtype: str) -> int:
    """Return the bytes of one number.

    >>> item_bytes("float32"), item_bytes("bfloat16"), item_bytes("float8_e4m3fn"), item_bytes("|O")
    (4, 2, 1, 0)
    """
    if dtype == "bool" or dtype.startswith("float8"):
        return 1
    digits = "".join(letter for letter in dtype if letter.isdigit())
    return int(digits) // 8 if digits in {"8", "16", "32", "64"} else 0


def parse_json(text: bytes | str, **hooks: Any) -> Any:
    """Return what JSON describes, with a question mark for half a character in a text.

    JSON can write half of a surrogate pair, which nothing could write on as UTF-8.

    Args:
        text: JSON.
        hooks: for ``json.loads``.

    Raises:
        ValueError: it is not JSON.
        RecursionError: it is nested too deeply.
    """
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
    parsed = json.loads(raw, **hooks)
    if b"\\ud" in raw.lower():
        parsed = json.loads(json.dumps(parsed, ensure_ascii=False).encode("utf-8", "replace"))
    return parsed


def refuse(name: str, expected: str, received: str, hint: str) -> BadInputError:
    """Return the error for a file that cannot be read.

    Args:
        name: the file's.
        expected: what a readable file has.
        received: what this one has.
        hint: what would help, as a sentence.
    """
    return BadInputError(
        f"`{name[:60]}` cannot be read: expected {expected}. Received {received}. {hint}"
    )
