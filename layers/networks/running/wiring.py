"""Which layers of a network are called, in which order, on which inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from layers.inputs.fields import BadInputError
from layers.model_files.config import LayerConfig
from layers.networks.running.graph import NetworkGraph
from layers.networks.running.nodes import InboundNode, output_name
from layers.networks.running.stock import (
    ALLOWED,
    KERAS_ERRORS,
    MERGING,
    arguments,
    make,
    not_runnable,
)

MODELS = ("Sequential", "Functional", "Model")
Shape = tuple[int | None, ...]
Argument = str | bool | tuple["Argument", ...]
"""The name of an earlier output, a switch, or a list of these."""
MAXIMUM_CALLS = 5000
"""Calls of a network; models that are nested and called several times multiply them."""


@dataclass(frozen=True, kw_only=True)
class LayerCall:
    """One call of a layer.

    Attributes:
        path: the layer's, unique in the network.
        config: the layer's.
        arguments: by position, with the names of earlier outputs; ``""`` is the network's input
            where no input layer is listed.
        keywords: by name, likewise.
        name: of its output, the path in the layer's first call; a second output is ``name#1``.
    """

    path: str
    config: LayerConfig
    arguments: tuple[Argument, ...]
    keywords: Mapping[str, Argument] = field(default_factory=dict)
    name: str

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the outputs that it takes, in order."""
        return tuple(names_in((*self.arguments, *self.keywords.values())))

    def shapes(self, known: Mapping[str, Shape]) -> tuple[Any, ...]:
        """Return the shapes of the arguments, as ``build`` and ``compute_output_shape`` take them.

        Args:
            known: the shapes of outputs by name.
        """
        tensors = [
            self.keywords[name] for name in ("query", "value", "key") if name in self.keywords
        ]
        return tuple(filled(each, known) for each in (*self.arguments, *tensors))


def names_in(arguments: Iterable[Argument]) -> Iterator[str]:
    """Yield the names of the outputs in arguments."""
    for each in arguments:
        if isinstance(each, str):
            yield each
        elif isinstance(each, tuple):
            yield from names_in(each)


def filled(argument: Argument, values: Mapping[str, Any]) -> Any:
    """Return an argument with values in place of names, lists as lists."""
    if isinstance(argument, str):
        return values[argument]
    return [filled(each, values) for each in argument] if isinstance(argument, tuple) else argument


def reason_not_runnable(config: LayerConfig | None) -> str:
    """Return why a network cannot be run, as a sentence that names the layer; empty if it can."""
    if config is None:
        return (
            "The network cannot be run: expected its configuration. Received weights "
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


def calls(config: LayerConfig) -> tuple[LayerCall, ...]:
    """Return the network's calls, each after those whose outputs it takes.

    Raises:
        BadInputError: a class that is not on the list, or connections that are not understood.
    """
    found: list[LayerCall] = []
    _model(config, "", "", None, found)
    names = [call.name for call in found]
    if len(set(names)) < len(names) or any("#" in name for name in names):
        raise not_runnable(config, "layers with unique names without '#'")
    return tuple(found)


def _model(
    config: LayerConfig,
    path: str,
    name: str,
    inputs: tuple[str, ...] | None,
    found: list[LayerCall],
) -> tuple[str, ...]:
    """Add a model's calls, and return the names of its outputs.

    Args:
        config: the model's.
        path: before those of its layers.
        name: before those of its layers' outputs; another in each call of the model.
        inputs: the outputs that a nested model takes; None for the whole network.
        found: the calls so far.
    """
    if config.layers is None or config.class_name not in MODELS:
        raise not_runnable(config, "a Sequential or Functional model")
    if config.class_name != "Sequential" and any(layer.inbound for layer in config.layers):
        return _graph(config, path, name, inputs, found)
    names = inputs or ("",)
    for layer in config.layers:
        taken = names if len(names) == 1 else (names,)
        names = _call(layer, path, name, InboundNode(taken), 0, found)
    return names


def _graph(
    config: LayerConfig,
    path: str,
    name: str,
    inputs: tuple[str, ...] | None,
    found: list[LayerCall],
) -> tuple[str, ...]:
    graph = NetworkGraph(config)
    for position, each in enumerate(graph.input_layers):
        own = f"{name}{each}"
        if inputs and position < len(inputs):
            own = inputs[position]
        elif not inputs:
            layer = graph.layers[each]
            found.append(LayerCall(path=f"{path}{each}", config=layer, arguments=(), name=own))
        graph.outputs[each, 0] = (own,)
    for layer, node, number in graph.in_order():
        graph.outputs[layer.name, number] = _call(layer, path, name, node, number, found)
    return tuple(graph.resolve(each) for each in graph.ends)


def _call(
    layer: LayerConfig, path: str, name: str, node: InboundNode, number: int, found: list[LayerCall]
) -> tuple[str, ...]:
    """Add the calls of a layer or of a nested model, and return the names of the outputs."""
    own, path = f"{name}{layer.name}", f"{path}{layer.name}"
    if number:
        own = f"{own}:{number + 1}"
    if layer.layers is not None:
        taken = tuple(names_in((*node.arguments, *node.keywords.values())))
        return _model(layer, f"{path}/", f"{own}/", taken, found)
    if layer.class_name not in ALLOWED:
        raise not_runnable(layer, "stock layers that Layerscope builds itself")
    if len(found) >= MAXIMUM_CALLS:
        raise not_runnable(layer, f"at most {MAXIMUM_CALLS:,} calls of layers")
    arguments = node.arguments
    if layer.class_name in MERGING and len(arguments) > 1:  # as the operator between two tensors
        arguments = (arguments,)
    keywords = node.keywords
    found.append(
        LayerCall(path=path, config=layer, arguments=arguments, keywords=keywords, name=own)
    )
    return (own,)


def input_shapes(config: LayerConfig) -> tuple[Shape, ...]:
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


def _shape(value: Any) -> Shape | None:
    if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= 5:
        return None
    if not all(item is None or (type(item) is int and 0 < item <= 2**20) for item in value):
        return None
    return tuple(value)


def output_shapes(config: LayerConfig) -> dict[str, Shape]:
    """Return the output shapes of layers by path, as far as they are known."""
    shapes: dict[str, Shape] = {}
    layers: dict[str, Any] = {}
    try:
        shape_of_input = iter(input_shapes(config))
        for call in calls(config):
            if call.config.class_name == "InputLayer":
                shapes[call.name] = next(shape_of_input)
                continue
            if "" in call.inputs:
                shapes.setdefault("", next(shape_of_input, ()))
            if call.path not in layers:
                layers[call.path] = make(call.config)
            made = shapes_of(layers[call.path].compute_output_shape(*call.shapes(shapes)))
            shapes |= {output_name(call.name, at): shape for at, shape in enumerate(made)}
    except (*KERAS_ERRORS, StopIteration):
        pass  # a layer that does not fit: the shapes after it are unknown
    shapes.pop("", None)
    return shapes


def shapes_of(computed: Any) -> tuple[Shape, ...]:
    """Return what ``compute_output_shape`` returns as one shape for each output."""
    if all(length is None or isinstance(length, int) for length in computed):
        return (tuple(computed),)
    return tuple(tuple(shape) for shape in computed)


def shapes_for(call: LayerCall, known: Mapping[str, Shape]) -> tuple[Any, ...]:
    """Return the shapes of a call's arguments.

    Args:
        call: the call.
        known: the shapes of outputs by name.

    Raises:
        BadInputError: it takes an output that a layer before it does not have.
    """
    try:
        return call.shapes(known)
    except KeyError:
        raise not_runnable(call.config, "outputs that the layers before it have") from None
