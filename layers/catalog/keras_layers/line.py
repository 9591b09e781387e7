"""A line of the table of Keras's layers: what no signature says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from layers.inputs.description import InputDescription, Shape, Values
from layers.inputs.fields import ShapeField
from layers.inputs.sources import MAXIMUM_ELEMENTS


@dataclass(frozen=True)
class Range:
    """A number's control: its start, and both ends; whole where the start is."""

    default: float
    low: float
    high: float


@dataclass(frozen=True)
class Pick:
    """A choice between words; the first is the start."""

    choices: tuple[str, ...]


@dataclass(frozen=True)
class Fixed:
    """A value that the constructor is always given, without a control."""

    value: Any


@dataclass(frozen=True)
class Inner:
    """A layer inside: its class, the fields that it takes on, and what else it is given."""

    cls: str
    fields: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Wraps:
    """The argument that takes layers: the choice of them, and how many of the chosen one."""

    argument: str
    options: Mapping[str, Inner]
    times: int | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One class of ``keras.layers``.

    Attributes:
        cls: its name there.
        summary: one line about it.
        inputs: what it is called with.
        arguments: by constructor argument: another start of the same control, a ``Range``, a
            ``Pick``, a ``Fixed``, a field, or None for Keras's default without a control.
        training: where the call's training switch changes something, its start.
        listed: ``all`` inputs go into the call as one list, or all but the first (``states``).
        masked: the call's argument for a mask, and which input it is of; the last steps are masked.
        causal: whether the call takes ``use_causal_mask``.
        wraps: the layer inside.
        derive: checked values → further constructor arguments.
        largest: as ``LayerSpec.largest``.
        random_state: as ``LayerSpec.random_state``.
    """

    cls: str
    summary: str
    inputs: tuple[InputDescription, ...]
    arguments: Mapping[str, Any]
    training: bool | None = None
    listed: str = ""
    masked: tuple[str, int] | None = None
    causal: bool = False
    wraps: Wraps | None = None
    derive: Callable[[Values], dict[str, Any]] | None = None
    largest: Callable[[Values, tuple[Shape, ...]], Shape] | None = None
    random_state: bool = False


Table = Mapping[str, tuple[Line, ...]]
"""Lines by family."""
_OPTIONS = {name for name in Line.__dataclass_fields__ if name not in ("cls", "summary", "inputs")}


def line(cls: str, summary: str, *inputs: InputDescription, **more: Any) -> Line:
    """Return a line; named arguments that are none of ``Line``'s are the constructor's."""
    first, *others = inputs
    if first.field:
        first = replace(first, field=replace(first.field, name="shape", label="Input shape"))
    return Line(
        cls=cls,
        summary=summary,
        inputs=(first, *others),
        arguments={name: value for name, value in more.items() if name not in _OPTIONS},
        **{name: value for name, value in more.items() if name in _OPTIONS},
    )


def tensor(
    axes: str,
    *shape: int,
    name: str = "inputs",
    most: int | str | None = None,
    longest: int = 4096,
    any_rank: bool = False,
    source: str = "",
) -> InputDescription:
    """Return an input.

    Args:
        axes: one word an axis, batch first.
        shape: its default shape.
        name: what it is called.
        most: of ids, how many there are, or the field that says so.
        longest: the most that an axis may have.
        any_rank: whether other ranks, up to 5, will do.
        source: what it is at first; normal numbers or ids if left out.
    """
    return InputDescription(
        name=name,
        axes=tuple(axes.split()),
        field=ShapeField(
            name=f"{name}_shape",
            default=shape,
            minimum_rank=1 if any_rank else len(shape),
            maximum_rank=5 if any_rank else len(shape),
            maximum_axis=longest,
            maximum_elements=MAXIMUM_ELEMENTS,
            label=f"Shape of {name}",
            help=f"{', '.join(axes.split())}, such as `{', '.join(map(str, shape))}`.",
        ),
        dtype="float32" if most is None else "int32",
        maximum=most,
        default_source=source or ("normal" if most is None else "ids"),
    )


def sized(axes: str, *sizes: int | str, name: str) -> InputDescription:
    """Return an input whose shape follows from fields: ``units``, or ``shape.0`` for its axis."""
    return InputDescription(name=name, axes=tuple(axes.split()), sizes=sizes)
