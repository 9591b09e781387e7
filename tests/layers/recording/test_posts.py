"""The posts' six come out of a recording as their posts write them: names, roles and steps."""

import numpy as np
import pytest

from layers.catalog.registry import POSTS, get
from layers.runs.run import run

BEFORE = "inputs · kernel = (product); product + bias = "
DENSE = f"{BEFORE}outputs"
CASES = [
    ("linear", {}, DENSE),
    ("linear", {"use_bias": False}, "inputs · kernel = outputs"),
    (
        "linear",
        {"activation": "relu"},
        BEFORE + "pre_activation; relu pre_activation = outputs",
    ),
    (
        "linear",
        {"use_bias": False, "activation": "softmax"},
        "inputs · kernel = product; softmax product = outputs",
    ),
    (
        "nd_dense",
        {"shape": (1, 2, 3, 4), "activation": "tanh"},
        BEFORE + "pre_activation; tanh pre_activation = outputs",
    ),
    (
        "nd_dense",
        {"shape": (3, 4), "activation": "softplus"},
        BEFORE + "pre_activation; softplus pre_activation = outputs",
    ),
    (
        "repeated_dense",
        {"activation": "linear", "units": 3},
        "repeat ×3 kernel = kernel_repeated; repeat ×3 bias = bias_repeated; "
        "inputs · kernel_repeated = (product); product + bias_repeated = outputs",
    ),
    (
        "repeated_dense",
        {"units": 1},
        "repeat ×1 kernel = kernel_repeated; repeat ×1 bias = bias_repeated; "
        "inputs · kernel_repeated = (product); product + bias_repeated = pre_activation; "
        "relu pre_activation = outputs",
    ),
    ("center_zero", {"rows": 5}, "inputs × mask = outputs"),
    (
        "running_sum",
        {"calls": 3},
        "Σ inputs = column_sums; total_before + column_sums = total; returned total = outputs",
    ),
    (
        "mlp_block",
        {},
        "inputs · linear_1/kernel = (linear_1/product); "
        "linear_1/product + linear_1/bias = linear_1/outputs; relu linear_1/outputs = relu; "
        "relu · linear_2/kernel = (linear_2/product); "
        "linear_2/product + linear_2/bias = linear_2/outputs; relu linear_2/outputs = relu_2; "
        "relu_2 · linear_3/kernel = (linear_3/product); linear_3/product + linear_3/bias = outputs",
    ),
]
ROLES = {
    "inputs": "input",
    "outputs": "output",
    "mask": "constant",
    "total": "state",
    "total_before": "state",
    "kernel_repeated": "weight",
    "bias_repeated": "weight",
}


def written(trace):
    lines = []
    for step in trace.steps:
        if len(step.operands) > 1:
            left = f" {step.op.sign} ".join(step.operands)
        else:
            left = f"{step.op.sign} {step.operands[0]}"
        lines.append(f"{left} = {step.result if step.shown else f'({step.result})'}")
    return "; ".join(lines)


@pytest.mark.parametrize(("name", "values", "steps"), CASES)
def test_the_steps_are_the_posts(name, values, steps):
    trace = run(get(name), values, seed=3, source="normal")
    assert sorted(written(trace).split("; ")) == sorted(steps.split("; "))
    for tensor_name, tensor in trace.tensors.items():
        own = tensor_name.rpartition("/")[2]
        if own in ("kernel", "bias"):
            assert tensor.role == "weight"
        else:
            assert tensor.role == ROLES.get(tensor_name, "intermediate"), tensor_name


def test_the_result_agrees_with_numpy():
    for spec in POSTS:
        assert run(spec, {}).disagreement() < 1e-5


def test_values_are_the_layers_own():
    trace = run(get("linear"), {"features": 3, "units": 2, "kernel_initializer": "ones"}, batch=2)
    np.testing.assert_array_equal(trace["kernel"], np.ones((3, 2)))
    np.testing.assert_array_equal(trace["outputs"], [[3, 3], [3, 3]])
