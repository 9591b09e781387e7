"""An author's layers, each in a process of its own, forked from one in which nothing has run.

The worker has imported TensorFlow and computed nothing: its forks start within a moment, and are as
clean as it is. What a layer does to its process (it sets ``tf.nn.relu``, say) ends there. Where a
process with TensorFlow cannot be forked (all systems but Linux), all run in the worker itself.
"""

from __future__ import annotations

import ctypes
import gc
import hashlib
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from layers.api import explore, processes
from layers.api.explore import OwnModule

FORKS = sys.platform == "linux"
MOST = 4
"""Processes that a worker keeps; the one that was used longest ago ends first."""
_PREFIX = "own."
"""Before an own layer's name, as in links."""
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class ProcessDiedError(Exception):
    """A layer's process ended before it answered."""


class _Sent:
    """A pickled value: it is unpickled where it arrives, and not on the way."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __reduce__(self) -> tuple:
        return pickle.loads, (self._data,)


class _Fork:
    """One layer's process, forked from this one."""

    def __init__(self) -> None:
        self._connection, other = Pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                _serve(other, parent)
            finally:
                os._exit(1)
        other.close()

    def run(self, function: Callable[..., Any], arguments: tuple, named: dict[str, Any]) -> Any:
        """Run a function there, as ``processes.guarded`` does.

        Raises:
            ProcessDiedError: it ended meanwhile.
            Exception: what the function raises.
        """
        try:
            self._connection.send((function, arguments, named))
            is_error, data = self._connection.recv()
        except (EOFError, OSError):
            raise ProcessDiedError from None
        if is_error:
            raise pickle.loads(data)  # noqa: S301 (written by our own fork)
        return _Sent(data)

    def end(self) -> None:
        """End the process."""
        self._connection.close()
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def _serve(connection: Connection, parent: int) -> None:
    """In a fork: answer until the worker ends, however it ends."""
    ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        return
    while True:
        function, arguments, named = connection.recv()
        is_error = False
        try:
            result = processes.guarded(function, *arguments, **named)
        except Exception as error:  # noqa: BLE001 (whatever it raises is its result)
            is_error, result = True, error
        sys.stdout.flush()
        connection.send((is_error, pickle.dumps(result)))


_forks: dict[str, _Fork] = {}
"""By the layer, the one that was used last at the end; in a worker only."""


def prepare() -> None:
    """Import all that a layer's run needs, and compute nothing: what has computed cannot be forked.

    Where nothing is forked, warm up as other workers do.
    """
    if not FORKS:
        explore.warm_up()
        return
    import layers.checkup.examination.collect_evidence
    import layers.checkup.examination.examine
    import layers.runs.run
    import layers.training.running.train
    import layers.user_code.user_module  # noqa: F401
    from layers.catalog.registry import LAYERS  # noqa: F401

    explore.start()
    gc.collect()
    gc.freeze()  # forks share this memory as long as nobody writes to it


def guarded(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Return what a function returns in the process of the own layer that it is about.

    Raises:
        ProcessDiedError: that process ended.
        Exception: as ``processes.guarded``.
    """
    if not FORKS:
        return processes.guarded(function, *arguments, **named)
    key = own_layer((*arguments, *named.values()))
    fork = _forks[key] = _forks.pop(key, None) or _Fork()
    while len(_forks) > MOST:
        _forks.pop(next(iter(_forks))).end()
    try:
        return fork.run(function, arguments, named)
    except ProcessDiedError:
        _forks.pop(key).end()
        raise


def end_all() -> None:
    """End all forks: what they kept of earlier runs is gone with them."""
    if not FORKS:
        processes.clear_kernels()
    while _forks:
        _forks.popitem()[1].end()


def own_layer(values: Iterable[Any]) -> str:
    """Return which own layer of which version of a module a call's arguments are about.

    Args:
        values: the arguments: a module and a layer's name, or dataclasses that have them.
    """
    modules: list[str] = []
    names: list[str] = []
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, OwnModule):
            text = f"{value.path}\n{value.source}"
            modules.append(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
        elif isinstance(value, str) and value.startswith(_PREFIX):
            names.append(value)
        elif is_dataclass(value):
            waiting += [getattr(value, field.name) for field in fields(value)]
    return " ".join((*modules, *names))
