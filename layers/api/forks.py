"""An author's layers, each in a process of its own, forked from one in which nothing has run.

The worker has imported TensorFlow and computed nothing: its forks start within a moment, and are as
clean as it is. What a layer does to its process (it sets ``tf.nn.relu``, say) ends there. Where a
process with TensorFlow cannot be forked (all systems but Linux), all run in the worker itself.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Any

from layers import tensorflow_start
from layers.api import explore, processes
from layers.api.explore import OwnModule
from layers.fork import CAN_FORK, Fork, ForkDiedError

MOST = 4
"""Processes that a worker keeps; the one that was used longest ago ends first."""
_PREFIX = "own."
"""Before an own layer's name, as in links."""
_forks: dict[str, Fork] = {}
"""By the layer, the one that was used last at the end; in a worker only."""


def prepare() -> None:
    """Import all that a layer's run needs, and compute nothing: what has computed cannot be forked.

    Where nothing is forked, warm up as other workers do.
    """
    if not CAN_FORK:
        explore.warm_up()
        return
    tensorflow_start.import_tensorflow(ours=True)
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
        ForkDiedError: that process ended.
        Exception: as ``processes.guarded``.
    """
    if not CAN_FORK:
        return processes.guarded(function, *arguments, **named)
    key = own_layer((*arguments, *named.values()))
    fork = _forks[key] = _forks.pop(key, None) or Fork()
    while len(_forks) > MOST:
        _forks.pop(next(iter(_forks))).end()
    try:
        return fork.run(partial(processes.guarded, function, *arguments, **named))
    except ForkDiedError:
        _forks.pop(key).end()
        raise


def end_all() -> None:
    """End all forks: what they kept of earlier runs is gone with them."""
    if not CAN_FORK:
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
