"""What textbook tests share: arrays that are set by hand, and every cell compared."""

import itertools

import numpy as np

from layers.operations.explain import explain


def counted(*shape, start=1, scale=0.1):
    """Return 0.1, −0.2, 0.3, …: every number different, every other one negative."""
    size = int(np.prod(shape))
    numbers = np.arange(start, start + size) * scale
    return (numbers * np.where(np.arange(size) % 2, -1, 1)).reshape(shape).astype("float32")


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    power = np.exp(x - x.max(axis=-1, keepdims=True))
    return power / power.sum(axis=-1, keepdims=True)


def cells(values):
    return itertools.product(*map(range, np.shape(values)))


def assert_is(trace, name, expected):
    """Compare a tensor of a run, and the arithmetic of each of its cells, with a formula."""
    np.testing.assert_allclose(trace[name], expected, rtol=1e-5, atol=1e-5)
    for index in cells(expected):
        told = explain(trace, name, index)
        np.testing.assert_allclose(told.value, expected[index], rtol=1e-5, atol=1e-5)
        assert set(told.sources) <= drawn(trace)


def drawn(trace):
    """Return the tensors that a picture of the run can show."""
    return {name for name in trace.tensors if getattr(trace.made_by.get(name), "shown", True)}
