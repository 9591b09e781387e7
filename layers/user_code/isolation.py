"""Run an author's code, and afterwards restore what it may have changed in the process."""

from __future__ import annotations

import contextlib
import copy
import functools
import io
import itertools
import os
import random
import sys
import tempfile
import types
import warnings
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from keras.src.backend.common import global_state
from keras.src.saving import object_registration
from tensorflow.python.eager import context

_PATCHED = {"tensorflow", "numpy", "numpy.random"}
PRINTED = 20_000
"""Characters that are kept of what a block prints."""


class Printed(io.StringIO):
    """What a block prints: its beginning, and how much more there was."""

    def __init__(self) -> None:
        super().__init__()
        self._left_out = 0

    def write(self, text: str, /) -> int:
        """Keep what still fits."""
        kept = max(0, PRINTED - self.tell())
        super().write(text[:kept])
        self._left_out += len(text) - len(text[:kept])
        return len(text)

    def getvalue(self) -> str:
        """Return the beginning, with a note on what was left out."""
        note = f"\n… and {self._left_out:,} characters more\n" if self._left_out else ""
        return super().getvalue() + note


@contextlib.contextmanager
def isolated(registered: Mapping[str, type], *, seed: int = 0) -> Generator[io.StringIO]:
    """Run a block with fixed seeds, fresh layer names and these classes registered.

    Afterwards these are as before: the random states of Python, NumPy and TensorFlow; Keras's
    global state, settings, registered classes, modules and classes; NumPy's settings; the
    environment, the working and temporary folders, and ``sys.path``. A thread that the block starts
    is not ended.

    Args:
        registered: serializable classes to register for the block, by registered name.
        seed: of TensorFlow's random operations. Blocks with different seeds start more quickly, as
            they can share TensorFlow's kernels.

    Yields:
        What the block prints.
    """
    printed = Printed()
    with contextlib.ExitStack() as stack:
        stack.enter_context(_restored_attributes())
        stack.enter_context(_fixed_seeds(seed))
        stack.enter_context(_fresh_keras_state())
        stack.enter_context(_registered(registered))
        stack.enter_context(_restored_environment())
        stack.enter_context(_temporary_folder())
        stack.enter_context(contextlib.redirect_stdout(printed))
        stack.enter_context(contextlib.redirect_stderr(Printed()))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        yield printed


@contextlib.contextmanager
def _fixed_seeds(seed: int) -> Generator[None]:
    eager = context.context()
    seeds = {name: copy.deepcopy(vars(eager).get(name)) for name in ("_seed", "_rng")}
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 (saved, not drawn from)
    random.seed(0)  # the block draws the same numbers each time
    np.random.seed(0)  # noqa: NPY002
    _seed_tensorflow(seed)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        vars(eager).update({name: value for name, value in seeds.items() if name in vars(eager)})


_used_seeds: set[int] = set()
"""TensorFlow's seeds since its kernels were last cleared."""


def _seed_tensorflow(seed: int) -> None:
    """Set TensorFlow's seed, so that a block with this seed draws the same numbers each time.

    ``tf.random.set_seed`` clears all kernels, because the kernel of a random operation remembers
    how many numbers it has drawn. Making kernels again often takes longer than the block itself.
    Each seed has kernels of its own, so nothing needs to be cleared for a new seed.
    """
    eager = context.context()
    if seed in _used_seeds or not {"_seed", "_rng"} <= vars(eager).keys():
        tf.random.set_seed(seed)
        _used_seeds.clear()
    else:
        vars(eager).update(_seed=seed, _rng=random.Random(seed))  # noqa: S311 (no secret)
    _used_seeds.add(seed)


@contextlib.contextmanager
def _fresh_keras_state() -> Generator[None]:
    trackers = [global_state.GLOBAL_STATE_TRACKER, global_state.GLOBAL_SETTINGS_TRACKER]
    saved = [dict(vars(tracker)) for tracker in trackers]
    eagerly = tf.config.functions_run_eagerly()
    # The block gets an empty state. A copy would not do: it holds lists that Keras appends to.
    vars(trackers[0]).clear()
    try:
        yield
    finally:
        for tracker, before in zip(trackers, saved, strict=True):
            vars(tracker).clear()
            vars(tracker).update(before)
        if tf.config.functions_run_eagerly() != eagerly:
            tf.config.run_functions_eagerly(eagerly)


@contextlib.contextmanager
def _restored_attributes() -> Generator[None]:
    """Restore the attributes of Keras's modules and classes: settings, and patched functions."""
    attributes = _attributes(len(sys.modules))
    saved = attributes.save()
    try:
        yield
    finally:
        if not attributes.are(saved):
            for owner, before in saved.copies:
                _restore(owner, before)


class _Saved(NamedTuple):
    """Attributes as they were: all values in one list, and a copy of each owner's by name."""

    values: list[object]
    copies: list[tuple[types.ModuleType | type, dict[str, object]]]


class _Attributes:
    """The attributes of some modules and classes.

    There are twenty thousand, and they seldom change. So they are copied once, and compared as one
    list of values, which takes less than half the time of comparing each owner's by name.
    """

    def __init__(self, owners: list[types.ModuleType | type]) -> None:
        self._owners = owners
        self._views = [vars(owner).values() for owner in owners]
        self._saved = _Saved([], [])

    def save(self) -> _Saved:
        """Return the attributes as they are now; copied again only if they have changed."""
        if not self.are(self._saved):
            # `.copy()` of a class's attributes takes a tenth of the time of `dict()`.
            copies = [(owner, vars(owner).copy()) for owner in self._owners]
            self._saved = _Saved(self._values(), copies)
        return self._saved

    def are(self, saved: _Saved) -> bool:
        """Return whether the attributes are now as they were then."""
        try:
            return self._values() == saved.values
        except Exception:  # noqa: BLE001 (an author's object that cannot be compared)
            return False

    def _values(self) -> list[object]:
        return list(itertools.chain.from_iterable(self._views))


@functools.lru_cache(maxsize=1)
def _attributes(_module_count: int) -> _Attributes:
    """Return the attributes of Keras's modules and classes, and of what layers use most.

    The module count is the cache's key: the list is made anew after further imports.
    """
    modules = [
        module
        for name, module in list(sys.modules.items())
        if isinstance(module, types.ModuleType)
        and (name in _PATCHED or name.partition(".")[0] == "keras")
    ]
    values = [value for module in modules for value in vars(module).values()]
    classes = {c for c in values if isinstance(c, type) and c.__module__.startswith("keras.")}
    return _Attributes([*modules, *classes])


def _restore(owner: types.ModuleType | type, before: dict[str, object]) -> None:
    now = dict(vars(owner))
    for name in now.keys() - before.keys():
        if not isinstance(now[name], types.ModuleType):  # a submodule imported meanwhile stays
            delattr(owner, name)
    for name, value in before.items():
        if now.get(name) is not value:
            setattr(owner, name, value)


@contextlib.contextmanager
def _restored_environment() -> Generator[None]:
    environment, folder, path = dict(os.environ), Path.cwd(), list(sys.path)
    errors, printing = np.geterr(), np.get_printoptions()
    try:
        yield
    finally:
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)
        os.chdir(folder)
        sys.path[:] = path
        np.seterr(**errors)
        np.set_printoptions(**printing)


@contextlib.contextmanager
def _registered(classes: Mapping[str, type]) -> Generator[None]:
    """Register classes for the block. What a module registers on its first import stays."""
    names = {cls: name for name, cls in classes.items()}
    extended = (
        (object_registration.GLOBAL_CUSTOM_OBJECTS, classes),
        (object_registration.GLOBAL_CUSTOM_NAMES, names),
    )
    before, imported = [dict(mapping) for mapping, _ in extended], set(sys.modules)
    for mapping, more in extended:
        mapping.update(more)
    try:
        yield
    finally:
        for (mapping, _), saved in zip(extended, before, strict=True):
            _keep_imported(mapping, saved, since=imported)


def _keep_imported(mapping: dict, before: dict, *, since: set[str]) -> None:
    """Put a mapping back, but for the classes of modules that were imported since."""
    after = dict(mapping)
    mapping.clear()
    mapping.update(before)
    for name, value in after.items():
        if before.get(name) is value:  # a process that has lived long has thousands
            continue
        cls = value if isinstance(value, type) else name
        if isinstance(cls, type) and _is_imported(cls, since=since):
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
