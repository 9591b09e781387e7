"""Keras's own layers, made from a parsed configuration; no other class is ever made.

A list of classes, and for each the settings that are taken over: numbers and known words, nothing
that names code. The error for a class or setting that is not on the list names it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from layers.inputs.fields import BadInputError
from layers.model_files.config import LayerConfig, nested

_CONV = ("kernel_size", "strides", "padding", "data_format", "dilation_rate", "activation")
_CONV += ("use_bias", "filters", "groups")
_POOL = ("pool_size", "strides", "padding", "data_format")
_LOOP = ("return_sequences", "return_state", "go_backwards", "zero_output_for_mask")
_CELL = ("units", "activation", "use_bias")
_RNN = (*_CELL, *_LOOP)
_ATTENTION = ("num_heads", "key_dim", "value_dim", "use_bias", "output_shape", "attention_axes")
_GROUPED = ("head_dim", "num_query_heads", "num_key_value_heads", "use_bias")
_KINDS = ("", "Transpose")
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
    "Embedding": ("input_dim", "output_dim", "mask_zero"),
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
    "RNN": ("cell", *_LOOP),
    "Bidirectional": ("layer", "backward_layer", "merge_mode"),
    "TimeDistributed": ("layer",),
    "SpectralNormalization": ("layer", "power_iterations"),
    "Attention": ("use_scale", "score_mode"),
    "AdditiveAttention": ("use_scale",),
    "MultiHeadAttention": _ATTENTION,
    "GroupQueryAttention": _GROUPED,
    "GroupedQueryAttention": _GROUPED,
}
"""Class → the settings that are taken over."""
CELLS = {
    "SimpleRNNCell": _CELL,
    "LSTMCell": (*_CELL, "recurrent_activation"),
    "GRUCell": (*_CELL, "recurrent_activation", "reset_after"),
}
"""Class of a cell, in an ``RNN`` only → the settings that are taken over."""
MERGING = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")
"""Classes that take a list of tensors."""
ATTENTION = ("MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention")
"""Classes that take a query, a value and a key as arguments of their own."""
_RECURRENT = ("SimpleRNN", "LSTM", "GRU", "RNN")
_WRAPPERS = ("Bidirectional", "TimeDistributed", "SpectralNormalization")
INNER: dict[str, tuple[str, ...]] = {
    "RNN": tuple(CELLS),
    "Bidirectional": _RECURRENT,
    "TimeDistributed": tuple(
        name
        for name in ALLOWED
        if name not in (*MERGING, *ATTENTION, *_WRAPPERS, "Attention", "AdditiveAttention")
    ),
    "SpectralNormalization": ("Dense", *(f"Conv{n}D{t}" for n in (1, 2, 3) for t in _KINDS)),
}
"""Class of a wrapper → the classes that may be in it."""
KEYWORDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*_RECURRENT, "Bidirectional"), ("initial_state",)),
    **dict.fromkeys(ATTENTION, ("query", "value", "key", "use_causal_mask")),
    **dict.fromkeys(("Attention", "AdditiveAttention"), ("use_causal_mask",)),
}
"""Class → the arguments of a call that are taken over by name."""
_NAMES = {"GroupedQueryAttention": "GroupQueryAttention"}
"""Class as a file may write it → its name in ``keras.layers``."""
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
    "merge_mode": ("concat", "sum", "mul", "ave"),
    "score_mode": ("dot", "concat"),
}
_WITHOUT_EFFECT = {
    *("name", "trainable", "dtype", "seed", "activity_regularizer", "noise_shape", "momentum"),
    *("renorm_momentum", "renorm_clipping", "synchronized", "dropout", "recurrent_dropout"),
    *("unroll", "unit_forget_bias", "stateful", "implementation", "use_cudnn", "input_length"),
    *("batch_input_shape", "batch_shape", "build_input_shape", "input_shape", "lora_alpha"),
}
"""Settings that change nothing in one run outside of training."""
_LAYERS = ("layer", "backward_layer", "cell")
"""Settings that are layers themselves."""
_DEFAULTS = {"data_format": "channels_last", "groups": 1}
"""Settings that other versions of Keras wrote for layers that do not take them now."""
MAXIMUM_NUMBER = 10_000_000
"""The largest number in a setting."""


KERAS_ERRORS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    tf.errors.OpError,
)
"""What Keras and TensorFlow raise for settings and shapes that do not fit; they check few."""


def arguments(
    layer: LayerConfig, allowed: Mapping[str, tuple[str, ...]] = ALLOWED
) -> dict[str, Any]:
    """Return the arguments for a layer's constructor, from its configuration.

    Args:
        layer: the configuration.
        allowed: class → the settings that are taken over.

    Returns:
        Numbers, known words, and for a layer within a wrapper its ``LayerConfig``.

    Raises:
        BadInputError: a class that is not on the list, or a setting that is not taken over.
    """
    if layer.class_name not in allowed:
        raise not_runnable(layer, "Keras's own layers, of those that can be run here")
    found = {}
    settings = dict(layer.settings)
    if layer.class_name == "LeakyReLU" and "alpha" in settings:  # Keras 2's name
        settings.setdefault("negative_slope", settings.pop("alpha"))
    for name, value in settings.items():
        if name in allowed[layer.class_name]:
            is_layer = name in _LAYERS and value is not None
            found[name] = (
                _inner(layer, value) if is_layer else _checked(layer, name, _unpacked(value))
            )
        elif not _has_no_effect(name, value):
            raise not_runnable(layer, f"no setting {name[:40]!r}, or its default")
    return found


def _inner(layer: LayerConfig, value: Any) -> LayerConfig:
    """Return the configuration of a layer within a wrapper, checked by the same rules."""
    kind, settings = nested({"layer": value}, "layer")
    classes = INNER.get(layer.class_name, ())
    if kind not in classes:
        raise not_runnable(layer, f"a layer within it that is {' or '.join(classes[:12])}")
    inner = LayerConfig(name=str(settings.get("name") or ""), class_name=kind, settings=settings)
    arguments(inner, ALLOWED | CELLS)
    return inner


def _checked(layer: LayerConfig, name: str, value: Any) -> Any:
    """Return a setting's value where it is a number or a known word."""
    words = _WORDS.get(name, ())
    if isinstance(value, str) and value not in words:
        raise not_runnable(layer, f"{name} among {', '.join(words or ['numbers'])}")
    if not isinstance(value, str) and not _is_number(value):
        raise not_runnable(layer, f"a number or a known word for {name}")
    if name == "axis" and isinstance(value, list) and len(value) == 1:
        return value[0]  # as Keras 2 wrote it
    return value


def _has_no_effect(name: str, value: Any) -> bool:
    """Return whether a setting that is not taken over leaves the outputs as they are."""
    if name in _WITHOUT_EFFECT or name.endswith(("_initializer", "_regularizer", "_constraint")):
        return True
    return value in (None, False, _DEFAULTS.get(name))


def _unpacked(value: Any) -> Any:
    """Return the number in ``{"class_name": "__numpy__", …}``, as Keras 2 wrote some."""
    if isinstance(value, dict) and value.get("class_name") == "__numpy__":
        config = value.get("config")
        return config.get("value") if isinstance(config, dict) else value
    return value


def _is_number(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= 8 and all(_is_number(item) for item in value)
    return value is None or (isinstance(value, (bool, int, float)) and abs(value) <= MAXIMUM_NUMBER)


def make(layer: LayerConfig, **more: Any) -> keras.layers.Layer:
    """Return the Keras layer, not built.

    Args:
        layer: its configuration.
        more: further arguments for its constructor.

    Raises:
        BadInputError: a class or a setting that is not taken over, or that Keras refuses.
    """
    settings = {
        name: make(value) if isinstance(value, LayerConfig) else value
        for name, value in arguments(layer, ALLOWED | CELLS).items()
    }
    try:
        made = getattr(keras.layers, _NAMES.get(layer.class_name, layer.class_name))
        return made(**settings, **more)
    except KERAS_ERRORS as error:
        raise not_runnable(layer, f"settings that Keras takes ({str(error)[:80]})") from None


def not_runnable(layer: LayerConfig, expected: str) -> BadInputError:
    """Return the error for a network that cannot be run because of one layer."""
    name = re.sub(r"\s+", " ", layer.name)[:60] or "a layer without a name"
    kind = layer.class_name[:60] or "of no class"
    return BadInputError(
        f"The network cannot be run: expected {expected}. Received the layer {name!r} "
        f"({kind}). The weights of all layers are shown."
    )
