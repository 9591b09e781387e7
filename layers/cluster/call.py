"""A call on its way to another machine, and what came of it: bytes, read where they are used."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from layers.training.progress import FileProgress


def packed(function: Callable[..., Any], arguments: tuple, named: dict[str, Any]) -> bytes:
    """Return a call, without the folder of a ``FileProgress``: it is this machine's."""
    sent = [replace(each, path="") if _is_progress(each) else each for each in arguments]
    return pickle.dumps((function, sent, named), protocol=5)


def run_packed(call: bytes, progress: str) -> bytes:
    """Run a call, and return its result as ``result_of`` takes it.

    Args:
        call: by ``packed``.
        progress: a path on this machine for a ``FileProgress`` among the arguments.
    """
    function, arguments, named = pickle.loads(call)  # noqa: S301 (a cluster runs what it is sent)
    given = [replace(each, path=progress) if _is_progress(each) else each for each in arguments]
    return pickle.dumps((False, function(*given, **named)), protocol=5)


def packed_error(raised: Exception) -> bytes:
    """Return an error as ``result_of`` takes it."""
    try:
        return pickle.dumps((True, raised))
    except Exception:  # noqa: BLE001 (an error of any kind may hold what cannot be sent)
        return pickle.dumps((True, RuntimeError(f"{type(raised).__name__}: {raised}")))


def result_of(outcome: bytes) -> Any:
    """Return a call's result; raises what the call raised."""
    is_error, result = pickle.loads(outcome)  # noqa: S301 (a cluster is trusted as this machine is)
    if is_error:
        raise result
    return result


def _is_progress(value: Any) -> bool:
    return isinstance(value, FileProgress)
