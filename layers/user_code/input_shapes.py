"""The shape of a first input, for an author's layer that does not say what it takes."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator, Sequence

import keras

from layers.user_code.call_arguments import text_of

Shape = tuple[int, ...]
ROWS: Shape = (8, 10)
STEPS: Shape = (2, 6, 10)
IMAGE: Shape = (1, 8, 8, 4)
VOLUME: Shape = (1, 4, 4, 4, 2)
_SHAPES = (IMAGE, STEPS, ROWS, (1, 8, 8, 3), (1, 8, 8, 32), (1, 12, 10), VOLUME)
"""Tried in this order: images of as many channels as there are filters by default, sequences, rows,
colours, channels enough to be divided, as many steps as there are places by default, a volume."""
_MOST = 24
"""Shapes that are tried: each may take as long as a run."""
_BY_RANK = {2: ROWS, 3: STEPS, 4: IMAGE, 5: VOLUME}
_SPATIAL = re.compile(
    r"\w*(Conv|Pool|Padding|Cropping|UpSampling|Dropout)[A-Za-z]*([123])D(Transpose)?"
)
_SEQUENCES = re.compile(
    r"LSTM|GRU|SimpleRNN|RNN|Bidirectional|TimeDistributed|(Multi\w+|Group\w+|Additive)?Attention"
)
_IMAGES = {"image", "depth_to_space", "space_to_depth", "extract_patches"}
"""Modules and functions that take images."""


def default_shape(cls: type) -> Shape:
    """Return the shape of an input at which a layer class most likely runs, by its text alone.

    The class's methods say it by the layers that they use (``Conv2D``, ``LSTM``, another class of
    the same module), by functions on images, or by taking a shape apart (``b, h, w, c = …``).

    Args:
        cls: a class derived from ``keras.layers.Layer``.
    """
    return _BY_RANK[max(2, *_ranks(cls, set()))]


def other_shapes(inputs: Sequence[str], sizes: Iterable[int]) -> Iterator[dict[str, Shape]]:
    """Yield shapes to try where a layer fails at those that its text suggests, the likeliest first.

    Args:
        inputs: the names of what is a shape of its own.
        sizes: the layer's whole numbers, of which one may be the width or the length of an input.
    """
    shapes = list(_SHAPES)
    for size in dict.fromkeys(sizes):
        shapes += [(8, size), (2, 6, size), (1, size, 10), (1, 8, 8, size)]
    tried: list[dict[str, Shape]] = [dict.fromkeys(inputs, shape) for shape in _SHAPES]
    if len(inputs) == 2:  # nodes, and the edges between them
        tried += [dict(zip(inputs, ((*at, 6, 10), (*at, 6, 6)), strict=True)) for at in ((), (2,))]
    tried += [dict.fromkeys(inputs, shape) for shape in shapes[len(_SHAPES) :]]
    yield from tried[:_MOST]


def _ranks(cls: type, seen: set[type]) -> Iterator[int]:
    """Yield the ranks that the text of a class suggests."""
    seen.add(cls)
    for own in cls.__mro__:
        if not _is_authors(own):
            yield from _of_word(own.__name__)
            continue
        for name, method in vars(own).items():
            function = inspect.unwrap(method) if inspect.isfunction(method) else None
            tree = text_of(function)
            if tree is None or name == "get_config":
                continue
            yield from _of_text(tree)
            for word in _words(tree):
                other = getattr(function, "__globals__", {}).get(word)
                if isinstance(other, type) and _is_authors(other) and other not in seen:
                    yield from _ranks(other, seen)


def _of_word(word: str) -> Iterator[int]:
    if found := _SPATIAL.fullmatch(word):
        yield min(int(found[2]) + (3 if "LSTM" in word else 2), 5)
    elif _SEQUENCES.fullmatch(word):
        yield 3
    elif word in _IMAGES:
        yield 4


def _of_text(tree: ast.AST) -> Iterator[int]:
    for word in _words(tree):
        yield from _of_word(word)
    lengths = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            names = node.targets[0].elts
            if _is_shape(node.value) and not any(isinstance(n, ast.Starred) for n in names):
                yield min(max(len(names), 2), 5)
        elif isinstance(node, ast.keyword) and node.arg == "axis":
            yield min(_rank_of_axes(node.value), 5)
        elif isinstance(node, ast.Subscript) and _is_shape(node.value):
            lengths.add(_number(node.slice))
    from_front = max((at for at in lengths if at is not None and at > 0), default=0)
    # The last axis by -1, and by another number one before it.
    yield min(from_front + (2 if -1 in lengths else 1), 5)


def _rank_of_axes(node: ast.expr) -> int:
    """Return the rank of what is reduced over several axes, none of them the last: ``(1, 2)``."""
    places = [_number(each) for each in getattr(node, "elts", [])]
    known = [place for place in places if place is not None]
    return max(known) + 2 if len(known) > 1 and min(known) > 0 else 2


def _number(node: ast.expr) -> int | None:
    """Return the whole number that is written; None of anything else."""
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return value if type(value) is int else None


def _is_shape(node: ast.AST) -> bool:
    """Say whether an expression is a whole shape: ``x.shape``, ``ops.shape(x)``."""
    if isinstance(node, ast.Call):
        node = node.func
        return isinstance(node, ast.Attribute) and node.attr in ("shape", "as_list")
    if isinstance(node, ast.Attribute):
        return node.attr == "shape"
    return isinstance(node, ast.Name) and node.id == "input_shape"


def _words(tree: ast.AST) -> Iterator[str]:
    """Yield the last part of every name that a text reads."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id


def _is_authors(cls: type) -> bool:
    """Say whether a class is a layer, and none of Keras's own."""
    return issubclass(cls, keras.layers.Layer) and cls.__module__.split(".")[0] != "keras"
