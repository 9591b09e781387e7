"""The plain data of a layer's declaration: what pages show, and how an input is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from layers.inputs.fields import BadInputError, Field, IntField, ShapeField
from layers.inputs.sources import ID_SOURCES, SOURCES, format_shape

Values = Mapping[str, Any]
Shape = tuple[int, ...]

SEED = IntField(
    name="seed",
    default=0,
    minimum=0,
    maximum=999_999,
    help="Both the weights and the input are drawn from it: the same seed, the same numbers.",
)
BATCH = IntField(
    name="batch", default=8, minimum=1, maximum=64, help="How many rows go in at once."
)


class MismatchError(BadInputError):
    """The visitor's array does not fit the layer; ``values`` are the fields that would fit it."""

    def __init__(self, sentence: str, values: dict[str, Any] | None = None) -> None:
        super().__init__(sentence, values)
        self.values = values

    def __str__(self) -> str:
        """Return the sentence."""
        return str(self.args[0])


@dataclass(frozen=True, kw_only=True)
class Example:
    """A named preset: field values, batch, and which input; what is left out is the default."""

    title: str
    values: Values = field(default_factory=dict)
    batch: int | None = None
    input: str = "example"


@dataclass(frozen=True, kw_only=True)
class InputDescription:
    """One of the arrays that a layer is called with.

    Attributes:
        name: as its tensor and the shown code call it; its sources are given under this name.
        axes: one word an axis, of the default shape.
        field: the field that is its whole shape, batch first; None where ``sizes`` say it.
        sizes: of an input whose shape follows from other fields: a number, the name of a whole
            number's field, or ``shape.0`` for an axis of a shape field.
        dtype: ``float32``, ``int32`` for ids, or ``any``: both will do, as nobody knows.
        maximum: of ids, how many there are: a number, or the field that says so.
        default_source: ``example``, a name of ``SOURCES`` or ``ID_SOURCES``, or ``same``.
    """

    name: str
    axes: tuple[str, ...]
    field: ShapeField | None = None
    sizes: tuple[int | str, ...] = ()
    dtype: str = "float32"
    maximum: int | str | None = None
    default_source: str = "normal"

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of its possible sources, beside the visitor's own array."""
        if self.dtype == "any":
            return (*SOURCES, *ID_SOURCES)
        return tuple(ID_SOURCES) if self.dtype == "int32" else tuple(SOURCES)

    def shape(self, values: Values) -> Shape:
        """Return its shape for checked field values."""
        if self.field:
            return values[self.field.name]
        return tuple(_size(size, values) for size in self.sizes)

    def ids(self, values: Values) -> int | None:
        """Return how many ids there are for checked field values; None where it takes no ids."""
        return self.maximum if not isinstance(self.maximum, str) else values[self.maximum]

    def axes_of(self, rank: int) -> tuple[str, ...]:
        """Return one word for each axis of an array of that rank."""
        if rank == len(self.axes):
            return self.axes
        return ("batch", *(f"axis {i}" for i in range(1, rank - 1)), "features")[:rank]

    def check(self, array: np.ndarray, values: Values) -> None:
        """Check that an array of the visitor's own fits.

        Raises:
            MismatchError: it has another shape; carries the shape field's value that would fit.
            BadInputError: it holds other numbers than ids where ids are needed.
        """
        expected, most = self.shape(values), self.ids(values)
        if array.shape != expected:
            words = ", ".join(self.axes_of(len(expected)))
            raise MismatchError(
                f"Your array does not fit `{self.name}`: expected {format_shape(expected)} "
                f"({words}). Received {format_shape(array.shape)}. Size the layer to the data, or "
                "bring an array of the expected shape.",
                self._fits(array.shape),
            )
        if most is None:
            return
        with np.errstate(invalid="ignore"):  # NaN is no id either
            wrong = array[~((array >= 0) & (array < most) & (array == np.floor(array)))]
        if wrong.size:
            raise BadInputError(
                f"Your array does not fit `{self.name}`: expected ids, whole numbers from 0 to "
                f"{most - 1}. Received {wrong[0]:g}. Change it, or raise the number of ids."
            )

    def _fits(self, shape: Shape) -> dict[str, Any] | None:
        if not self.field:
            return None
        try:
            return {self.field.name: self.field.parse(shape)}
        except BadInputError:
            return None


def _size(size: int | str, values: Values) -> int:
    if isinstance(size, int):
        return size
    name, _, axis = size.partition(".")
    return values[name][int(axis)] if axis else values[name]


@dataclass(frozen=True, kw_only=True)
class Description:
    """The part of a declaration that is plain data, and so reaches the pages.

    ``inputs`` are declared where a layer takes several or ids; without them it takes one float32
    array of ``full_shape``, called ``inputs``. ``training`` is true where the call takes a
    switch that changes something: a field of that name.
    """

    name: str
    title: str
    family: str
    summary: str
    formula: str
    source: str
    fields: tuple[Field, ...]
    batch: IntField | None
    input_fields: tuple[str, ...]
    examples: tuple[Example, ...]
    example_label: str = ""
    default_input: str = "example"
    inputs: tuple[InputDescription, ...] = ()
    axis_fields: Mapping[str, str] = field(default_factory=dict)
    """Words of axes that are not the input's → the whole number's field that is their length."""

    @property
    def training(self) -> bool:
        """Whether the call takes a training switch that changes anything."""
        return any(field.name == "training" for field in self.fields)

    @property
    def shape_field(self) -> ShapeField | None:
        """The field that gives the input's whole shape, where there is one."""
        first = next(f for f in self.fields if f.name == self.input_fields[0])
        return first if isinstance(first, ShapeField) else None

    def check(self, values: Values) -> dict[str, Any]:
        """Return every field's value, parsed; what is not given is the default.

        Raises:
            BadInputError: a value that its field refuses, or a name that is no field.
        """
        names = [f.name for f in self.fields]
        if unknown := sorted(set(values) - set(names)):
            raise BadInputError(
                f"`{self.name}` cannot be built: expected fields among {', '.join(names)}. "
                f"Received {', '.join(unknown)}. Leave out what it does not have."
            )
        return {f.name: f.parse(values.get(f.name, f.default)) for f in self.fields}

    def input_shape(self, values: Values) -> Shape:
        """Return the input's shape without the batch; whole, where the shape itself is a field."""
        checked = self.check(values)
        if self.shape_field:
            return checked[self.shape_field.name]
        return tuple(checked[name] for name in self.input_fields)

    def full_shape(self, values: Values, batch: int | None) -> Shape:
        """Return the input's shape with the batch; with ``batch=0`` it has no batch axis."""
        shape = self.input_shape(values)
        if self.batch is None:
            return shape
        rows = self.batch.parse(self.batch.default if batch is None else batch)
        return (rows, *shape) if rows else shape

    def input_axes(self, rank: int) -> tuple[str, ...]:
        """Return one word for each axis of an input of that rank."""
        if self.shape_field:
            return ("batch", *(f"axis {i}" for i in range(1, rank - 1)), "features")
        return ("batch", *self.input_fields)[-rank:]

    def sized_to(self, shape: Shape) -> dict[str, Any] | None:
        """Return the fields (and ``batch``) that take an array of this shape; None if none do."""
        if 0 in shape:
            return None
        if self.shape_field:
            fits: dict[str, Any] = {self.shape_field.name: shape}
        else:
            width = len(self.input_fields)
            fits = dict(zip(self.input_fields, shape[-width:], strict=False))
            leading = shape[:-width]
            if len(shape) < width or len(leading) > 1:
                return None
            if not leading and not (self.batch and self.batch.minimum == 0):
                return None
            fits["batch"] = leading[0] if leading else 0
        gates = {f.name: f for f in self.fields}
        if self.batch:
            gates["batch"] = self.batch
        try:
            return {name: gates[name].parse(value) for name, value in fits.items()}
        except BadInputError:
            return None

    def check_array(self, shape: Shape, values: Values) -> None:
        """Check that an array of the visitor's own fits the layer.

        Raises:
            MismatchError: it does not; carries the fields that would fit, where there are any.
        """
        expected = self.input_shape(values)
        fits = self.sized_to(shape)
        ours = shape if self.shape_field else shape[len(shape) - len(expected) :]
        if fits is not None and ours == expected:
            return
        words = ", ".join(self.input_axes(len(expected) + (not self.shape_field)))
        sizes = format_shape(expected) if self.shape_field else f"batch × {format_shape(expected)}"
        hint = (
            "Size the layer to the data, or bring an array of the expected shape."
            if fits
            else "No setting of this layer takes that shape: bring a smaller array, or one of the "
            "expected rank."
        )
        raise MismatchError(
            f"Your array does not fit {self.title}: expected {sizes} ({words}). "
            f"Received {format_shape(shape)}. {hint}",
            fits,
        )
