"""The cross-entropy of logits and the sum of rows by number, against TensorFlow and by hand."""

import numpy as np
import pytest
import tensorflow as tf

from layers.operations.crossentropy import CrossEntropy, CrossEntropyGradient
from layers.operations.segments import SegmentSum, SubtractRows
from layers.operations.spans import cells

LOGITS = np.array([[1.0, -2.0, 0.5], [30.0, 1.0, -40.0]])
TARGETS = np.array([[0.2, 0.3, 0.5], [0.0, 1.0, 0.0]])
ROWS = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
IDS = np.array([2, 0, 2])
TABLE = np.array([[10.0, 20.0], [30.0, 40.0], [50.0, 60.0]])


def test_cross_entropy_is_tensorflows():
    loss, slope = tf.raw_ops.SoftmaxCrossEntropyWithLogits(features=LOGITS, labels=TARGETS)
    np.testing.assert_allclose(CrossEntropy().evaluate(LOGITS, TARGETS), loss, rtol=1e-12)
    np.testing.assert_allclose(
        CrossEntropyGradient().evaluate(LOGITS, TARGETS), slope, rtol=1e-12, atol=1e-15
    )


def test_rows_of_a_number_are_added_up():
    np.testing.assert_array_equal(
        SegmentSum(4).evaluate(ROWS, IDS), [[3, 4], [0, 0], [6, 8], [0, 0]]
    )
    np.testing.assert_array_equal(
        SubtractRows().evaluate(TABLE, IDS, ROWS), [[7, 16], [30, 40], [44, 52]]
    )
    assert SegmentSum(4).expression((2, 1), ROWS, IDS).write() == "2 + 6"
    assert SubtractRows().expression((1, 0), TABLE, IDS, ROWS).value == 30


@pytest.mark.parametrize(
    ("op", "operands"),
    [
        (CrossEntropy(), (LOGITS, TARGETS)),
        (CrossEntropyGradient(), (LOGITS, TARGETS)),
        (SegmentSum(4), (ROWS, IDS)),
        (SubtractRows(), (TABLE, IDS, ROWS)),
    ],
    ids=lambda each: type(each).__name__,
)
def test_each_cell_is_worked_out_from_cells_that_its_spans_hold(op, operands):
    result = op.evaluate(*operands)
    spans = op.spans(*operands)
    for at in np.ndindex(result.shape):
        found = op.expression(at, *operands)
        assert found.value == pytest.approx(result[at], rel=1e-9, abs=1e-12)
        for leaf in found.leaves():
            own = spans[leaf.operand]
            lengths = operands[leaf.operand].shape
            for span, place, length in zip(own, leaf.index, lengths, strict=True):
                assert place in cells(span, at, length)
