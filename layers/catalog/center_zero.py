"""Centre zero: a fixed mask sets the middle of every array to zero."""

from __future__ import annotations

import keras
import numpy as np

from layers.catalog.posts import CUSTOMISING
from layers.catalog.spec import Invariant, LayerSpec
from layers.inputs.description import Example
from layers.inputs.fields import IntField
from layers.inputs.sources import InputSource
from layers.traces.trace import Trace, largest_difference


def hole(rows: int, columns: int, height: int, width: int) -> tuple[slice, slice]:
    """Return the rows and columns of the hole; what cannot be centred sits half a cell up and left.

    >>> hole(10, 10, 2, 2)
    (slice(4, 6, None), slice(4, 6, None))
    """
    top, left = (rows - height) // 2, (columns - width) // 2
    return slice(top, top + height), slice(left, left + width)


@keras.saving.register_keras_serializable(package="layerscope")
class CenterZero(keras.layers.Layer):
    """Multiply by a fixed mask: ones, with a hole of zeros in the centre.

    ``outputs = inputs × mask``

    Args:
        height: rows of the hole, 0 for none.
        width: columns of the hole, 0 for none.

    Input shape:
        (rows, columns) or (batch, rows, columns)

    Output shape:
        as the input

    Weights:
        mask: (rows, columns), not trainable

    Raises:
        ValueError: a hole that is larger than the array, or an input of another rank.

    Example:
        >>> CenterZero(height=1, width=2)(np.full((3, 4), 6, "float32")).numpy()
        array([[6., 6., 6., 6.],
               [6., 0., 0., 6.],
               [6., 6., 6., 6.]], dtype=float32)

    Source: *Customising Keras layers*, 2020 (centerZero), where the hole is always at [4:6, 4:6].
    """

    def __init__(self, height=2, width=2, **kwargs):
        super().__init__(**kwargs)
        self.height = height
        self.width = width

    def build(self, input_shape):
        """Make the mask for the last two axes."""
        if len(input_shape) not in (2, 3):
            raise ValueError(
                "CenterZero cannot be built: expected an input of (rows, columns) or (batch, rows, "
                f"columns). Received the shape {tuple(input_shape)}. Reshape the input."
            )
        rows, columns = input_shape[-2:]
        if self.height > rows or self.width > columns:
            raise ValueError(
                f"CenterZero cannot be built: expected a hole of at most {rows} × {columns}, the "
                f"array's own size. Received {self.height} × {self.width}. Make the hole smaller "
                "or the array larger."
            )
        mask = np.ones((rows, columns), "float32")
        mask[hole(rows, columns, self.height, self.width)] = 0
        self.mask = self.add_weight(
            name="mask",
            shape=mask.shape,
            initializer=lambda shape, dtype: mask.astype(dtype),
            trainable=False,
        )

    def call(self, inputs):
        """Multiply cell by cell."""
        return inputs * self.mask

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return tuple(input_shape)

    def get_config(self):
        """Return every argument of the constructor."""
        return {**super().get_config(), "height": self.height, "width": self.width}


def _notes(values):
    notes = []
    for length, size, name in (
        (values["rows"], values["hole_height"], "row"),
        (values["columns"], values["hole_width"], "column"),
    ):
        if 0 < size <= length and (length - size) % 2:
            side = "up" if name == "row" else "to the left"
            notes.append(
                f"A hole of {size} in {length} {name}s cannot be centred exactly: it sits half a "
                f"cell {side}."
            )
    return tuple(notes)


def _inside(trace: Trace) -> float | None:
    cells = trace["outputs"][..., trace["mask"] == 0]
    return float(np.abs(cells).max()) if cells.size else None


def _outside(trace: Trace) -> float | None:
    outside = trace["mask"] == 1
    before, after = trace["inputs"][..., outside], trace["outputs"][..., outside]
    return largest_difference(before, after) if before.size else None


SPEC = LayerSpec(
    name="center_zero",
    title="Centre zero",
    family="From the posts",
    summary="A fixed mask zeroes the middle.",
    formula=r"H = X \odot M",
    source=f"From {CUSTOMISING}: centerZero",
    fields=(
        IntField(name="rows", default=10, minimum=1, maximum=64, help="Rows of the array."),
        IntField(name="columns", default=10, minimum=1, maximum=64, help="Columns of the array."),
        IntField(name="hole_height", default=2, minimum=0, maximum=64, help="Rows set to zero."),
        IntField(name="hole_width", default=2, minimum=0, maximum=64, help="Columns set to zero."),
    ),
    input_fields=("rows", "columns"),
    batch=IntField(
        name="batch",
        default=0,
        minimum=0,
        maximum=64,
        help="How many arrays go in at once; 0 is one array without a batch axis, as in the post.",
    ),
    classes=(CenterZero,),
    make=lambda values, _: CenterZero(height=values["hole_height"], width=values["hole_width"]),
    invariants=(
        Invariant(
            sentence="Every cell in the hole is zero.",
            measure=_inside,
            figure="largest magnitude",
        ),
        Invariant(sentence="Every other cell is unchanged.", measure=_outside),
    ),
    examples=(Example(title="10 × 10 of 6 with a 2 × 2 hole", batch=0),),
    example_input=InputSource(
        label="Sixes",
        make=lambda shape, *_: np.full(shape, 6, "float32"),
        code='np.full({shape}, 6, "float32")',
    ),
    notes=_notes,
)
