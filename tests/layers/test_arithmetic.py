import numpy as np
import pytest

from layers.arithmetic import arithmetic
from layers.catalog.registry import POSTS, get
from layers.inputs.cells import Cell
from layers.runs.run import run
from layers.steps import Activation, AddBias, MatMul, Op, Return, Terms
from layers.trace import Step, Tensor, Trace

ACTIVATED = [("relu", 3), ("softmax", 3), ("elu", 2), ("linear", 2), ("tanh", 2)]


@pytest.mark.parametrize("spec", POSTS, ids=lambda spec: spec.name)
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


X = np.array([[1.0, -2.0], [0.5, 3.0]])
W = np.array([[2.0, 1.0], [-1.0, 4.0]])
B = np.array([0.5, -0.25])
AXES = ("row", "column")


def traced(*chain: tuple[Op, np.ndarray | None]) -> Trace:
    """Return the run of operations one after the other on X, each with its own second operand."""
    tensors = {"inputs": Tensor(values=X.copy(), axes=AXES, role="input", symbol="X")}
    steps, came = [], "inputs"
    for place, (op, operand) in enumerate(chain):
        operands, result = [came], f"result_{place}"
        if operand is not None:
            operands.append(f"weight_{place}")
            tensors[operands[1]] = Tensor(
                values=operand.copy(), axes=AXES[2 - operand.ndim :], role="weight", symbol="w"
            )
        values = op.evaluate(*(tensors[name].values for name in operands))
        tensors[result] = Tensor(values=values, axes=AXES, role="output", symbol="Y")
        steps.append(Step(op, tuple(operands), result, AXES, "Y"))
        came = result
    return Trace(tensors=tensors, steps=tuple(steps))


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        # Two products of two, of which the first operand was itself just worked out.
        (((AddBias(), B), (MatMul(), W)), Terms(((1.5, 2.0), (-2.25, -1.0)))),
        # A function's result is one number in what follows.
        (((Activation("tanh"), None), (AddBias(), B)), Terms(((float(np.tanh(1)),), (0.5,)))),
        (((Activation("tanh"), None), (Return(), None)), Terms(((1.0,),), "tanh")),
        (((MatMul(), W), (AddBias(), B)), Terms(((1.0, 2.0), (-2.0, -1.0), (0.5,)))),
    ],
)
def test_only_plain_sums_are_written_out_in_the_place_of_their_result(chain, expected):
    trace = traced(*chain)
    worked = arithmetic(trace, Cell("result_1", (0, 0)))
    assert worked.terms == expected
    assert expected.value == worked.value


def test_a_softmax_over_one_is_still_a_share():
    trace = traced((MatMul(), W[:, :1]), (Activation("softmax"), None))
    terms = arithmetic(trace, Cell("result_1", (1, 0))).terms
    assert terms == Terms(((-2.0,),), "softmax", 0)
    assert terms.value == 1
