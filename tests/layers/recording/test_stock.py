"""Every stock layer: the run's own numbers, each step redone by hand, names that a page can use."""

import re

import keras
import numpy as np
import pytest

from layers.operations.explain import explain
from layers.recording import record
from layers.recording.owners import owned
from layers.traces.simplify import simplify
from layers.traces.trace import largest_difference, wide
from tests.layers.recording.stock import CASES


def bits(array):
    array = np.asarray(array)
    return array.dtype, array.shape, array.tobytes()


def state_of(layer):
    return [(known.variable, known.variable.numpy()) for known in owned(layer).values()]


def put_back(state):
    for variable, values in state:
        variable.assign(values)


def assert_redone(trace):
    """Redo each step on the recorded operands, in float64; float32 has 24 bits."""
    for step in trace.steps:
        if step.op.explained:
            operands = [wide(trace[name]) for name in step.operands]
            with np.errstate(all="ignore"):
                redone = np.asarray(step.op.evaluate(*operands))
            largest = max(
                (np.abs(each[np.isfinite(each)]).max(initial=0) for each in operands if each.size),
                default=0,
            )
            recorded = trace[step.result]
            tolerance = 2e-5 * max(
                1.0, float(largest), float(np.abs(wide(recorded)).max(initial=0))
            )
            assert largest_difference(recorded, redone) <= tolerance, step


def assert_explained(trace, step):
    """Work the first, the middle and the last cell out by hand."""
    values = trace[step.result]
    largest = max((np.abs(wide(trace[name])).max(initial=0) for name in step.operands), default=0)
    for flat in {0, values.size // 2, values.size - 1}:
        index = tuple(int(at) for at in np.unravel_index(flat, values.shape))
        told = explain(trace, step.result, index)
        np.testing.assert_allclose(
            told.value, float(values[index]), rtol=1e-4, atol=3e-5 * max(1.0, float(largest))
        )
        assert set(told.sources) <= set(trace.tensors)


@pytest.fixture(params=CASES, ids=str, scope="module")
def stock(request):
    case = CASES[request.param]
    layer = case.make()
    record(layer, *case.inputs, **case.keywords)  # builds it, as any call would
    return case, layer, state_of(layer)


def test_outputs_are_the_layers_own_bit_for_bit_and_every_step_can_be_redone(stock):
    case, layer, state = stock
    put_back(state)
    raw = record(layer, *case.inputs, simplified=False, **case.keywords)
    after = [known.variable.numpy() for known in owned(layer).values()]
    put_back(state)
    simple = record(layer, *case.inputs, **case.keywords)
    put_back(state)
    returned = layer(*case.inputs, **{"training": False, **case.keywords})
    expected = [bits(leaf) for leaf in keras.tree.flatten(returned) if leaf is not None]
    for trace in (raw, simple):
        assert [bits(output) for output in trace.outputs] == expected
        assert_redone(trace)
        assert trace.unexplained == case.unexplained
    for step in simple.steps:
        if step.op.explained and simple[step.result].size:
            assert_explained(simple, step)
    for known, moved in zip(owned(layer).values(), after, strict=True):
        assert bits(known.variable.numpy()) == bits(moved)  # a recorded call moves it as any call


def test_rules_drop_tensors_and_change_none(stock):
    case, layer, state = stock
    put_back(state)
    raw = record(layer, *case.inputs, simplified=False, **case.keywords)
    simple = simplify(raw)
    assert len(simple.steps) <= len(raw.steps)
    for name in set(simple.tensors) & set(raw.tensors):
        assert bits(simple[name]) == bits(raw[name])
    assert simple.output_names == raw.output_names
    assert_redone(simple)


def test_a_trace_is_a_graph_with_names(stock):
    case, layer, state = stock
    put_back(state)
    trace = record(layer, *case.inputs, **case.keywords)
    known = {name for name in trace.tensors if name not in trace.made_by}
    for step in trace.steps:
        assert set(step.operands) <= known, step
        assert step.result not in known
        known.add(step.result)
    assert set(trace.tensors) == known
    assert known >= {*trace.output_names, *trace.input_names}
    for name, tensor in trace.tensors.items():
        assert re.fullmatch(r"[a-z][a-z0-9_/]{0,60}", name)
        assert len(tensor.axes) == len(set(tensor.axes)) == tensor.values.ndim
        assert not tensor.values.flags.writeable


SHORT = {
    "Dense rank 3": ["Contract", "add", "relu"],
    "Dense rank 4, a batch of 1": ["Contract", "add"],
    "Conv1D causal dilated": ["Conv", "add"],
    "Conv1D grouped": ["Conv", "add"],
    "Conv1DTranspose": ["ConvTranspose", "add"],
    "Conv2D dilated same": ["Conv", "add"],
    "SeparableConv1D": ["DepthwiseConv", "Conv", "add"],
    "DepthwiseConv1D": ["DepthwiseConv", "add"],
    "MaxPooling1D": ["MaxPool"],
    "AveragePooling1D": ["AveragePool"],
    "BatchNormalization": ["Normalize"],
    "BatchNormalization plain": ["Normalize"],
    "LayerNormalization": ["Reduce", "Reduce", "Normalize"],
    "LayerNormalization plain": ["Reduce", "Reduce", "Normalize"],
    "UpSampling1D": ["Repeat"],
    "PReLU": ["prelu"],
    "ELU": ["elu"],
    "Activation gelu": ["gelu"],
    "Activation gelu tanh": ["gelu_tanh"],
    "Activation silu": ["silu"],
    "Activation mish": ["mish"],
    "Activation celu": ["celu"],
    "Activation hard_silu": ["hard_silu"],
    "Activation hard_sigmoid": ["hard_sigmoid"],
    "Activation squareplus": ["squareplus"],
    "Activation log_sigmoid": ["log_sigmoid"],
    "Activation tanh_shrink": ["tanh_shrink"],
}


@pytest.mark.parametrize("name", SHORT)
def test_what_a_textbook_writes_in_a_line_is_a_line(name):
    case = CASES[name]
    trace = record(case.make(), *case.inputs, **case.keywords)
    kinds = [getattr(step.op, "name", type(step.op).__name__) for step in trace.steps]
    assert kinds == SHORT[name]
