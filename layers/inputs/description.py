"""The plain data of a layer's declaration: what pages show, and how an input is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from layers.inputs.fields import BadInputError, Field, IntField, ShapeField
from layers.inputs.sources import format_shape

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
class Description:
    """The part of a declaration that is plain data, and so reaches the pages."""

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
                f"`{self.name}` cannot be set so: expected fields among {', '.join(names)}. "
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
        mend = (
            "Size the layer to the data, or bring an array of the expected shape."
            if fits
            else "No setting of this layer takes that shape: bring a smaller array, or one of the "
            "expected rank."
        )
        raise MismatchError(
            f"Your array does not fit {self.title}: expected {sizes} ({words}). "
            f"Received {format_shape(shape)}. {mend}",
            fits,
        )
