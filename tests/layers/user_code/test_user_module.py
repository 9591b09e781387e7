import contextlib
import io
import os
import random
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.saving import object_registration

import layers
from layers.api import explore as explore_api
from layers.api.checkup import AuthorLayer, examine, watch
from layers.inputs.fields import BadInputError, BoolField, ChoiceField, FloatField, IntField
from layers.user_code import user_module

SENTENCE = re.compile(r".+: expected .+\. Received .+\. .+[.`\d]", re.DOTALL)
HEAD = "from typing import Literal\nimport keras\nimport tensorflow as tf\n\n"
DENSE = (
    HEAD
    + '''
class Mine(keras.layers.Layer):
    """A dense layer of mine."""

    def __init__(self, units: int = 4, activation="relu", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], self.units))
        self.b = self.add_weight(name="b", shape=(self.units,), initializer="zeros")

    def call(self, x):
        return self.activation(tf.matmul(x, self.w) + self.b)
'''
)
GATED = (
    HEAD
    + """
class Gate(keras.layers.Layer):
    def __init__(self, units=3):
        super().__init__()
        self.a = keras.layers.Dense(units)
        self.g = keras.layers.Dense(units, activation="sigmoid")

    def call(self, x):
        return self.a(x) * self.g(x)
"""
)


def layer(body, arguments=""):
    """A module with one layer whose constructor takes these arguments and whose call is this."""
    return (
        f"{HEAD}import numpy as np\n\n\nclass Mine(keras.layers.Layer):\n"
        f"    def __init__(self{arguments}):\n        super().__init__()\n"
        f"    def call(self, x):\n        {body}\n"
    )


MIXED = layer("return x * self.w").replace(
    "super().__init__()\n",
    "super().__init__()\n        self.w = tf.Variable(tf.random.normal((3,)))\n",
)


def explored(source, name="own.Mine", values=None, **named):
    arguments: dict[str, Any] = {"batch": None, "seed": 2, "source": "normal", "constant": 1.0}
    arguments |= named
    module = explore_api.OwnModule("/nowhere/mine.py", source)
    return explore_api.explore(name, values or {}, **arguments, own=module)


def test_a_layer_of_ones_own_is_run_and_its_steps_are_found():
    run = explored(DENSE, values={"units": 3, "shape": (2, 5)})
    assert [step.result for step in run.trace.steps] == ["product", "pre_activation", "outputs"]
    inputs, kernel = run.trace["inputs"], run.trace["w"]
    expected = np.maximum(inputs @ kernel + run.trace["b"], 0)
    np.testing.assert_allclose(run.trace["outputs"], expected, rtol=1e-5, atol=1e-6)
    assert run.disagreement < 1e-5
    assert (run.parameters.total, [row.name for row in run.weights]) == (18, ["w", "b"])


def test_the_same_seed_draws_the_same_numbers_though_the_author_seeds_nothing():
    first, again, other = (explored(DENSE, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first.trace["w"], again.trace["w"])
    assert not np.array_equal(first.trace["w"], other.trace["w"])


def test_names_of_weights_stay_though_keras_counts_its_layers_up():
    names = [[row.name for row in explored(GATED, "own.Gate").weights] for _ in range(2)]
    assert names[0] == names[1] == ["a/kernel", "a/bias", "g/kernel", "g/bias"]


def test_a_layer_with_layers_inside_is_known_cell_by_cell():
    run = explored(GATED, "own.Gate")
    assert run.trace.unexplained == ()
    assert {step.scope for step in run.trace.steps} >= {"a", "g"}
    assert {row.name for row in run.weights} <= set(run.trace.tensors)
    assert run.disagreement < 1e-5


@pytest.mark.parametrize(
    ("body", "steps"),
    [
        ("return keras.ops.relu(x)", ["relu"]),
        ("return keras.ops.softmax(x)", ["softmax"]),
        ("return keras.ops.sin(x)", ["sin"]),
        ("return x * np.random.normal()", ["×"]),
        ("return keras.ops.sum(x, axis=0)", ["Σ"]),
        ("return {'a': x + 1}", ["+"]),
    ],
)
def test_what_ran_is_recorded(body, steps):
    run = explored(layer(body))
    assert [step.op.sign for step in run.trace.steps] == steps
    assert run.trace.outputs[0].size


@pytest.mark.parametrize("source", [DENSE, GATED], ids=["known", "unknown"])
def test_the_code_prints_the_same_numbers(source):
    name = "own.Mine" if source is DENSE else "own.Gate"
    run = explored(source, name)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(run.code, "<code>", "exec"), {"__name__": "code"})  # noqa: S102
    assert printed.getvalue() == f"{run.trace['outputs']}\n"


def test_controls_follow_the_signature():
    signature = (
        ", units: int, rate: float = 0.25, bias: bool = True, mode: Literal['a', 'b'] = 'b'"
        ", activation=None, table=None, name=None, **kwargs"
    )
    (spec,) = user_module.load("/nowhere/mine.py", layer("return x", signature)).specs
    kinds = {field.name: (type(field), field.default) for field in spec.fields[1:]}
    assert kinds == {
        "units": (IntField, 5),
        "rate": (FloatField, 0.25),
        "bias": (BoolField, True),
        "mode": (ChoiceField, "b"),
        "activation": (ChoiceField, "linear"),
    }


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("x =", "SyntaxError"),
        ("import nothing_there", "No module named"),
        ("class A: pass", "Received none"),
        ("raise SystemExit(3)", "SystemExit"),
        (layer("return x", ", table"), "table"),
        (layer("raise RuntimeError('no')"), "(line 12)"),
        (layer("return x @ keras.ops.ones((3, 2))"), "cannot be run"),
        (layer("return 'words'"), "cannot be run"),
        (layer("x + 1"), "Received None"),
        (layer("exit()"), "SystemExit"),
    ],
)
def test_what_an_authors_code_raises_is_told_in_a_sentence(source, says):
    with pytest.raises(BadInputError) as refusal:
        explored(source)
    assert SENTENCE.fullmatch(str(refusal.value)), str(refusal.value)
    assert says in str(refusal.value)


def test_a_module_that_only_imports_layers_shows_those_of_packages(tmp_path):
    (tmp_path / "package_of_layers.py").write_text(DENSE, encoding="utf-8")
    imports = "from keras.layers import Dense, Layer\nfrom package_of_layers import Mine\n"
    path = str(tmp_path / "imports.py")
    (spec,) = user_module.load(path, imports).specs
    assert spec.name == "own.Mine"
    found = explore_api.explore(
        "own.Mine",
        {},
        batch=None,
        seed=0,
        source="normal",
        constant=1.0,
        own=explore_api.OwnModule(path, imports),
    )
    assert found.trace["outputs"].shape == (8, 4)
    both = imports + "class Own(Layer):\n    def call(self, x):\n        return x\n"
    assert [spec.name for spec in user_module.load(path, both).specs] == ["own.Own"]


def test_a_full_stop_of_an_error_is_not_written_twice():
    with pytest.raises(BadInputError) as refusal:
        explored(layer("raise RuntimeError('It ended.')"))
    assert "RuntimeError: It ended (line" in str(refusal.value)


def test_what_tensorflow_and_keras_write_around_an_error_is_left_out():
    with pytest.raises(BadInputError) as refusal:
        explored(layer("return x @ keras.ops.ones((3, 2))"))
    said = str(refusal.value)
    assert "Matrix size-incompatible: In[0]: [8,10], In[1]: [3,2] (line " in said
    assert not any(noise in said for noise in ("{{", "Op:", "Arguments received", "encountered"))


def test_a_layer_that_is_gone_gets_a_sentence():
    with pytest.raises(BadInputError, match=r"own\.Mine"):
        explored(DENSE, "own.Gone")


MEDDLING = (
    HEAD
    + """
import os, random, sys, tempfile
import numpy as np

@keras.saving.register_keras_serializable(package="layerscope", name="Linear")
class Meddles(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        random.seed(1)
        np.random.seed(1)
        tf.random.set_seed(1)
        keras.utils.set_random_seed(2)
        keras.config.set_floatx("float64")
        keras.config.set_dtype_policy("mixed_float16")
        keras.config.set_epsilon(0.5)
        keras.layers.Layer.add_weight = keras.layers.Dense.call = None
        keras.activations.relu = keras.ops.matmul = tf.matmul = None
        np.random.default_rng = np.random.RandomState
        keras.layers.Dense.extra = tf.extra = 1
        tf.config.run_functions_eagerly(True)
        np.seterr(all="raise")
        np.set_printoptions(precision=1)
        os.environ["MEDDLED"] = "yes"
        os.environ.pop("HOME", None)
        os.chdir("/")
        sys.path.insert(0, "/nowhere/else")
        tempfile.tempdir = "/nowhere"

    def call(self, x):
        print("meddling")
        return x + 1
"""
)


def process_as_it_is():
    """All that a layer can change, as far as it can be compared."""
    return {
        "random": (random.getstate(), str(np.random.get_state())),  # noqa: NPY002
        "keras": (keras.config.floatx(), keras.config.epsilon(), keras.config.dtype_policy().name),
        "classes": [(c, dict(vars(c))) for c in (keras.layers.Layer, keras.layers.Dense)],
        "modules": [dict(vars(m)) for m in (keras.activations, keras.ops, np.random)],
        "functions": (tf.matmul, hasattr(tf, "extra"), tf.config.functions_run_eagerly()),
        "registered": dict(object_registration.GLOBAL_CUSTOM_OBJECTS),
        "names": dict(object_registration.GLOBAL_CUSTOM_NAMES),
        "numpy": (np.geterr(), np.get_printoptions()),
        "around": (dict(os.environ), Path.cwd(), tempfile.tempdir),
    }


def test_one_layer_of_ones_own_changes_nothing_for_another(capsys):
    explored(MEDDLING, "own.Meddles")  # its folder is on the path from here on
    expected, before, path = explored(DENSE), process_as_it_is(), list(sys.path)
    run = explored(MEDDLING, "own.Meddles", seed=3)
    assert process_as_it_is() == before
    assert sys.path == path
    np.testing.assert_allclose(run.trace["outputs"], run.trace["inputs"] + 1, rtol=1e-2)
    again = explored(DENSE)
    for name, tensor in expected.trace.tensors.items():
        np.testing.assert_array_equal(again.trace[name], tensor.values, err_msg=name)
        assert again.trace[name].dtype == tensor.values.dtype
    assert "meddling" in capsys.readouterr().out, "an author reads it on the terminal"


CHATTY = DENSE.replace("class Mine", "class Chatty").replace(
    "    def call(self, x):\n", "    def call(self, x):\n        print(*['x' * 10**6] * 100)\n"
)


def test_a_layer_that_prints_without_end_does_not_fill_the_terminal(capsys):
    explored(CHATTY, "own.Chatty")
    printed = capsys.readouterr().out
    assert printed.startswith("xxx")
    assert "characters more" in printed
    assert len(printed) < 21_000


def test_a_module_takes_no_name_and_no_registration_away_from_others():
    known = dict(object_registration.GLOBAL_CUSTOM_OBJECTS)
    module = explore_api.OwnModule("/nowhere/layers.py", MEDDLING)
    explore_api.describe_own(module)
    assert sys.modules["layers"] is layers
    assert known == object_registration.GLOBAL_CUSTOM_OBJECTS
    assert user_module.load(module.path, module.source).registered.keys() == {"layerscope>Linear"}


def test_an_edited_module_is_examined_with_the_classes_that_it_registers():
    source = DENSE.replace("class Mine", "@keras.saving.register_keras_serializable()\nclass Mine")
    for version in range(2):
        mine = AuthorLayer(
            explore_api.OwnModule("/nowhere/mine.py", f"{source}\n# {version}"), "own.Mine"
        )
        assert examine(mine, (4, 3), "unregistered").findings == ()
    unknown = AuthorLayer(explore_api.OwnModule("/nowhere/mine.py", DENSE), "own.Mine")
    (finding,) = examine(unknown, (4, 3), "unregistered").findings
    assert finding.code == "unregistered"


def test_a_layer_is_examined_with_the_arguments_that_were_chosen():
    source = DENSE + "\n    def get_config(self):\n        return super().get_config()\n"
    module = explore_api.OwnModule("/nowhere/mine.py", source)
    (default, chosen) = (
        examine(AuthorLayer(module, "own.Mine", values), (4, 3), "config")
        for values in ((), (("units", 7), ("activation", "tanh")))
    )
    assert "with `units=5`" in default.findings[0].evidence
    assert "with `units=8`" in chosen.findings[0].evidence
    shown = watch(AuthorLayer(module, "own.Mine", (("units", 7),)), (4, 3))
    assert [variable.values.shape for variable in shown.variables] == [(3, 7), (7,)]


def test_the_same_layer_of_ones_own_is_reported_in_the_same_words():
    mine = AuthorLayer(explore_api.OwnModule("/nowhere/mine.py", MIXED), "own.Mine")
    first, again = (examine(mine, (4, 3), "untracked").findings for _ in range(2))
    assert first == again
    assert "differs from a new layer's" in first[0].evidence
