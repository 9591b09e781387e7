"""Traces are plain data: pages read them, and pages load no TensorFlow."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_traces_load_no_tensorflow():
    rooms = ("layers/traces", "layers/operations")
    files = [file for room in rooms for file in sorted((ROOT / room).rglob("*.py"))]
    modules = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    assert "layers.traces.rules.windows" in modules
    program = (
        "import importlib, sys; sys.path.insert(0, sys.argv[1]); "
        "[importlib.import_module(name) for name in sys.argv[2:]]; "
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    plain = [name.removesuffix(".__init__") for name in modules]
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, str(ROOT), *plain],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "numpy" in loaded
    assert not loaded & {"tensorflow", "keras", "streamlit", "plotly"}
