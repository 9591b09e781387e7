"""PDF: one page as large as the picture, its text as text, and the same bytes again."""

import re
import zlib

import numpy as np

from pictures.pdf import pdf
from pictures.picture import picture
from tests.pictures.blocks import PIN, TENSORS, dense, one


def streams(data):
    """Return what the page paints, unpacked."""
    found = re.findall(rb"FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    return [zlib.decompressobj().decompress(stream) for stream in found]


def test_the_page_is_as_large_as_the_picture():
    scene = picture(dense())
    (box,) = re.findall(rb"/MediaBox \[([^\]]+)\]", pdf(scene))
    np.testing.assert_allclose(
        list(map(float, box.split())), [0, 0, 0.75 * scene.width, 0.75 * scene.height], atol=0.01
    )


def test_every_cell_is_a_rectangle_and_every_number_is_text():
    page = next(stream for stream in streams(pdf(picture(dense(pin=PIN)))) if b" re" in stream)
    cells = sum(tensor.size for tensor in TENSORS.values())
    squares = re.findall(rb"[\d.]+ [\d.]+ 33(?:\.0+)? -?33(?:\.0+)? re", page)
    assert len(squares) == cells
    assert len(re.findall(rb"\bBT\b", page)) >= cells + len(TENSORS)


def test_the_same_picture_is_the_same_bytes():
    scene = picture(dense(pin=PIN))
    assert pdf(scene) == pdf(scene)
    assert pdf(scene) != pdf(scene, "dark")
    assert b"/CreationDate (D:20000101" in pdf(scene)  # and no clock


def test_large_and_odd_tensors_have_a_page():
    for values in (np.zeros((60, 60)), [[np.nan]], np.zeros((1, 1))):
        assert pdf(picture(one(values))).startswith(b"%PDF-")
