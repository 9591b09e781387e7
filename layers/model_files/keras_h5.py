"""The ``.h5`` of Keras 1, 2 and 3: one group a layer, weights by name, order in attributes."""

from __future__ import annotations

from collections.abc import Iterator

import h5py

from layers.model_files.config import LayerConfig, nested
from layers.model_files.hdf5 import Guarded
from layers.model_files.keras3 import entry, weight
from layers.model_files.kinds import base, kind_of
from layers.model_files.model import LayerEntry, WeightEntry, refuse

_FIRST_KERAS = {"W": "kernel", "b": "bias", "U": "recurrent_kernel"}
"""What Keras 1 called its weights, ``dense_1_W``."""
_SHOWN = {"attention_output": "output"}
_STATISTICS = {"running_mean": "moving_mean", "running_std": "moving_variance"}


def layers(file: Guarded, config: LayerConfig | None) -> tuple[LayerEntry, ...]:
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
        listed = tuple(_guessed(name) for name in stored)
    rows = list(_model(file, listed, stored, "", 0))
    left = [_guessed(name) for name, weights in stored.items() if weights]
    rows += _model(file, tuple(left), stored, "", 0)
    if top:
        own = LayerConfig(name="top_level_model_weights", class_name="", settings={})
        rows += _model(file, (own,), {own.name: top}, "", 0)
    return tuple(rows)


def _guessed(name: str) -> LayerConfig:
    return LayerConfig(name=name, class_name="", settings={})


Stored = dict[str, list[tuple[str, h5py.Dataset]]]


def _stored(file: Guarded, group: h5py.Group, layer: str) -> list[tuple[str, h5py.Dataset]]:
    """Return a layer's datasets by the names that the file gives them, in its order."""
    own = file.child(group, layer) if layer else None
    if not isinstance(own, h5py.Group):
        return []
    found = []
    for name in file.texts(own, "weight_names") or ():
        at: h5py.Group | h5py.Dataset | None = own
        for key in name.strip("/").split("/"):
            at = file.child(at, key) if isinstance(at, h5py.Group) else None
        if isinstance(at, h5py.Dataset):
            found.append((name, at))
    return found


def _model(
    file: Guarded, listed: tuple[LayerConfig, ...], stored: Stored, prefix: str, depth: int
) -> Iterator[LayerEntry]:
    """Yield layers; ``stored`` gives up what they take."""
    for layer in listed:
        own = stored.pop(layer.name, [])
        inner: Stored = {}
        if layer.layers is not None:
            names = list(_below(layer.layers))
            own = [*own, *(found for name in names for found in stored.pop(name, []))]
            for name, dataset in own:
                owner = next((word for word in name.split("/") if word in names), None)
                owner = owner or next((word for word in names if name.startswith(f"{word}_")), "")
                inner.setdefault(owner, []).append((name, dataset))
            own = inner.pop("", [])
        path = f"{prefix}{layer.name}"
        yield entry(
            layer,
            path=path,
            name=layer.name,
            depth=depth,
            weights=tuple(_weight(file, layer, name, dataset) for name, dataset in own),
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


def _weight(file: Guarded, layer: LayerConfig, name: str, dataset: h5py.Dataset) -> WeightEntry:
    kind, parts = kind_of(layer.class_name), name.removesuffix(":0").strip("/").split("/")
    if layer.name in parts:
        parts = parts[parts.index(layer.name) + 1 :] or parts
    *outer, own = parts
    own = own.removeprefix(f"{layer.name}_")
    shown = []
    class_name, inner = nested(layer.settings, "layer")
    for word in outer:
        cell = base(word)
        if class_name and word == inner.get("name"):
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
    own = _FIRST_KERAS.get(own, _STATISTICS.get(own, own))
    frozen = layer.settings.get("trainable") is False
    return weight(file, dataset, kind or _kind_by(own), "/".join([*shown, own]), frozen)


_ATTENTION = {"query", "key", "value", "attention_output"}


def _kind_by(own: str) -> str:
    """Return a kind of layer that is told by its weight's name alone; empty where none is."""
    return {"embeddings": "embedding", "gamma": "layer_normalization"}.get(own, "")
