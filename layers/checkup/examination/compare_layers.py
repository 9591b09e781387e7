"""Compares two layers that should be equal: one, and its copy from a configuration."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from layers.checkup.examination.layer_under_test import (
    LayerUnderTest,
    attempt,
    difference,
    summarize_error,
)
from layers.checkup.examination.object_graph import is_plain, iter_reachable


def without_random(
    tested: LayerUnderTest, made: Any, twin: Any, differences: dict[str, str]
) -> dict[str, str]:
    """Leave out differences that two layers with equal arguments have: random numbers."""
    random = (layer_differences(tested, made, twin) or {}) if differences else {}
    return {path: text for path, text in differences.items() if path not in random}


def layer_differences(tested: LayerUnderTest, one: Any, other: Any) -> dict[str, str] | None:
    """Return the differences between two layers: plain attributes, weights' shapes, outputs.

    The weights are made equal before the outputs are compared. None if ``one`` cannot be called.
    """
    differs = {}
    left, right = _plain(one), _plain(other)
    for path in left:
        if path in right and not _equal(left[path], right[path]):
            differs[path] = f"`{path}` is {right[path]!r:.40}, not {left[path]!r:.40}"
    if one.trainable != other.trainable:
        differs["trainable"] = f"`trainable` is {other.trainable}, not {one.trainable}"
    calls = [attempt(lambda each=each: tested.call(each)) for each in (one, other)]
    if calls[0][1]:
        return None
    if calls[1][1]:
        differs["outputs"] = f"it cannot be called: {summarize_error(calls[1][1])}"
        return differs
    shapes = [[tuple(v.shape) for v in each.variables] for each in (one, other)]
    if shapes[0] != shapes[1]:
        differs["weights"] = f"the weights' shapes are {shapes[1]}, not {shapes[0]}"
        return differs
    for mine, theirs in zip(one.variables, other.variables, strict=True):
        theirs.assign(mine)
    _copy_untracked(one, other)
    distance = difference(tested.call(one, seed=3), tested.call(other, seed=3))
    if distance > 1e-5:
        differs["outputs"] = f"outputs differ by up to {distance:.3g}"
    return differs


def _copy_untracked(one: Any, other: Any) -> None:
    """Make untracked variables equal as well: they are the finding of another probe."""
    theirs = {i.path: i.value for i in iter_reachable(other) if isinstance(i.value, tf.Variable)}
    for item in iter_reachable(one):
        same = theirs.get(item.path)
        both = isinstance(item.value, tf.Variable) and same is not None
        if both and same.shape == item.value.shape:
            same.assign(item.value)


def _plain(layer: Any) -> dict[str, Any]:
    return {
        item.path: item.value
        for item in iter_reachable(layer, closures=False)
        if is_plain(item.value) and not item.path.endswith((".name", "._name"))
    }


def _equal(one: Any, other: Any) -> bool:
    return one is other or bool(one == other) or (one != one and other != other)
