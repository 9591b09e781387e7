"""A process of its own for computations: a worker's, a check-up's, the one that reads files."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping

from loky.process_executor import ProcessPoolExecutor

_ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "-1",
    # Where psutil is installed, loky ends a process that grew by 300 MB, and the next computation
    # waits for TensorFlow. A layer of some size takes as much; each of our processes has a limit.
    "LOKY_MAX_MEMORY_LEAK_SIZE": "1e18",
}


def start(
    prepare: Callable[[], object] | None = None,
    *,
    folder: str = "",
    environment: Mapping[str, str] | None = None,
) -> ProcessPoolExecutor:
    """Return an executor with one process, which starts with the first computation.

    The process ends when its parent has ended, however that ended.

    Args:
        prepare: what the process runs first; pickled by reference.
        folder: of the parent's temporary files, which the process removes at its parent's end.
        environment: variables that the process gets beside its parent's.
    """
    return ProcessPoolExecutor(
        max_workers=1,
        timeout=None,
        initializer=_begin,
        initargs=(os.getpid(), folder, prepare),
        env={**_ENVIRONMENT, **(environment or {})},
    )


def _begin(parent: int, folder: str, prepare: Callable[[], object] | None) -> None:
    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="die-with-parent").start()
    if prepare is not None:
        prepare()
