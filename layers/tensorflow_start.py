"""How TensorFlow is imported. Plain: it is imported when it is asked for."""

from __future__ import annotations

import gc
import sys


def import_tensorflow(*, ours: bool = False) -> None:
    """Import TensorFlow, and Keras with it. Does nothing where they are imported already.

    Meanwhile nothing is collected: Python would look through all that there is some thirty times,
    and find nothing to throw away.

    Args:
        ours: whether the process is one of ours, so that it can begin still sooner. Keras imports
            pandas where it is installed, and needs it only to train on data frames: it is left out,
            which spares 70 MB, too. A layer that imports it gets it. And all that is there now is
            left out of collections for good.
    """
    if "tensorflow" in sys.modules:
        return
    left_out = {"pandas"} - sys.modules.keys() if ours else set()
    collects = gc.isenabled()
    gc.disable()
    sys.modules.update(dict.fromkeys(left_out))  # type: ignore (None: cannot be imported)
    try:
        import tensorflow  # noqa: F401
    finally:
        for name in left_out:
            sys.modules.pop(name, None)
        if ours:
            gc.freeze()
        if collects:
            gc.enable()
