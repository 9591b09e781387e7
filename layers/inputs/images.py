"""What goes into a network: our picture, numbers, or the visitor's own, sized to its input."""

from __future__ import annotations

import io
import math
import warnings

import numpy as np
from PIL import Image, UnidentifiedImageError

from layers.inputs.fields import BadInputError
from layers.inputs.sources import format_shape
from layers.inputs.uploads import MAXIMUM_BYTES, read_array

FEEDS = ("picture", "normal", "ramp")
"""What needs no file: our picture, normal numbers, and a ramp from 0 to 1."""
OPEN = {1: 16, 2: 32, 3: 8}
"""What stands for a length that the network leaves open, by how many such axes there may be."""
MAXIMUM_NUMBERS = 2**23
"""Numbers of one input of a network: 32 MB."""
MAXIMUM_PIXELS = 4096 * 4096
_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp")


def picture(height: int, width: int) -> np.ndarray:
    """Return our picture: a bright ring with a dark bar through it, on a slope; from 0 to 1.

    Edges in every direction, so that every filter finds something.
    """
    y, x = np.mgrid[0:height, 0:width] + 0.5
    y, x = y / height, x / width
    radius = np.hypot(y - 0.5, x - 0.5)
    values = 0.15 + 0.25 * x
    values[(radius > 0.2) & (radius < 0.38)] = 1.0
    values[(np.abs(y - x) < 0.06) & (radius < 0.46)] = 0.0
    return values.astype("float32")


def feed(
    shape: tuple[int | None, ...], source: str | np.ndarray, seed: int, tokens: int | None
) -> np.ndarray:
    """Return an input of a network's shape, a batch of one.

    Args:
        shape: with None for the batch and what is open.
        source: one of ``FEEDS``, or the visitor's array: (height, width[, channels]) or of this
            shape without the batch.
        seed: for normal numbers.
        tokens: how many words there are, where the network takes their numbers; else None.

    Raises:
        BadInputError: an array that cannot be made to fit, or too large an input.
    """
    open_axes = sum(length is None for length in shape[1:])
    sizes = tuple(OPEN.get(open_axes, 8) if length is None else length for length in shape[1:])
    if math.prod(sizes) > MAXIMUM_NUMBERS:
        raise BadInputError(
            f"No input can be made for the network: expected one of at most {MAXIMUM_NUMBERS:,} "
            f"numbers. Received the shape {format_shape(sizes)}. Look at its weights instead."
        )
    if tokens is not None:
        return (np.arange(np.prod(sizes)) % tokens).reshape((1, *sizes)).astype("int32")
    if isinstance(source, np.ndarray):
        return _fitted(source, sizes)[None]
    if source == "normal":
        return np.random.default_rng(seed).normal(size=(1, *sizes)).astype("float32")
    if source == "picture" and len(sizes) == 3:
        return np.repeat(picture(*sizes[:2])[..., None], sizes[2], axis=2)[None]
    return np.linspace(0, 1, int(np.prod(sizes))).reshape((1, *sizes)).astype("float32")


def read_image(name: str, data: bytes) -> np.ndarray:
    """Return an uploaded picture (0 to 1), CSV or NPY as an array.

    Raises:
        BadInputError: it cannot be read, or is too large.
    """
    if not name.lower().endswith(_SUFFIXES):
        return read_array(name, data)
    expected = f"a picture of at most {MAXIMUM_BYTES:,} bytes and {MAXIMUM_PIXELS:,} pixels"
    hint = "Save it as PNG, or bring an NPY."
    if len(data) > MAXIMUM_BYTES:
        raise _refuse(name, expected, f"{len(data):,} bytes", hint)
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data)) as opened:
            warnings.simplefilter("ignore")
            if opened.width * opened.height > MAXIMUM_PIXELS:
                raise _refuse(name, expected, f"{opened.width} × {opened.height}", hint)
            grey = opened.mode in {"1", "L", "I;16", "I", "F", "LA"}
            array = np.asarray(opened.convert("L" if grey else "RGB"), "float32") / 255
    except (UnidentifiedImageError, OSError, SyntaxError, EOFError, Image.DecompressionBombError):
        raise _refuse(name, expected, "a file that is none, or is cut off", hint) from None
    return array


def _refuse(name: str, expected: str, received: str, hint: str) -> BadInputError:
    return BadInputError(
        f"`{name[:60]}` cannot be read: expected {expected}. Received {received}. {hint}"
    )


def _fitted(array: np.ndarray, sizes: tuple[int, ...]) -> np.ndarray:
    """Return an array in a network's size: pictures are resampled, other arrays fit or do not."""
    array = array.astype("float32")
    if array.shape == sizes:
        return array
    if array.shape == (1, *sizes):
        return array[0]
    if len(sizes) == 3 and array.ndim in {2, 3}:
        image = array if array.ndim == 3 else array[..., None]
        rows = (np.arange(sizes[0]) + 0.5) * image.shape[0] / sizes[0]
        columns = (np.arange(sizes[1]) + 0.5) * image.shape[1] / sizes[1]
        image = image[rows.astype(int)][:, columns.astype(int)]
        if image.shape[2] != sizes[2]:
            image = np.repeat(image.mean(axis=2, keepdims=True), sizes[2], axis=2)
        return image
    if array.size == int(np.prod(sizes)):
        return array.reshape(sizes)
    raise BadInputError(
        f"Your array does not fit the network: expected {format_shape(sizes)}. Received "
        f"{format_shape(array.shape)}. Bring one of that shape, or choose another input."
    )
