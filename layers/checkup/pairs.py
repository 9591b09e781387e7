"""The posts' layers as they were published, each with its repaired form in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from layers.catalog import posts

POSTED = "_as_posted"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One layer, as posted and repaired; plain data.

    Attributes:
        name: the repaired layer's name in the catalogue.
        title: its title on the page.
        post: the post's title and year, and the layer's name in it.
        posted: the class in ``layers.checkup.examination.posted``, and its arguments.
        repaired: the catalogue's class, and its arguments.
        shape: the input's shape in the post, batch first.
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
        post=f"{posts.REPEATED_WEIGHTS}: CustomLayer",
        posted=("CustomLayer", (10, 5)),
        repaired=("RepeatedDense", {"units": 5}),
        shape=(8, 10),
    ),
    Pair(
        name="linear",
        title="Linear",
        post=f"{posts.CUSTOM_LAYERS}: SimpleDense",
        posted=("SimpleDense", (4,)),
        repaired=("Linear", {"units": 4}),
        shape=(3, 3),
    ),
    Pair(
        name="center_zero",
        title="Centre zero",
        post=f"{posts.CUSTOMISING}: centerZero",
        posted=("CenterZero", (10, 10)),
        repaired=("CenterZero", {}),
        shape=(4, 10, 10),
    ),
    Pair(
        name="running_sum",
        title="Running sum",
        post=f"{posts.CUSTOM_MODELLING}: Compute_Sum",
        posted=("ComputeSum", (2,)),
        repaired=("RunningSum", {}),
        shape=(3, 2),
    ),
    Pair(
        name="mlp_block",
        title="MLP block",
        post=f"{posts.CUSTOM_MODELLING}: MLPBlock",
        posted=("MLPBlock", ()),
        repaired=("MLPBlock", {}),
        shape=(3, 64),
    ),
    Pair(
        name="nd_dense",
        title="N-D dense",
        post=posts.THREE_DIMENSIONS,
        posted=("TensordotDense", (4, 10)),
        repaired=("NDDense", {"units": 10}),
        shape=(2, 3, 4),
    ),
)
NAMES = tuple(name for pair in PAIRS for name in (pair.name + POSTED, pair.name))
"""The layers to choose from: each as posted, then repaired."""


def pair_of(name: str) -> Pair:
    """Return the pair that a name of ``NAMES`` belongs to."""
    return next(pair for pair in PAIRS if pair.name == name.removesuffix(POSTED))
