"""``python -m tests.layers.model_files.make folder``: model files, for tests without TensorFlow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FILES = (
    *("dense.keras", "nested.keras", "recurrent.h5", "attention.keras", "lines.keras"),
    "custom.keras",
)


def make(folder: Path) -> Path:
    """Make the files in a process of their own, and return the folder."""
    command = [sys.executable, "-m", "tests.layers.model_files.make", str(folder)]
    subprocess.run(command, check=True, cwd=Path(__file__).parents[3], capture_output=True)
    return folder


def main(folder: Path) -> None:
    import keras  # noqa: PLC0415 (only the process that makes them has TensorFlow)

    from tests.layers.model_files import families  # noqa: PLC0415

    for name in ("dense.keras", "nested.keras", "recurrent.h5", "attention.keras", "lines.keras"):
        model = getattr(families, name.partition(".")[0])()
        families.randomised(model).save(folder / name)
    layer = keras.layers.Lambda(lambda x: x * 2, name="<b>**twice**")
    model = keras.Sequential([keras.Input((3,)), layer, keras.layers.Dense(2, name="last")])
    families.randomised(model).save(folder / "custom.keras")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
