"""Leave no trace: what an author's code may change in a process is put back when it is done."""

from __future__ import annotations

import contextlib
import copy
import io
import os
import random
import sys
import tempfile
import warnings
from collections.abc import Generator, Mapping

import keras
import numpy as np
import tensorflow as tf
from keras.src.backend.common import global_state
from keras.src.saving import object_registration
from tensorflow.python.eager import context


@contextlib.contextmanager
def untouched(registered: Mapping[str, type]) -> Generator[io.StringIO]:
    """Run a block in which names and seeds count from zero and these classes are registered.

    Afterwards the random states of Python, NumPy and TensorFlow, Keras's global state, settings and
    registered classes, the environment and the folder for temporary files are as they were.

    Yields:
        What the block prints.
    """
    printed = io.StringIO()
    with contextlib.ExitStack() as stack:
        stack.enter_context(_random_states())
        stack.enter_context(_keras_state())
        stack.enter_context(_swapped(object_registration.GLOBAL_CUSTOM_OBJECTS, dict(registered)))
        names = {cls: name for name, cls in registered.items()}
        stack.enter_context(_swapped(object_registration.GLOBAL_CUSTOM_NAMES, names))
        stack.enter_context(_swapped(os.environ, {}))
        stack.enter_context(_temporary_folder())
        stack.enter_context(contextlib.redirect_stdout(printed))
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        yield printed


@contextlib.contextmanager
def _random_states() -> Generator[None]:
    eager = context.context()
    own = {name: copy.deepcopy(vars(eager).get(name)) for name in ("_seed", "_rng")}
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 (kept, never drawn from)
    random.seed(0)  # what is drawn meanwhile is the same each time
    np.random.seed(0)  # noqa: NPY002
    tf.random.set_seed(0)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        vars(eager).update({name: value for name, value in own.items() if name in vars(eager)})


@contextlib.contextmanager
def _keras_state() -> Generator[None]:
    trackers = [global_state.GLOBAL_STATE_TRACKER, global_state.GLOBAL_SETTINGS_TRACKER]
    kept = [dict(vars(tracker)) for tracker in trackers]
    settings = keras.config.floatx(), keras.config.epsilon(), keras.config.image_data_format()
    eagerly = tf.config.functions_run_eagerly()
    # Its own state, and not a copy: there are lists in it, to which Keras appends.
    vars(trackers[0]).clear()
    try:
        yield
    finally:
        for tracker, before in zip(trackers, kept, strict=True):
            vars(tracker).clear()
            vars(tracker).update(before)
        keras.config.set_floatx(settings[0])
        keras.config.set_epsilon(settings[1])
        keras.config.set_image_data_format(settings[2])
        if tf.config.functions_run_eagerly() != eagerly:
            tf.config.run_functions_eagerly(eagerly)


@contextlib.contextmanager
def _swapped(mapping, more: Mapping) -> Generator[None]:  # noqa: ANN001 (any mutable mapping)
    """Add to a mapping for a while; what a module registers on its first import stays."""
    before, imported = dict(mapping), set(sys.modules)
    mapping.update(more)
    try:
        yield
    finally:
        after = dict(mapping)
        mapping.clear()
        mapping.update(before)
        for name, value in after.items():
            cls = value if isinstance(value, type) else name
            if isinstance(cls, type) and _is_imported(cls, since=imported):
                mapping[name] = value


def _is_imported(cls: type, *, since: set[str]) -> bool:
    module = sys.modules.get(cls.__module__)
    return cls.__module__ not in since and getattr(module, cls.__qualname__, None) is cls


@contextlib.contextmanager
def _temporary_folder() -> Generator[None]:
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        try:
            yield
        finally:
            tempfile.tempdir = before
