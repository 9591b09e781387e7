import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.catalog.linear import ACTIVATIONS
from layers.catalog.nd_dense import SPEC, NDDense
from layers.runs.run import run


def test_hand_set_weights_give_the_numbers_worked_out_on_paper():
    layer = NDDense(2)
    layer.build((2, 1, 3))
    layer.set_weights([np.array([[1, -1], [10, 0], [100, 2]]), np.array([0.5, -7])])
    outputs = layer(np.array([[[1, 2, 3]], [[-1, 0, 1]]], "float32")).numpy()
    np.testing.assert_array_equal(outputs, [[[321.5, -2]], [[99.5, -4]]])


@settings(max_examples=25, deadline=None)
@given(
    shape=st.lists(st.integers(1, 7), min_size=2, max_size=5).map(tuple),
    units=st.integers(1, 12),
    use_bias=st.booleans(),
    activation=st.sampled_from(sorted(set(ACTIVATIONS) - {"softmax"})),
)
def test_any_rank_is_keras_own_dense_and_numpys_einsum(shape, units, use_bias, activation):
    values = {"shape": shape, "units": units, "use_bias": use_bias, "activation": activation}
    left = run(SPEC, {**values, "bias_initializer": "random_normal"}, source="normal")
    assert left["outputs"].shape == (*shape[:-1], units)
    weights = [left["kernel"], left["bias"]] if use_bias else [left["kernel"]]
    stock = keras.layers.Dense(units, activation=activation, use_bias=use_bias)
    stock.build(shape)
    stock.set_weights(weights)
    # At most 7 float32 products, which another kernel may add up in another order.
    np.testing.assert_allclose(left["outputs"], stock(left["inputs"]).numpy(), rtol=1e-5, atol=1e-6)
    sums = np.einsum("...p,pu->...u", left["inputs"].astype("float64"), left["kernel"])
    shown = left[left.steps[0].result] if len(left.steps) > 1 else left["outputs"]
    np.testing.assert_allclose(shown, sums, rtol=1e-5, atol=1e-6)


def test_softmax_is_over_the_last_axis():
    left = run(SPEC, {"activation": "softmax", "units": 4}, source="normal")
    np.testing.assert_allclose(left["outputs"].sum(axis=-1), np.ones((2, 3)), atol=1e-6)
    # float32 quarters add up to one but for the last digit


def test_one_axis_more_is_many_runs_with_one_axis_less():
    left = run(SPEC, {"shape": (3, 4, 5)}, source="normal")
    layer = SPEC.build({"shape": (4, 5)}, 0)
    for index in range(3):
        np.testing.assert_allclose(
            layer(left["inputs"][index]).numpy(), left["outputs"][index], atol=1e-6
        )  # the same weights by the same seed; the order of sums may differ


@pytest.mark.parametrize("shape", [(7,), (2, 6), (2, 3, 6)])
def test_a_rank_of_one_or_another_width_is_refused(shape):
    layer = NDDense(4)
    layer.build((2, 7))
    with pytest.raises(ValueError, match="incompatible with the layer"):
        layer(np.ones(shape, "float32"))


def test_axes_are_named_from_the_batch_to_the_features():
    tensors = run(SPEC, {"shape": (2, 3, 4, 5)}).tensors
    assert tensors["inputs"].axes == ("batch", "axis 1", "axis 2", "features")
    assert tensors["outputs"].axes == ("batch", "axis 1", "axis 2", "units")
