"""Names of the stock layers' weights, of their axes, and of their parts.

Keras 3 stores a layer's weights as 0, 1, 2 and so on, in an order that depends on the layer's
class. The order is written down here, so that no class has to be looked up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from layers.model_files.model import WeightPart

_KERNEL = ("kernel", "bias")
_RECURRENT = ("kernel", "recurrent_kernel", "bias")
_SEPARABLE = ("depthwise_kernel", "pointwise_kernel", "bias")
_SCALE = ("gamma", "beta")
NAMES: dict[str, tuple[str, ...]] = {
    "dense": _KERNEL,
    "einsum_dense": _KERNEL,
    **{f"conv{n}d": _KERNEL for n in (1, 2, 3)},
    **{f"conv{n}d_transpose": _KERNEL for n in (1, 2, 3)},
    **{f"depthwise_conv{n}d": _KERNEL for n in (1, 2)},
    **{f"separable_conv{n}d": _SEPARABLE for n in (1, 2)},
    **{f"conv_lstm{n}d": _RECURRENT for n in (1, 2, 3)},
    "simple_rnn": _RECURRENT,
    "lstm": _RECURRENT,
    "gru": _RECURRENT,
    "embedding": ("embeddings",),
    "batch_normalization": (*_SCALE, "moving_mean", "moving_variance"),
    "layer_normalization": _SCALE,
    "group_normalization": _SCALE,
    "rms_normalization": ("scale",),
    "spectral_normalization": ("wrapped_kernel", "vector_u"),
    "normalization": ("mean", "variance", "count"),
    "p_re_lu": ("alpha",),
    "attention": ("scale", "concat_score_weight"),
    "additive_attention": ("scale",),
    "seed_generator": ("seed_generator_state",),
}
"""Kind → its weights in the order in which Keras 3 stores them. Recurrent cells as their layers."""

WEIGHTLESS = re.compile(
    r"^(input_layer|.*pooling\w*|.*dropout\w*|flatten|reshape|permute|repeat_vector|activation"
    r"|re_lu|leaky_re_lu|elu|softmax|zero_padding\w*|cropping\w*|up_sampling\w*|add|subtract"
    r"|multiply|average|maximum|minimum|concatenate|dot|lambda|masking|rescaling|resizing"
    r"|random_\w+|gaussian_noise|unit_normalization|identity)$"
)
"""Kinds without weights."""

_GATES = {
    "lstm": ("input gate", "forget gate", "cell candidate", "output gate"),
    "gru": ("update gate", "reset gate", "candidate"),
}
_NOT_TRAINED = re.compile(r"(moving_|seed_generator_state|vector_u|^mean$|^variance$|^count$)")
_DIMENSIONS = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
_ATTENTION = {"query", "key", "value", "output"}


def kind_of(class_name: str) -> str:
    """Return a class name in snake case, a recurrent cell's as its layer's, for the tables above.

    >>> [kind_of(name) for name in ("Conv2DTranspose", "LSTMCell", "PReLU", "MaxPooling2D")]
    ['conv2d_transpose', 'lstm', 'p_re_lu', 'max_pooling2d']
    """
    return snake_case(class_name).removesuffix("_cell")


def snake_case(class_name: str) -> str:
    """Return a class name as Keras writes it into paths: a word starts where its capitals do.

    >>> snake_case("BatchNormalization"), snake_case("GRUCell")
    ('batch_normalization', 'gru_cell')
    """
    word = re.sub(r"\W+", "", class_name)
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])", "_", word).lower()


def base(name: str) -> str:
    """Return a name without the number that makes it unique: ``dense_1`` → ``dense``."""
    return re.sub(r"_\d+$", "", name)


def weight_names(kind: str, count: int, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of a layer's own weights, stored as 0, 1, 2 and so on.

    Names that are not known are ``variable 0`` and so on.

    Args:
        kind: of the layer, in snake case.
        count: how many weights are stored.
        settings: the layer's configuration; may be empty.
    """
    numbered = tuple(f"variable {index}" for index in range(count))
    left_out = set()
    for flag, name in (("use_bias", "bias"), ("scale", "gamma"), ("center", "beta")):
        if settings.get(flag) is False:
            left_out.add(name)
    if kind == "attention" and settings.get("use_scale") is False:
        left_out.add("scale")
    names = tuple(name for name in NAMES.get(kind, ()) if name not in left_out)
    if count == len(names):
        return names
    if kind == "batch_normalization":  # without settings; the statistics are always there
        return ("gamma or beta", "moving_mean", "moving_variance")[-count:] if count else ()
    return names[:count] if count < len(names) else (*names, *numbered[len(names) :])


def is_trained(name: str) -> bool:
    """Return whether training changes a weight of this name."""
    return not _NOT_TRAINED.search(name.rpartition("/")[2])


def axes_of(kind: str, name: str, rank: int) -> tuple[str, ...]:
    """Return a name for each axis of a weight; ``axis 0`` and so on where the kind is not known."""
    *outer, weight_name = name.split("/")
    if outer and outer[-1] in _ATTENTION and kind in {"einsum_dense", "multi_head_attention"}:
        return _attention_axes(outer[-1], weight_name, rank)
    words = _axes(kind, weight_name, rank)
    if words is not None and len(words) == rank:
        return words
    return tuple(f"axis {axis}" for axis in range(rank)) if rank > 1 else ("index",)[:rank]


def _axes(kind: str, name: str, rank: int) -> tuple[str, ...] | None:
    if "conv" in kind and name.endswith("kernel") and rank - 2 in _DIMENSIONS:
        ends = ("in", "out")
        if "transpose" in kind:
            ends = ("out", "in")
        elif name.startswith("depthwise") or kind.startswith("depthwise"):
            ends = ("in", "multiplier")
        elif kind.startswith("conv_lstm"):
            ends = ("in", "gates × out")
        return (*_DIMENSIONS[rank - 2], *ends)
    if kind in {"lstm", "gru"}:
        first = {"kernel": "features", "recurrent_kernel": "units before"}.get(name, "set")
        return (first, "gates × units")[-rank:] if rank else ()
    if kind == "embedding":
        return ("token", "features")
    if name == "kernel" and rank == 2:
        return ("features", "units")
    if name == "recurrent_kernel" and rank == 2:
        return ("units before", "units")
    if rank == 1 and kind in NAMES:
        return ("out",) if "conv" in kind else ("units",) if name == "bias" else ("features",)
    return None


def _attention_axes(which: str, name: str, rank: int) -> tuple[str, ...]:
    if which == "output":
        return ("heads", "size", "features") if rank == 3 else ("features",)[:rank]
    return ("features", "heads", "size")[-rank:] if name == "kernel" else ("heads", "size")[-rank:]


def parts_of(kind: str, axes: tuple[str, ...], shape: tuple[int, ...]) -> tuple[WeightPart, ...]:
    """Return the gates or heads of a weight; none where it has none."""
    for axis, word in enumerate(axes):
        if word == "heads":
            return tuple(
                WeightPart(name=f"head {head}", axis=axis, start=head, stop=head + 1)
                for head in range(shape[axis])
            )
        gates = _GATES.get(kind, ())
        if word == "gates × units" and gates and shape[axis] and shape[axis] % len(gates) == 0:
            width = shape[axis] // len(gates)
            return tuple(
                WeightPart(name=gate, axis=axis, start=at * width, stop=(at + 1) * width)
                for at, gate in enumerate(gates)
            )
    return ()
