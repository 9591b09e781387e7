"""Where model files come from: an upload, kept on disk for one visitor, or the server's folder."""

from __future__ import annotations

import os
import tempfile
import weakref
from pathlib import Path

import streamlit as st

from layers.inputs.fields import BadInputError
from layers.model_files.model import FileSource
from layers.networks.small_cnn import CnnSource
from pages.shared.session import session, widget_key
from pages.shared.temporary import remove_with_session, server_folder

Source = FileSource | CnnSource
SUFFIXES = (".keras", ".h5", ".hdf5", ".safetensors")
MAXIMUM_MEGABYTES = 64
"""An upload lies in the server's memory while the page is open; larger files go in the folder."""
FOLDER = "LAYERSCOPE_MODELS"
"""The environment's name of the folder that everybody may look into; ``make run MODELS=…``."""


def in_folder() -> dict[str, Path]:
    """Return the model files of the server's folder by name; none where no folder was named."""
    folder = os.environ.get(FOLDER, "")
    if not folder or not Path(folder).is_dir():
        return {}
    found = (file for file in Path(folder).iterdir() if file.name.endswith(SUFFIXES))
    return {file.name: file for file in sorted(found) if file.is_file() and not file.is_symlink()}


def from_folder(name: str) -> FileSource:
    """Return a file of the folder, by a name that was taken from its list."""
    return _source(in_folder()[name], name)


def uploaded(key: str, label: str) -> FileSource | None:
    """Show an upload, and return the file: the one just chosen, or the last one; None before."""
    file = st.file_uploader(
        label,
        type=[suffix.removeprefix(".") for suffix in SUFFIXES],
        key=widget_key(key),
        max_upload_size=MAXIMUM_MEGABYTES,
        help="It is read and never run: no class of it is looked up, no code in it is called.",
    )
    models = session().uploaded_models
    model = models.get(key)
    if file is not None and (model is None or model.file_id != file.file_id):
        if model:
            model.remove()
        model = models[key] = UploadedModel(file.name, file.file_id, file.getbuffer())
    return _source(model.path, model.name) if model else None


class UploadedModel:
    """A visitor's file on disk, where workers read it; gone when the session or the server is."""

    def __init__(self, name: str, file_id: str, data: memoryview) -> None:
        self.name = name
        self.file_id = file_id
        handle, path = tempfile.mkstemp(suffix=".model", dir=server_folder())
        with os.fdopen(handle, "wb") as copy:
            copy.write(data)
        self.path = Path(path)
        self.remove = weakref.finalize(self, self.path.unlink, missing_ok=True)
        remove_with_session(self.remove)


def require_source(source: Source | None) -> Source:
    """Return a source that is there.

    Raises:
        BadInputError: it is a file that was not chosen yet.
    """
    if source is None:
        raise BadInputError(
            "There is nothing to show yet: expected your file, which no link carries. Received "
            f"none. Choose one of {', '.join(SUFFIXES)}, or another model."
        )
    return source


def _source(path: Path, name: str) -> FileSource:
    stat = path.stat()
    return FileSource(path=str(path), name=name, stamp=(stat.st_size, stat.st_mtime_ns))
