"""What a network is fed: sized to its input, or refused."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from layers.inputs.fields import BadInputError
from layers.inputs.images import feed, picture, read_image


def png(array: np.ndarray, form: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, form)
    return stream.getvalue()


def test_our_picture_has_edges_in_every_direction():
    ours = picture(32, 32)
    assert (ours.min(), ours.max()) == (0, 1)
    assert all(np.abs(np.diff(ours, axis=axis)).max() > 0.5 for axis in (0, 1))
    assert picture(5, 9).shape == (5, 9)


@pytest.mark.parametrize("shape", [(None, 8, 8, 1), (None, 8, 6, 3), (None, None, None, 3)])
def test_a_picture_is_sampled_to_the_networks_size(shape):
    for array in (DRAW.random((20, 30), "f4"), DRAW.random((20, 30, 3), "f4")):
        fed = feed(shape, array, 0, None)
        assert fed.shape == (1, *(length or 32 for length in shape[1:]))
        # The mean of equal channels may round the last digit.
        assert array.min() - 1e-6 <= fed.min() <= fed.max() <= array.max() + 1e-6


DRAW = np.random.default_rng(1)


def test_an_array_of_the_right_shape_is_fed_as_it_is():
    array = DRAW.normal(size=(8, 6, 3)).astype("f4")
    np.testing.assert_array_equal(feed((None, 8, 6, 3), array, 0, None)[0], array)
    np.testing.assert_array_equal(feed((None, 144), array, 0, None)[0], array.ravel())


def test_an_array_that_does_not_fit_is_said_with_both_shapes():
    with pytest.raises(BadInputError, match=r"expected 10\. Received 3 × 4"):
        feed((None, 10), np.zeros((3, 4)), 0, None)


@pytest.mark.parametrize("source", ["picture", "normal", "ramp"])
@pytest.mark.parametrize("shape", [(None, 4), (None, 5, 3), (None, 8, 8, 2), (None, 4, 4, 4, 2)])
def test_what_needs_no_file_fits_every_network(source, shape):
    fed = feed(shape, source, 3, None)
    assert fed.shape == (1, *shape[1:])
    assert np.isfinite(fed).all()


def test_words_are_whole_numbers_below_their_count():
    fed = feed((None, 12), "picture", 0, 5)
    assert fed.dtype == "int32"
    assert fed.max() == 4


@pytest.mark.parametrize(("form", "name"), [("PNG", "a.png"), ("BMP", "a.bmp"), ("GIF", "a.gif")])
def test_pictures_are_read_from_0_to_1(form, name):
    grey = np.arange(256, dtype="uint8").reshape(16, 16)
    read = read_image(name, png(grey, form))
    assert (read.min(), read.max()) == (0, 1)
    assert read.shape[:2] == (16, 16)
    colour = DRAW.integers(0, 256, (4, 5, 3)).astype("uint8")
    np.testing.assert_allclose(read_image("a.png", png(colour)), colour / 255, rtol=1e-6)


@pytest.mark.parametrize(
    "data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n", png(np.zeros((9, 9), "uint8"))[:40]]
)
def test_a_picture_that_is_none_is_a_sentence(data):
    with pytest.raises(BadInputError, match="a picture of at most"):
        read_image("a.png", data)


def test_a_picture_of_too_many_pixels_is_refused_by_its_header():
    data = bytearray(png(np.zeros((9, 9), "uint8")))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    with pytest.raises(BadInputError, match="a picture of at most"):
        read_image("a.png", bytes(data))
