"""A rule that would change more than the mistake returns no fix: an example is shown."""

from __future__ import annotations

import ast

import pytest

from layers.checkup import fixes
from layers.checkup.source import ClassSource


def source_of(body: str, head: str = "") -> ClassSource:
    lines = "".join(f"    {line}\n" if line else "\n" for line in body.strip("\n").split("\n"))
    text = f"{head}class Mine(keras.layers.Layer):\n{lines}"
    (tree,) = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    return ClassSource("mine.py", tuple(text.splitlines(keepends=True)), tree)


def built(value: str, use: str) -> str:
    return f"def build(self, shape):\n    {value}\n\ndef call(self, x):\n    {use}\n"


def called(*lines: str) -> str:
    return "def call(self, x):\n" + "\n".join(f"    {line}" for line in lines)


@pytest.mark.parametrize(
    ("body", "fix"),
    [
        (called("return [x * tf.Variable(1.0) for _ in range(2)]"), fixes.create_in_build),
        (called("n = x + 1", "return x * tf.Variable(n)"), fixes.create_in_build),
        (
            called("if not hasattr(self, 'w'):", "    self.w = x", "return self.w"),
            fixes.create_in_build,
        ),
        (called("return np.unwrap(x)"), fixes.use_keras_ops),
        (called("return x * int(x.numpy())"), fixes.use_keras_ops),
        (called("return np.maximum(x.numpy(), 0)"), fixes.use_keras_ops),
        (called("return x * np.random.normal()"), fixes.use_float32),
        (called("return x * np.ones(3, 'float32')"), fixes.use_float32),
        (
            built("self.n = [0]", "self.n[0] += 1\n    return x"),
            lambda source: fixes.state_as_weight(source, "n"),
        ),
        (
            built("self.n = {'a': 0, 'b': None}", "self.n['a'] += 1\n    return x"),
            lambda source: fixes.state_as_weight(source, "n"),
        ),
        (
            built("self.n = np.zeros(3)", "self.n[0] += 1\n    return x"),
            lambda source: fixes.state_as_weight(source, "n"),
        ),
        (
            built("m = self.w; m = m * 2; self.c = m * 1", "return x * self.c"),
            lambda source: fixes.derive_in_call(source, "c"),
        ),
        (
            built("p = self.w * 2; self.p = p; self.f = lambda x: x * p", "return self.f(x)"),
            lambda source: fixes.derive_in_call(source, "p"),
        ),
        (
            built("c = np.unwrap(self.w); self.f = lambda x: x * c", "return self.f(x)"),
            lambda source: fixes.derive_in_call(source, "c"),
        ),
        (
            called("return tf.reshape(x, (-1, 20))"),
            lambda source: fixes.use_input_lengths(source, (8, 20)),
        ),
        (
            called("return tf.reshape(x, (-1, 20))"),
            lambda source: fixes.use_input_lengths(source, (8, None, 20)),
        ),
        (
            called("for i in range(3, 6):", "    x[i] = 0", "return x"),
            lambda source: fixes.center_range(source, 4, 10),
        ),
        (
            called("return x + tf.zeros((self.batch, 1))"),
            lambda source: fixes.use_input_batch(source, 8, {"batch": 8}),
        ),
        (
            "def __init__(self, table):\n    self.table = table",
            lambda source: fixes.write_get_config(source, ["table"], {"table": "float32"}),
        ),
        (
            built("self.parts = {'a': Part()}", "return x"),
            lambda source: fixes.attach_layer(source, "self.parts['a'].dense"),
        ),
    ],
)
def test_what_no_rule_can_fix_is_left_alone(body, fix):
    assert fix(source_of(body)) is None


def test_numbers_that_are_needed_elsewhere_stay():
    body = built("low, high = 4, 6\n    m[low:high] = 0\n    self.n = low", "return x")
    fix = fixes.center_range(source_of(body), 4, 10)
    assert fix
    assert "low, high = 4, 6" in fix.after
    assert "m[m.shape[0] // 2 - 1 : m.shape[0] // 2 + 1] = 0" in fix.after


def test_an_odd_stretch_is_centred_for_an_odd_length():
    fix = fixes.center_range(source_of(built("m[3:6] = 0", "return x")), 3, 9)
    assert fix
    names = {"m": type("M", (), {"shape": (9,)})}
    written = fix.after.split("[", 1)[1].split("] =")[0]
    assert [eval(end, names) for end in written.split(" : ")] == [3, 6]  # noqa: S307 (ours)
