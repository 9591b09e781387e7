"""The fix of an untracked variable keeps the distribution of its initial values."""

from __future__ import annotations

import ast
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from layers.checkup import fixes
from layers.checkup.source import ClassSource

LAYER = """class Mine(keras.layers.Layer):
    def build(self, input_shape):
        n = input_shape[-1]
        w_init = tf.random_normal_initializer(mean=1.0)
        self.w = {value}

    def call(self, x):
        return x * self.w
"""
ROWS = 300


def weight(text: str) -> tuple[np.ndarray, list[np.ndarray]]:
    """Run a layer's text, build the layer, and return its variable and its tracked weights."""
    names: dict[str, Any] = {"keras": keras, "tf": tf, "np": np}
    exec(text, names)  # noqa: S102 (written above)
    layer = names["Mine"]()
    layer.build((None, ROWS))
    return layer.w.numpy(), [w.numpy() for w in layer.weights]


def fixed(value: str) -> str:
    text = LAYER.format(value=value)
    lines = tuple(text.splitlines(keepends=True))
    (tree,) = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    fix = fixes.track_variables(ClassSource("mine.py", lines, tree), 5, "w")
    assert fix
    return fix.after


@pytest.mark.parametrize(
    ("value", "mean", "deviation"),
    [
        ("tf.random.normal((n, n))", 0, 1),
        ("tf.random.normal([n, n], 2.0, 3.0)", 2, 3),
        ("tf.random.normal((n, n), stddev=0.1)", 0, 0.1),
        ("tf.random.truncated_normal((n, n), stddev=2.0)", 0, 2 * 0.87962566),
        ("tf.random.uniform((n, n))", 0.5, 12**-0.5),
        ("tf.random.uniform((n, n), -1.0, 1.0)", 0, 3**-0.5),
        ("tf.random.uniform((n, n), maxval=None)", 0.5, 12**-0.5),
        ("keras.random.normal((n, n), stddev=0.5)", 0, 0.5),
        ("keras.random.uniform((n, n), maxval=3.0)", 1.5, 3 * 12**-0.5),
        ("tf.random_normal_initializer()(shape=(n, n))", 0, 0.05),
        ("tf.random_uniform_initializer()((n, n))", 0, 0.1 / 12**0.5),
        ("w_init(shape=(n, n), dtype='float32')", 1, 0.05),
        ("keras.initializers.HeNormal()((n, n))", 0, (2 / ROWS) ** 0.5),
        ("tf.random.normal((n, n)) * 0.01", 0, 0.01),
        ("np.random.normal(0, 4, (n, n)).astype('float32')", 0, 4),
        ("tf.zeros((n, n))", 0, 0),
        ("tf.ones(input_shape[-1:])", 1, 0),
        ("np.ones(3, 'float32')", 1, 0),
        ("tf.fill((n, n), 0.5)", 0.5, 0),
        ("tf.constant(-2.5, shape=(n, n))", -2.5, 0),
        ("tf.constant(0.25)", 0.25, 0),
        ("tf.constant([0.0, 2.0])", 1, 1),
        ("keras.ops.full((n,), 7.0)", 7, 0),
        ("0.75", 0.75, 0),
    ],
)
def test_the_fix_keeps_the_mean_and_the_deviation(value, mean, deviation):
    keras.utils.set_random_seed(0)
    before, untracked = weight(LAYER.format(value=f"tf.Variable({value})"))
    after, tracked = weight(fixed(f"tf.Variable({value})"))
    assert untracked == []
    assert len(tracked) == 1
    assert after.shape == before.shape
    assert after.dtype == before.dtype
    for values in (before, after):  # 90,000 numbers: 0.01 deviations are three standard errors
        assert values.mean() == pytest.approx(mean, abs=0.01 * deviation + 1e-6)
        assert values.std() == pytest.approx(deviation, rel=0.02, abs=1e-6)
    tail = np.abs(after - mean).max(), np.abs(before - mean).max()
    assert tail[0] == pytest.approx(tail[1], rel=0.25, abs=1e-6)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [("tf.zeros((n,), tf.int32)", "int32"), ("tf.ones((n,), dtype='float64')", "float64")],
)
def test_the_fix_keeps_the_dtype(value, dtype):
    before, _ = weight(LAYER.format(value=f"tf.Variable({value}, trainable=False)"))
    after, tracked = weight(fixed(f"tf.Variable({value}, trainable=False)"))
    assert len(tracked) == 1
    assert before.dtype == after.dtype == dtype


@pytest.mark.parametrize(("trainable", "name"), [(True, ""), (False, "kernel")])
def test_the_fix_keeps_the_name_and_whether_it_trains(trainable, name):
    named = f", name={name!r}" if name else ""
    text = fixed(f"tf.Variable(tf.zeros((n,)), trainable={trainable}{named})")
    names: dict[str, Any] = {"keras": keras, "tf": tf}
    exec(text, names)  # noqa: S102 (written above)
    layer = names["Mine"]()
    layer.build((None, 3))
    assert layer.w.trainable == trainable
    assert layer.w.name == (name or "w")
