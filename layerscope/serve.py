"""``python -m layerscope serve``: the app, as ``make run`` serves it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from layerscope.refusal import WRONG_REQUEST, Refusal

ROOT = Path(__file__).parents[1]


def serve(options: argparse.Namespace) -> int:
    """Become the server; it does not come back.

    Raises:
        Refusal: a port that is none, or a module or folder that is not there.
    """
    if not 0 < options.port < 2**16:
        raise Refusal(
            f"The app cannot be served: expected a port from 1 to 65,535. Received {options.port}. "
            "Try --port 8501.",
            WRONG_REQUEST,
        )
    environment = dict(os.environ)
    for name in ("layers", "models", "lessons"):
        if path := getattr(options, name):
            if not Path(path).exists():
                raise Refusal(
                    f"The app cannot be served: expected a file or folder for --{name}. Received "
                    f"{path!r}, which is not there. Name one that is.",
                    WRONG_REQUEST,
                )
            environment[f"LAYERSCOPE_{name.upper()}"] = str(Path(path).resolve())
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += ["--server.address", options.host, "--server.port", str(options.port)]
    os.chdir(ROOT)  # Streamlit takes its settings from there
    os.execve(sys.executable, command, environment)  # noqa: S606 (our own app)
