"""Imports TensorFlow, quickly. This module is plain: TensorFlow is imported by the function."""

from __future__ import annotations

import gc
import sys


def import_tensorflow(*, ours: bool = False) -> None:
    """Import TensorFlow, and Keras with it. Does nothing where TensorFlow is imported already.

    The garbage collector is off meanwhile. It would run some seven hundred times and find little.

    Args:
        ours: whether the process is one of Layerscope's own. There, Keras does not import pandas,
            which it needs only to train on data frames: that saves 65 MB and time. A layer can
            import pandas later. And the garbage collector no longer looks at what exists now.
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
