"""The posts' six come out of a recording as they were once written down by hand."""

import numpy as np
import pytest

from layers.forward import prepare, run
from layers.recording import record
from layers.registry import LAYERS, get
from layers.traces.naming import rename

NESTED = {
    f"linear_{number}/{old}": f"{new}_{number}"
    for number in (1, 2, 3)
    for old, new in (
        ("kernel", "kernel"),
        ("bias", "bias"),
        ("product", "product"),
        ("outputs", "pre_activation"),
    )
} | {"relu": "hidden_1", "relu_2": "hidden_2"}


def recorded(name, values):
    spec = get(name)
    layer, batches = prepare(
        spec, spec.check(values), batch=None, seed=3, source="normal", constant=1.0
    )
    for earlier in batches[:-1]:
        layer(earlier)
    axes = {"inputs": spec.input_axes(batches[-1].ndim)}
    return rename(record(layer, batches[-1], input_axes=axes), NESTED)


def both(name, **values):
    return run(get(name), values, seed=3, source="normal"), recorded(name, values)


CASES = [
    *((spec.name, {}) for spec in LAYERS),
    ("linear", {"activation": "relu"}),
    ("linear", {"use_bias": False, "activation": "softmax"}),
    ("linear", {"use_bias": False}),
    ("nd_dense", {"shape": (1, 2, 3, 4), "activation": "tanh"}),
    ("nd_dense", {"shape": (3, 4), "activation": "softplus"}),
    ("repeated_dense", {"activation": "linear", "units": 3}),
    ("running_sum", {"calls": 3}),
    ("center_zero", {"rows": 5}),
]


@pytest.mark.parametrize(("name", "values"), CASES)
def test_names_values_roles_and_steps_are_those_of_the_declarations(name, values):
    declared, trace = both(name, **values)
    assert set(trace.tensors) == set(declared.tensors)
    for tensor_name, tensor in declared.tensors.items():
        np.testing.assert_array_equal(trace[tensor_name], tensor.values)
        assert trace[tensor_name].dtype == tensor.values.dtype
        assert trace.tensors[tensor_name].role == tensor.role, tensor_name
    assert [(step.operands, step.result, step.shown) for step in trace.steps] == [
        (step.operands, step.result, step.shown) for step in declared.steps
    ]


@pytest.mark.parametrize(
    ("name", "values"), [case for case in CASES if case[0] not in ("mlp_block", "repeated_dense")]
)
def test_axes_are_those_of_the_declarations(name, values):
    declared, trace = both(name, **values)
    assert {name: tensor.axes for name, tensor in trace.tensors.items()} == {
        name: tensor.axes for name, tensor in declared.tensors.items()
    }


def test_the_result_agrees_with_numpy():
    for spec in LAYERS:
        assert recorded(spec.name, {}).disagreement() < 1e-5
