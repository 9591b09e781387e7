import numpy as np
import pytest

from layers.arithmetic import arithmetic
from layers.cells import Cell
from layers.forward import run
from layers.registry import LAYERS, get
from layers.steps import Terms

ACTIVATED = [("relu", 3), ("softmax", 3), ("elu", 2), ("linear", 2), ("tanh", 2)]


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.name)
@pytest.mark.parametrize("source", ["normal", "ramp"])
def test_every_cell_of_every_tensor_comes_to_tensorflows_number(spec, source):
    trace = run(spec, {}, seed=4, source=source)
    results = {step.result for step in trace.steps}
    for name, tensor in trace.tensors.items():
        for index in np.ndindex(tensor.values.shape):
            worked = arithmetic(trace, Cell(name, index))
            assert worked.value == tensor.values[index]
            assert (worked.terms is None) == (name not in results)
            if worked.terms:
                # 64 products of numbers near 1, added up in float32 there.
                np.testing.assert_allclose(worked.terms.value, worked.value, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize(("activation", "units"), ACTIVATED)
def test_activations_come_to_tensorflows_number_in_any_rank(activation, units):
    values = {"shape": (2, 2, 3), "units": units, "activation": activation}
    trace = run(get("nd_dense"), values, seed=1, source="normal")
    for index in np.ndindex(trace["outputs"].shape):
        terms = arithmetic(trace, Cell("outputs", index)).terms
        assert terms
        np.testing.assert_allclose(terms.value, trace["outputs"][index], rtol=1e-5, atol=1e-6)


def test_a_dense_cell_is_one_line_from_inputs_to_output():
    source = np.array([[1, 2], [3, 4]], "float32")
    values = {"features": 2, "units": 1, "kernel_initializer": "ones", "activation": "relu"}
    trace = run(get("linear"), values, source=source)
    terms = arithmetic(trace, Cell("outputs", (1, 0))).terms
    assert terms == Terms(((3.0, 1.0), (4.0, 1.0), (0.0,)), "relu")
    assert terms.value == 7


def test_a_total_is_what_was_there_and_every_row():
    trace = run(get("running_sum"), {"features": 2, "calls": 2}, batch=2)
    terms = arithmetic(trace, Cell("outputs", (0,))).terms
    assert terms == Terms(((2.0,), (1.0,), (1.0,)))
    assert terms.value == 4


def test_a_repeated_number_is_the_stored_one():
    trace = run(get("repeated_dense"), {})
    terms = arithmetic(trace, Cell("kernel_repeated", (3, 4))).terms
    assert terms == Terms(((float(trace["kernel"][3, 0]),),))


def test_a_share_of_a_softmax_is_weighed_against_the_whole_row():
    terms = Terms(((0.0,), (float(np.log(3)),)), "softmax", 1)
    assert terms.value == pytest.approx(0.75)
    assert terms.parts.tolist() == pytest.approx([0.25, 0.75])
