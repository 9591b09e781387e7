"""The posts' six come out of a recording as their posts write them down."""

import pytest

from layers.catalog.registry import get
from layers.runs.run import run

NESTED = [
    part
    for number, before in ((1, "inputs"), (2, "relu"), (3, "relu_2"))
    for part in (
        ("·", (before, f"linear_{number}/kernel"), f"linear_{number}/product", False),
        (
            "+",
            (f"linear_{number}/product", f"linear_{number}/bias"),
            "outputs" if number == 3 else f"linear_{number}/outputs",
            True,
        ),
        ("relu", (f"linear_{number}/outputs",), ("relu", "relu_2", "")[number - 1], True),
    )
][:-1]
STEPS = {
    "linear": [
        ("·", ("inputs", "kernel"), "product", False),
        ("+", ("product", "bias"), "outputs", True),
    ],
    "repeated_dense": [
        ("repeat ×5", ("kernel",), "kernel_repeated", True),
        ("repeat ×5", ("bias",), "bias_repeated", True),
        ("·", ("inputs", "kernel_repeated"), "product", False),
        ("+", ("product", "bias_repeated"), "pre_activation", True),
        ("relu", ("pre_activation",), "outputs", True),
    ],
    "nd_dense": [
        ("·", ("inputs", "kernel"), "product", False),
        ("+", ("product", "bias"), "outputs", True),
    ],
    "center_zero": [("×", ("inputs", "mask"), "outputs", True)],
    "running_sum": [
        ("Σ", ("inputs",), "column_sums", True),
        ("+", ("total_before", "column_sums"), "total", True),
        ("=", ("total",), "outputs", True),
    ],
    "mlp_block": NESTED,
}


@pytest.mark.parametrize("name", STEPS)
def test_the_steps_are_those_of_the_posts(name):
    trace = run(get(name), {}, source="normal")
    found = [(step.op.sign, step.operands, step.result, step.shown) for step in trace.steps]
    assert found == STEPS[name]
    assert trace.disagreement() < 1e-5
