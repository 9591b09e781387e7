"""What two machines must have in common, so that they compute the same numbers."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = {
    "TensorFlow": ("tensorflow-cpu", "tensorflow"),
    "Keras": ("keras",),
    "NumPy": ("numpy",),
    "Dask": ("distributed",),
}
_ROOT = Path(__file__).parents[2]
MISSING = "none"


@cache
def versions() -> dict[str, str]:
    """Return the version of each part; Layerscope's is a digest of the files that compute."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = {name: _version(names) for name, names in _PACKAGES.items()}
    return {"Layerscope": _digest(), "Python": python, **found}


def different(
    there: Mapping[str, str], parts: Collection[str] | None = None
) -> dict[str, tuple[str, str]]:
    """Return what another machine has otherwise: the part → (here, there).

    Args:
        there: the other machine's ``versions``.
        parts: which count; all where it is None.
    """
    here = {name: mine for name, mine in versions().items() if parts is None or name in parts}
    found = {name: (mine, there.get(name, MISSING)) for name, mine in here.items()}
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}


def _version(names: tuple[str, ...]) -> str:
    """Return the version of the first of these packages that is installed, without importing it."""
    for name in names:
        with suppress(PackageNotFoundError):
            return version(name)
    return MISSING


def _digest() -> str:
    digest = hashlib.sha256()
    for file in sorted([*(_ROOT / "layers").rglob("*.py"), _ROOT / "block_reduction.py"]):
        digest.update(file.relative_to(_ROOT).as_posix().encode())
        digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:8]
