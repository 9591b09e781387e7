"""The loss over a plane of weights: TensorFlow's own at each point, and the path in it."""

import numpy as np
import pytest

from layers.inputs.cells import Cell
from layers.inputs.fields import BadInputError
from layers.training import loss_plane, train
from layers.training.plane import SIDE, plane_of
from tests.layers.training.plain import dense, normal

X, Y = normal(8, 4), normal(8, 3, seed=7)


def by_hand(kernel, bias):
    return np.mean((X @ kernel + bias - Y) ** 2)


def test_the_plane_of_two_weights_has_the_losses_of_the_formula():
    layer = dense()
    history = train(layer, X, Y, steps=6, learning_rate=0.3)
    cells = (Cell("kernel", (0, 1)), Cell("bias", (2,)))
    plane = loss_plane(history, layer, X, Y, cells=cells)
    ends = {name: array[-1].astype("float64") for name, array in history.weights.items()}
    across, up = plane.directions.across, plane.directions.up
    for row, column in [(0, 0), (3, 20), (SIDE - 1, SIDE - 1), (12, 7)]:
        kernel, bias = ends["kernel"].copy(), ends["bias"].copy()
        kernel[0, 1] += across[column]
        bias[2] += up[row]
        assert plane.losses[row, column] == pytest.approx(by_hand(kernel, bias), rel=1e-5)
    assert plane.taken == SIDE**2
    path = plane.directions.path
    moved = history.weights["kernel"][:, 0, 1].astype("float64") - ends["kernel"][0, 1]
    np.testing.assert_allclose(path[:, 0], moved, atol=1e-12)
    assert plane.directions.steps == tuple(range(7))
    for name, weight in zip(("kernel", "bias"), (layer.kernel, layer.bias), strict=True):
        np.testing.assert_array_equal(weight.numpy(), history.weights[name][-1])  # left as it was


def test_the_principal_plane_holds_nearly_all_of_a_straight_path():
    layer = dense()
    history = train(layer, X, Y, steps=20, learning_rate=0.3)
    directions, basis = plane_of(history)
    np.testing.assert_allclose(basis.vectors @ basis.vectors.T, np.eye(2), atol=1e-9)
    assert 0.9 < directions.share <= 1
    np.testing.assert_array_equal(directions.path[-1], [0, 0])
    plane = loss_plane(history, layer, X, Y)
    low = np.unravel_index(plane.losses.argmin(), plane.losses.shape)
    assert plane.losses[low] == pytest.approx(
        by_hand(*basis.weights(directions.across[low[1]], directions.up[low[0]]).values()), rel=1e-4
    )


def test_all_rows_count_where_steps_are_taken_on_some():
    layer = dense()
    history = train(layer, X, Y, steps=4, batch_size=2, maximum_bytes=400)
    assert not history.full
    plane = loss_plane(history, layer, X, Y, cells=(Cell("bias", (0,)), Cell("bias", (1,))))
    assert set(plane.directions.steps) == set(history.kept)
    ends = history.weights["kernel"][-1], history.weights["bias"][-1].astype("float64")
    bias = ends[1].copy()
    bias[:2] += plane.directions.across[0], plane.directions.up[0]
    assert plane.losses[0, 0] == pytest.approx(by_hand(ends[0], bias), rel=1e-5)


def test_a_stop_keeps_what_was_measured():
    seen = []
    layer = dense()
    history = train(layer, X, Y, steps=3)
    plane = loss_plane(
        history, layer, X, Y,
        progress=lambda taken, loss: seen.append((taken, loss)), stop=lambda: len(seen) == 30,
    )  # fmt: skip
    assert plane.taken == 30
    assert np.isfinite(plane.losses).sum() == 30
    assert seen[-1] == (30, plane.losses[1, 4])


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ((Cell("kernel", (0, 0)), Cell("kernel", (0, 0))), "two different weights"),
        ((Cell("kernel", (9, 9)), Cell("bias", (0,))), "cells of kernel, bias"),
        ((Cell("nobody", (0,)), Cell("bias", (0,))), "cells of kernel, bias"),
    ],
)
def test_a_plane_that_cannot_be_is_a_sentence(cells, words):
    with pytest.raises(BadInputError, match=words):
        plane_of(train(dense(), X, Y, steps=2), cells)


def test_what_does_not_move_has_no_plane():
    layer = dense()
    layer.trainable = False
    with pytest.raises(BadInputError, match="Received 0"):
        plane_of(train(layer, X, Y, steps=2))
