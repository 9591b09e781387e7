"""What every worker process does beside its computations. TensorFlow is imported inside only."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from layers.inputs.fields import BadInputError

_BACKGROUND = 10
"""Niceness that is added: beside another process that computes, a tenth of a processor is left."""


def guarded(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Return what a function returns; errors that no page expects become sentences.

    Raises:
        BadInputError: instead of a MemoryError, an OSError, an encoding error, or an exception that
            asks the process or a generator to end.
        Exception: every other error of the function, as it is.
    """
    try:
        return function(*arguments, **named)
    except MemoryError:
        raise BadInputError(
            "The computation was stopped: expected arrays that fit in memory. Received a request "
            "for more than there is. Choose smaller dimensions."
        ) from None
    except UnicodeError as error:
        raise BadInputError(
            "The computation failed: expected text that can be written as UTF-8. Received "
            f"{error.object!r:.60} ({error.reason}). Use other names."
            if isinstance(error, (UnicodeEncodeError, UnicodeDecodeError))
            else "The computation failed: expected text that can be written as UTF-8. Received "
            f"other characters ({error}). Use other names."
        ) from None
    except TimeoutError:
        raise
    except OSError as error:
        raise BadInputError(
            "The computation failed: expected files and devices that answer. Received "
            f"{error.strerror or type(error).__name__}. Try again, or choose the file again."
        ) from None
    except (KeyboardInterrupt, SystemExit, GeneratorExit) as error:
        raise BadInputError(
            "The computation was stopped by its own code: expected a result. Received "
            f"{type(error).__name__}. Remove what raises it from the layer."
        ) from None


def in_background(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Return what a function returns; it gives way to everything else that wants a processor.

    For what takes seconds: a thread of its own runs it, with a lower priority where the system has
    priorities of threads. No thread may raise its priority again.
    """
    with ThreadPoolExecutor(1, initializer=_give_way) as threads:
        return threads.submit(function, *arguments, **named).result()


def _give_way() -> None:
    if sys.platform == "linux":
        thread = threading.get_native_id()
        now = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, now + _BACKGROUND)


def clear_kernels() -> None:
    """Drop the kernels that TensorFlow keeps, and make those of the posts' layers again.

    TensorFlow keeps a kernel for every variable that was ever made: 35 to 70 KB a run.
    """
    from tensorflow.python.eager import context

    from layers.api import explore

    context.context().clear_kernel_cache()
    explore.warm_up()
