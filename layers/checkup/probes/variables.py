"""Variables that Keras does not know: they train nothing, and are lost with the layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import (
    Subject,
    as_array,
    attempt,
    difference,
    flat,
    known_to,
    tensor_of,
)
from layers.checkup.examination.object_graph import Held, held, held_by, is_variable
from layers.checkup.probes.inside_call import watched_making
from layers.checkup.probes.places import place
from layers.checkup.report import Finding


def untracked(subject: Subject) -> Iterator[Finding]:
    """Walk everything the layer holds, and watch what its call reads."""
    layer, made = watched_making(subject)
    in_call = {id(variable) for turn, method, _, variable in made if turn == 2 or method == "call"}
    inside_lambdas = list(lambdas(layer))
    yield from _opaque(layer, inside_lambdas)
    opaque = {id(tensor_of(item.value)) for _, item in inside_lambdas} | in_call
    found = [item for item in missing(subject, layer) if id(tensor_of(item.value)) not in opaque]
    for item in found:
        yield _finding(subject, layer, item)


def missing(subject: Subject, layer: Any) -> list[Held]:
    """Return the variables that a layer holds or reads, and Keras does not know."""
    known = known_to(layer)
    found: dict[int, Held] = {}
    for item in held(layer):
        if is_variable(item.value) and id(item.value) not in known:
            tensor = tensor_of(item.value)
            if id(tensor) not in known:
                found.setdefault(id(tensor), item)
    made: set[int] = set()

    def creator(next_creator: Any, **named: Any) -> Any:
        variable = next_creator(**named)
        made.add(id(variable))
        return variable

    with tf.GradientTape() as tape, tf.variable_creator_scope(creator):
        subject.call(layer)
    for variable in tape.watched_variables():
        if id(variable) not in known | made | set(found):  # made in call: another finding's matter
            name = variable.name.split(":")[0]
            found[id(variable)] = Held(f"a variable named {name!r}", variable, None, "")
    return list(found.values())


def lambdas(layer: Any) -> Iterator[tuple[Any, Held]]:
    """Yield every Lambda with each variable that its function closes over."""
    known = known_to(layer)
    for inner in layer._flatten_layers():
        if not isinstance(inner, keras.layers.Lambda):
            continue
        seen: set[int] = set()
        for item in held_by(inner.function):
            tensor = tensor_of(item.value)
            if is_variable(item.value) and id(tensor) not in known | seen:
                seen.add(id(tensor))
                yield inner, item


def _opaque(layer: Any, found: list[tuple[Any, Held]]) -> Iterator[Finding]:
    for inner in dict.fromkeys(inner for inner, _ in found):
        names = ", ".join(f"`{item.path}`" for owner, item in found if owner is inner)
        line = inner.function.__code__.co_firstlineno if hasattr(inner.function, "__code__") else 0
        yield Finding(
            code="opaque-lambda",
            severity="broken",
            where=f"Lambda `{inner.name}`" + (f", line {line}" if line else ""),
            wrong=f"The Lambda's function closes over {names}, which Keras does not see.",
            happens="It trains nothing, and its variables are not in the saved file.",
            evidence=f"The function reads {len([1 for o, _ in found if o is inner])} variables; "
            f"the Lambda has {len(inner.weights)} weights"
            + (f", the whole layer {len(layer.weights)}." if inner is not layer else "."),
        )


def _finding(subject: Subject, layer: Any, item: Held) -> Finding:
    tensor = tensor_of(item.value)
    where, line = place(subject, layer, item)
    count = len(layer.weights)
    moved = _change_by_calls(subject, item)
    fresh = _change_by_reload(subject, layer, item)
    is_layer = isinstance(item.owner, keras.layers.Layer)
    source = subject.source(item.owner) if is_layer else None
    fix = fixes.tracked(source, line, item.attribute) or fixes.layer_in_object(
        subject.source(layer), _layer_in_object(layer, item.path)
    )
    kept = f"`layer.weights` has {count} {'entry' if count == 1 else 'entries'}, and not this one"
    reload = (
        "could not be compared with a fresh layer's"
        if fresh is None
        else f"differs from a fresh layer's with the same saved weights by up to {fresh:.3g}"
    )
    if getattr(item.value, "trainable", tensor.trainable):
        gradient = _gradient(subject, layer, tensor)
        return Finding(
            code="untracked-variable",
            severity="broken",
            where=where,
            wrong=f"`{item.path}` is a variable that Keras does not know.",
            happens="It never trains, `summary()` does not count it, and a saved model comes back "
            "with other values.",
            evidence=f"{kept}; its gradient is {gradient}, and a training step over "
            f"`layer.trainable_variables` moves it by 0; after a reload it {reload}.",
            fix=fix,
        )
    lost = bool(moved) or bool(fresh)
    return Finding(
        code="untracked-state",
        severity="broken" if lost else "risky",
        where=where,
        wrong=f"`{item.path}` is a state that Keras does not know.",
        happens="It is not in the saved file: a reload starts from the beginning."
        if lost
        else "It is not in the saved file: what is set in it is lost with the layer.",
        evidence=f"{kept}; a call changes it by up to {moved:.3g}; after a reload it {reload}.",
        fix=fix,
    )


def _layer_in_object(layer: Any, path: str) -> str:
    """Return the way to a layer that holds a variable and is held by what is no layer."""
    owner, walked = layer, "self"
    for part in path.split(".")[1:]:
        inner = getattr(owner, part, None)
        walked = f"{walked}.{part}"
        if isinstance(inner, keras.layers.Layer):
            return "" if isinstance(owner, keras.layers.Layer) else walked
        owner = inner
    return ""


def _gradient(subject: Subject, layer: Any, variable: Any) -> str:
    with tf.GradientTape() as tape:
        outputs = [tf.reduce_sum(out**2) for out in subject.call(layer) if out.dtype.is_floating]
        loss = tf.add_n(outputs) if outputs else None
    gradient = tape.gradient(loss, variable) if loss is not None else None
    if gradient is None:
        return "None"
    return f"up to {abs(as_array(tf.convert_to_tensor(gradient))).max(initial=0):.3g}"


def _same(layer: Any, path: str) -> Any:
    return next((i.value for i in held(layer) if i.path == path and is_variable(i.value)), None)


def _change_by_calls(subject: Subject, item: Held) -> float:
    layer = subject.called()
    variable = _same(layer, item.path)
    if variable is None:
        return 0.0
    before = as_array(tensor_of(variable).numpy())
    subject.call(layer, seed=1)
    return difference([before], [as_array(tensor_of(variable).numpy())])


def _change_by_reload(subject: Subject, layer: Any, item: Held) -> float | None:
    """Return how far the variable is from a fresh layer's that got all the weights Keras saves."""
    fresh = subject.new()
    attempt(lambda: subject.build(fresh))
    if _same(fresh, item.path) is None:
        fresh = subject.called()
    attempt(lambda: fresh.set_weights(layer.get_weights()))
    other = _same(fresh, item.path)
    if other is None or other is item.value:
        return None
    return difference(flat([tensor_of(item.value).numpy()]), flat([tensor_of(other).numpy()]))
