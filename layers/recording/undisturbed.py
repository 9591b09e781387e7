"""Runs a layer in somebody's own process, and leaves that process as it was."""

from __future__ import annotations

import copy
import random
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import numpy as np
from keras.src.backend.common import global_state
from tensorflow.python.eager import context

from layers.recording.owners import owned

_NAMES = "object_name_uids"


@contextmanager
def undisturbed(layer: Any) -> Generator[None]:
    """Put back what the block changes of a layer's variables and of the process.

    Of the process: the random states of Python, NumPy, TensorFlow and Keras, and the numbers that
    Keras gives to the next layers' names. A layer that the block builds stays built.

    Args:
        layer: any Keras layer or model.
    """
    eager = context.context()
    tracker = global_state.GLOBAL_STATE_TRACKER
    seeds = {name: copy.deepcopy(vars(eager).get(name)) for name in ("_seed", "_rng")}
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 (saved, not drawn from)
    kept = dict(vars(tracker))
    names = copy.deepcopy(kept.get(_NAMES))
    generator = getattr(kept.get("global_seed_generator"), "state", None)
    variables = [known.variable for known in owned(layer).values()]
    variables += [] if generator is None else [generator.value]
    before = [(variable, variable.numpy()) for variable in variables]
    try:
        yield
    finally:
        for variable, value in before:
            variable.assign(value)
        vars(tracker).clear()
        vars(tracker).update(kept | ({} if names is None else {_NAMES: names}))
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        vars(eager).update({name: value for name, value in seeds.items() if name in vars(eager)})
