"""A process of its own that reads model files.

A damaged file can hang the HDF5 library or crash it. Here that costs this small process, which
imports no TensorFlow and starts again in a moment, and never the worker that asks for the file.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import ExitStack
from typing import Any

import numpy as np
from loky.process_executor import BrokenProcessPool, ProcessPoolExecutor

from layers import process
from layers.model_files import read
from layers.model_files.arrays import Array, MemoryArray
from layers.model_files.model import FileSource, refuse

TIME_LIMIT = float(os.environ.get("LAYERSCOPE_FILE_TIME_LIMIT", "8"))
"""Seconds that one reading of a file may take."""
MEMORY_LIMIT = 2**30
"""Bytes that the process may allocate."""
Place = tuple[FileSource, str] | np.ndarray
"""A weight: a file and the weight's path in it, or an array in memory."""
_HINT = "Save the model again with Keras."
_executor: ProcessPoolExecutor | None = None
_lock = threading.Lock()


def run(name: str, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Run a function in the reading process.

    Args:
        name: the file's, for the error message.
        function: of a module that imports no TensorFlow.
        arguments: for the function.
        named: for the function.

    Raises:
        BadInputError: what the function raises, or that the process hung or died.
    """
    with _lock:
        try:
            future = _started().submit(function, *arguments, **named)
            return future.result(timeout=TIME_LIMIT)
        except BrokenProcessPool:
            end()
            raise refuse(
                name, "a whole file", "a crash of the library that reads it", _HINT
            ) from None
        except (TimeoutError, FutureTimeoutError):
            end()
            raise refuse(
                name, f"a file that is read within {TIME_LIMIT:g} seconds", "no answer", _HINT
            ) from None
        except MemoryError:
            raise refuse(
                name, f"a file that is read in {MEMORY_LIMIT:,} bytes of memory", "more", _HINT
            ) from None


def apply(
    places: Sequence[Place], function: Callable[..., Any], *arguments: Any, **named: Any
) -> Any:
    """Return ``function(*arrays, *arguments, **named)`` for weights, read where files are read.

    Args:
        places: the weights; the function gets each as an ``Array``.
        function: of a module that imports no TensorFlow.
        arguments: for the function, after the arrays.
        named: for the function.

    Raises:
        BadInputError: a weight is not there or damaged, or its file hangs or crashes the process.
    """
    files = [place[0] for place in places if isinstance(place, tuple)]
    if not files:
        return _apply(places, function, *arguments, **named)
    return run(files[0].name, _apply, places, function, *arguments, **named)


def whole(array: Array) -> np.ndarray:
    """Return all of an array."""
    return array.read(tuple(slice(0, length) for length in array.shape))


def _apply(
    places: Sequence[Place], function: Callable[..., Any], *arguments: Any, **named: Any
) -> Any:
    with ExitStack() as stack:
        arrays = [
            stack.enter_context(read.array(*place))
            if isinstance(place, tuple)
            else MemoryArray(place)
            for place in places
        ]
        return function(*arrays, *arguments, **named)


def end() -> None:
    """Kill the process, where there is one; the next reading starts another."""
    global _executor  # noqa: PLW0603 (one process for all readings of this one)
    if _executor is not None:
        _executor.shutdown(wait=False, kill_workers=True)
        _executor = None


atexit.register(end)


def _started() -> ProcessPoolExecutor:
    global _executor  # noqa: PLW0603 (one process for all readings of this one)
    if _executor is None:
        _executor = process.start(_limit_memory)
        _executor.submit(os.getpid).result()  # its start is not counted against a file
    return _executor


def _limit_memory() -> None:
    """In the process: allocate no more than the limit."""
    try:
        import resource  # noqa: PLC0415 (not on every system)

        # What it allocates, and not what it maps of files: those may be larger.
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, hard))
    except (ImportError, ValueError, OSError):
        pass  # the system knows no such limit
