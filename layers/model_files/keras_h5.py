"""The file layout of ``.h5`` of Keras 1, 2 and 3: a group for each layer, weights by name."""

from __future__ import annotations

from collections.abc import Iterator

import h5py

from layers.model_files.config import LayerConfig, nested
from layers.model_files.hdf5 import SafeHdf5
from layers.model_files.keras3 import entry, weight
from layers.model_files.kinds import base, kind_of
from layers.model_files.model import LayerEntry, WeightEntry, refuse

_FIRST_KERAS = {"W": "kernel", "b": "bias", "U": "recurrent_kernel"}
"""Keras 1's names of weights, as in ``dense_1_W`` → today's."""
_SHOWN = {"attention_output": "output"}
_ATTENTION = {"query", "key", "value", "attention_output"}
_KIND_BY_WEIGHT = {"embeddings": "embedding", "gamma": "layer_normalization"}
_STATISTICS = {"running_mean": "moving_mean", "running_std": "moving_variance"}


def layers(file: SafeHdf5, config: LayerConfig | None) -> tuple[LayerEntry, ...]:
    """Return all layers of a whole model, or of weights alone.

    Raises:
        BadInputError: no list of layers, links to elsewhere, or damage.
    """
    found = file.child(file.file, "model_weights")
    group = found if isinstance(found, h5py.Group) else file.file
    names = file.texts(group, "layer_names")
    if names is None:
        raise refuse(
            file.name,
            "a Keras file: layers in it, or the list layer_names",
            "an HDF5 file without",
            "Choose a file that Keras saved.",
        )
    stored = {name: _stored(file, group, name) for name in names}
    top = _stored(file, group, "top_level_model_weights")
    listed = config.layers if config else None
    if listed is None:
        listed = tuple(_without_config(name) for name in stored)
    rows = list(_model(file, listed, stored, "", 0))
    remaining = [_without_config(name) for name, weights in stored.items() if weights]
    rows += _model(file, tuple(remaining), stored, "", 0)
    if top:
        layer = LayerConfig(name="top_level_model_weights", class_name="", settings={})
        rows += _model(file, (layer,), {layer.name: top}, "", 0)
    return tuple(rows)


def _without_config(name: str) -> LayerConfig:
    return LayerConfig(name=name, class_name="", settings={})


Stored = dict[str, list[tuple[str, h5py.Dataset]]]


def _stored(file: SafeHdf5, group: h5py.Group, layer: str) -> list[tuple[str, h5py.Dataset]]:
    """Return a layer's datasets with their names in the file, in its order."""
    layer_group = file.child(group, layer) if layer else None
    if not isinstance(layer_group, h5py.Group):
        return []
    found = []
    for name in file.texts(layer_group, "weight_names") or ():
        item: h5py.Group | h5py.Dataset | None = layer_group
        for key in name.strip("/").split("/"):
            item = file.child(item, key) if isinstance(item, h5py.Group) else None
        if isinstance(item, h5py.Dataset):
            found.append((name, item))
    return found


def _model(
    file: SafeHdf5, listed: tuple[LayerConfig, ...], stored: Stored, prefix: str, depth: int
) -> Iterator[LayerEntry]:
    """Yield layers, and remove their datasets from ``stored``."""
    for layer in listed:
        datasets = stored.pop(layer.name, [])
        inner: Stored = {}
        if layer.layers is not None:
            names = list(_below(layer.layers))
            datasets += [found for name in names for found in stored.pop(name, [])]
            for name, dataset in datasets:
                owner = next((word for word in name.split("/") if word in names), None)
                owner = owner or next((word for word in names if name.startswith(f"{word}_")), "")
                inner.setdefault(owner, []).append((name, dataset))
            datasets = inner.pop("", [])
        path = f"{prefix}{layer.name}"
        yield entry(
            layer,
            path=path,
            name=layer.name,
            depth=depth,
            weights=tuple(_weight(file, layer, name, dataset) for name, dataset in datasets),
            is_model=layer.layers is not None,
        )
        if layer.layers is not None:
            yield from _model(file, layer.layers, inner, f"{path}/", depth + 1)


def _below(listed: tuple[LayerConfig, ...]) -> Iterator[str]:
    for layer in listed:
        if layer.layers is not None:
            yield from _below(layer.layers)
        elif layer.name:
            yield layer.name


def _weight(file: SafeHdf5, layer: LayerConfig, name: str, dataset: h5py.Dataset) -> WeightEntry:
    kind, parts = kind_of(layer.class_name), name.removesuffix(":0").strip("/").split("/")
    if layer.name in parts:
        parts = parts[parts.index(layer.name) + 1 :] or parts
    *outer, weight_name = parts
    weight_name = weight_name.removeprefix(f"{layer.name}_")
    shown = []
    class_name, inner = nested(layer.settings, "layer")
    _, backward = nested(layer.settings, "backward_layer")
    for word in outer:
        cell = base(word)
        if layer.class_name == "Bidirectional" and word in (
            inner.get("name"),
            f"forward_{inner.get('name')}",
        ):
            kind = kind_of(class_name)
            shown.append("forward")
        elif layer.class_name == "Bidirectional" and word == backward.get("name"):
            kind = kind_of(class_name)
            shown.append("backward")
        elif class_name and word == inner.get("name"):
            kind = kind_of(class_name)
        elif cell.endswith("_cell"):
            kind = kind_of(cell)
        elif cell in _ATTENTION:
            kind = "einsum_dense"
            shown.append(_SHOWN.get(cell, cell))
        elif cell.startswith(("forward_", "backward_")):
            kind = kind_of(cell.partition("_")[2])
            shown.append(cell.partition("_")[0])
        else:
            shown.append(word)
    weight_name = _FIRST_KERAS.get(weight_name, _STATISTICS.get(weight_name, weight_name))
    frozen = layer.settings.get("trainable") is False
    kind = kind or _KIND_BY_WEIGHT.get(weight_name, "")
    return weight(file, dataset, kind, "/".join([*shown, weight_name]), frozen)
