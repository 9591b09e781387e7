"""Stock Keras layers, built by us from a parsed configuration; nothing else is ever built.

A written list of classes, and for each the settings that are taken over: numbers, words, and
nothing that names code. What is not on the list is said by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import keras

from layers.inputs.fields import BadInputError
from layers.model_files.config import LayerConfig

_CONV = ("kernel_size", "strides", "padding", "data_format", "dilation_rate", "activation")
_CONV += ("use_bias", "filters", "groups")
_POOL = ("pool_size", "strides", "padding", "data_format")
_RNN = ("units", "activation", "use_bias", "return_sequences", "go_backwards")
_NORM = ("axis", "epsilon", "center", "scale")
ALLOWED: dict[str, tuple[str, ...]] = {
    "Dense": ("units", "activation", "use_bias"),
    **{f"Conv{n}D": _CONV for n in (1, 2, 3)},
    **{
        f"Conv{n}DTranspose": (*(s for s in _CONV if s != "groups"), "output_padding")
        for n in (1, 2, 3)
    },
    **{
        f"DepthwiseConv{n}D": (
            *(s for s in _CONV if s not in {"filters", "groups"}),
            "depth_multiplier",
        )
        for n in (1, 2)
    },
    **{
        f"SeparableConv{n}D": (*(s for s in _CONV if s != "groups"), "depth_multiplier")
        for n in (1, 2)
    },
    **{f"{kind}Pooling{n}D": _POOL for kind in ("Max", "Average") for n in (1, 2, 3)},
    **{
        f"Global{kind}Pooling{n}D": ("data_format", "keepdims")
        for kind in ("Max", "Average")
        for n in (1, 2, 3)
    },
    "Flatten": ("data_format",),
    "Reshape": ("target_shape",),
    "Permute": ("dims",),
    "RepeatVector": ("n",),
    "Dropout": ("rate",),
    **{f"SpatialDropout{n}D": ("rate",) for n in (1, 2, 3)},
    "GaussianNoise": ("stddev",),
    "Activation": ("activation",),
    "ReLU": ("max_value", "negative_slope", "threshold"),
    "LeakyReLU": ("negative_slope",),
    "ELU": ("alpha",),
    "PReLU": ("shared_axes",),
    "Softmax": ("axis",),
    "BatchNormalization": _NORM,
    "LayerNormalization": _NORM,
    "GroupNormalization": (*_NORM, "groups"),
    "UnitNormalization": ("axis",),
    "Embedding": ("input_dim", "output_dim"),
    "SimpleRNN": _RNN,
    "LSTM": (*_RNN, "recurrent_activation"),
    "GRU": (*_RNN, "recurrent_activation", "reset_after"),
    **{f"ZeroPadding{n}D": ("padding",) for n in (1, 2, 3)},
    **{f"Cropping{n}D": ("cropping",) for n in (1, 2, 3)},
    "UpSampling1D": ("size",),
    "UpSampling2D": ("size", "interpolation"),
    "UpSampling3D": ("size",),
    "Rescaling": ("scale", "offset"),
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), ()),
    "Concatenate": ("axis",),
}
"""Class → the settings that are taken over."""
ACTIVATIONS = (
    *("linear", "relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "swish", "mish"),
    *("sigmoid", "hard_sigmoid", "tanh", "softmax", "log_softmax", "softplus", "softsign"),
    *("exponential", "hard_silu", "hard_swish", "celu", "glu", "tanh_shrink"),
)
_WORDS = {
    "padding": ("valid", "same", "causal"),
    "data_format": ("channels_last",),
    "interpolation": ("nearest", "bilinear"),
    "activation": ACTIVATIONS,
    "recurrent_activation": ACTIVATIONS,
}
MODELS = ("Sequential", "Functional", "Model")
MAXIMUM_NUMBER = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Call:
    """One layer's place in the network: what feeds it, by the names of earlier calls."""

    path: str
    config: LayerConfig
    feeds: tuple[str, ...]
    name: str


def why_not(config: LayerConfig | None) -> str:
    """Return which layer keeps the network from being fed, as a sentence; empty if none does."""
    if config is None:
        return (
            "No input can be fed to it: expected the model's configuration. Received weights only. "
            "Save the whole model with `model.save`."
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
    """Return the network's calls in an order in which they can be made.

    Raises:
        BadInputError: a class that is not on the list, or wiring that is not understood.
    """
    found, _ = _calls(config, "", None)
    return tuple(found)


def _calls(
    config: LayerConfig, prefix: str, fed: tuple[str, ...] | None
) -> tuple[list[Call], tuple[str, ...]]:
    """Return a model's calls, and the names of those that are its outputs."""
    if config.layers is None or config.class_name not in MODELS:
        raise _prevented(config, "a Sequential or Functional model")
    if config.class_name == "Sequential" or not any(layer.inbound for layer in config.layers):
        return _chain(config, prefix, fed)
    return _graph(config, prefix, fed)


def _chain(
    config: LayerConfig, prefix: str, fed: tuple[str, ...] | None
) -> tuple[list[Call], tuple[str, ...]]:
    made: list[Call] = []
    at = fed or ("",)
    for layer in config.layers or ():
        more, at = _one(layer, prefix, at)
        made += more
    return made, at


def _graph(
    config: LayerConfig, prefix: str, fed: tuple[str, ...] | None
) -> tuple[list[Call], tuple[str, ...]]:
    waiting = {layer.name: layer for layer in config.layers or ()}
    if len(waiting) != len(config.layers or ()):
        raise _prevented(config, "layers with names of their own")
    outputs: dict[str, tuple[str, ...]] = {}
    inputs = _names(config.settings.get("input_layers"))
    made: list[Call] = []
    for at, name in enumerate(inputs):
        if name not in waiting:
            raise _prevented(config, "inputs that are among its layers")
        outputs[name] = (fed[at],) if fed and at < len(fed) else (f"{prefix}{name}",)
        if not fed:
            call = Call(
                path=f"{prefix}{name}", config=waiting[name], feeds=(), name=f"{prefix}{name}"
            )
            made.append(call)
        del waiting[name]
    while waiting:
        ready = [
            layer for layer in waiting.values() if all(name in outputs for name in _feeds(layer))
        ]
        if not ready:
            raise _prevented(next(iter(waiting.values())), "inputs that other layers make")
        for layer in ready:
            came = tuple(end for name in _feeds(layer) for end in outputs[name])
            more, outputs[layer.name] = _one(layer, prefix, came)
            made += more
            del waiting[layer.name]
    ends = _names(config.settings.get("output_layers"))
    if not ends or any(name not in outputs for name in ends):
        raise _prevented(config, "outputs that are among its layers")
    return made, tuple(end for name in ends for end in outputs[name])


def _one(
    layer: LayerConfig, prefix: str, feeds: tuple[str, ...]
) -> tuple[list[Call], tuple[str, ...]]:
    path = f"{prefix}{layer.name}"
    if layer.layers is not None:
        return _calls(layer, f"{path}/", feeds)
    if layer.class_name not in ALLOWED:
        raise _prevented(layer, "stock layers that Layerscope builds itself")
    return [Call(path=path, config=layer, feeds=feeds, name=path)], (path,)


def _feeds(layer: LayerConfig) -> list[str]:
    """Return the names of the layers whose outputs a layer takes, once."""
    nodes = layer.inbound if isinstance(layer.inbound, list) else []
    if len(nodes) != 1:
        raise _prevented(layer, "layers that are called once")
    node = nodes[0]
    found: list[str] = []

    def walk(value: Any, depth: int = 0) -> None:
        if depth > 8:
            raise _prevented(layer, "inputs written as Keras does")
        if isinstance(value, dict):
            history = value.get("config", {}) if isinstance(value.get("config"), dict) else {}
            if isinstance(history.get("keras_history"), list) and history["keras_history"]:
                found.append(str(history["keras_history"][0]))
        elif isinstance(value, list):
            old = len(value) in {3, 4} and isinstance(value[0], str)
            if old and all(type(item) is int for item in value[1:3]):
                found.append(value[0])
                return
            for item in value:
                walk(item, depth + 1)

    walk(node.get("args") if isinstance(node, dict) else node)
    if not found:
        raise _prevented(layer, "inputs written as Keras does")
    return found


def _names(ends: Any) -> list[str]:
    """Return layer names out of ``["name", 0, 0]`` or a list of such."""
    if isinstance(ends, list) and ends and isinstance(ends[0], str):
        ends = [ends]
    if not isinstance(ends, list):
        return []
    return [str(end[0]) for end in ends if isinstance(end, list) and end]


def arguments(layer: LayerConfig) -> dict[str, Any]:
    """Return the constructor's arguments that are taken over from a configuration.

    Raises:
        BadInputError: a setting that is not a number or a known word.
    """
    if layer.class_name not in ALLOWED:
        raise _prevented(layer, "stock layers that Layerscope builds itself")
    found = {}
    for name in ALLOWED[layer.class_name]:
        if name not in layer.settings:
            continue
        value = layer.settings[name]
        if name == "axis" and isinstance(value, list) and len(value) == 1:
            value = value[0]  # as Keras 2 wrote it
        if isinstance(value, str):
            if value not in _WORDS.get(name, ()):
                raise _prevented(layer, f"{name} among {', '.join(_WORDS.get(name, ('numbers',)))}")
        elif not _is_number(value):
            raise _prevented(layer, f"a number or a known word for {name}")
        found[name] = value
    if layer.class_name == "LeakyReLU" and _is_number(layer.settings.get("alpha")):
        found.setdefault("negative_slope", layer.settings["alpha"])
    return found


def _is_number(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= 8 and all(_is_number(item) for item in value)
    return value is None or (isinstance(value, (bool, int, float)) and abs(value) <= MAXIMUM_NUMBER)


def make(layer: LayerConfig, **more: Any) -> keras.layers.Layer:
    """Return the Keras layer, unbuilt.

    Raises:
        BadInputError: a setting that is not taken over, or that Keras refuses.
    """
    taken = arguments(layer)
    try:
        return getattr(keras.layers, layer.class_name)(**taken, **more)
    except (ValueError, TypeError) as error:
        raise _prevented(layer, f"settings that Keras takes ({str(error)[:80]})") from None


def input_shapes(config: LayerConfig) -> tuple[tuple[int | None, ...], ...]:
    """Return the shapes that the network is fed, with None for the batch and what is open.

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
        raise _prevented(config, "the shape of its input")
    return tuple(shape for shape in found if shape)


def _shape(value: Any) -> tuple[int | None, ...] | None:
    if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= 5:
        return None
    if not all(item is None or (type(item) is int and 0 < item <= 2**20) for item in value):
        return None
    return tuple(value)


def output_shapes(config: LayerConfig) -> dict[str, tuple[int | None, ...]]:
    """Return each layer's output shape by path; those that can be told, and no more."""
    shapes: dict[str, tuple[int | None, ...]] = {}
    try:
        fed = iter(input_shapes(config))
        for call in calls(config):
            if call.config.class_name == "InputLayer":
                shapes[call.name] = next(fed)
                continue
            if "" in call.feeds:
                shapes.setdefault("", next(fed, ()))
            came = [shapes[name] for name in call.feeds]
            layer = make(call.config)
            given = came if isinstance(layer, keras.layers.Layer) and len(came) > 1 else came[0]
            shapes[call.name] = tuple(layer.compute_output_shape(given))
    except (ValueError, TypeError, KeyError, StopIteration, IndexError, AttributeError):
        pass  # what could be told up to here is told
    shapes.pop("", None)
    return shapes


def _prevented(layer: LayerConfig, expected: str) -> BadInputError:
    name = re.sub(r"\s+", " ", layer.name)[:60] or "a layer without a name"
    kind = layer.class_name[:60] or "of no class"
    return BadInputError(
        f"No input can be fed to the network: expected {expected}. Received the layer {name!r} "
        f"({kind}). Its weights, and those of all others, are shown."
    )
