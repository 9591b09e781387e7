"""The cells that a run names are those that matter: cells are moved in TensorFlow itself."""

import keras
import numpy as np
import pytest

from layers.operations.explain import explain
from layers.recording import record
from layers.recording.owners import owned
from tests.layers.recording.stock import CASES
from tests.layers.textbook.by_hand import cells, drawn

NAMES = [
    "Dense rank 3",
    "Dense lora",
    "EinsumDense",
    "Conv1D same",
    "Conv1D causal dilated",
    "Conv1D grouped",
    "Conv2D dilated same",
    "Conv1DTranspose same",
    "Conv2DTranspose",
    "DepthwiseConv1D",
    "SeparableConv1D",
    "MaxPooling1D",
    "AveragePooling1D",
    "GlobalAveragePooling1D mask",
    "GlobalMaxPooling1D",
    "AdaptiveAveragePooling1D",
    "BatchNormalization",
    "BatchNormalization training",
    "LayerNormalization rank 3",
    "GroupNormalization",
    "RMSNormalization",
    "UnitNormalization",
    "SpectralNormalization",
    "Attention",
    "Attention causal",
    "AdditiveAttention",
    "MultiHeadAttention",
    "MultiHeadAttention itself",
    "GroupedQueryAttention",
    "SimpleRNN",
    "LSTM sequences",
    "LSTM masked",
    "LSTM initial state",
    "GRU",
    "GRU before",
    "GRUCell",
    "StackedRNNCells",
    "Bidirectional",
    "TimeDistributed",
    "ConvLSTM1D",
    "Embedding",
    "Masking",
    "Add",
    "Concatenate",
    "Dot",
    "PReLU",
    "UpSampling1D",
]
CHOOSING = {"max", "relu", "where", "prelu", "MaxPool", "maximum", "minimum", "min", "any", "≠"}
"""Operations whose result may stay as it is when a cell of theirs moves."""

UNFELT = ("key/bias", "recurrent_kernel")
"""A softmax does not feel what all scores have more; nor do zeros, before the first time step."""


def moved(trace):
    """Return a cell of each input and of each weight, about the middle, that can be moved."""
    for name, tensor in trace.tensors.items():
        values = tensor.values
        if tensor.role in ("input", "weight") and values.size and values.dtype.kind == "f":
            flat = values.size // 2
            yield name, tuple(int(at) for at in np.unravel_index(flat, values.shape))


def reached(trace, start):
    """Return, for each result's cell, which of the moved cells the run says it rests on."""
    marks = {name: np.zeros(trace[name].shape, "int64") for name in trace.tensors}
    for bit, (name, index) in enumerate(start):
        marks[name][index] |= 1 << bit
    for step in trace.steps:
        operands = [trace[name] for name in step.operands]
        if not any(marks[name].any() for name in step.operands):
            continue
        for index in cells(trace[step.result]):
            unread = step.op.unread(index, *operands)
            for number, axes in enumerate(step.op.sources(index, *operands)):
                if number not in unread and all(axes):
                    own = marks[step.operands[number]]
                    read = own[np.ix_(*axes)] if axes else own
                    marks[step.result][index] |= np.bitwise_or.reduce(read, axis=None)
    return marks


def again(case, layer, trace, name, index):
    """Run the layer with one cell moved, and return its outputs."""
    values = trace[name].copy()
    values[index] += 0.25
    if trace.tensors[name].role == "weight":
        (variable,) = [
            known.variable
            for known in owned(layer).values()
            if known.variable.shape == values.shape
            and np.array_equal(known.variable.numpy(), trace[name])
        ]
        before = variable.numpy()
        variable.assign(values)
        outputs = layer(*case.inputs, **{"training": False, **case.keywords})
        variable.assign(before)
    else:
        position = trace.input_names.index(name)
        leaves = keras.tree.flatten((case.inputs, case.keywords))
        arrays = [at for at, leaf in enumerate(leaves) if isinstance(leaf, np.ndarray)]
        same = [at for at in arrays if leaves[at] is leaves[arrays[position]]]
        for at in same:
            leaves[at] = values
        inputs, keywords = keras.tree.pack_sequence_as((case.inputs, case.keywords), leaves)
        outputs = layer(*inputs, **{"training": False, **keywords})
    return [np.asarray(leaf) for leaf in keras.tree.flatten(outputs)]


@pytest.fixture(params=NAMES, scope="module")
def stock(request):
    case = CASES[request.param]
    layer = case.make()
    record(layer, *case.inputs, **case.keywords)
    state = [(known.variable, known.variable.numpy()) for known in owned(layer).values()]
    rng = np.random.default_rng(5)
    for variable, values in state:  # zeros and ones hide what matters
        if values.dtype.kind == "f" and np.unique(values).size < values.size:
            variable.assign(values + rng.uniform(0.2, 0.7, values.shape))
    return case, layer, record(layer, *case.inputs, **case.keywords)


def test_what_is_named_is_what_matters(stock):
    case, layer, trace = stock
    start = list(moved(trace))
    marks = reached(trace, start)
    chooses = bool(CHOOSING & {getattr(step.op, "how", step.op.sign) for step in trace.steps})
    before = [np.asarray(trace[name]) for name in trace.output_names]
    for bit, (name, index) in enumerate(start):
        after = again(case, layer, trace, name, index)
        for output, old, new in zip(trace.output_names, before, after, strict=True):
            changed = old != new
            named = (marks[output] >> bit) & 1 == 1
            assert not (changed & ~named).any(), (name, index, output)
            if not chooses and not name.endswith(UNFELT):
                missing = (named & ~changed).sum()
                assert missing <= 0.1 * named.sum(), (name, index, output)  # rounding hides some


def test_every_cell_of_the_result_is_explained_in_what_is_drawn(stock):
    _, _, trace = stock
    shown = drawn(trace)
    for name in trace.output_names:
        if trace[name].dtype.kind != "f" or name not in trace.made_by:
            continue
        for index in list(cells(trace[name]))[:60]:
            told = explain(trace, name, index)
            np.testing.assert_allclose(told.value, told.recorded, rtol=2e-4, atol=2e-4)
            assert set(told.sources) <= shown
