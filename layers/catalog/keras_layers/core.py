"""Keras's core, merging, reshaping and activation layers."""

from __future__ import annotations

from layers.catalog.keras_layers.line import Pick, Range, Table, line, tensor
from layers.inputs.description import InputDescription, Shape, Values
from layers.inputs.fields import ShapeField
from layers.inputs.sources import MAXIMUM_ELEMENTS

_ROWS = tensor("batch features", 2, 4, any_rank=True)
_SEQUENCE = tensor("batch time features", 2, 4, 3)
_IMAGE = tensor("batch rows columns channels", 1, 4, 4, 1)
_VOLUME = tensor("batch depth rows columns channels", 1, 2, 3, 3, 1)
_TARGET = ShapeField(
    name="target_shape",
    default=(2, 6),
    minimum_rank=1,
    maximum_rank=4,
    maximum_axis=4096,
    maximum_elements=MAXIMUM_ELEMENTS,
    help="The shape after the batch, such as `2, 6`.",
)
_EQUATIONS = ("abc,cd->abd", "abc,bd->adc", "abc,bcd->ad", "abc,cde->abde")
"""For an input of three axes, a the batch."""


def _einsum(values: Values) -> dict[str, object]:
    equation, shape = values["equation"], values["shape"]
    sizes = {"a": None, "b": shape[1], "c": shape[2], "d": values["units"], "e": values["units"]}
    if equation == "abc,cde->abde":
        sizes["d"] = 2
    out = equation.partition("->")[2]
    return {
        "output_shape": tuple(sizes[letter] for letter in out[1:]),
        "bias_axes": out[-1] if values["use_bias"] else None,
    }


def _einsum_kernel(values: Values, shapes: tuple[Shape, ...]) -> Shape:
    _, b, c = shapes[0]
    return (b, c, values["units"]) if values["equation"] == "abc,bcd->ad" else ()


def _two(axes: str, *shape: int) -> tuple[InputDescription, InputDescription]:
    return (
        tensor(axes, *shape, name="first", any_rank=True),
        tensor(axes, *shape, name="second", any_rank=True),
    )


_PAIR = _two("batch features", 2, 4)

CORE: Table = {
    "Core": (
        line("Dense", "Weighted sums of the last axis, plus a bias.", _ROWS, units=3),
        line(
            "EinsumDense",
            "A weighted sum over the axes that an equation names.",
            tensor("batch time features", 2, 4, 3),
            equation=Pick(_EQUATIONS),
            output_shape=None,
            units=Range(3, 1, 256),
            use_bias=True,
            derive=_einsum,
            largest=_einsum_kernel,
        ),
        line(
            "Embedding",
            "A row of a table for each id.",
            tensor("batch time", 2, 4, most="input_dim"),
            input_dim=Range(10, 1, 1024),
            output_dim=Range(4, 1, 256),
        ),
        line(
            "ReversibleEmbedding",
            "An embedding whose table also turns rows back into scores.",
            tensor("batch time", 2, 4, most="input_dim"),
            input_dim=Range(10, 1, 1024),
            output_dim=Range(4, 1, 256),
        ),
        line("Identity", "What comes in goes out.", _ROWS),
        line(
            "Masking",
            "Time steps whose features all have one value are zeroed and masked.",
            _SEQUENCE,
            mask_value=Range(0.0, -1e6, 1e6),
        ),
    ),
    "Activation": (
        line("Activation", "A function of each number, by name.", _ROWS, activation="relu"),
        line(
            "ReLU",
            "Negative numbers become 0, or a fraction of themselves.",
            _ROWS,
            max_value=None,
            negative_slope=Range(0.0, 0.0, 10.0),
            threshold=Range(0.0, 0.0, 10.0),
        ),
        line(
            "LeakyReLU",
            "Negative numbers shrink by a fixed factor.",
            _ROWS,
            negative_slope=Range(0.3, 0.0, 10.0),
        ),
        line("PReLU", "Negative numbers are scaled by a weight.", _ROWS, alpha_initializer="zeros"),
        line(
            "ELU",
            "Negative numbers approach a floor along an exponential.",
            _ROWS,
            alpha=Range(1.0, 0.0, 10.0),
        ),
        line("Softmax", "Positive shares that sum to 1.", _ROWS, axis=Range(-1, -5, 4)),
    ),
    "Merging": (
        line("Add", "The sum of two arrays.", *_PAIR, listed="all"),
        line("Subtract", "The first array less the second.", *_PAIR, listed="all"),
        line("Multiply", "The product of two arrays, cell by cell.", *_PAIR, listed="all"),
        line("Average", "The mean of two arrays.", *_PAIR, listed="all"),
        line("Maximum", "The larger of two numbers in each cell.", *_PAIR, listed="all"),
        line("Minimum", "The smaller of two numbers in each cell.", *_PAIR, listed="all"),
        line(
            "Concatenate",
            "One array behind the other.",
            *_PAIR,
            listed="all",
            axis=Range(-1, -5, 4),
        ),
        line(
            "Dot",
            "Products of two arrays, summed along an axis.",
            *_two("batch features", 2, 4),
            listed="all",
            axes=Range(-1, -4, 4),
        ),
    ),
    "Reshaping": (
        line("Flatten", "All axes after the batch in one.", _SEQUENCE),
        line("Reshape", "The same numbers in another shape.", _SEQUENCE, target_shape=_TARGET),
        line("Permute", "The axes in another order.", _SEQUENCE, dims=(2, 1)),
        line("RepeatVector", "A row repeated.", tensor("batch features", 2, 4), n=Range(3, 1, 64)),
        line("Cropping1D", "Steps cut off at both ends.", _SEQUENCE, cropping=(1, 1)),
        line("Cropping2D", "Rows and columns cut off all round.", _IMAGE, cropping=(1, 1)),
        line("Cropping3D", "A volume cut off all round.", _VOLUME, cropping=(0, 1, 1)),
        line("ZeroPadding1D", "Zeros before and behind.", _SEQUENCE, padding=Range(1, 0, 16)),
        line("ZeroPadding2D", "Zeros all round.", _IMAGE, padding=(1, 1)),
        line("ZeroPadding3D", "Zeros all round a volume.", _VOLUME, padding=(0, 1, 1)),
        line("UpSampling1D", "Each step repeated.", _SEQUENCE, size=Range(2, 1, 8)),
        line(
            "UpSampling2D",
            "Each cell repeated, or cells between them.",
            tensor("batch rows columns channels", 1, 3, 3, 1),
            size=(2, 2),
            interpolation=Pick(("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")),
        ),
        line("UpSampling3D", "Each cell of a volume repeated.", _VOLUME, size=(1, 2, 2)),
    ),
}
