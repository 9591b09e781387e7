"""Probes of what ``call`` must not do: create variables, and change Python state."""

from __future__ import annotations

import collections
import sys
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.random.seed_generator import global_seed_generator

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import (
    LayerUnderTest,
    as_array,
    attempt,
    author_classes,
    difference,
)
from layers.checkup.examination.object_graph import is_plain, is_variable, iter_reachable
from layers.checkup.probes.failures import is_library_code
from layers.checkup.probes.places import locate
from layers.checkup.report import Finding

_METHODS = {"build", "__init__", "call"}


def variable_in_call(tested: LayerUnderTest) -> Iterator[Finding]:
    """Watch where two calls create variables."""
    layer, made = watch_variable_creation(tested)
    late = [line for number, method, line, _ in made if number == 2 or method == "call"]
    if not late:
        return
    again = sum(1 for number, *_ in made if number == 2)
    line = next((line for line in late if line), None)
    outputs = [tested.call(layer) for _ in range(2)]
    distance = difference(*outputs)
    source = tested.source(layer)
    yield Finding(
        code="variable-in-call",
        severity="broken",
        where=f"call, line {line}" if line else "call",
        wrong="`call` creates variables.",
        happens="Each call starts with new variables, so nothing is learnt; `fit` and functional "
        "models raise an error."
        if again
        else "Keras does not track variables this late; `fit` and functional models raise an "
        "error.",
        evidence=f"The second call created {again} new "
        f"{'variable' if again == 1 else 'variables'}; two calls on one input "
        f"{'differ by up to ' + format(distance, '.3g') if distance else 'return the same'}; "
        f"the layer has {len(layer.weights)} weights.",
        fix=fixes.create_in_build(source),
    )


def watch_variable_creation(
    tested: LayerUnderTest,
) -> tuple[Any, list[tuple[int, str, int | None, Any]]]:
    """Call a new layer twice, and return it with all variables that were created.

    Each variable comes as (call, 1 or 2; the method that created it; the author's line; variable).
    """
    made: list[tuple[int, str, int | None, Any]] = []
    turn = 0

    def creator(next_creator: Any, **named: Any) -> Any:
        where = _creating_method()
        variable = next_creator(**named)
        made.append((turn, *where, variable))
        return variable

    # Keras creates the generator of unseeded random numbers at its first use. It is not the call's.
    global_seed_generator()
    layer = tested.new()
    with tf.variable_creator_scope(creator):
        for turn in (1, 2):  # noqa: B007 (the creator reads it)
            tested.call(layer)
    return layer, made


def _creating_method() -> tuple[str, int | None]:
    """Return the method that is creating a variable, and the author's line in it."""
    frame, line = sys._getframe(2), None
    while frame:
        code = frame.f_code
        owner = frame.f_locals.get("self")
        if line is None and not is_library_code(code.co_filename):
            line = frame.f_lineno
        if code.co_name in _METHODS and isinstance(owner, keras.layers.Layer):
            return code.co_name, line
        frame = frame.f_back
    return "", line


def python_state(tested: LayerUnderTest) -> Iterator[Finding]:
    """Compare everything that is not a variable between calls, in eager mode and in a graph."""
    layer = tested.called()
    first = _snapshot(layer)
    tested.call(layer, seed=1)
    second = _snapshot(layer)
    tested.call(layer, seed=2)
    third = _snapshot(layer)
    changed = _changed(first, second) & (_changed(second, third) | _changed(first, third))
    if not changed:
        return
    paths = {item.path: item for item in iter_reachable(layer)}
    eager, frozen, distance = _in_a_graph(tested)
    repeatable = _is_repeatable(tested)
    roots: set[str] = set()
    for path in sorted(changed, key=len):
        root = _container(path)
        if root in roots:
            continue  # one finding for a list, not one for each element
        roots.add(root)
        item = paths.get(path)
        where, _ = locate(tested, layer, item) if item else (path, None)
        matters = not repeatable or distance > 1e-6
        source = tested.source(item.owner) if item and author_classes(item.owner) else None
        tensor = item is not None and (
            tf.is_tensor(item.value) or isinstance(item.value, np.ndarray)
        )
        yield Finding(
            code="python-state",
            severity="broken" if matters else "risky",
            where=where.replace(path, root),
            wrong=f"`call` changes `{root}`, which is not a variable.",
            happens="In `fit` and `predict` it changes only while the graph is traced. It is "
            "not saved.",
            evidence=f"{_describe_change(first, second, path, tensor=tensor)}; "
            f"{eager} calls changed it {eager} times, {eager} calls of a graph {frozen}; "
            + (
                "the graph could not be run."
                if distance != distance
                else f"the graph's last output differs by up to {distance:.3g}."
                if distance
                else "the graph's last output is the same."
            ),
            fix=fixes.state_as_weight(source, item.attribute) if item else None,
        )


def _describe_change(first: dict, second: dict, path: str, *, tensor: bool) -> str:
    if path in first and path in second and not tensor:
        return f"{first[path]!r:.40} became {second[path]!r:.40}"
    return "The next call stored another tensor" if tensor else "The next call added entries"


def _container(path: str) -> str:
    return path.partition("[")[0]


def _snapshot(layer: Any) -> dict[str, Any]:
    """Return every value that is not a variable, by path; arrays and tensors as copies."""
    found = {}
    for item in iter_reachable(layer):
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


def _in_a_graph(tested: LayerUnderTest) -> tuple[int, int, float]:
    """Compare three eager calls with three calls of a graph.

    Returns:
        The number of calls; how many of the graph's changed state; the outputs' difference.
    """
    eager, graph = _seeded(tested), _seeded(tested)
    traced = tf.function(lambda inputs: tested.call_on(graph, inputs))
    inputs = keras.tree.map_structure(tf.convert_to_tensor, tested.inputs())
    changes, outputs = 0, None
    for _ in range(3):
        before = _snapshot(graph)
        outputs, error = attempt(lambda: traced(inputs))
        if error:
            return 3, 0, float("nan")
        changes += bool(_changed(before, _snapshot(graph)))
        last = tested.call(eager)
    return 3, changes, difference(last, keras.tree.flatten(outputs))


def _seeded(tested: LayerUnderTest) -> Any:
    """Return a layer that has been called once; each has the same weights."""
    keras.utils.set_random_seed(0)
    return tested.called()


def _is_repeatable(tested: LayerUnderTest) -> bool:
    """Return whether repeated calls on one input return the same."""
    layer = tested.new()
    first = tested.call(layer)
    return all(difference(first, tested.call(layer)) < 1e-6 for _ in range(2))
