"""The posts' layers as posted, each beside its repaired form in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

POSTED = "_as_posted"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One layer, as posted and repaired; plain data.

    Attributes:
        name: of the repaired layer in the catalogue.
        title: what the page calls it.
        post: which post has it, and under what name.
        posted: the class in ``layers.checkup.examination.posted``, and its arguments.
        repaired: the arguments of the catalogue's class.
        shape: of the input, batch first, as in the post.
    """

    name: str
    title: str
    post: str
    posted: tuple[str, tuple]
    repaired: tuple[str, dict]
    shape: tuple[int, ...]


PAIRS = (
    Pair(
        name="repeated_dense",
        title="Repeated dense",
        post="post 000, CustomLayer",
        posted=("Post000CustomLayer", (10, 5)),
        repaired=("RepeatedDense", {"units": 5}),
        shape=(8, 10),
    ),
    Pair(
        name="linear",
        title="Linear",
        post="post 001, SimpleDense",
        posted=("Post001SimpleDense", (4,)),
        repaired=("Linear", {"units": 4}),
        shape=(3, 3),
    ),
    Pair(
        name="center_zero",
        title="Centre zero",
        post="post 002, centerZero",
        posted=("Post002CenterZero", (10, 10)),
        repaired=("CenterZero", {}),
        shape=(4, 10, 10),
    ),
    Pair(
        name="running_sum",
        title="Running sum",
        post="post 003, Compute_Sum",
        posted=("Post003ComputeSum", (2,)),
        repaired=("RunningSum", {}),
        shape=(3, 2),
    ),
    Pair(
        name="mlp_block",
        title="MLP block",
        post="post 003, MLPBlock",
        posted=("Post003MLPBlock", ()),
        repaired=("MLPBlock", {}),
        shape=(3, 64),
    ),
    Pair(
        name="nd_dense",
        title="N-D dense",
        post="post 004, dense by tensordot",
        posted=("Post004Dense", (4, 10)),
        repaired=("NDDense", {"units": 10}),
        shape=(2, 3, 4),
    ),
)
NAMES = tuple(name for pair in PAIRS for name in (pair.name + POSTED, pair.name))
"""What can be picked: each layer as posted, then repaired."""


def pair_of(name: str) -> Pair:
    """Return the pair that a name is of."""
    return next(pair for pair in PAIRS if pair.name == name.removesuffix(POSTED))
