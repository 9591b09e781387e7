"""Layers of an author's own module, declared from their constructors' signatures.

The module is named on the command line of whoever starts the server, and its text comes from there
alone. It runs in a worker, where one computation runs at a time.
"""

from __future__ import annotations

import inspect
import linecache
import sys
import traceback
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
from keras.src.saving import object_registration

from layers.catalog.signatures import fields_of, parameters_of
from layers.catalog.spec import LayerSpec, call_with
from layers.catalog.stock_calls import TRAINING
from layers.inputs.description import InputDescription, Values
from layers.inputs.fields import BadInputError, Field, IntField, ShapeField
from layers.inputs.parameters import argument_of, parameter_of
from layers.inputs.sources import MAXIMUM_ELEMENTS, NORMAL
from layers.runs.refusing import error_words
from layers.traces.failure import RecordingFailedError
from layers.user_code.call_arguments import STATES, CallArgument, call_arguments
from layers.user_code.input_shapes import ROWS, default_shape
from layers.user_code.isolation import isolated

PREFIX = "own."
"""Before the class's name, in the link."""
SHAPE = ShapeField(
    name="shape",
    default=ROWS,
    minimum_rank=2,
    maximum_rank=5,
    maximum_axis=4096,
    maximum_elements=MAXIMUM_ELEMENTS,
    label="Input shape, batch first",
    help="2 to 5 axes, such as `8, 10`, or `1, 8, 8, 3` for an image.",
)
_ROWS = ("batch", "features")
_AXES = {4: ("batch", "rows", "columns", "channels")}
"""What an image's axes are called; of other ranks the recording knows."""
_NOT_NAMES = {"layer", "keras", "np", "tf", "outputs", "shape"}
"""What the shown code calls something else."""


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
    return Loaded(specs=tuple(_spec(cls, path, source) for cls in found), registered=registered)


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


@contextmanager
def user_errors_as_bad_input(failed: str, path: str) -> Generator[None]:
    """Raise whatever an author's code raises as a sentence, with the line of theirs.

    Raises:
        RecordingFailedError: in place of what a recorded call raised; with the operations up to
            there.
        BadInputError: in place of anything else.
    """
    try:
        yield
    except RecordingFailedError as failure:
        if failure.__cause__ is None:
            raise
        raise RecordingFailedError(
            _sentence(failed, path, failure.__cause__), failure.trace
        ) from None
    except BadInputError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 (an author's code may raise anything)
        raise BadInputError(_sentence(failed, path, error)) from None


def _sentence(failed: str, path: str, error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == path]
    # A SyntaxError names its line by itself.
    place = f" (line {lines[-1]})" if lines and not isinstance(error, SyntaxError) else ""
    return (
        f"{failed}: expected no error. Received {error_words(error)}{place}. Correct the file, and "
        "the page follows; or set another shape or other arguments."
    )


def _spec(cls: type[keras.layers.Layer], path: str, source: str) -> LayerSpec:
    """Declare one class."""
    own = tuple(_in_link(field) for field in fields_of(cls).values())
    taken = call_arguments(cls) or (CallArgument("inputs"),)
    inputs = _inputs(taken, own, default_shape(cls))
    training = "training" in inspect.signature(cls.call).parameters
    shapes = tuple(each.field for each in inputs if each.field)
    names = tuple(field.name for field in own)
    line = inspect.getdoc(cls) if cls.__doc__ else ""
    return LayerSpec(
        name=PREFIX + cls.__name__,
        title=cls.__name__,
        family="Your own",
        summary=(line or "Without a docstring.").splitlines()[0][:80],
        formula="",
        source=f"Your own, from {Path(path).name}",
        fields=(*shapes, *own, *((TRAINING,) if training else ())),
        input_fields=(SHAPE.name,),
        inputs=inputs,
        batch=None,
        classes=(cls,),
        make=partial(_make, cls, path, names),
        examples=(),
        example_input=NORMAL,
        default_input=inputs[0].default_source,
        arrange=partial(_arrange, taken),
        module=source,
        constructor=partial(_written, cls, names),
    )


def _inputs(
    taken: tuple[CallArgument, ...], fields: tuple[Field, ...], shape: tuple[int, ...]
) -> tuple[InputDescription, ...]:
    """Return the arrays that a class's call takes: those of its lists one by one.

    Args:
        taken: what the call takes.
        fields: the constructor's.
        shape: of every array at first, but of ids and states.
    """
    whole = {argument_of(each.name): each for each in fields if isinstance(each, IntField)}
    several = len(taken) > 1
    found: list[InputDescription] = []
    for argument in taken:
        root = argument.name if several else "inputs"
        for place, word in enumerate(argument.items or (argument.name,), start=1):
            name = f"{root}_input" if root in _NOT_NAMES else root
            name = name if place == 1 else f"{name}_{place}"
            field = replace(SHAPE, default=ROWS if argument.takes_ids else shape)
            if found:
                label = f"Shape of {word}, batch first"
                field = replace(field, name=f"{name}_shape", label=label)
            state = argument.name in STATES and found and "units" in whole
            known = argument.ids if isinstance(argument.ids, int) else whole.get(argument.ids)
            most = known.name if isinstance(known, IntField) else known
            found.append(
                InputDescription(
                    name=name,
                    axes=("batch", "units") if state else _AXES.get(len(field.default), _ROWS),
                    field=None if state else field,
                    sizes=("shape.0", whole["units"].name) if state else (),
                    dtype="any",
                    maximum=None if not argument.takes_ids else most,
                    default_source="ids" if argument.takes_ids else "normal",
                )
            )
    return tuple(found)


def _arrange(
    taken: tuple[CallArgument, ...], arrays: Mapping[str, Any], values: Values
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments of a call: the arrays in order, in lists where it takes lists."""
    plain, named = call_with(arrays, values)
    ordered = iter(plain)
    arguments = tuple(
        [next(ordered) for _ in each.items] if each.items else next(ordered) for each in taken
    )
    return arguments, named


def _in_link(field: Field) -> Field:
    """Return an argument's field under its name in the link, with the label of its own name."""
    return replace(field, name=parameter_of(field.name), label=field.title)


def _make(
    cls: type, path: str, names: tuple[str, ...], values: Values, seed: int
) -> keras.layers.Layer:
    missing = [
        name
        for name, parameter in parameters_of(cls).items()
        if parameter.default is parameter.empty and parameter_of(name) not in names
    ]
    if missing:
        raise BadInputError(
            f"{cls.__name__} cannot be made: expected values for {', '.join(missing)}. Received "
            "none: they have no default, no annotation of int, float, bool or Literal, and no name "
            "that says what they are. Give them one."
        )
    # Nothing else runs in this process meanwhile, and the catalogue's layers draw by seeds of
    # their own: so the same link shows the same numbers though the author passes no seed.
    keras.utils.set_random_seed(seed)
    with user_errors_as_bad_input(f"{cls.__name__} cannot be made", path):
        given = {argument_of(name): values[name] for name in names}
        plain = [given.pop(name) for name in _nameless(cls) if name in given]
        return cls(*plain, **given)


def _nameless(cls: type) -> list[str]:
    """Return the constructor's arguments that are given by their places alone."""
    known = parameters_of(cls)
    return [name for name, each in known.items() if each.kind is each.POSITIONAL_ONLY]


def _written(cls: type, names: tuple[str, ...], values: Values, seed: int) -> str:
    """Write how the layer is made."""
    nameless = _nameless(cls)
    arguments = ", ".join(
        f"{'' if argument_of(name) in nameless else f'{argument_of(name)}='}{values[name]!r}"
        for name in names
    )
    return f"keras.utils.set_random_seed({seed})\nlayer = {cls.__name__}({arguments})"
