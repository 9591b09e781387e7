"""The file layout of Keras 3 and ``.weights.h5``: nested groups of layers, weights by number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import h5py

from layers.model_files.config import LayerConfig, nested, stored_names
from layers.model_files.hdf5 import SafeHdf5
from layers.model_files.kinds import (
    NAMES,
    WEIGHTLESS,
    axes_of,
    base,
    is_trained,
    kind_of,
    parts_of,
    weight_names,
)
from layers.model_files.model import LayerEntry, WeightEntry

CONTAINERS = ("layers", "_layer_checkpoint_dependencies")
"""Groups of layers; the second name is TensorFlow 2.12's."""
_NOT_LAYERS = {"vars", "optimizer", "metrics", "_metrics", "loss_tracker", "_loss_tracker"}
_SHOWN = {
    "cell": "",
    "layer": "",
    "layers": "",
    "forward_layer": "forward",
    "backward_layer": "backward",
    "query_dense": "query",
    "_query_dense": "query",
    "key_dense": "key",
    "_key_dense": "key",
    "value_dense": "value",
    "_value_dense": "value",
    "output_dense": "output",
    "_output_dense": "output",
}
"""Group → its name within weight names, in Keras's order; an empty name is left out."""
_WRAPPERS = {"bidirectional", "time_distributed", "multi_head_attention", "rnn"}
_ORDER = {key: at for at, key in enumerate(_SHOWN)}


def layers(file: SafeHdf5, config: LayerConfig | None) -> tuple[LayerEntry, ...]:
    """Return all layers of a file, in the configuration's order where there is one.

    Raises:
        BadInputError: links to elsewhere, or damage.
    """
    listed = config.layers if config else None
    return tuple(_model(file, file.file, listed, "", 0))


def _model(
    file: SafeHdf5,
    group: h5py.Group | None,
    listed: tuple[LayerConfig, ...] | None,
    prefix: str,
    depth: int,
) -> Iterator[LayerEntry]:
    groups = _groups(file, group) if group is not None else {}
    names = {key: _saved_name(file, found) for key, found in groups.items()}
    by_name = {name: key for key, name in names.items() if name}
    remaining = dict(groups)
    for layer, stored in zip(listed or (), stored_names(listed or ()), strict=True):
        key = by_name.get(layer.name, stored)
        yield from _layer(
            file, remaining.pop(key, None), layer, layer.name or stored, prefix, depth
        )
    for key, found in remaining.items():
        name = names[key] or key
        config = LayerConfig(
            name=name, class_name=_kind_by_name(key) or _kind_by_name(name), settings={}
        )
        yield from _layer(file, found, config, name, prefix, depth)


def _kind_by_name(name: str) -> str:
    """Return the kind of layer that a name stands for; empty where it is none that is known."""
    kind = base(name)
    return kind if kind in NAMES or kind in _WRAPPERS or WEIGHTLESS.match(kind) else ""


def _layer(
    file: SafeHdf5,
    group: h5py.Group | None,
    layer: LayerConfig,
    name: str,
    prefix: str,
    depth: int,
) -> Iterator[LayerEntry]:
    path = f"{prefix}{name}"
    is_model = layer.layers is not None or (
        group is not None and not layer.settings and _container(file, group) is not None
    )
    weights = tuple(_weights(file, group, layer, own_only=is_model)) if group is not None else ()
    yield entry(layer, path=path, name=name, depth=depth, weights=weights, is_model=is_model)
    if is_model:
        yield from _model(file, group, layer.layers, f"{path}/", depth + 1)


def entry(
    layer: LayerConfig,
    *,
    path: str,
    name: str,
    depth: int,
    weights: tuple[WeightEntry, ...],
    is_model: bool,
) -> LayerEntry:
    """Return a layer's entry, with the reason where it has no weights.

    Args:
        layer: its configuration.
        path: unique in the file.
        name: its own name.
        depth: how many models it is nested in.
        weights: its own and those of wrapped layers.
        is_model: whether it contains other layers.
    """
    why = ""
    if not weights and not is_model:
        if WEIGHTLESS.match(kind_of(layer.class_name)):
            why = f"No weights: {layer.class_name} has nothing to learn."
        else:
            why = "No weights: the file has none for this layer."
    names: dict[str, int] = {}
    distinct = []
    for found in weights:
        count = names[found.name] = names.get(found.name, 0) + 1
        distinct.append(replace(found, name=f"{found.name} {count}") if count > 1 else found)
    return LayerEntry(
        path=path,
        name=name,
        kind=layer.class_name,
        depth=depth,
        settings=layer.settings,
        weights=tuple(distinct),
        is_model=is_model,
        why_empty=why,
    )


def _container(file: SafeHdf5, group: h5py.Group) -> h5py.Group | None:
    for key in CONTAINERS:
        found = file.child(group, key)
        if isinstance(found, h5py.Group):
            return found
    return None


def _groups(file: SafeHdf5, group: h5py.Group) -> dict[str, h5py.Group]:
    container = _container(file, group)
    return {
        key: found
        for key, found in file.children(container if container is not None else group)
        if isinstance(found, h5py.Group) and key not in _NOT_LAYERS
    }


def _saved_name(file: SafeHdf5, group: h5py.Group) -> str:
    variables = file.child(group, "vars")
    return file.text(variables, "name")[:200] if isinstance(variables, h5py.Group) else ""


def _weights(
    file: SafeHdf5, group: h5py.Group, layer: LayerConfig, *, own_only: bool
) -> Iterator[WeightEntry]:
    frozen = layer.settings.get("trainable") is False
    yield from _collect(
        file, group, kind_of(layer.class_name), layer.settings, "", frozen, own_only=own_only
    )


def _collect(
    file: SafeHdf5,
    group: h5py.Group,
    kind: str,
    settings: Mapping[str, Any],
    prefix: str,
    frozen: bool,
    *,
    own_only: bool = False,
) -> Iterator[WeightEntry]:
    """Yield the weights of a layer, then those of the layers that it wraps."""
    variables = file.child(group, "vars")
    if isinstance(variables, h5py.Group):
        stored = [(k, d) for k, d in file.children(variables) if isinstance(d, h5py.Dataset)]
        names = weight_names(kind, len(stored), settings)
        for (key, dataset), name in zip(stored, names, strict=True):
            if name == "wrapped_kernel":  # the wrapped layer has it too: it is one weight
                continue
            known = name if key.isdecimal() else key  # some layers store by name
            yield weight(file, dataset, kind, prefix + known, frozen)
    if own_only:
        return
    inner = [
        (key, found)
        for key, found in file.children(group)
        if isinstance(found, h5py.Group) and key != "vars"
    ]
    for key, found in sorted(inner, key=lambda item: _ORDER.get(item[0], len(_ORDER))):
        inner_kind, inner_settings = _wrapped(file, found, key, kind, settings)
        shown = _SHOWN.get(key, key)
        yield from _collect(
            file,
            found,
            inner_kind,
            inner_settings,
            f"{prefix}{shown}/" if shown else prefix,
            frozen,
        )


def _wrapped(
    file: SafeHdf5, group: h5py.Group, key: str, kind: str, settings: Mapping[str, Any]
) -> tuple[str, Mapping[str, Any]]:
    """Return the kind and settings of a wrapped layer, as far as the file says."""
    if _SHOWN.get(key) in {"query", "key", "value", "output"}:
        return "einsum_dense", settings
    if key == "cell" and kind in NAMES:
        return kind, settings
    class_name, inner = nested(settings, key)
    if not class_name and key in {"forward_layer", "backward_layer"}:
        class_name, inner = nested(settings, "layer")
    if class_name:
        return kind_of(class_name), inner
    for word in (base(key), base(_saved_name(file, group))):
        if word.removesuffix("_cell") in NAMES:
            return word.removesuffix("_cell"), {}
    return base(key), {}


def weight(
    file: SafeHdf5, dataset: h5py.Dataset, kind: str, name: str, frozen: bool
) -> WeightEntry:
    """Return a dataset's entry, with names for its axes.

    Args:
        file: which holds it.
        dataset: the weight.
        kind: of its layer, in snake case.
        name: within its layer.
        frozen: whether the configuration says that the layer is not trained.
    """
    _, dtype, problem = file.array(dataset)
    shape = tuple(dataset.shape or ())
    axes = axes_of(kind, name, len(shape))
    return WeightEntry(
        name=name,
        where=str(dataset.name),
        shape=shape,
        dtype=dtype,
        axes=axes,
        parts=parts_of(kind, axes, shape),
        trainable=not frozen and is_trained(name),
        problem=problem,
    )
