"""An author's own module: run, and its layers at work, without a trace in the process.

The module is named on the command line of whoever starts the server, and its text comes from there
alone. It runs in a worker, where one computation runs at a time.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import keras
from keras.src.saving import object_registration

from layers.catalog.spec import LayerSpec
from layers.inputs.fields import BadInputError
from layers.user_code.declaring import PREFIX, declared
from layers.user_code.errors import user_errors_as_bad_input
from layers.user_code.isolation import isolated


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A module that was run.

    Attributes:
        specs: its layers, declared.
        registered: the classes that it registered with Keras, by registered name.
    """

    specs: tuple[LayerSpec, ...]
    registered: Mapping[str, type]


@lru_cache(maxsize=4)
def load(path: str, source: str) -> Loaded:
    """Run a module's text, and declare the Keras layers that it defines or else imports.

    What it changes in the process is put back, its registered classes included: they are there
    again while its layers are at work.

    Args:
        path: where it is from; its folder is importable for it.
        source: its text.

    Raises:
        BadInputError: it cannot be run, or has no layer that could be made.
    """
    name = _module_name(path)
    module = ModuleType(name)
    module.__file__ = path
    folder = str(Path(path).parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    sys.modules[name] = module  # where pickles and Keras look for its classes
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    failed = f"`{Path(path).name}` cannot be used"
    with _isolated_module({}), user_errors_as_bad_input(failed, path):
        before = dict(object_registration.GLOBAL_CUSTOM_OBJECTS)
        exec(compile(source, path, "exec"), vars(module))  # noqa: S102 (the author's own module)
        registered = {
            known: cls
            for known, cls in object_registration.GLOBAL_CUSTOM_OBJECTS.items()
            if before.get(known) is not cls
        }
    found = _layers(module)
    if not found:
        raise BadInputError(
            f"`{Path(path).name}` cannot be used: expected a class derived from "
            "`keras.layers.Layer`. Received none. Define one in it, or import one from a package."
        )
    return Loaded(specs=tuple(declared(cls, path, source) for cls in found), registered=registered)


def _layers(module: ModuleType) -> list[type[keras.layers.Layer]]:
    """Return the layers that a module defines; of one that defines none, those that it imports."""
    all_of_them = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, keras.layers.Layer)
    ]
    own = [each for each in all_of_them if each.__module__ == module.__name__]
    return own or [each for each in all_of_them if not each.__module__.startswith("keras.")]


def get(path: str, source: str, name: str) -> LayerSpec:
    """Return the layer of that name, ``own.MyLayer``.

    Raises:
        BadInputError: as ``load``, or there is none of that name any more.
    """
    specs = load(path, source).specs
    for spec in specs:
        if spec.name == name:
            return spec
    raise BadInputError(
        f"The layer cannot be shown: expected one of {', '.join(spec.name for spec in specs)}. "
        f"Received {name[:60]!r}. Pick a layer from the list."
    )


@contextmanager
def at_work(path: str, source: str, name: str) -> Generator[None]:
    """Run a layer of a module in the block: what it changes in the process is put back.

    Raises:
        BadInputError: in place of whatever the author's code raises.
    """
    registered = load(path, source).registered
    failed = f"{name.removeprefix(PREFIX)} cannot be run"
    with _isolated_module(registered), user_errors_as_bad_input(failed, path):
        yield


@contextmanager
def _isolated_module(registered: Mapping[str, type]) -> Generator[None]:
    """Leave no trace of a block but what it prints."""
    printed = None
    try:
        with isolated(registered) as printed:
            yield
    finally:
        if printed:
            sys.stdout.write(printed.getvalue())


def _module_name(path: str) -> str:
    """Return a name for a file's module: its own, unless another module has it (``layers.py``)."""
    stem = Path(path).stem
    other = sys.modules.get(stem)
    return stem if getattr(other, "__file__", path) == path else f"own_{stem}"
