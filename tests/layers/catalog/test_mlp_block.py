from dataclasses import replace

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.catalog.mlp_block import SPEC, MLPBlock
from layers.runs.run import run
from layers.traces.summary import measure

width = st.integers(1, 256)


def test_hand_set_weights_give_the_numbers_worked_out_on_paper():
    layer = MLPBlock(widths=(2, 2, 1))
    layer.build((1, 2))
    weights = ([[1, -1], [2, 1]], [0, 1], [[1, 1], [-1, 3]], [-2, 0], [[10], [-1]], [0.5])
    layer.set_weights([np.array(weight) for weight in weights])
    # (3, −1) → (1, −3) → relu (1, 0) → (−1, 1) → relu (0, 1) → −0.5
    # (1, 1) → (3, 1) → (3, 1) → (0, 6) → (0, 6) → −5.5
    outputs = layer(np.array([[3, -1], [1, 1]], "float32")).numpy()
    np.testing.assert_array_equal(outputs, [[-0.5], [-5.5]])


@settings(max_examples=15, deadline=None)
@given(features=width, widths=st.tuples(width, width, width), batch=st.integers(1, 64))
def test_any_widths_are_three_of_keras_own_dense_with_every_stage_shown(features, widths, batch):
    values = {"features": features} | {f"width_{i}": w for i, w in enumerate(widths, 1)}
    left = run(SPEC, values, batch=batch, source="normal")
    x = left["inputs"]
    for number, (units, activation, result) in enumerate(
        zip(widths, ("relu", "relu", None), ("relu", "relu_2", "outputs"), strict=True), 1
    ):
        stock = keras.layers.Dense(units, activation=activation)
        stock.build(x.shape)
        stock.set_weights([left[f"linear_{number}/kernel"], left[f"linear_{number}/bias"]])
        x = stock(x).numpy()
        # Up to 256 float32 products a stage, added up in another order.
        np.testing.assert_allclose(left[result], x, rtol=1e-4, atol=1e-5)


def test_the_three_kernels_are_drawn_apart():
    left = run(SPEC, {"features": 32, "width_3": 32})
    assert not np.array_equal(left["linear_1/kernel"], left["linear_2/kernel"])
    assert not np.array_equal(left["linear_2/kernel"], left["linear_3/kernel"])


def test_a_hidden_number_below_zero_breaks_the_promise_even_beside_a_nan():
    left = run(SPEC, {})
    bent = left["relu_2"].copy()
    bent[0, 0], bent[1, 1] = -0.75, np.nan
    tensors = {**left.tensors, "relu_2": replace(left.tensors["relu_2"], values=bent)}
    result = measure(SPEC.invariants[0], replace(left, tensors=tensors))
    assert (result.measured, result.holds) == (0.75, False)
    assert SPEC.invariants[0].measure(left) == 0


def test_an_input_of_another_width_is_refused():
    layer = MLPBlock()
    layer(np.ones((3, 64), "float32"))
    with pytest.raises(ValueError, match="incompatible with the layer"):
        layer(np.ones((3, 63), "float32"))
