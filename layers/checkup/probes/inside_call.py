"""What ``call`` may not do: make variables, and keep state in Python."""

from __future__ import annotations

import collections
import sys
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import (
    Subject,
    as_array,
    attempt,
    difference,
    own_classes,
)
from layers.checkup.examination.object_graph import held, is_plain, is_variable
from layers.checkup.probes.failures import is_ours
from layers.checkup.probes.places import place
from layers.checkup.report import Finding

_METHODS = {"build", "__init__", "call"}


def variable_in_call(subject: Subject) -> Iterator[Finding]:
    """Watch where variables are made, over two calls."""
    layer, made = watched_making(subject)
    late = [line for number, method, line, _ in made if number == 2 or method == "call"]
    if not late:
        return
    again = sum(1 for number, *_ in made if number == 2)
    line = next((line for line in late if line), None)
    outputs = [subject.call(layer) for _ in range(2)]
    apart = difference(*outputs)
    source = subject.source(layer)
    yield Finding(
        code="variable-in-call",
        severity="broken",
        where=f"call, line {line}" if line else "call",
        wrong="Variables are made in `call`.",
        happens="Each call starts with new ones, so nothing is ever learnt; `fit` and functional "
        "models refuse it."
        if again
        else "They come too late for Keras to know them; `fit` and functional models refuse it.",
        evidence=f"The second call made {again} new "
        f"{'variable' if again == 1 else 'variables'}; two calls on one input differ by "
        f"{apart:.3g}; the layer has {len(layer.weights)} weights.",
        fix=fixes.made_in_build(source),
    )


def watched_making(subject: Subject) -> tuple[Any, list[tuple[int, str, int | None, Any]]]:
    """Return a layer that was called twice, and all variables made meanwhile.

    Each with the call (1 or 2), the method that made it, the author's line, and the variable.
    """
    made: list[tuple[int, str, int | None, Any]] = []
    turn = 0

    def creator(next_creator: Any, **named: Any) -> Any:
        where = _maker()
        variable = next_creator(**named)
        made.append((turn, *where, variable))
        return variable

    layer = subject.new()
    with tf.variable_creator_scope(creator):
        for turn in (1, 2):  # noqa: B007 (the creator reads it)
            subject.call(layer)
    return layer, made


def _maker() -> tuple[str, int | None]:
    """Return which method is making a variable, and the author's line in it."""
    frame, line = sys._getframe(2), None
    while frame:
        code = frame.f_code
        owner = frame.f_locals.get("self")
        if line is None and not is_ours(code.co_filename):
            line = frame.f_lineno
        if code.co_name in _METHODS and isinstance(owner, keras.layers.Layer):
            return code.co_name, line
        frame = frame.f_back
    return "", line


def python_state(subject: Subject) -> Iterator[Finding]:
    """Compare everything that is no variable, from call to call and in a graph."""
    layer = subject.called()
    first = _snapshot(layer)
    subject.call(layer, seed=1)
    second = _snapshot(layer)
    subject.call(layer, seed=2)
    third = _snapshot(layer)
    changed = _changed(first, second) & (_changed(second, third) | _changed(first, third))
    if not changed:
        return
    paths = {item.path: item for item in held(layer)}
    eager, frozen, apart = _in_a_graph(subject)
    steady = _is_steady(subject)
    roots: set[str] = set()
    for path in sorted(changed, key=len):
        root = _container(path)
        if root in roots:
            continue  # one finding a list, not one an element
        roots.add(root)
        item = paths.get(path)
        where, _ = place(subject, layer, item) if item else (path, None)
        matters = not steady or apart > 1e-6
        source = subject.source(item.owner) if item and own_classes(item.owner) else None
        tensor = item is not None and (
            tf.is_tensor(item.value) or isinstance(item.value, np.ndarray)
        )
        yield Finding(
            code="python-state",
            severity="broken" if matters else "risky",
            where=where.replace(path, root),
            wrong=f"`{root}` is changed by `call`, and is no variable.",
            happens="In `fit` and `predict` it changes only while the graph is traced, then "
            "never again; and it is not saved.",
            evidence=f"{_told(first, second, path, tensor=tensor)}; {eager} calls changed it "
            f"{eager} times, {eager} calls of a graph {frozen}; "
            + (
                f"the graph's last output differs by {apart:.3g}."
                if apart == apart
                else "the graph could not be run."
            ),
            fix=fixes.state(source, item.attribute) if item else None,
        )


def _told(first: dict, second: dict, path: str, *, tensor: bool) -> str:
    if path in first and path in second and not tensor:
        return f"{first[path]!r:.40} became {second[path]!r:.40}"
    return "It was another tensor after the next call" if tensor else "It grew with the next call"


def _container(path: str) -> str:
    return path.partition("[")[0]


def _snapshot(layer: Any) -> dict[str, Any]:
    """Return every value that is no variable; arrays and tensors as copies."""
    found = {}
    for item in held(layer):
        if is_plain(item.value):
            found[item.path] = item.value
        elif isinstance(item.value, np.ndarray):
            found[item.path] = item.value.copy()
        elif isinstance(item.value, (list, dict, set, collections.deque)):
            found[item.path] = f"{len(item.value)} entries"
        elif tf.is_tensor(item.value) and not is_variable(item.value):
            found[item.path] = as_array(item.value) if hasattr(item.value, "numpy") else None
    return found


def _changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {
        path
        for path in before.keys() | after.keys()
        if path not in before or path not in after or not _equal(before[path], after[path])
    }


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        one, other = np.asarray(one), np.asarray(other)
        return one.shape == other.shape and bool(((one == other) | (one != one)).all())
    return one is other or bool(one == other) or (one != one and other != other)


def _in_a_graph(subject: Subject) -> tuple[int, int, float]:
    """Return calls, how often calls of a graph changed anything, and how far outputs are apart."""
    eager, graph = subject.called(), subject.called()
    traced = tf.function(lambda fed: subject.feed(graph, fed))
    fed = keras.tree.map_structure(tf.convert_to_tensor, subject.inputs())
    changes, outputs = 0, None
    for _ in range(3):
        before = _snapshot(graph)
        outputs, error = attempt(lambda: traced(fed))
        if error:
            return 3, 0, float("nan")
        changes += bool(_changed(before, _snapshot(graph)))
        last = subject.call(eager)
    return 3, changes, difference(last, keras.tree.flatten(outputs))


def _is_steady(subject: Subject) -> bool:
    """Return whether later calls on one input give what the first one gave."""
    layer = subject.new()
    first = subject.call(layer)
    return all(difference(first, subject.call(layer)) < 1e-6 for _ in range(2))
