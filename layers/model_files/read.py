"""Read a model file of any kind: its layers as plain data, and the numbers of one weight."""

from __future__ import annotations

import json
import mmap
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import h5py

from layers.model_files import archive, config, keras3, keras_h5, safetensors
from layers.model_files.arrays import Array
from layers.model_files.config import LayerConfig
from layers.model_files.hdf5 import HDF5_ERRORS, SafeHdf5
from layers.model_files.model import FileSource, LayerEntry, ModelFile, refuse

SUFFIXES = (".keras", ".h5", ".hdf5", ".safetensors")
MAXIMUM_LAYERS = 20_000
_HDF5 = b"\x89HDF\r\n\x1a\n"
_ZIP = b"PK\x03\x04"
_HINT = "Choose a file that Keras saved, or a safetensors file."
_WEIGHTS = "model.weights.h5"


@dataclass(frozen=True, kw_only=True)
class _Opened:
    """An open file: HDF5 or safetensors."""

    form: str
    file: SafeHdf5 | None = None
    stream: BinaryIO | None = None
    mapped: mmap.mmap | None = None
    config: bytes | str = ""
    version: str = ""


def index(source: FileSource) -> ModelFile:
    """Return a file's layers and weights, without the numbers.

    Raises:
        BadInputError: the file cannot be read.
    """
    return parsed(source)[0]


def parsed(source: FileSource) -> tuple[ModelFile, LayerConfig | None]:
    """Return a file's layers and weights, and its configuration where it has one.

    Raises:
        BadInputError: the file cannot be read.
    """
    with _opened(source) as opened:
        model, notes = None, []
        if opened.config:
            model = config.parse(opened.config, source.name)
        elif opened.file is not None:
            notes.append(
                "The file has weights and no configuration. The order, classes and shapes of its "
                "layers are unknown; their kinds are taken from their names."
            )
        if opened.file is None:
            assert opened.stream is not None  # noqa: S101 (one of the two is there)
            layers = safetensors.layers(opened.stream, source.name)
        elif _is_keras3(opened.file):
            layers = keras3.layers(opened.file, model)
        else:
            layers = keras_h5.layers(opened.file, model)
        version = opened.version
    if not 0 < len(layers) <= MAXIMUM_LAYERS:
        raise refuse(source.name, f"1 to {MAXIMUM_LAYERS:,} layers", f"{len(layers):,}", _HINT)
    layers = _unique(layers)
    found = ModelFile(
        name=source.name, form=opened.form, version=version, layers=layers, notes=tuple(notes)
    )
    return found, model


@contextmanager
def array(source: FileSource, where: str) -> Generator[Array]:
    """Open one weight; nothing else of the file is read.

    Args:
        source: the file.
        where: the weight's path within it, as ``WeightEntry.where``.

    Raises:
        BadInputError: it is not there, or its numbers cannot be shown.
    """
    with _opened(source) as opened:
        if opened.file is None:
            assert opened.stream is not None  # noqa: S101 (one of the two is there)
            assert opened.mapped is not None  # noqa: S101
            yield safetensors.array(opened.stream, opened.mapped, where, source.name)
            return
        dataset = opened.file.at(where)
        if not isinstance(dataset, h5py.Dataset):
            raise refuse(source.name, f"numbers at {where[:60]!r}", "a group", _HINT)
        found, _, problem = opened.file.array(dataset)
        if found is None:
            raise refuse(source.name, "numbers that can be shown", problem[:200], _HINT)
        yield found


@contextmanager
def _opened(source: FileSource) -> Generator[_Opened]:
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(source.path).open("rb"))
        except OSError:
            raise refuse(
                source.name, "a file that still exists", "none", "Choose it again."
            ) from None
        start = stream.read(16)
        if not start:
            raise refuse(source.name, "a model", "an empty file", _HINT)
        if start.startswith(_ZIP):
            yield _opened_zip(stack, stream, source.name)
        elif start.startswith(_HDF5):
            yield _opened_hdf5(stack, source.path, source.name)
        elif safetensors.looks_like(start):
            mapped = stack.enter_context(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
            yield _Opened(form="safetensors", stream=stream, mapped=mapped)
        else:
            raise refuse(
                source.name,
                "a Keras or safetensors file",
                f"one that starts with {start[:8]!r}",
                _HINT,
            )


def _opened_zip(stack: ExitStack, stream: BinaryIO, name: str) -> _Opened:
    found = archive.members(stream, name)
    for wanted in ("config.json", _WEIGHTS):
        if wanted not in found:
            raise refuse(
                name, f"{wanted} in the zip", ", ".join(found)[:100] or "an empty zip", _HINT
            )
    texts = {}
    for member, most in (("config.json", config.MAXIMUM_BYTES), ("metadata.json", 2**16)):
        if member in found:
            if found[member].file_size > most:
                raise refuse(name, f"{member} of at most {most:,} bytes", "more", _HINT)
            texts[member] = archive.opened(stream, found[member], name).read()
    try:
        metadata = json.loads(texts.get("metadata.json", b"{}"))
    except (ValueError, RecursionError):
        metadata = {}  # only the version is shown; nothing depends on it
    version = metadata.get("keras_version") if isinstance(metadata, dict) else ""
    weights = archive.opened(stream, found[_WEIGHTS], name)
    file = _guarded(stack, weights, name)
    return _Opened(
        form="Keras archive",
        file=file,
        config=texts["config.json"],
        version=str(version or "")[:40],
    )


def _opened_hdf5(stack: ExitStack, path: str, name: str) -> _Opened:
    file = _guarded(stack, path, name)
    group = file.child(file.file, "model_weights")
    where = group if isinstance(group, h5py.Group) else file.file
    text = file.text(file.file, "model_config")
    version = file.text(file.file, "keras_version") or file.text(where, "keras_version")
    form = "Keras model in HDF5" if text else "weights in HDF5"
    return _Opened(form=form, file=file, config=text, version=version[:40])


def _guarded(stack: ExitStack, file: BinaryIO | str, name: str) -> SafeHdf5:
    try:
        # With a small chunk cache: everything is read once.
        opened = stack.enter_context(h5py.File(file, "r", rdcc_nbytes=2**20))
    except HDF5_ERRORS as error:
        message = str(error).split("(")[0].strip()[:80]
        raise refuse(
            name, "a whole HDF5 file", f"one that cannot be opened: {message}", _HINT
        ) from None
    return SafeHdf5(opened, name)


def _is_keras3(file: SafeHdf5) -> bool:
    """Return whether the weights are in groups called ``vars``, as Keras 3 stores them."""
    if file.texts(file.file, "layer_names") is not None:
        return False
    return any(
        key in {"vars", *keras3.CONTAINERS}
        or (isinstance(found, h5py.Group) and file.child(found, "vars") is not None)
        for key, found in file.children(file.file)
    )


def _unique(layers: tuple[LayerEntry, ...]) -> tuple[LayerEntry, ...]:
    """Return the layers with unique paths: the repeated paths of forged files get numbers."""
    seen: dict[str, int] = {}
    found = []
    for layer in layers:
        count = seen[layer.path] = seen.get(layer.path, 0) + 1
        found.append(replace(layer, path=f"{layer.path}#{count}") if count > 1 else layer)
    return tuple(found)
