"""The code shown for calls of Keras's layers, in one interpreter that knows nothing of us."""

import json
import os
import subprocess
import sys
from typing import Any

import keras
import numpy as np
import pytest

from layers.catalog.registry import get
from layers.catalog.stock import LINES
from layers.inputs.cells import Cell, Edit
from layers.runs.call_code import call_code
from layers.runs.prepare import prepare_call

RUN_ALL = """
import contextlib, importlib.util, io, json, sys
assert importlib.util.find_spec("layers") is None, "this repository can be imported"
printed = []
for name, code in json.load(sys.stdin):
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        exec(compile(code, f"<{name}>", "exec"), {"__name__": "__main__"})
    printed.append(stream.getvalue())
print(json.dumps(printed))
"""
ARRAY = np.random.default_rng(8).normal(size=(2, 4, 3)).astype("float32") / 3
CASES: list[tuple[str, dict[str, Any], Any]] = [
    *((name, {}, None) for name in LINES),
    ("lstm", {"return_state": True, "masked_steps": 2, "activation": "relu"}, ARRAY),
    ("multi_head_attention", {"use_causal_mask": True, "masked_steps": 1}, {"value": "ones"}),
    ("attention", {"masked_steps": 2, "use_scale": True}, {"query": "ramp"}),
    ("embedding", {"input_dim": 5}, "random_ids"),
    ("embedding", {}, np.array([[0, 9, 3, 1], [2, 2, 0, 4]])),
    ("conv2d", {"kernel_initializer": "orthogonal", "bias_initializer": "random_normal"}, None),
    ("conv1d", {"padding": "causal", "groups": 2, "dilation_rate": 2}, "one_hot"),
    ("dropout", {"training": False}, "ones"),
    ("gru", {"dropout": 0.5, "training": True}, None),
    ("max_pooling2d", {"pool_size": (2, 3), "strides": (1, 2)}, None),
    ("einsum_dense", {"equation": "abc,cde->abde", "use_bias": False}, None),
    ("rnn", {"wrapped": "lstm_cell", "return_sequences": True}, "constant"),
]


def test_the_code_prints_the_outputs_of_the_run(tmp_path):
    codes, expected = [], []
    for name, values, sources in CASES:
        spec = get(name)
        options: dict[str, Any] = {"seed": 7, "sources": sources, "constant": 0.3}
        layer, (call,) = prepare_call(spec, values, **options)
        outputs = keras.tree.flatten(layer(*call.arguments, **call.named))
        code = call_code(spec, values, call, layer=layer, outputs=len(outputs), **options)
        codes.append((name, code))
        expected.append("".join(f"{np.asarray(output)}\n" for output in outputs))
    # As a visitor has it: without what this process has set for its own TensorFlow.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUN_ALL],
        input=json.dumps(codes),
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for (name, code), printed, wanted in zip(codes, json.loads(done.stdout), expected, strict=True):
        assert printed == wanted, f"{name}\n{code}"


def written(name, values, **options):
    spec = get(name)
    layer, (call,) = prepare_call(spec, values, **options)
    return call_code(spec, values, call, layer=layer, **options).partition(
        "import numpy as np\n\n"
    )[2]


@pytest.mark.parametrize(
    ("name", "values", "code"),
    [
        (
            "multi_head_attention",
            {"use_causal_mask": True},
            'query = np.random.default_rng(0).normal(size=(1, 4, 6)).astype("float32")\n'
            "keras.utils.set_random_seed(0)\n"
            "layer = keras.layers.MultiHeadAttention(num_heads=2, key_dim=3)\n"
            "print(layer(query, query, use_causal_mask=True).numpy())\n",
        ),
        (
            "average_pooling1d",
            {"shape": (1, 4, 1)},
            'inputs = np.random.default_rng(0).normal(size=(1, 4, 1)).astype("float32")\n'
            "layer = keras.layers.AveragePooling1D(pool_size=2)\n"
            "print(layer(inputs).numpy())\n",
        ),
        (
            "dropout",
            {},
            'inputs = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")\n'
            "layer = keras.layers.Dropout(rate=0.5, seed=0)\n"
            "print(layer(inputs, training=True).numpy())\n",
        ),
        (
            "lstm_cell",
            {"use_bias": False},
            'inputs = np.random.default_rng(0).normal(size=(2, 3)).astype("float32")\n'
            'hidden = np.random.default_rng(1000).normal(size=(2, 3)).astype("float32")\n'
            'carry = np.random.default_rng(2000).normal(size=(2, 3)).astype("float32")\n'
            "layer = keras.layers.LSTMCell(\n"
            "    units=3,\n"
            "    use_bias=False,\n"
            "    kernel_initializer=keras.initializers.GlorotUniform(seed=0),\n"
            "    recurrent_initializer=keras.initializers.Orthogonal(seed=1),\n"
            ")\n"
            "print(layer(inputs, [hidden, carry]).numpy())\n",
        ),
    ],
)
def test_the_code_is_as_short_as_it_can_be(name, values, code):
    assert written(name, values) == code


def test_numbers_that_a_visitor_put_into_inputs_are_in_the_code():
    spec = get("add")
    layer, (call,) = prepare_call(spec, {})
    edits = (Edit(Cell("second", (0, 1)), 1.5), Edit(Cell("elsewhere", (0,)), 2.0))
    code = call_code(spec, {}, call, layer=layer, edits=edits)
    assert "second[0, 1] = 1.5\n" in code
    assert "elsewhere" not in code


def test_ids_of_ones_own_are_written_as_whole_numbers():
    code = written("embedding", {"shape": (1, 2)}, sources=np.array([[3.0, 4.0]]))
    assert 'inputs = np.array(\n    [[3, 4]],\n    "int32",\n)\n' in code


def test_a_large_array_is_loaded_from_the_download():
    sources = {"value": np.zeros((1, 100, 6))}
    code = written("attention", {"shape": (1, 2, 6), "value_shape": (1, 100, 6)}, sources=sources)
    assert 'value = np.load("attention.npz")["value"]  # the download' in code
