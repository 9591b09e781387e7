"""Which layers of a network are called, in which order, on which inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from layers.inputs.fields import BadInputError
from layers.model_files.config import LayerConfig
from layers.networks.running.stock import ALLOWED, KERAS_ERRORS, arguments, make, not_runnable

MODELS = ("Sequential", "Functional", "Model")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of a layer.

    Attributes:
        path: the layer's, unique in the network.
        config: the layer's.
        inputs: the names of the earlier calls whose outputs it takes; ``""`` is the network's input
            where no input layer is listed.
        name: of its output.
    """

    path: str
    config: LayerConfig
    inputs: tuple[str, ...]
    name: str


def reason_not_runnable(config: LayerConfig | None) -> str:
    """Return why a network cannot be run, as a sentence that names the layer; empty if it can."""
    if config is None:
        return (
            "No input can be fed to the network: expected its configuration. Received weights "
            "only. Save the whole model with `model.save`."
        )
    try:
        for call in calls(config):
            if call.config.class_name != "InputLayer":
                arguments(call.config)
        input_shapes(config)
    except BadInputError as refusal:
        return str(refusal)
    return ""


def calls(config: LayerConfig) -> tuple[Call, ...]:
    """Return the network's calls, each after those whose outputs it takes.

    Raises:
        BadInputError: a class that is not on the list, or connections that are not understood.
    """
    found, _ = _calls(config, "", None)
    return tuple(found)


def _calls(
    config: LayerConfig, prefix: str, inputs: tuple[str, ...] | None
) -> tuple[list[Call], tuple[str, ...]]:
    """Return a model's calls, and the names of its outputs.

    ``inputs`` are the names of the outputs that a nested model takes; None for the whole network.
    """
    if config.layers is None or config.class_name not in MODELS:
        raise not_runnable(config, "a Sequential or Functional model")
    if config.class_name == "Sequential" or not any(layer.inbound for layer in config.layers):
        return _chain(config, prefix, inputs)
    return _graph(config, prefix, inputs)


def _chain(
    config: LayerConfig, prefix: str, inputs: tuple[str, ...] | None
) -> tuple[list[Call], tuple[str, ...]]:
    made: list[Call] = []
    names = inputs or ("",)
    for layer in config.layers or ():
        added, names = _one(layer, prefix, names)
        made += added
    return made, names


def _graph(
    config: LayerConfig, prefix: str, inputs: tuple[str, ...] | None
) -> tuple[list[Call], tuple[str, ...]]:
    waiting = {layer.name: layer for layer in config.layers or ()}
    if len(waiting) != len(config.layers or ()):
        raise not_runnable(config, "layers with unique names")
    outputs: dict[str, tuple[str, ...]] = {}
    input_layers = _names(config.settings.get("input_layers"))
    made: list[Call] = []
    for position, name in enumerate(input_layers):
        if name not in waiting:
            raise not_runnable(config, "inputs that are among its layers")
        path = f"{prefix}{name}"
        outputs[name] = (inputs[position],) if inputs and position < len(inputs) else (path,)
        if not inputs:
            made.append(Call(path=path, config=waiting[name], inputs=(), name=path))
        del waiting[name]
    while waiting:
        ready = [
            layer for layer in waiting.values() if all(name in outputs for name in _inputs(layer))
        ]
        if not ready:
            raise not_runnable(next(iter(waiting.values())), "inputs that other layers make")
        for layer in ready:
            taken = tuple(output for name in _inputs(layer) for output in outputs[name])
            added, outputs[layer.name] = _one(layer, prefix, taken)
            made += added
            del waiting[layer.name]
    output_layers = _names(config.settings.get("output_layers"))
    if not output_layers or any(name not in outputs for name in output_layers):
        raise not_runnable(config, "outputs that are among its layers")
    return made, tuple(output for name in output_layers for output in outputs[name])


def _one(
    layer: LayerConfig, prefix: str, inputs: tuple[str, ...]
) -> tuple[list[Call], tuple[str, ...]]:
    path = f"{prefix}{layer.name}"
    if layer.layers is not None:
        return _calls(layer, f"{path}/", inputs)
    if layer.class_name not in ALLOWED:
        raise not_runnable(layer, "stock layers that Layerscope builds itself")
    return [Call(path=path, config=layer, inputs=inputs, name=path)], (path,)


def _inputs(layer: LayerConfig) -> list[str]:
    """Return the names of the layers whose outputs a layer takes."""
    nodes = layer.inbound if isinstance(layer.inbound, list) else []
    if len(nodes) != 1:
        raise not_runnable(layer, "layers that are called once")
    node = nodes[0]
    if isinstance(node, dict):  # Keras 3
        _refuse_named(layer, node.get("kwargs"))
        node = node.get("args")
    found = list(_references(layer, node))
    if not found:
        raise not_runnable(layer, "inputs written as Keras does")
    return found


def _references(layer: LayerConfig, value: Any, depth: int = 0) -> Iterator[str]:
    """Yield the layer names in a call's arguments, in the form of Keras 3 or of Keras 2."""
    if depth > 8:
        raise not_runnable(layer, "inputs written as Keras does")
    if isinstance(value, dict):
        config = value.get("config")
        history = config.get("keras_history") if isinstance(config, dict) else None
        if isinstance(history, list) and history:
            yield str(history[0])
    elif isinstance(value, list) and _is_keras_2(value):
        _refuse_named(layer, value[3] if len(value) == 4 else None)
        yield value[0]
    elif isinstance(value, list):
        for item in value:
            yield from _references(layer, item, depth + 1)


def _is_keras_2(value: list) -> bool:
    """Return whether a list is ``["name", 0, 0]``, or that with named arguments."""
    is_long_enough = len(value) in {3, 4} and isinstance(value[0], str)
    return is_long_enough and all(type(item) is int for item in value[1:3])


def _refuse_named(layer: LayerConfig, named: Any) -> None:
    """Refuse a mask, a state or a mode that is passed by name, which would be left out."""
    for name, value in named.items() if isinstance(named, dict) else ():
        if value not in (None, False):
            raise not_runnable(layer, f"a call without the argument {str(name)[:40]!r}")


def _names(references: Any) -> list[str]:
    """Return the layer names in ``["name", 0, 0]`` or in a list of such references."""
    if isinstance(references, list) and references and isinstance(references[0], str):
        references = [references]
    if not isinstance(references, list):
        return []
    return [str(item[0]) for item in references if isinstance(item, list) and item]


def input_shapes(config: LayerConfig) -> tuple[tuple[int | None, ...], ...]:
    """Return the shapes of the network's inputs, with None for the batch and other open axes.

    Raises:
        BadInputError: the configuration does not say.
    """
    found = []
    for call in calls(config):
        if call.config.class_name == "InputLayer":
            settings = call.config.settings
            found.append(_shape(settings.get("batch_shape") or settings.get("batch_input_shape")))
    if not found:
        first = config
        while first.layers and not first.built_for:
            settings = first.settings
            if _shape(settings.get("build_input_shape")):
                return (_shape(settings["build_input_shape"]) or (),)
            first = first.layers[0]
        settings = first.settings
        found.append(_shape(first.built_for or settings.get("batch_input_shape")))
    if not all(found):
        raise not_runnable(config, "the shape of its input")
    return tuple(shape for shape in found if shape)


def _shape(value: Any) -> tuple[int | None, ...] | None:
    if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= 5:
        return None
    if not all(item is None or (type(item) is int and 0 < item <= 2**20) for item in value):
        return None
    return tuple(value)


def output_shapes(config: LayerConfig) -> dict[str, tuple[int | None, ...]]:
    """Return the output shapes of layers by path, as far as they are known."""
    shapes: dict[str, tuple[int | None, ...]] = {}
    try:
        shape_of_input = iter(input_shapes(config))
        for call in calls(config):
            if call.config.class_name == "InputLayer":
                shapes[call.name] = next(shape_of_input)
                continue
            if "" in call.inputs:
                shapes.setdefault("", next(shape_of_input, ()))
            taken = [shapes[name] for name in call.inputs]
            layer = make(call.config)
            output = layer.compute_output_shape(taken if len(taken) > 1 else taken[0])
            shapes[call.name] = tuple(output)
    except (*KERAS_ERRORS, StopIteration):
        pass  # a layer that does not fit: the shapes after it are unknown
    shapes.pop("", None)
    return shapes
