"""What belongs to a layer: its sublayers by path, its variables by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf
from keras.src.utils.naming import to_snake_case

from layers.recording.given import unique

_PLAIN = {bool, int, float, str, type(None)}
"""Most attributes of a layer are of these types, which hold no variable."""


@dataclass(frozen=True, eq=False)
class Owned:
    """One variable of a layer.

    Attributes:
        variable: TensorFlow's own.
        path: where it is in the layer: ``"query/kernel"``.
        trainable: whether training changes it.
        seed: whether it is a seed generator's state, which no picture shows.
    """

    variable: Any
    path: str
    trainable: bool
    seed: bool = False


def sublayers(layer: Any, path: str = "", seen: set[int] | None = None) -> Iterator[tuple]:
    """Yield (path, TensorFlow's scope, layer) of the layer and of every layer in it.

    Keras numbers the layers of a process (``dense_7``): where a name is of Keras's making, the
    path has the attribute's name, or of a stock layer the name without the number.
    """
    seen = set() if seen is None else seen
    seen.add(id(layer))
    yield path, layer.name, layer
    taken: set[str] = set()
    for child in getattr(layer, "_layers", ()):
        if id(child) in seen:
            continue
        name = unique(_name(layer, child), taken)
        taken.add(name)
        for inner, scope, found in sublayers(child, f"{path}/{name}".strip("/"), seen):
            yield inner, f"{layer.name}/{scope}", found


def _name(parent: Any, child: Any) -> str:
    own = to_snake_case(type(child).__name__)
    stock = type(parent).__module__.startswith("keras.")
    numbered = re.fullmatch(rf"(.*{re.escape(own)})(_\d+)?", child.name)
    if not numbered or (
        stock and isinstance(parent, keras.Model)
    ):  # a model's names are in its file
        return child.name
    if stock:
        return numbered[1]
    return _attribute(parent, child) if numbered[1] == own else child.name


def _attribute(parent: Any, child: Any) -> str:
    for name, value in vars(parent).items():
        if name.startswith("_"):
            continue
        if value is child:
            return name
        if isinstance(value, list | tuple):
            for place, item in enumerate(value, start=1):
                if item is child:
                    return f"{name}_{place}"
        if isinstance(value, dict):
            for key, item in value.items():
                if item is child:
                    return f"{name}_{key}"
    return child.name


def owned(layer: Any) -> dict[int, Owned]:
    """Return every variable of the layer and of the layers in it, by the id of its handle.

    A variable that is not among the layer's weights is found where an attribute, a list or a
    dict of the layer holds it.
    """
    found: dict[int, Owned] = {}
    for path, _, inner in sublayers(layer):
        tracked = {id(variable) for variable in getattr(inner, "weights", ())}
        own = [*inner._trainable_variables, *inner._non_trainable_variables]
        seeds = [generator.state for generator in inner._seed_generators]
        for variable in (*own, *seeds):
            seed = id(variable) not in tracked
            _add(found, variable.value, f"{path}/{variable.name}", variable.trainable, seed=seed)
        for name, variable in _untracked(vars(inner)):
            _add(found, variable, f"{path}/{name}", variable.trainable)
    for variable in layer.variables:  # of what Keras tracks in some other way
        path = variable.path.removeprefix(f"{layer.path or layer.name}/")
        _add(found, variable.value, path, variable.trainable)
    return found


def _add(found: dict, variable: Any, path: str, trainable: bool, *, seed: bool = False) -> None:
    if isinstance(variable, tf.Variable):
        entry = Owned(variable, path.strip("/"), bool(trainable), seed)
        found.setdefault(id(variable.handle), entry)


def _untracked(attributes: Mapping[str, Any]) -> Iterator[tuple[str, tf.Variable]]:
    holding = [item for item in attributes.items() if type(item[1]) not in _PLAIN]
    for name, value in sorted(holding, key=lambda item: item[0].startswith("_")):  # public first
        items = {name: value}
        if name.startswith("_"):  # Keras's and TensorFlow's own books hold everything once more
            pass
        elif isinstance(value, list | tuple):
            items = {f"{name}_{place}": item for place, item in enumerate(value, start=1)}
        elif isinstance(value, dict):
            items = {f"{name}_{key}": item for key, item in value.items()}
        for key, item in items.items():
            variable = item.value if isinstance(item, keras.Variable) else item
            if isinstance(variable, tf.Variable):
                yield key.strip("_"), variable
