"""PNG: the same picture in pixels, with its words."""

import io

import numpy as np
import pytest
from PIL import Image

from pictures.picture import picture
from pictures.png import described, description_in, png
from pictures.svg import svg
from tests.pictures import read
from tests.pictures.blocks import KERNEL, dense, one


def pixels(data):
    return np.array(Image.open(io.BytesIO(data)).convert("RGB"))


@pytest.mark.parametrize("scale", [1, 2, 2.5])
def test_a_png_has_scale_pixels_for_each_of_the_screens(scale):
    scene = picture(dense())
    high, wide, _ = pixels(png(scene, scale=scale)).shape
    assert (wide, high) == pytest.approx((scene.width * scale, scene.height * scale), abs=1)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_cell_has_the_colour_that_the_svg_says(theme):
    scene = picture(one(KERNEL))
    shown = pixels(png(scene, theme, scale=1))
    colours = read.squares(read.parsed(svg(scene, theme)), "kernel", 44)
    assert len(colours) == KERNEL.size
    for (row, column), fill in colours.items():
        corner = shown[16 + 44 * row + 6, 16 + 44 * column + 6]  # beside the number
        np.testing.assert_allclose(corner, list(bytes.fromhex(fill[1:])), atol=1)


def test_the_numbers_are_painted_in_the_fonts_that_travel_along():
    blank, written = (
        pixels(png(picture(one([[value]])), scale=2)) for value in (np.float32(1e-30), 1.25)
    )
    assert blank.shape == written.shape
    assert (blank != written).any()
    middle = pixels(png(picture(one([[1.25]])), scale=2))[32 + 20 : 32 + 68, 32 + 10 : 32 + 78]
    assert (middle.sum(axis=2) < 150).sum() > 40  # ink


def test_a_large_tensor_has_sharp_cells():
    values = np.where(np.indices((60, 60)).sum(axis=0) % 2, 2.5, -2.5)
    shown = pixels(png(picture(one(values, limit=2.5)), scale=2))
    found = {tuple(int(c) for c in pixel) for pixel in shown[60:200:3, 60:200:3].reshape(-1, 3)}
    ends = {(0x1B, 0x4F, 0x93), (0xB4, 0x43, 0x0A)}
    assert ends <= found
    assert len(found) <= 6  # the two, and the lines between


def test_a_png_carries_its_description_and_is_the_same_bytes_again():
    scene = picture(dense() | {"title": "Dense"})
    data = png(scene)
    assert data == png(scene)
    assert description_in(data) == f"{scene.title}. {scene.description}"
    assert description_in(described(png(scene)[:33] + data[33:], "x")) in {
        "x",
        description_in(data),
    }


def test_a_picture_of_too_many_pixels_is_refused_in_a_sentence():
    scene = picture(one(np.zeros((40, 200))), room=4000)
    with pytest.raises(
        ValueError, match=r"expected at most 67,108,864 pixels. Received .+\. Choose"
    ):
        png(scene, scale=80)
