"""An author's own layers: the module that the server was started with, followed as it changes.

``LAYERSCOPE_LAYERS`` names it. A visitor never does: code comes from whoever starts the server.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from layers.api.explore import OwnModule
from layers.inputs.description import Description
from pages.shared.compute import of_module
from pages.shared.frame import literal

MAXIMUM_BYTES = 2**20
_SECONDS = 1.5  # between two looks at the file


@dataclass(frozen=True)
class Own:
    """What there is of an author's own.

    Attributes:
        module: the last version that worked; None where none has.
        layers: in it.
        problem: what is wrong with the file as it is now, as a sentence; empty where nothing is.
    """

    module: OwnModule | None = None
    layers: tuple[Description, ...] = ()
    problem: str = ""


class Followed:
    """A file, read again where it has changed; the same for all visitors of a server."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._stamp: tuple[int, int] | None = None
        self._own = Own()
        self._lock = threading.Lock()

    @property
    def stamp(self) -> tuple[int, int]:
        """When the file was last changed, and its bytes; zeros where there is none."""
        try:
            found = Path(self.path).stat()
        except OSError:
            return 0, 0
        return found.st_mtime_ns, found.st_size

    def own(self) -> Own:
        """Return the layers, of the file as it is or as it last worked."""
        if not self.path:
            return self._own
        with self._lock:
            if (stamp := self.stamp) != self._stamp:
                self._own = self._read(stamp[1])
                self._stamp = stamp
            return self._own

    def _read(self, size: int) -> Own:
        try:
            if not 0 < size <= MAXIMUM_BYTES:
                raise ValueError(
                    f"Your layers cannot be read: expected a Python file of at most "
                    f"{MAXIMUM_BYTES:,} bytes. Received {size:,} at {Path(self.path).name}. Start "
                    "the server with `make run LAYERS=my_module.py`."
                )
            path = Path(self.path).resolve()
            module = OwnModule(str(path), path.read_text("utf-8"))
            return Own(module, of_module(module))
        except (OSError, UnicodeDecodeError) as error:
            problem = (
                f"Your layers cannot be read: expected a Python file in UTF-8. Received {error}. "
                "Save it as one."
            )
        except ValueError as refusal:
            problem = str(refusal)
        if self._own.module:
            problem += " Until then the last version that worked is shown."
        return Own(self._own.module, self._own.layers, problem)


followed = Followed(os.environ.get("LAYERSCOPE_LAYERS", ""))


def follow() -> None:
    """Run the page again when the file changes, and show what is wrong with it as it is."""
    if not followed.path:
        return
    _watch()
    if problem := followed.own().problem:
        st.error(literal(problem), icon=":material/error:")


@st.fragment(run_every=_SECONDS)
def _watch() -> None:
    seen, now = st.session_state.get("own_stamp"), followed.stamp
    st.session_state.own_stamp = now
    if seen not in (None, now):
        st.rerun()
