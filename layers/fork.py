"""A process forked from one that has imported TensorFlow and computed nothing.

It starts within a moment, where a fresh one imports TensorFlow for seconds, and it is as clean as
the one that it comes from. What has computed cannot be forked: its threads are not in the fork.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

CAN_FORK = sys.platform == "linux"
"""Whether a process with TensorFlow can be forked; on Linux alone."""
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class ForkDiedError(Exception):
    """The forked process ended before it answered."""


class ForkHungError(Exception):
    """The forked process did not answer within its time limit. It still runs."""


class Fork:
    """One process, forked from this one; it ends with it, however that ends."""

    def __init__(self) -> None:
        """Fork."""
        self._connection, other = Pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                _serve(other, parent)
            finally:
                os._exit(1)
        other.close()

    def run(
        self, function: Callable[..., Any], *arguments: Any, time_limit: float | None = None
    ) -> Any:
        """Run a function there.

        Args:
            function: what to run; pickled, as the arguments and the result are.
            *arguments: its arguments.
            time_limit: seconds; None to wait as long as it takes.

        Returns:
            The result, still pickled: it is unpickled where this one sends it.

        Raises:
            ForkDiedError: it ended meanwhile.
            ForkHungError: no result within the limit. Only ``end`` can follow.
            Exception: what the function raises.
        """
        try:
            self._connection.send((function, arguments))
            if not self._connection.poll(time_limit):
                raise ForkHungError
            is_error, data = self._connection.recv()
        except (EOFError, OSError):
            raise ForkDiedError from None
        if is_error:
            raise pickle.loads(data)  # noqa: S301 (written by our own fork)
        return _Sent(data)

    def end(self) -> None:
        """End the process."""
        self._connection.close()
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


class _Sent:
    """A pickled value: it is unpickled where it arrives, and not on the way."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __reduce__(self) -> tuple:
        return pickle.loads, (self._data,)


def _serve(connection: Connection, parent: int) -> None:
    """In a fork: answer until the process that it comes from ends."""
    ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        return
    while True:
        function, arguments = connection.recv()
        is_error = False
        try:
            result = function(*arguments)
        except Exception as error:  # noqa: BLE001 (whatever it raises is its result)
            is_error, result = True, error
        sys.stdout.flush()
        connection.send((is_error, pickle.dumps(result)))
