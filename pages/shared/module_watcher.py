"""An author's own layers: the module that the server was started with, read again as it changes.

``LAYERSCOPE_LAYERS`` names it. A visitor never does: code comes from whoever starts the server.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st

from layers.api.explore import OwnModule
from layers.inputs.description import Description
from pages.shared.compute import author_layers
from pages.shared.frame import literal
from pages.shared.session import session

MAXIMUM_BYTES = 2**20
_SECONDS = 1.5  # between two checks of the file


@dataclass(frozen=True)
class AuthorModule:
    """An author's module and its layers.

    Attributes:
        module: the last version that worked; None where none has.
        layers: those in it.
        problem: what is wrong with the file as it is now, as a sentence; empty where nothing is.
    """

    module: OwnModule | None = None
    layers: tuple[Description, ...] = ()
    problem: str = ""


class ModuleWatcher:
    """Reads an author's file again when it has changed; one for all visitors of a server."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._stamp: tuple[int, int] | None = None
        self._current = AuthorModule()
        self._lock = threading.Lock()

    @property
    def stamp(self) -> tuple[int, int]:
        """When the file was last changed, and its bytes; zeros where there is none."""
        try:
            found = Path(self.path).stat()
        except OSError:
            return 0, 0
        return found.st_mtime_ns, found.st_size

    def current(self) -> AuthorModule:
        """Return the layers, of the file as it is or as it last worked."""
        if not self.path:
            return self._current
        with self._lock:
            if (stamp := self.stamp) != self._stamp:
                self._current = self._read(stamp[1])
                self._stamp = stamp
            return self._current

    def _read(self, size: int) -> AuthorModule:
        try:
            if not 0 < size <= MAXIMUM_BYTES:
                raise ValueError(
                    f"Your layers cannot be read: expected a Python file of at most "
                    f"{MAXIMUM_BYTES:,} bytes. Received {size:,} at {Path(self.path).name}. Start "
                    "the server with `make run LAYERS=my_module.py`."
                )
            path = Path(self.path).resolve()
            module = OwnModule(str(path), path.read_text("utf-8"))
            return AuthorModule(module, author_layers(module))
        except (OSError, UnicodeDecodeError) as error:
            problem = (
                f"Your layers cannot be read: expected a Python file in UTF-8. Received {error}. "
                "Save it as one."
            )
        except ValueError as refusal:
            problem = str(refusal)
        if self._current.module:
            problem += " Until then the last version that worked is shown."
        return AuthorModule(self._current.module, self._current.layers, problem)


@cache
def module_watcher() -> ModuleWatcher:
    """Return the watcher of the file that the server was started with."""
    return ModuleWatcher(os.environ.get("LAYERSCOPE_LAYERS", ""))


def author_module() -> AuthorModule:
    """Return the author's module, as it is or as it last worked; empty where none was named."""
    return module_watcher().current()


def rerun_on_change() -> None:
    """Run the page again when the file changes, and show what is wrong with it as it is."""
    if not module_watcher().path:
        return
    _watch()
    if problem := author_module().problem:
        st.error(literal(problem), icon=":material/error:")


@st.fragment(run_every=_SECONDS)
def _watch() -> None:
    before, now = session().module_stamp, module_watcher().stamp
    session().module_stamp = now
    if before not in (None, now):
        st.rerun()
