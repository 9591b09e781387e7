"""A shape that was measured twice is written so that it holds for every size."""

from __future__ import annotations

import pytest

from layers.checkup.fixes.sublayer_shapes import Called, build_lines

IMAGE = (2, 8, 8, 8), (6, 16, 16, 16)


@pytest.mark.parametrize(
    ("one", "other", "written"),
    [
        (*IMAGE, "shape"),
        ((2, 8, 8, 5), (6, 16, 16, 5), "(*shape[:-1], 5)"),
        ((2, 8), (6, 16), "(shape[0], shape[-1])"),
        ((2, 1, 1, 8), (6, 1, 1, 16), "(shape[0], 1, 1, shape[-1])"),
        ((2, 8, 4), (6, 16, 4), "(shape[0], shape[1], 4)"),
        ((7,), (7,), "(7,)"),
        ((2, 16), (6, 32), None),  # twice the channels: no length of the input's
    ],
)
def test_a_length_is_a_number_or_the_inputs(one: tuple, other: tuple, written: str | None):
    calls = {"self.dense": (Called(one, None), Called(other, None))}
    lines = build_lines(["self.dense"], calls, IMAGE, "shape")
    assert lines == ([] if written is None else [f"self.dense.build({written})"])


def test_where_one_sublayer_cannot_be_written_none_is():
    calls = {
        "self.first": (Called(IMAGE[0], (2, 16)), Called(IMAGE[1], (6, 32))),
        "self.last": (Called((2, 24), None), Called((6, 48), None)),
    }
    assert build_lines(["self.first", "self.last"], calls, IMAGE, "shape") == []
    assert build_lines(["self.first"], calls, IMAGE, "shape") == ["self.first.build(shape)"]


def test_what_another_sublayer_returns_is_its_output_shape():
    calls = {
        "self.first": (Called(IMAGE[0], (2, 16)), Called(IMAGE[1], (6, 32))),
        "self.last": (Called((2, 16), None), Called((6, 32), None)),
    }
    lines = build_lines(["self.last"], calls, IMAGE, "shape")
    assert lines == ["self.last.build(self.first.compute_output_shape(shape))"]
