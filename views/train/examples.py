"""What there is to see in a training: links that set every control."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TrainExample:
    """One thing to see.

    Attributes:
        title: what it is.
        says: what to look at.
        link: the parameters that differ from their defaults.
    """

    title: str
    says: str
    link: Mapping[str, str]


EXAMPLES = (
    TrainExample(
        title="The repeated column",
        says="Every copy of the column gets a gradient of its own; their sum moves the stored one. "
        "Pin a cell of the kernel's gradient.",
        link={"layer": "repeated_dense", "show": "gradient", "learning_rate": "0.1"},
    ),
    TrainExample(
        title="The mask that never moves",
        says="The mask is not trainable, and a masked cell of the input has the gradient 0: the "
        "loss stays.",
        link={"layer": "center_zero", "show": "gradient"},
    ),
    TrainExample(
        title="The running sum without gradient",
        says="The total is kept by assigning it, which no gradient passes. It grows at every step, "
        "and so does the loss.",
        link={"layer": "running_sum", "show": "gradient"},
    ),
    TrainExample(
        title="As posted: nothing moves",
        says="The post repeats the column before the training, in plain variables: Keras knows no "
        "weight here, and the loss stays. *The repeated column* is the repaired layer.",
        link={"layer": "repeated_dense_as_posted", "show": "update"},
    ),
    TrainExample(
        title="Tied weights",
        says="One kernel is used twice, and its gradient is the sum of both. Pin a cell of it.",
        link={"layer": "tied_dense", "show": "gradient", "learning_rate": "0.1"},
    ),
    TrainExample(
        title="Frozen weights",
        says="The first layer is not trained: it has no gradient, and says why; what it passes on "
        "is learnt from all the same.",
        link={"layer": "frozen_dense", "show": "change", "step": "19", "learning_rate": "0.1"},
    ),
    TrainExample(
        title="Dead relus",
        says="One large step makes all weighted sums negative: relu's gradient is 0 for all rows, "
        "and nothing moves any more.",
        link={
            "layer": "dense",
            "activation": "relu",
            "input": "ones",
            "learning_rate": "20",
            "show": "gradient",
            "step": "2",
        },
    ),
    TrainExample(
        title="A learning rate at which the loss explodes",
        says="Every step overshoots by more than the last. At the first loss that is not finite "
        "training stops, and the marks show where.",
        link={"layer": "dense", "learning_rate": "1000000", "steps": "50", "step": "3"},
    ),
    TrainExample(
        title="Vanishing gradients: a SimpleRNN",
        says="From the last time step back to the first, the gradient of the input shrinks. "
        "Compare with the LSTM.",
        link={"layer": "simple_rnn", "shape": "2,12,3", "show": "gradient"},
    ),
    TrainExample(
        title="Vanishing gradients: an LSTM",
        says="The same through a gated cell, whose state passes the gradient on: a larger part of "
        "the last step's gradient reaches the first.",
        link={"layer": "lstm", "shape": "2,12,3", "show": "gradient"},
    ),
    TrainExample(
        title="A small CNN learns stripes",
        says="Two convolutions learn whether stripes lie or stand. Play the steps: filters turn "
        "into detectors, and the two outputs go apart.",
        link={
            "layer": "small_cnn",
            "targets": "stripes",
            "loss": "categorical_crossentropy",
            "optimizer": "adam",
            "learning_rate": "0.03",
            "steps": "40",
            "step": "39",
        },
    ),
    TrainExample(
        title="BatchNormalization's moving mean",
        says="No gradient moves it: each call in training draws it towards the batch's mean. Turn "
        "`training=True` off, and it stays.",
        link={"layer": "batch_normalization", "show": "change", "step": "10"},
    ),
)

_LOOKED_AT = ("step", "show")
"""What is turned while one looks at an example."""


def example_of(link: Mapping[str, str]) -> TrainExample | None:
    """Return the example whose training a link shows."""
    for example in EXAMPLES:
        own = {name: text for name, text in example.link.items() if name not in _LOOKED_AT}
        if own.items() <= link.items():
            return example
    return None
