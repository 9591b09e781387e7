"""Keras's recurrent layers, their cells and wrappers, and attention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from layers.catalog.keras_layers.line import (
    Inner,
    Pick,
    Range,
    Table,
    Wraps,
    line,
    sized,
    tensor,
)
from layers.inputs.description import InputDescription, Shape, Values

_LONGEST = 128
"""Time steps: each is some dozen operations."""
_SEQUENCE = tensor("batch time features", 2, 4, 3, longest=_LONGEST)
_STEP = tensor("batch features", 2, 3)
_DROPS: dict[str, Any] = {
    "dropout": Range(0.0, 0.0, 0.95),
    "recurrent_dropout": Range(0.0, 0.0, 0.95),
}
_RECURRENT: dict[str, Any] = {
    **_DROPS,
    "units": 3,
    "stateful": None,
    "unroll": None,
    "masked": ("mask", 0),
    "training": False,
}
_CELL: dict[str, Any] = {**_DROPS, "units": 3, "training": False, "listed": "states"}
_IMAGES: dict[str, Any] = {
    **_DROPS,
    "filters": Range(1, 1, 16),
    "strides": Range(1, 1, 4),
    "dilation_rate": Range(1, 1, 4),
    "stateful": None,
    "training": False,
}
_CELLS = {
    "simple_rnn_cell": Inner("SimpleRNNCell", ("units",)),
    "gru_cell": Inner("GRUCell", ("units",)),
    "lstm_cell": Inner("LSTMCell", ("units",)),
}
_RECURRENT_INNER = {
    "lstm": Inner("LSTM", ("units", "return_sequences")),
    "gru": Inner("GRU", ("units", "return_sequences")),
    "simple_rnn": Inner("SimpleRNN", ("units", "return_sequences")),
}


def _state(name: str) -> InputDescription:
    return sized("batch units", "shape.0", "units", name=name)


def _query(*shape: int, **more: Any) -> InputDescription:
    return tensor("batch time features", *shape, name="query", longest=1024, **more)


def _value(*shape: int, **more: Any) -> InputDescription:
    return tensor("batch time features", *shape, name="value", longest=1024, **more)


def _heads(number: str, width: str) -> Callable[[Values, tuple[Shape, ...]], Shape]:
    """Return the shape of the larger of scores and queries, from their fields."""

    def largest(values: Values, shapes: tuple[Shape, ...]) -> Shape:
        (batch, steps, _), (_, others, _) = shapes
        return (batch, steps, values[number], max(values[width], others))

    return largest


def _additive(_values: Values, shapes: tuple[Shape, ...]) -> Shape:
    return (shapes[0][0], shapes[0][1], *shapes[1][1:])


SEQUENCES: Table = {
    "Recurrent": (
        line(
            "LSTM", "A cell state that gates open and close at every step.", _SEQUENCE, **_RECURRENT
        ),
        line("GRU", "A state that two gates renew at every step.", _SEQUENCE, **_RECURRENT),
        line("SimpleRNN", "A state that each step mixes with its input.", _SEQUENCE, **_RECURRENT),
        line("LSTMCell", "One step of an LSTM.", _STEP, _state("hidden"), _state("carry"), **_CELL),
        line("GRUCell", "One step of a GRU.", _STEP, _state("hidden"), **_CELL),
        line("SimpleRNNCell", "One step of a simple RNN.", _STEP, _state("hidden"), **_CELL),
        line(
            "RNN",
            "A cell, run over every step.",
            _SEQUENCE,
            wraps=Wraps("cell", _CELLS),
            units=Range(3, 1, 256),
            random_state=True,
            stateful=None,
            unroll=None,
            masked=("mask", 0),
        ),
        line(
            "StackedRNNCells",
            "One step through two cells, one on the other.",
            _STEP,
            _state("hidden_1"),
            _state("hidden_2"),
            listed="states",
            wraps=Wraps("cells", {n: _CELLS[n] for n in ("gru_cell", "simple_rnn_cell")}, times=2),
            units=Range(3, 1, 256),
            random_state=True,
        ),
        line(
            "ConvLSTM1D",
            "An LSTM whose products are convolutions along a line.",
            tensor("batch time columns channels", 1, 3, 5, 1, longest=64),
            kernel_size=Range(3, 1, 7),
            **_IMAGES,
        ),
        line(
            "ConvLSTM2D",
            "An LSTM whose products are convolutions over an image.",
            tensor("batch time rows columns channels", 1, 2, 4, 4, 1, longest=64),
            kernel_size=Range(2, 1, 7),
            **_IMAGES,
        ),
        line(
            "ConvLSTM3D",
            "An LSTM whose products are convolutions through a volume.",
            tensor("batch time depth rows columns channels", 1, 2, 2, 3, 3, 1, longest=64),
            kernel_size=Range(2, 1, 4),
            **_IMAGES,
        ),
    ),
    "Wrapper": (
        line(
            "Bidirectional",
            "A recurrent layer forwards, and another one backwards.",
            _SEQUENCE,
            wraps=Wraps("layer", _RECURRENT_INNER),
            units=Range(2, 1, 256),
            return_sequences=True,
            merge_mode=Pick(("concat", "sum", "mul", "ave")),
            weights=None,
            random_state=True,
            masked=("mask", 0),
        ),
        line(
            "TimeDistributed",
            "The same layer for every time step.",
            _SEQUENCE,
            wraps=Wraps(
                "layer",
                {
                    "dense": Inner("Dense", ("units",)),
                    "layer_normalization": Inner("LayerNormalization"),
                    "softmax": Inner("Softmax"),
                },
            ),
            units=Range(3, 1, 256),
            random_state=True,
        ),
        line(
            "SpectralNormalization",
            "A layer whose kernel is divided by its largest singular value.",
            tensor("batch features", 2, 4),
            wraps=Wraps("layer", {"dense": Inner("Dense", ("units",))}),
            units=Range(3, 1, 256),
            power_iterations=Range(1, 1, 20),
            random_state=True,
            training=True,
        ),
    ),
    "Attention": (
        line(
            "MultiHeadAttention",
            "Each step looks at all steps, through several heads.",
            _query(1, 4, 6),
            _value(1, 4, 6, source="same"),
            num_heads=Range(2, 1, 16),
            key_dim=Range(3, 1, 64),
            dropout=Range(0.0, 0.0, 0.95),
            causal=True,
            masked=("value_mask", 1),
            training=False,
            largest=_heads("num_heads", "key_dim"),
            random_state=True,
        ),
        line(
            "GroupQueryAttention",
            "Several query heads share a head of keys and values.",
            _query(1, 4, 6),
            _value(1, 4, 6, source="same"),
            head_dim=Range(3, 1, 64),
            num_query_heads=Range(4, 1, 16),
            num_key_value_heads=Range(2, 1, 16),
            dropout=Range(0.0, 0.0, 0.95),
            causal=True,
            masked=("value_mask", 1),
            training=False,
            largest=_heads("num_query_heads", "head_dim"),
            random_state=True,
        ),
        line(
            "Attention",
            "Each query sums the values that it is like.",
            _query(1, 3, 4),
            _value(1, 5, 4),
            listed="all",
            score_mode=Pick(("dot", "concat")),
            dropout=Range(0.0, 0.0, 0.95),
            causal=True,
            masked=("mask", 1),
            training=False,
            largest=_additive,
        ),
        line(
            "AdditiveAttention",
            "Each query sums values by a tanh of query plus key.",
            _query(1, 3, 4),
            _value(1, 5, 4),
            listed="all",
            dropout=Range(0.0, 0.0, 0.95),
            causal=True,
            masked=("mask", 1),
            training=False,
            largest=_additive,
            random_state=True,
        ),
    ),
}
