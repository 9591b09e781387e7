"""Layers of an author's own module, declared from their constructors' signatures.

The module is named on the command line of whoever starts the server, and its text comes from there
alone. It runs in a worker, where one computation runs at a time.
"""

from __future__ import annotations

import inspect
import linecache
import re
import sys
import traceback
import typing
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
from keras.src.saving import object_registration

from layers.catalog.spec import LayerSpec
from layers.inputs.description import Values
from layers.inputs.fields import (
    BadInputError,
    BoolField,
    ChoiceField,
    Field,
    FloatField,
    IntField,
    ShapeField,
)
from layers.inputs.parameters import argument_of, parameter_of
from layers.inputs.sources import MAXIMUM_ELEMENTS, NORMAL
from layers.runs.infer_steps import guessed_steps, named_weights
from layers.steps import ACTIVATIONS
from layers.user_code.isolation import untouched

PREFIX = "own."
"""Before the class's name, in the link."""
SHAPE = ShapeField(
    name="shape",
    default=(8, 10),
    minimum_rank=2,
    maximum_rank=5,
    maximum_axis=4096,
    maximum_elements=MAXIMUM_ELEMENTS,
    label="Input shape, batch first",
    help="2 to 5 axes, such as `8, 10`, or `1, 8, 8, 3` for an image.",
)
_NOISE = re.compile(
    r"\x1b\[[\d;]*m|\{\{function_node .*?\}\}| \[Op:.*|Arguments received by .*"
    r"|Exception encountered when calling .*?\.call\(\)\.",
    re.DOTALL,
)
"""What TensorFlow and Keras write around an error's own words: colours, nodes, all arguments."""
_USUAL = {"units": 5, "filters": 4, "features": 10, "input_dim": 10, "output_dim": 5, "dim": 5}
"""What a whole number is set to where the constructor has no default for it."""


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
    """Run a module's text, and declare the Keras layers that it defines.

    What it changes in the process is put back, its registered classes included: they are there
    again while its layers are at work.

    Args:
        path: where it is from; its folder is importable for it.
        source: its text.

    Raises:
        BadInputError: it cannot be run, or defines no layer that could be made.
    """
    name = _module_name(path)
    module = ModuleType(name)
    module.__file__ = path
    folder = str(Path(path).parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    sys.modules[name] = module  # where pickles and Keras look for its classes
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    with _apart({}), told(f"`{Path(path).name}` cannot be used", path):
        before = dict(object_registration.GLOBAL_CUSTOM_OBJECTS)
        exec(compile(source, path, "exec"), vars(module))  # noqa: S102 (the author's own module)
        registered = {
            known: cls
            for known, cls in object_registration.GLOBAL_CUSTOM_OBJECTS.items()
            if before.get(known) is not cls
        }
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, keras.layers.Layer)
        and value.__module__ == name
    ]
    if not found:
        raise BadInputError(
            f"`{Path(path).name}` cannot be used: expected a class derived from "
            "`keras.layers.Layer`. Received none. Define one in it."
        )
    return Loaded(specs=tuple(_spec(cls, path, source) for cls in found), registered=registered)


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
    with _apart(registered), told(f"{name.removeprefix(PREFIX)} cannot be run", path):
        yield


@contextmanager
def _apart(registered: Mapping[str, type]) -> Generator[None]:
    """Leave no trace of a block but what it prints."""
    printed = None
    try:
        with untouched(registered) as printed:
            yield
    finally:
        if printed:
            sys.stdout.write(printed.getvalue())


def _module_name(path: str) -> str:
    """Return a name for a file's module: its own, unless another module has it (``layers.py``)."""
    stem = Path(path).stem
    other = sys.modules.get(stem)
    return stem if getattr(other, "__file__", path) == path else f"own_{stem}"


@contextmanager
def told(failed: str, path: str) -> Generator[None]:
    """Tell of whatever an author's code raises as a sentence, with the line of theirs.

    Raises:
        BadInputError: in place of it.
    """
    try:
        yield
    except BadInputError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 (an author's code may raise anything)
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == path]
        # A SyntaxError names its line by itself.
        place = f" (line {lines[-1]})" if lines and not isinstance(error, SyntaxError) else ""
        said = " ".join(_NOISE.sub("", str(error)).split())[:300]
        raise BadInputError(
            f"{failed}: expected no error. Received {type(error).__name__}: {said}{place}. Mend "
            "the file, and the page follows; or set other arguments."
        ) from None


def _spec(cls: type, path: str, source: str) -> LayerSpec:
    """Declare one class."""
    parameters = {
        name: parameter
        for name, parameter in inspect.signature(cls).parameters.items()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        and name not in inspect.signature(keras.layers.Layer.__init__).parameters
    }
    hints = _hints(cls)
    fields = [
        _linked(field) for p in parameters.values() if (field := _field(p, hints.get(p.name)))
    ]
    line = inspect.getdoc(cls) if cls.__doc__ else ""
    return LayerSpec(
        name=PREFIX + cls.__name__,
        title=cls.__name__,
        family="Your own",
        summary=(line or "Without a docstring.").splitlines()[0][:80],
        formula="",
        source=f"Your own, from {Path(path).name}",
        fields=(SHAPE, *fields),
        input_fields=(SHAPE.name,),
        batch=None,
        classes=(cls,),
        make=partial(_make, cls, path, parameters),
        weights=named_weights,
        steps=guessed_steps,
        promises=(),
        examples=(),
        example_input=NORMAL,
        default_input="normal",
        module=source,
        constructor=partial(_written, cls),
    )


def _hints(cls: type) -> dict[str, Any]:
    try:
        return typing.get_type_hints(cls.__init__)
    except Exception:  # noqa: BLE001 (an annotation is any expression; without it we guess)
        return {}


def _field(parameter: inspect.Parameter, hint: Any) -> Field | None:
    """Return the control of one argument; None where only its default can be used."""
    name, default = parameter.name, parameter.default
    given = default is not parameter.empty
    options = typing.get_args(hint) if typing.get_origin(hint) is typing.Literal else ()
    if options and all(isinstance(option, str) for option in options):
        return ChoiceField(name=name, default=default if given else options[0], choices=options)
    if name == "activation" and (not given or default in (None, *ACTIVATIONS)):
        chosen = default if given and default else "linear"
        return ChoiceField(name=name, default=chosen, choices=tuple(ACTIVATIONS))
    kind = hint if hint in (bool, int, float) else type(default) if given else None
    if kind is bool:
        return BoolField(name=name, default=bool(default) if given else False)
    if kind is int or (kind is None and name in _USUAL):
        start = default if given and isinstance(default, int) else _USUAL.get(name, 1)
        low, high = min(0 if start == 0 else 1, start), max(256, start)
        return IntField(name=name, default=start, minimum=low, maximum=high)
    if kind is float:
        start = float(default) if given and isinstance(default, (int, float)) else 0.5
        return FloatField(name=name, default=start, minimum=-1e6, maximum=1e6)
    return None


def _linked(field: Field) -> Field:
    """Return an argument's field under its name in the link, with the label of its own name."""
    return replace(field, name=parameter_of(field.name), label=field.title)


def _make(
    cls: type,
    path: str,
    parameters: dict[str, inspect.Parameter],
    values: Values,
    seed: int,
) -> keras.layers.Layer:
    lacking = [
        name
        for name, p in parameters.items()
        if p.default is p.empty and parameter_of(name) not in values
    ]
    if lacking:
        raise BadInputError(
            f"{cls.__name__} cannot be made: expected values for {', '.join(lacking)}. Received "
            "none: they have no default, and no annotation of int, float, bool or Literal. Give "
            "them one."
        )
    # Nothing else runs in this process meanwhile, and the catalogue's layers draw by seeds of
    # their own: so the same link shows the same numbers though the author passes no seed.
    keras.utils.set_random_seed(seed)
    with told(f"{cls.__name__} cannot be made", path):
        return cls(**_arguments(values))


def _arguments(values: Values) -> dict[str, Any]:
    return {argument_of(name): value for name, value in values.items() if name != SHAPE.name}


def _written(cls: type, values: Values, seed: int) -> str:
    """Write how the layer is made."""
    arguments = ", ".join(f"{name}={value!r}" for name, value in _arguments(values).items())
    return f"keras.utils.set_random_seed({seed})\nlayer = {cls.__name__}({arguments})"
