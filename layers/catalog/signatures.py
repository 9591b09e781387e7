"""Fields from a constructor's signature: by each argument's annotation, default or name."""

from __future__ import annotations

import inspect
import math
import types
import typing
from collections.abc import Mapping
from typing import Any

import keras

from layers.inputs.fields import BoolField, ChoiceField, Field, FloatField, IntField, ShapeField

ACTIVATIONS = (
    *("linear", "relu", "sigmoid", "tanh", "softmax", "softplus", "softsign", "elu", "selu"),
    *("gelu", "silu", "mish", "exponential", "leaky_relu", "relu6", "hard_sigmoid", "hard_silu"),
    *("hard_tanh", "celu", "log_sigmoid", "log_softmax", "squareplus", "sparse_plus"),
    *("tanh_shrink", "hard_shrink", "soft_shrink", "sparsemax"),
)
"""Keras's activations by name; ``linear`` leaves its input as it is."""
KERNEL_INITIALIZERS = (
    *("glorot_uniform", "glorot_normal", "he_normal", "he_uniform", "lecun_normal"),
    *("random_normal", "random_uniform", "orthogonal", "ones", "zeros"),
)
VECTOR_INITIALIZERS = ("zeros", "ones", "random_normal", "random_uniform")
"""For weights of one axis: those for kernels need at least two, or scale by the wrong one."""
PADDINGS = ("valid", "same")
INITIALIZER_ALIASES = {"uniform": "random_uniform", "normal": "random_normal"}
_VECTORS = ("bias", "beta", "gamma", "alpha", "moving_mean", "moving_variance")
_STARTS = {
    -1: "axis",
    1: "strides num_layers depth groups",
    2: "num_heads heads pool_size patch_size window_size n k size factor expansion reduction ratio "
    "reduction_ratio expand_ratio expansion_ratio upscale_factor scale_factor",
    3: "kernel_size num_classes",
    4: "filters channels channel key_dim value_dim head_dim height width",
    5: "units output_dim dim",
    # What has to be as wide as the input, and a multiple of the heads: the default input has 10.
    10: "features input_dim embed_dim embedding_dim d_model model_dim hidden_size",
    12: "maxlen max_len max_length seq_len sequence_length context_length num_patches",
    20: "vocab_size vocabulary_size",
}
_WHOLE = {name: start for start, names in _STARTS.items() for name in names.split()}
"""What a whole number of that name is set to where the constructor has no default for it."""
_REAL = {"alpha": 0.1, "beta": 1.0, "gamma": 1.0, "epsilon": 1e-3, "momentum": 0.9, "scale": 1.0}
_REAL |= {
    "eps": 1e-3,
    "init_value": 0.1,
    "init_values": 0.1,
    "temperature": 1.0,
    "stddev": 0.1,
    "rate": 0.5,
    "dropout": 0.1,
    "drop_path": 0.1,
}
_PARTS = {"rate", "dropout", "recurrent_dropout", "dropout_rate", "drop_prob", "momentum"}
"""Shares: they lie between 0 and 1."""
_FROM_ZERO = {"padding", "cropping"}
_KERAS_OWN = inspect.signature(keras.layers.Layer.__init__).parameters


def parameters_of(cls: type) -> dict[str, inspect.Parameter]:
    """Return a layer class's own constructor arguments, without those of ``keras.layers.Layer``."""
    return {
        name: parameter
        for name, parameter in inspect.signature(cls).parameters.items()
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        and name not in _KERAS_OWN
    }


def hints_of(function: Any) -> Mapping[str, Any]:
    """Return a function's annotations, resolved; none where one of them cannot be."""
    try:
        return typing.get_type_hints(function)
    except Exception:  # noqa: BLE001 (an annotation is any expression; without it we guess)
        return {}


def fields_of(cls: type) -> dict[str, Field]:
    """Return the control of each constructor argument that can have one, by the argument's name."""
    hints = hints_of(cls.__init__)
    found = {name: field_of(p, hints.get(name)) for name, p in parameters_of(cls).items()}
    return {name: field for name, field in found.items() if field}


def field_of(parameter: inspect.Parameter, hint: Any = None) -> Field | None:
    """Return the control of one argument; None where only its default can be used.

    Args:
        parameter: the argument, with its default where it has one.
        hint: its annotation, resolved.
    """
    name, default = parameter.name, parameter.default
    given = default is not parameter.empty
    options = typing.get_args(hint) if typing.get_origin(hint) is typing.Literal else ()
    if options and all(isinstance(option, str) for option in options):
        if given and default not in options:
            return None
        return ChoiceField(name=name, default=default if given else options[0], choices=options)
    if named := _named_choice(name, default if given else None, given):
        return named
    kind = _kind(name, default, given, hint)
    if kind is bool:
        return BoolField(name=name, default=bool(default) if given else False)
    if kind is int:
        start = default if given and isinstance(default, int) else _WHOLE.get(name, _plural(name))
        low = start if start < 0 else 0 if start == 0 else 1
        return IntField(name=name, default=start, minimum=low, maximum=max(256, start))
    if kind is float:
        start = float(default) if given and isinstance(default, (int, float)) else _share(name)
        if not math.isfinite(start):
            return None
        within = name in _PARTS or name.endswith(("_rate", "_prob", "_ratio"))
        low, high = (
            (0.0, 1.0) if within and 0 <= start <= 1 else (min(-1e6, start), max(1e6, start))
        )
        return FloatField(name=name, default=start, minimum=low, maximum=high)
    if kind is tuple:
        return sizes(name, tuple(default))
    return None


def sizes(name: str, default: tuple[int, ...], *, maximum: int = 64) -> ShapeField:
    """Return the control of a tuple such as a kernel's size: as many whole numbers as it has."""
    return ShapeField(
        name=name,
        default=default,
        minimum_rank=len(default),
        maximum_rank=len(default),
        minimum_axis=min(0 if name in _FROM_ZERO else 1, *default),
        maximum_axis=max(maximum, *default),
        maximum_elements=2**20,
    )


def _named_choice(name: str, default: Any, given: bool) -> ChoiceField | None:
    """Return the control of an argument whose name says which words it takes."""
    if name == "activation" or name.endswith("_activation"):
        if default not in (None, *ACTIVATIONS):
            return None
        return ChoiceField(name=name, default=default or "linear", choices=ACTIVATIONS)
    if name.endswith("_initializer") and (not given or isinstance(default, str)):
        stem = name.removesuffix("_initializer")
        choices = VECTOR_INITIALIZERS if stem in _VECTORS else KERNEL_INITIALIZERS
        start = INITIALIZER_ALIASES.get(default, default.lower()) if default else choices[0]
        if start not in choices:
            choices = (start, *choices)
        return ChoiceField(name=name, default=start, choices=choices)
    if name == "padding" and default in ("valid", "same", "causal"):
        choices = PADDINGS if default in PADDINGS else (*PADDINGS, "causal")
        return ChoiceField(name=name, default=default, choices=choices)
    return None


def _kind(name: str, default: Any, given: bool, hint: Any) -> type | None:
    """Return bool, int, float or tuple: as annotated, as the default is, or as the name sounds."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        hint = next((option for option in typing.get_args(hint) if option in (int, float)), None)
        if given and default is None:
            return None
    if hint in (bool, int, float):
        return hint
    if given:
        if isinstance(default, (tuple, list)):
            whole = default and all(type(each) is int for each in default)
            return tuple if whole else None
        return type(default)
    if name.startswith(("use_", "with_", "is_", "has_")):
        return bool
    if name in _WHOLE:
        return int
    if name in _REAL or name in _PARTS or name.endswith(("_rate", "_prob", "_ratio")):
        return float
    whole = name.startswith(("num_", "n_"))
    return int if whole or name.endswith(("_dim", "_units", "_size", "_channels")) else None


def _plural(name: str) -> int:
    """Return the start of a whole number that is guessed by the end of its name."""
    if name.endswith(("_dim", "_units", "_channels")):
        return 5
    return 2 if name.startswith(("num_", "n_")) or name.endswith("_size") else 1


def _share(name: str) -> float:
    return _REAL.get(name, 0.1 if name.endswith("_prob") else 0.5)
