"""Rows of a table, and cells that a mask drops."""

import keras
import numpy as np
import pytest

from layers.operations.explain import explain
from layers.operations.layout import Gather
from layers.recording import record
from tests.layers.textbook.by_hand import assert_is, counted


def embedding():
    layer = keras.layers.Embedding(4, 2)
    layer.build((1, 3))
    layer.set_weights([counted(4, 2)])
    return layer


def test_an_embedding_takes_rows():
    ids = np.array([[3, 0, 3]])
    trace = record(embedding(), ids, input_axes={"inputs": ("batch", "time")})
    assert [type(step.op) for step in trace.steps] == [Gather]
    assert_is(trace, "outputs", counted(4, 2)[[[3, 0, 3]]])
    assert explain(trace, "outputs", (0, 0, 1)).sources == {
        "embeddings": [(3, 1)],
        "inputs": [(0, 0)],
    }
    assert trace.tensors["embeddings"].axes == ("ids", "features")
    assert trace.tensors["outputs"].axes == ("batch", "time", "features")


def test_ids_below_zero_count_from_the_end_and_are_seen_to():
    trace = record(embedding(), np.array([[-1, 0, 1]]))
    assert len(trace.steps) > 1
    np.testing.assert_array_equal(trace["outputs"][0, 0], counted(4, 2)[3])


@pytest.mark.parametrize("rate", [0.5, 0.2])
@pytest.mark.parametrize("kind", ["Dropout", "SpatialDropout1D"])
def test_dropout_is_inputs_times_mask_times_scale(kind, rate):
    x = counted(5, 3, 4)
    trace = record(getattr(keras.layers, kind)(rate, seed=1), x, training=True)
    random = trace["random"]
    assert random.shape == ((5, 1, 4) if kind == "SpatialDropout1D" else x.shape)
    mask = random >= np.float32(rate)
    assert 0 < mask.sum() < mask.size
    np.testing.assert_array_equal(trace["mask"], mask)
    assert_is(trace, "outputs", x * mask / (1 - rate))
    assert [step.op.sign for step in trace.steps] == ["≥", "×", "×"]
    assert [step.shown for step in trace.steps] == [True, False, True]


def test_dropout_does_nothing_in_inference():
    x = counted(2, 3)
    np.testing.assert_array_equal(record(keras.layers.Dropout(0.5), x)["outputs"], x)


def test_gaussian_dropout_multiplies_by_numbers_around_one():
    x = counted(2, 3)
    trace = record(keras.layers.GaussianDropout(0.5, seed=1), x, training=True)
    assert_is(trace, "outputs", x * (1 + trace["random"].astype(float)))
