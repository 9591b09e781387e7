"""A separate process for an author's code. It is killed and replaced if it does not respond."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeoutError
from functools import cache
from typing import Any

import cloudpickle
from loky.process_executor import BrokenProcessPool, ProcessPoolExecutor

from layers import process, tensorflow_start
from layers.fork import CAN_FORK, Fork, ForkDiedError, ForkHungError
from layers.inputs.fields import BadInputError

START_LIMIT = 120
"""Seconds that a process may take to import TensorFlow."""


class HungError(Exception):
    """The function did not return within the time limit."""


class KilledError(Exception):
    """The process ended before the function returned."""


class Process:
    """One process. It starts at the first use, and again after it was lost.

    Where processes can be forked it is a fork of one that has imported TensorFlow, so that another
    one begins at once.
    """

    def __init__(self) -> None:
        self._executor: ProcessPoolExecutor | None = None

    def __call__(self, function: Callable[..., Any], *arguments: Any, time_limit: float) -> Any:
        """Run a function in the process.

        Args:
            function: what to run; pickled, as the arguments and the result are.
            *arguments: its arguments.
            time_limit: seconds; the start of the process does not count.

        Returns:
            The function's result. An exception that it raises is raised here.

        Raises:
            BadInputError: the process does not start; a sentence.
            HungError: no result within ``time_limit`` seconds. The process is killed.
            KilledError: the process ended.
        """
        if self._executor is None:
            self._start()
        assert self._executor  # noqa: S101 (for the type checker)
        call = cloudpickle.dumps((function, arguments))
        # The process itself keeps the limit where it has forked. It has some time to say so.
        limit = time_limit + (START_LIMIT if CAN_FORK else 0)
        future = self._executor.submit(_run, call, time_limit)
        try:
            return future.result(timeout=limit)
        except ForkDiedError:
            raise KilledError from None
        except ForkHungError:
            raise HungError from None
        except BrokenProcessPool:
            self.end()
            raise KilledError from None
        except (TimeoutError, FutureTimeoutError):
            if future.done():
                return future.result()
            self.end()
            raise HungError from None

    def end(self) -> None:
        """Kill the process if there is one."""
        if self._executor is not None:
            self._executor.shutdown(wait=False, kill_workers=True)
            self._executor = None

    def _start(self) -> None:
        self._executor = process.start()
        try:
            self._executor.submit(import_tensorflow).result(timeout=START_LIMIT)
        except (TimeoutError, FutureTimeoutError, BrokenProcessPool) as error:
            self.end()
            raise BadInputError(
                "Nothing could be examined: expected a process with TensorFlow to start within "
                f"{START_LIMIT} seconds. Received {type(error).__name__}. Try again when the "
                "machine is less busy, or install the requirements again."
            ) from None


def import_tensorflow() -> None:
    """Import TensorFlow before any time is measured."""
    tensorflow_start.import_tensorflow(ours=True)
    import layers.checkup.examination.examine  # noqa: F401


_forks: list[Fork] = []
"""At most one; in the process that has imported TensorFlow only."""


def _run(call: bytes, time_limit: float) -> Any:
    """Run a pickled function and its arguments, in the fork of this process where it has one."""
    if not CAN_FORK:
        return _unpickled(call)
    if not _forks:
        _forks.append(Fork())
    try:
        return _forks[0].run(_unpickled, call, time_limit=time_limit)
    except (ForkDiedError, ForkHungError):
        _forks.pop().end()
        raise


def _unpickled(call: bytes) -> Any:
    function, arguments = cloudpickle.loads(call)
    return function(*arguments)


@cache
def shared_process() -> Process:
    """Return the process that all checks share; it ends with this one."""
    shared = Process()
    atexit.register(shared.end)
    return shared
