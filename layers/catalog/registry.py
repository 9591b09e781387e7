"""The layers there are, in the picker's order. To add one: its file, and its line in ``NAMES``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module

from layers.catalog.spec import LayerSpec
from layers.catalog.stock import LINES, stock_spec
from layers.inputs.fields import BadInputError

NAMES = (
    "linear",
    "repeated_dense",
    "nd_dense",
    "center_zero",
    "running_sum",
    "mlp_block",
)
"""The posts' layers, one file each."""

POSTS: tuple[LayerSpec, ...] = tuple(import_module(f"layers.catalog.{name}").SPEC for name in NAMES)


class Catalogue(Sequence[LayerSpec]):
    """The posts' layers, then Keras's own; one of Keras's is declared when it is first asked for.

    >>> "conv2d" in LAYERS.names, LAYERS[0].name
    (True, 'linear')
    """

    names: tuple[str, ...] = (*NAMES, *LINES)

    def __len__(self) -> int:
        """Return how many layers there are."""
        return len(self.names)

    def __getitem__(self, at):
        """Return the layer at a position, or those of a slice."""
        if isinstance(at, slice):
            return tuple(self[i] for i in range(*at.indices(len(self))))
        return self.get(self.names[at])

    def __iter__(self) -> Iterator[LayerSpec]:
        """Return the layers in the picker's order."""
        return map(self.get, self.names)

    def get(self, name: str) -> LayerSpec:
        """Return the layer of that name; ``KeyError`` where there is none."""
        return POSTS[NAMES.index(name)] if name in NAMES else stock_spec(name)


LAYERS = Catalogue()


def get(name: str) -> LayerSpec:
    """Return the layer of that name.

    Raises:
        BadInputError: no layer has it.
    """
    if name in LAYERS.names:
        return LAYERS.get(name)
    raise BadInputError(
        f"The layer cannot be shown: expected one of {', '.join(NAMES)}, or one of Keras's such as "
        f"lstm or conv2d. Received {name[:60]!r}. Pick a layer from the list."
    )
