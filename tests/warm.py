"""Commands of Python, each in a fork of one process that has imported TensorFlow.

Importing TensorFlow takes seconds, and a fork takes a moment. This is for tests of what a command
writes. A test of how a command starts (its environment, what it loads) starts its own interpreter.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from layers.api import forks
from layers.fork import CAN_FORK

ROOT = Path(__file__).parents[1]
IMPORTED = ("layerscope.render", "layerscope.run", "mkdocs.__main__", "sphinx.cmd.build")
"""What the commands import besides TensorFlow. Importing these computes nothing."""


class WarmPython:
    """Runs ``python -m …`` in forks. Where nothing is forked, in new interpreters."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def run(
        self, arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a module as a program, and return its exit status and what it printed.

        Args:
            arguments: the module's name, and the program's arguments.
            cwd: the folder in which it runs.
            env: variables besides this process's.
        """
        environment = {**os.environ, **(env or {}), "PYTHONPATH": str(ROOT)}
        if not CAN_FORK:
            command = [sys.executable, "-m", *arguments]
            return subprocess.run(
                command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
            )
        with tempfile.TemporaryDirectory() as folder:
            printed = [Path(folder) / name for name in ("stdout", "stderr")]
            status = self._ask([list(arguments), str(cwd), environment, list(map(str, printed))])
            out, err = (file.read_bytes().decode() for file in printed)
        return subprocess.CompletedProcess(list(arguments), status, out, err)

    def end(self) -> None:
        """End the process from which all others are forked."""
        if self._process is not None:
            self._process.communicate()

    def _ask(self, request: list[object]) -> int:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.warm"],
                cwd=ROOT,
                # Not this process's seed: what depends on the order of a set shows here, too.
                env={**os.environ, "PYTHONHASHSEED": "7"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def main() -> None:
    """Fork for every line of the input, and answer with the fork's exit status."""
    forks.prepare()
    for module in IMPORTED:
        importlib.import_module(module)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(*json.loads(line))
            return
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(
    arguments: list[str], folder: str, environment: dict[str, str], printed: list[str]
) -> None:
    """Run a program in this process, which ends as the program does."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    files = [os.open(name, os.O_WRONLY | os.O_CREAT) for name in printed]
    for number, file in enumerate((nothing, *files)):
        os.dup2(file, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = folder
    sys.argv = arguments
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
