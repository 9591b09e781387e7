"""How a worker says how far a training is, and hears that it is to stop: two small files."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

_INTERVAL = 0.1
"""Seconds between two notes: a page asks no oftener."""


@dataclass
class FileProgress:
    """Writes the steps taken and the loss into a file; a second file asks to stop.

    Attributes:
        path: of the file, in a folder that the page and the worker both see.
    """

    path: str
    _last: float = field(default=0.0, repr=False)

    def __call__(self, step: int, loss: float) -> None:
        """Note a step, at most ten times a second."""
        now = time.monotonic()
        if now - self._last >= _INTERVAL:
            self._last = now
            new = Path(f"{self.path}.new")
            new.write_text(f"{step} {loss!r}", encoding="utf-8")
            new.replace(self.path)  # a reader never sees half a line

    def stopped(self) -> bool:
        """Say whether somebody asked to stop."""
        return Path(f"{self.path}.stop").exists()

    def stop(self) -> None:
        """Ask to stop."""
        Path(f"{self.path}.stop").touch()

    def read(self) -> tuple[int, float] | None:
        """Return the steps taken and the loss, or None before the first note."""
        try:
            step, loss = Path(self.path).read_text(encoding="utf-8").split()
        except (FileNotFoundError, ValueError):
            return None
        return int(step), float(loss)
