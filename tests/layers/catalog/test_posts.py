"""What the posts print and claim, one by one; literal numbers are copied out of the posts."""

import numpy as np
import pytest

from layers.catalog.registry import get
from layers.runs.prepare import Call
from layers.runs.run import record_calls, run

SAME = 1e-7
"""Equal sums below 1 in float32, whatever order the processor at hand adds them up in."""


def call_with(inputs):
    return Call(arrays={"inputs": inputs}, arguments=(inputs,), named={})


def run_of(spec, title):
    example = next(example for example in spec.examples if example.title == title)
    return run(spec, example.values, batch=example.batch, source=example.input)


def test_repeated_weights_five_equal_columns_zero_where_the_pre_activation_is_negative():
    left = run_of(get("repeated_dense"), "Normal (8, 10) to 5 units")
    assert left["inputs"].shape == (8, 10)
    assert left["outputs"].shape == (8, 5)
    assert left["kernel"].shape == (10, 1)
    assert left["bias"].shape == ()
    np.testing.assert_array_equal(left["kernel_repeated"], left["kernel"][:, [0] * 5])
    np.testing.assert_array_equal(left["bias_repeated"], [0] * 5)
    np.testing.assert_allclose(left["outputs"], left["outputs"][:, [0] * 5], rtol=0, atol=SAME)
    negative = left["pre_activation"] < 0
    assert 0 < negative.sum() < negative.size, "the post shows rows of both kinds"
    np.testing.assert_array_equal(left["outputs"] == 0, negative)
    np.testing.assert_allclose(
        left["outputs"][~negative], left["pre_activation"][~negative], rtol=0, atol=SAME
    )


def test_custom_layers_ones_to_four_units_give_the_column_sums_of_the_printed_kernel():
    left = run_of(get("linear"), "Ones (3, 3) to 4 units")
    np.testing.assert_array_equal(left["inputs"], np.ones((3, 3)))
    assert left["kernel"].shape == (3, 4)
    np.testing.assert_array_equal(left["bias"], [0, 0, 0, 0])
    np.testing.assert_allclose(left["outputs"], left["outputs"][[0, 0, 0]], rtol=0, atol=SAME)
    layer = get("linear").build({"features": 3, "units": 4}, 0)
    layer.build((3, 3))
    layer.set_weights(
        [
            np.array(
                [
                    [0.01979813, -0.04338467, -0.07237624, -0.06622894],
                    [-0.04669333, -0.00611689, -0.03860446, -0.04537704],
                    [-0.01581768, -0.01695884, -0.03870974, 0.00631301],
                ]
            ),
            np.zeros(4),
        ]
    )
    left = record_calls(get("linear"), layer, [call_with(np.ones((3, 3), "float32"))])
    # Added up by hand to the eight decimals that the post prints.
    expected = [[-0.04271288, -0.06646040, -0.14969044, -0.10529297]] * 3
    np.testing.assert_allclose(left["outputs"], expected, rtol=0, atol=SAME)


def test_customising_layers_the_printed_array_of_sixes_with_a_hole():
    left = run_of(get("center_zero"), "10 × 10 of 6 with a 2 × 2 hole")
    printed = """
[[6. 6. 6. 6. 6. 6. 6. 6. 6. 6.]
 [6. 6. 6. 6. 6. 6. 6. 6. 6. 6.]
 [6. 6. 6. 6. 6. 6. 6. 6. 6. 6.]
 [6. 6. 6. 6. 6. 6. 6. 6. 6. 6.]
 [6. 6. 6. 6. 0. 0. 6. 6. 6. 6.]
 [6. 6. 6. 6. 0. 0. 6. 6. 6. 6.]
 [6. 6. 6. 6. 6. 6. 6. 6. 6. 6.]
 [6. 6. 6. 6. 6. 6. 6. 6. 6. 6.]
 [6. 6. 6. 6. 6. 6. 6. 6. 6. 6.]
 [6. 6. 6. 6. 6. 6. 6. 6. 6. 6.]]"""
    assert str(left["outputs"]) == printed.strip()


@pytest.mark.parametrize(
    ("title", "rows", "units"),
    [
        ("Ones (3, 3) to 5 units", 3, 5),
        ("Ones (3, 3) to 12 units, normal bias", 3, 12),
        ("Ones (2, 2) to 4 units", 2, 4),
    ],
)
def test_custom_modelling_linear_gives_equal_rows_for_ones(title, rows, units):
    left = run_of(get("linear"), title)
    np.testing.assert_array_equal(left["inputs"], np.ones((rows, rows)))
    assert left["kernel"].shape == (rows, units)
    assert left["bias"].shape == (units,)
    assert left["outputs"].shape == (rows, units)
    np.testing.assert_allclose(left["outputs"], left["outputs"][[0] * rows], rtol=0, atol=SAME)
    assert np.unique(left["outputs"][0]).size == units, "the units differ from each other"
    assert bool(left["bias"].any()) == ("normal bias" in title)


def test_custom_modelling_linear_computes_what_is_printed_from_the_printed_weights():
    layer = get("linear").build({"features": 2, "units": 4}, 0)
    layer.build((2, 2))
    layer.set_weights(
        [
            np.array(
                [
                    [-0.06456654, 0.05076444, 0.13045819, -0.01007326],
                    [-0.04265825, -0.03968915, 0.02731422, 0.09683159],
                ]
            ),
            np.zeros(4),
        ]
    )
    left = record_calls(get("linear"), layer, [call_with(np.ones((2, 2), "float32"))])
    printed = [[-0.10722479, 0.01107529, 0.1577724, 0.08675833]] * 2
    np.testing.assert_allclose(left["outputs"], printed, rtol=0, atol=SAME)


def test_custom_modelling_compute_sum_prints_two_and_two_then_four_and_four():
    spec = get("running_sum")
    first, second = (run_of(spec, f"Ones (2, 2), {nth} call") for nth in ("first", "second"))
    assert str(first["outputs"]) == "[2. 2.]"
    assert str(second["outputs"]) == "[4. 4.]"
    np.testing.assert_array_equal(second["total_before"], [2, 2])
    np.testing.assert_array_equal(second.history, [[2, 2], [4, 4]])
    layer = spec.build({"features": 2}, 0)
    layer(np.ones((2, 2), "float32"))
    assert len(layer.weights) == 1
    assert len(layer.non_trainable_weights) == 1
    assert layer.trainable_weights == []


def test_custom_modelling_mlp_block_has_six_weights_of_the_printed_shapes():
    left = run_of(get("mlp_block"), "Ones (3, 64) through 32, 32, 1")
    np.testing.assert_array_equal(left["inputs"], np.ones((3, 64)))
    shapes = {
        name: tensor.values.shape
        for name, tensor in left.tensors.items()
        if tensor.role == "weight"
    }
    assert shapes == {
        "linear_1/kernel": (64, 32),
        "linear_1/bias": (32,),
        "linear_2/kernel": (32, 32),
        "linear_2/bias": (32,),
        "linear_3/kernel": (32, 1),
        "linear_3/bias": (1,),
    }
    assert left["outputs"].shape == (3, 1)
    np.testing.assert_allclose(left["outputs"], left["outputs"][[0, 0, 0]], rtol=0, atol=SAME)
    layer = get("mlp_block").build({}, 0)
    layer(np.ones((3, 64), "float32"))
    assert (len(layer.weights), len(layer.trainable_weights)) == (6, 6)


def test_three_dimensions_slices_of_ones_are_equal_and_so_are_slices_of_twos():
    left = run_of(get("nd_dense"), "Ones and twos (2, 3, 4) to 10")
    block = [[1, 1, 1, 1], [2, 2, 2, 2], [1, 1, 1, 1]]
    np.testing.assert_array_equal(left["inputs"], [block, block])
    outputs = left["outputs"]
    assert outputs.shape == (2, 3, 10)
    ones = outputs[0, 0]
    for where in ((0, 2), (1, 0), (1, 2)):
        np.testing.assert_allclose(outputs[where], ones, rtol=0, atol=SAME)
    for where in ((0, 1), (1, 1)):
        np.testing.assert_allclose(outputs[where], 2 * ones, rtol=0, atol=SAME)  # the bias is zero
    np.testing.assert_allclose(ones, left["kernel"].sum(axis=0), rtol=0, atol=SAME)


def test_three_dimensions_four_axes_keep_all_lengths_but_the_last():
    left = run_of(get("nd_dense"), "Ones (1, 3, 5, 6) to 10")
    np.testing.assert_array_equal(left["inputs"], np.ones((1, 3, 5, 6)))
    assert left["kernel"].shape == (6, 10)
    assert left["outputs"].shape == (1, 3, 5, 10)
    slices = left["outputs"].reshape(15, 10)
    np.testing.assert_allclose(slices, slices[[0] * 15], rtol=0, atol=SAME)
