"""The summary of a network: its counts, and the rows of its table."""

from __future__ import annotations

from typing import Any

from layers.model_files.model import LayerEntry, ModelFile
from views.blocks import Block, facts


def counts(model: ModelFile) -> Block:
    """Return the parameter counts."""
    trainable = model.trainable_parameters
    return facts(
        [
            ("Parameters", f"{model.parameters:,}"),
            ("Trainable", f"{trainable:,}"),
            ("Non-trainable", f"{model.parameters - trainable:,}"),
            ("Bytes", f"{model.bytes:,}"),
            ("Layers", f"{len(model.layers):,}"),
        ]
    )


def layer_row(layer: LayerEntry) -> dict[str, Any]:
    """Return what the summary's table says of a layer, for ``browser/summary.js``."""
    row: dict[str, Any] = {"path": layer.path, "name": layer.name, "kind": layer.kind}
    if layer.output_shape:
        row["shape"] = [-1 if length is None else length for length in layer.output_shape]
    if layer.weights:
        row |= {"parameters": layer.parameters, "bytes": layer.bytes}
    if layer.depth:
        row["depth"] = layer.depth
    if layer.is_model:
        row["model"] = True
    return row
