"""The code shown for a run, in fresh interpreters that know nothing of this repository."""

import ast
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from layers.api.explore import explore
from layers.catalog.registry import NAMES, POSTS


@dataclass(frozen=True)
class Case:
    layer: str
    what: str
    values: dict[str, Any] = field(default_factory=dict)
    batch: int | None = None
    seed: int = 3
    source: str | np.ndarray = "normal"
    constant: float = 1.0

    def explore(self):
        return explore(
            self.layer,
            self.values,
            batch=self.batch,
            seed=self.seed,
            source=self.source,
            constant=self.constant,
        )


def numbers(*shape):
    """Return numbers that take all of float32's digits to write."""
    return np.random.default_rng(8).normal(size=shape).astype("float32") / 3


HOLED = numbers(4, 10)
HOLED[1, 2], HOLED[2, 3], HOLED[3, 4] = np.nan, np.inf, -np.inf

CASES = [
    *(Case(spec.name, "default", seed=0, source="example") for spec in POSTS),
    *(Case(spec.name, "normal") for spec in POSTS),
    *(
        Case("linear", name, {"kernel_initializer": name, "bias_initializer": "random_normal"})
        for name in ("random_normal", "glorot_uniform", "ones", "zeros", "identity")
    ),
    *(
        Case("linear", f"softmax of {units}", {"units": units, "activation": "softmax"}, 33)
        for units in (2, 17)
    ),
    Case("linear", "one unit of many features", {"features": 256, "units": 1}, 33),
    Case("linear", "no bias", {"use_bias": False, "activation": "tanh"}),
    Case("linear", "ones for a bias", {"bias_initializer": "ones"}),
    Case("linear", "a constant", source="constant", constant=0.1),
    Case("linear", "a constant of all digits", source="constant", constant=-1 / 3e7),
    Case("linear", "own array", source=HOLED),
    Case("linear", "own large array", {"units": 2}, source=numbers(64, 10)),
    Case("repeated_dense", "no relu", {"activation": "linear", "units": 1}, source="ramp"),
    Case("repeated_dense", "softplus", {"activation": "softplus"}, source="one_hot"),
    Case("repeated_dense", "ones", {"kernel_initializer": "ones", "bias_initializer": "ones"}),
    Case("center_zero", "a batch", {"rows": 5, "columns": 6, "hole_width": 3}, 2),
    Case("center_zero", "no hole", {"hole_height": 0}, source="ramp"),
    Case("center_zero", "own array", {"rows": 4}, source=HOLED),
    Case("nd_dense", "two axes", {"shape": (3, 4), "units": 2}, source="one_hot"),
    Case("nd_dense", "five axes", {"shape": (2, 1, 2, 1, 3), "activation": "sigmoid"}),
    Case("nd_dense", "own array", {"shape": (2, 2, 10)}, source=HOLED.reshape(2, 2, 10)),
    Case("nd_dense", "own large array", {"shape": (5, 9, 10)}, source=numbers(5, 9, 10)),
    Case("running_sum", "three calls", {"calls": 3}),
    Case("running_sum", "three calls of the example", {"calls": 3}, source="example"),
    Case("running_sum", "three calls of a constant", {"calls": 3}, source="constant", constant=2),
    Case("running_sum", "three calls of an own array", {"calls": 3}, source=HOLED),
    Case("running_sum", "three calls of a large one", {"calls": 3}, source=numbers(64, 10)),
    Case("mlp_block", "other widths", {"features": 5, "width_1": 3, "width_2": 7, "width_3": 4}),
    Case("mlp_block", "another seed", seed=999_999, source="ramp"),
]

# What has to be said before TensorFlow is imported, and so in the first code of an interpreter.
FIRST_LINES = 'import os\n\nos.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"'
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


def run_in_a_fresh_interpreter(codes, folder):
    # As a visitor has it: without what this process has set for its own TensorFlow.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUN_ALL],
        input=json.dumps(codes),
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Run every case's code, each in a namespace of its own; {case: what it printed}."""
    folder, codes = tmp_path_factory.mktemp("shown"), []
    for case in CASES:
        run = case.explore()
        if f"{case.layer}.npz" in run.code:  # it says: the download of all tensors of this run
            tensors = {key: tensor.values for key, tensor in run.trace.tensors.items()}
            np.savez(folder / f"{case.layer}.npz", **tensors)
        codes.append((f"{case.layer}-{case.what}", run.code))
    texts = run_in_a_fresh_interpreter(codes, folder)
    return dict(zip([(case.layer, case.what) for case in CASES], texts, strict=True))


@pytest.mark.xdist_group("code")
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.layer}-{case.what}")
def test_the_code_shown_prints_the_outputs_in_a_fresh_interpreter(case, printed):
    outputs = case.explore().trace["outputs"]
    assert printed[case.layer, case.what] == f"{outputs}\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.layer}-{case.what}")
def test_the_code_shown_is_always_the_same_and_imports_only_what_it_uses(case):
    code = case.explore().code
    assert case.explore().code == code
    assert code.startswith(FIRST_LINES), "else it leans on the code that ran before it"
    tree = ast.parse(code)
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported <= {"os", "keras", "np", "tf"}
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(tree))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert imported <= used


def test_the_shown_run_is_three_lines_that_leave_defaults_out():
    assert (
        Case("linear", "default", seed=0, source="example")
        .explore()
        .code.endswith(
            '\n\n\ninputs = np.ones((8, 10), "float32")\n'
            "layer = Linear(units=5, kernel_initializer=keras.initializers.RandomNormal(seed=0))\n"
            "print(layer(inputs).numpy())\n"
        )
    )
    assert (
        Case("center_zero", "default", source="example")
        .explore()
        .code.endswith(
            '\n\n\ninputs = np.full((10, 10), 6, "float32")\n'
            "layer = CenterZero()\n"
            "print(layer(inputs).numpy())\n"
        )
    )
    assert (
        Case("running_sum", "calls", {"calls": 3, "features": 2})
        .explore()
        .code.endswith(
            "\n\n\nlayer = RunningSum()\n"
            "for call in range(3):\n"
            '    inputs = np.random.default_rng(3 + call).normal(size=(8, 2)).astype("float32")\n'
            "    outputs = layer(inputs)\n"
            "print(outputs.numpy())\n"
        )
    )


@pytest.mark.parametrize("name", NAMES)
def test_docstrings_decorators_and_serialisation_are_left_out(name):
    code = Case(name, "default").explore().code
    assert '"""' not in code.replace('"""\\', "")
    assert "@" not in code
    assert "get_config" not in code
    assert "\n\n\n\n" not in code


def test_an_own_array_is_written_out_while_it_is_small():
    assert "np.nan" in Case("linear", "own", source=HOLED).explore().code
    small = Case("linear", "own", source=numbers(40, 10)).explore().code
    large = Case("linear", "own", source=numbers(41, 10)).explore().code
    assert "np.load(" not in small
    assert 'np.load("linear.npz")["inputs"]' in large
    assert len(large) < 3000
