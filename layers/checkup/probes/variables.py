"""The probe of variables that Keras does not track."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import (
    LayerUnderTest,
    as_array,
    attempt,
    difference,
    flatten_outputs,
    raw_variable,
    tracked_ids,
)
from layers.checkup.examination.object_graph import (
    Reachable,
    is_variable,
    iter_reachable,
    iter_reachable_from_function,
)
from layers.checkup.probes.inside_call import watch_variable_creation
from layers.checkup.probes.places import locate
from layers.checkup.report import Finding


def untracked(tested: LayerUnderTest) -> Iterator[Finding]:
    """Look for variables in everything that the layer reaches, and in what its call reads."""
    layer, made = watch_variable_creation(tested)
    in_call = {id(variable) for turn, method, _, variable in made if turn == 2 or method == "call"}
    inside_lambdas = list(lambdas(layer))
    yield from _opaque(layer, inside_lambdas)
    opaque = {id(raw_variable(item.value)) for _, item in inside_lambdas} | in_call
    found = [
        item for item in find_untracked(tested, layer) if id(raw_variable(item.value)) not in opaque
    ]
    for item in found:
        yield _finding(tested, layer, item)


def find_untracked(tested: LayerUnderTest, layer: Any) -> list[Reachable]:
    """Return the variables that a layer reaches or reads and that Keras does not track."""
    known = tracked_ids(layer)
    found: dict[int, Reachable] = {}
    for item in iter_reachable(layer):
        if is_variable(item.value) and id(item.value) not in known:
            tensor = raw_variable(item.value)
            if id(tensor) not in known:
                found.setdefault(id(tensor), item)
    made: set[int] = set()

    def creator(next_creator: Any, **named: Any) -> Any:
        variable = next_creator(**named)
        made.add(id(variable))
        return variable

    with tf.GradientTape() as tape, tf.variable_creator_scope(creator):
        tested.call(layer)
    for variable in tape.watched_variables():
        if id(variable) not in known | made | set(
            found
        ):  # created in call: another probe's finding
            name = variable.name.split(":")[0]
            found[id(variable)] = Reachable(f"a variable named {name!r}", variable, None, "")
    return list(found.values())


def lambdas(layer: Any) -> Iterator[tuple[Any, Reachable]]:
    """Yield every Lambda with each variable that its function closes over."""
    known = tracked_ids(layer)
    for inner in layer._flatten_layers():
        if not isinstance(inner, keras.layers.Lambda):
            continue
        seen: set[int] = set()
        for item in iter_reachable_from_function(inner.function):
            tensor = raw_variable(item.value)
            if is_variable(item.value) and id(tensor) not in known | seen:
                seen.add(id(tensor))
                yield inner, item


def _opaque(layer: Any, found: list[tuple[Any, Reachable]]) -> Iterator[Finding]:
    for inner in dict.fromkeys(inner for inner, _ in found):
        names = ", ".join(f"`{item.path}`" for owner, item in found if owner is inner)
        line = inner.function.__code__.co_firstlineno if hasattr(inner.function, "__code__") else 0
        yield Finding(
            code="opaque-lambda",
            severity="broken",
            where=f"Lambda `{inner.name}`" + (f", line {line}" if line else ""),
            wrong=f"The Lambda's function uses {names}, which Keras does not track.",
            happens="They never train, and they are not in the saved file.",
            evidence=f"The function reads {len([1 for o, _ in found if o is inner])} variables; "
            f"the Lambda has {len(inner.weights)} weights"
            + (f", the whole layer {len(layer.weights)}." if inner is not layer else "."),
        )


def _finding(tested: LayerUnderTest, layer: Any, item: Reachable) -> Finding:
    tensor = raw_variable(item.value)
    where, line = locate(tested, layer, item)
    count = len(layer.weights)
    moved = _change_by_calls(tested, item)
    fresh = _change_by_reload(tested, layer, item)
    is_layer = isinstance(item.owner, keras.layers.Layer)
    source = tested.source(item.owner) if is_layer else None
    fix = fixes.track_variables(source, line, item.attribute) or fixes.attach_layer(
        tested.source(layer), _layer_in_object(layer, item.path)
    )
    listed = f"`layer.weights` has {count} {'entry' if count == 1 else 'entries'}, but not this one"
    reload = (
        "could not be compared with a new layer's"
        if fresh is None
        else "equals a new layer's with the same saved weights, as it has not trained"
        if fresh == 0
        else f"differs from a new layer's with the same saved weights by up to {fresh:.3g}"
    )
    if getattr(item.value, "trainable", tensor.trainable):
        gradient = _gradient(tested, layer, tensor)
        return Finding(
            code="untracked-variable",
            severity="broken",
            where=where,
            wrong=f"Keras does not track the variable `{item.path}`.",
            happens="It never trains, `summary()` does not count it, and a loaded model has other "
            "values.",
            evidence=f"{listed}; its gradient is {gradient}, and a training step over "
            f"`layer.trainable_variables` moves it by 0; after a reload it {reload}.",
            fix=fix,
        )
    lost = bool(moved) or bool(fresh)
    changed = f"a call changes it by up to {moved:.3g}" if moved else "a call does not change it"
    return Finding(
        code="untracked-state",
        severity="broken" if lost else "risky",
        where=where,
        wrong=f"Keras does not track the state `{item.path}`.",
        happens="It is not in the saved file: a loaded layer starts from the initial state."
        if lost
        else "It is not in the saved file: its value is lost with the layer.",
        evidence=f"{listed}; {changed}; after a reload it {reload}.",
        fix=fix,
    )


def _layer_in_object(layer: Any, path: str) -> str:
    """Return the path of a sublayer with a variable that an object other than a layer holds."""
    owner, path_so_far = layer, "self"
    for part in path.split(".")[1:]:
        inner = getattr(owner, part, None)
        path_so_far = f"{path_so_far}.{part}"
        if isinstance(inner, keras.layers.Layer):
            return "" if isinstance(owner, keras.layers.Layer) else path_so_far
        owner = inner
    return ""


def _gradient(tested: LayerUnderTest, layer: Any, variable: Any) -> str:
    with tf.GradientTape() as tape:
        outputs = [tf.reduce_sum(out**2) for out in tested.call(layer) if out.dtype.is_floating]
        loss = tf.add_n(outputs) if outputs else None
    gradient = tape.gradient(loss, variable) if loss is not None else None
    if gradient is None:
        return "None"
    return f"up to {abs(as_array(tf.convert_to_tensor(gradient))).max(initial=0):.3g}"


def _same(layer: Any, path: str) -> Any:
    return next(
        (i.value for i in iter_reachable(layer) if i.path == path and is_variable(i.value)), None
    )


def _change_by_calls(tested: LayerUnderTest, item: Reachable) -> float:
    layer = tested.called()
    variable = _same(layer, item.path)
    if variable is None:
        return 0.0
    before = as_array(raw_variable(variable).numpy())
    tested.call(layer, seed=1)
    return difference([before], [as_array(raw_variable(variable).numpy())])


def _change_by_reload(tested: LayerUnderTest, layer: Any, item: Reachable) -> float | None:
    """Return how far the variable differs from a new layer's with all the weights Keras saves."""
    fresh = tested.new()
    attempt(lambda: tested.build(fresh))
    if _same(fresh, item.path) is None:
        fresh = tested.called()
    attempt(lambda: fresh.set_weights(layer.get_weights()))
    other = _same(fresh, item.path)
    if other is None or other is item.value:
        return None
    return difference(
        flatten_outputs([raw_variable(item.value).numpy()]),
        flatten_outputs([raw_variable(other).numpy()]),
    )
