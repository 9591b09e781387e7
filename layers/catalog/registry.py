"""The layers there are, in the picker's order. To add one: its file, and its line in ``NAMES``."""

from __future__ import annotations

from importlib import import_module

from layers.catalog.spec import LayerSpec
from layers.inputs.fields import BadInputError

NAMES = (
    "linear",
    "repeated_dense",
    "nd_dense",
    "center_zero",
    "running_sum",
    "mlp_block",
)

LAYERS: tuple[LayerSpec, ...] = tuple(
    import_module(f"layers.catalog.{name}").SPEC for name in NAMES
)


def get(name: str) -> LayerSpec:
    """Return the layer of that name.

    Raises:
        BadInputError: no layer has it.
    """
    for spec in LAYERS:
        if spec.name == name:
            return spec
    raise BadInputError(
        f"The layer cannot be shown: expected one of {', '.join(NAMES)}. "
        f"Received {name[:60]!r}. Pick a layer from the list."
    )
