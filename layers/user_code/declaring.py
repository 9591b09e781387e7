"""An author's layer, declared from the signatures of its constructor and its call."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import keras

from layers.catalog.signatures import fields_of, parameters_of
from layers.catalog.spec import LayerSpec, call_with
from layers.catalog.stock_calls import TRAINING
from layers.inputs.description import InputDescription, Values
from layers.inputs.fields import BadInputError, Field, IntField, ShapeField
from layers.inputs.parameters import argument_of, parameter_of
from layers.inputs.sources import MAXIMUM_ELEMENTS, NORMAL
from layers.user_code.call_arguments import STATES, CallArgument, call_arguments
from layers.user_code.errors import user_errors_as_bad_input
from layers.user_code.input_shapes import ROWS, default_shape

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


def declared(cls: type[keras.layers.Layer], path: str, source: str) -> LayerSpec:
    """Return a class of an author's as a layer of the catalogue's kind.

    Args:
        cls: derived from ``keras.layers.Layer``.
        path: of its module.
        source: the module's text.
    """
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
