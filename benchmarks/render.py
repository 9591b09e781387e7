"""How long a cold ``render`` of one SVG takes beyond the import of TensorFlow."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.results import Comparison, Effort, Result

ROOT = Path(__file__).parents[1]
LINK = "/?layer=linear&cell=outputs.0.2"
LIMIT = 1500  # ms
IMPORT = ["-c", "import layers, tensorflow"]  # layers says how TensorFlow is to compute


def measure(_: Browser, effort: Effort) -> Result:
    """Start both processes in turn; a first turn that is not counted fills the file cache."""
    beyond = []
    with tempfile.TemporaryDirectory() as folder:
        render = ["-m", "layerscope", "render", LINK, "-o", str(Path(folder) / "picture.svg")]
        for _turn in range(effort.starts + 1):
            imported = _milliseconds(IMPORT)
            beyond.append(_milliseconds(render) - imported)
    return Result(
        comparisons=(
            Comparison(
                what="cold render, beyond TensorFlow's import",
                unit="ms",
                ours=tuple(beyond[1:]),
                naive=(),
                limit=LIMIT,
                of_ratio=False,
            ),
        )
    )


def _milliseconds(arguments: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)
    return 1e3 * (time.perf_counter() - started)
