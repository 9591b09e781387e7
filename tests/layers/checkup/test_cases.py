"""Layers of which a check-up once said too little, or what is not so; each names the fault."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from layers.checkup.engine import examine, report_of, run_plan
from layers.checkup.evidence import Evidence

registered = keras.saving.register_keras_serializable(package="cases")
SHAPE = (8, 10)


def report_on(make, shape=SHAPE, dtype="float32"):
    """Run all examinations in this process."""

    def examine_step(step):
        return examine(step.name, make, shape, dtype, {})

    return report_of(tuple(run_plan(examine_step, 0)), shape)


# --- said too little ----------------------------------------------------------------------------


@registered
class TwoRows(keras.layers.Layer):
    def call(self, x):
        return tf.reshape(x, (2, -1))


@registered
class FeaturesFirst(keras.layers.Layer):
    """As many rows as features for every batch: the batch is another axis. No rows are mixed."""

    def call(self, x):
        return tf.transpose(tf.reshape(x, (-1, 10)))


def test_a_batch_size_other_than_the_given_one_is_found():
    report = report_on(TwoRows)
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("fixed-batch", "broken")
    assert finding.wrong == "The output has 2 rows for every batch size."
    assert "+        return tf.reshape(x, (tf.shape(x)[0], -1))" in finding.fix.diff
    assert "fixed-batch" not in report_on(FeaturesFirst).codes


@registered
class NoReturn(keras.layers.Layer):
    def call(self, x):
        y = x * 2  # noqa: F841 (the mistake)


@registered
class ReturnsNone(keras.layers.Layer):
    def call(self, x):
        if x.shape[0] == 1:
            return x
        return None


def test_a_forgotten_return_is_found():
    report = report_on(NoReturn)
    assert report.codes == ("no-output",)
    assert report.findings[0].wrong == "`call` has no `return` statement."
    assert "+        return y" in report.findings[0].fix.diff
    assert report_on(ReturnsNone).findings[0].wrong == "`call` returns nothing."
    assert report.broken


@registered
class Block(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = keras.layers.Dense(4)

    def call(self, x):
        return self.inner(x)


@registered
class Wraps(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.each = keras.layers.TimeDistributed(Block())

    def call(self, x):
        return self.each(x)


def test_a_sublayer_that_keras_warns_about_is_found():
    report = report_on(Wraps, (8, 3, 10))
    finding = next(f for f in report.findings if f.code == "children-unbuilt")
    assert finding.where == "self.each.layer"
    assert "unbuilt state" in finding.evidence
    assert report_on(Block).findings == ()


@registered
class TiedByCopy(keras.layers.Layer):
    """Tied at the start, and separate from the first training step on."""

    def build(self, input_shape):
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], 3))
        self.decoder = self.add_weight(name="decoder", shape=(3, input_shape[-1]))
        self.decoder.assign(tf.transpose(self.kernel))

    def call(self, x):
        return tf.matmul(tf.matmul(x, self.kernel), self.decoder)


@registered
class Seeded(keras.layers.Layer):
    """Equal at the start because the seeds are."""

    def build(self, _input_shape):
        for name in ("one", "two"):
            start = keras.initializers.RandomNormal(seed=7)
            setattr(self, name, self.add_weight(name=name, shape=(10,), initializer=start))

    def call(self, x):
        return x * self.one + tf.sin(x * self.two)


def test_a_tied_weight_that_is_a_copy_is_found():
    report = report_on(TiedByCopy)
    (finding,) = report.findings
    assert finding.code == "untied-copy"
    assert finding.where.startswith("self.decoder, line ")
    assert "`self.kernel` transposed" in finding.wrong
    assert report_on(Seeded).findings == ()


made = []


@registered
class RaisesLater(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        made.append(self)
        if len(made) >= RaisesLater.allowed:
            raise RuntimeError("no more of me")

    allowed = 0

    def call(self, x):
        return x


@pytest.mark.parametrize("allowed", range(1, 12))
def test_a_constructor_that_raises_on_a_later_make_is_a_finding(allowed):
    made.clear()
    RaisesLater.allowed = allowed
    report = report_on(RaisesLater)
    assert report.broken
    assert any("no more of me" in finding.evidence for finding in report.findings)


@registered
class Attention(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.query = keras.layers.Dense(4)
        self.parts = {"a": [keras.layers.Dense(4)]}
        self.block = Block()

    def build(self, _input_shape):
        self.built = True

    def call(self, x):
        return self.query(x) + self.parts["a"][0](x) + self.block(x)


def test_sublayers_have_the_authors_names():
    finding = next(f for f in report_on(Attention).findings if f.code == "children-unbuilt")
    assert "`self.query`, `self.parts['a'][0]`, `self.block" in finding.wrong
    assert "_layers" not in f"{finding.wrong} {finding.fix.after}"
    assert "self.query.build(_input_shape)" in finding.fix.after, "as its argument is named"


@registered
class Blocks(keras.layers.Layer):
    """Of a model, whose sublayers have no name of the author's."""

    def build(self, _input_shape):
        self.block = keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(3)])

    def call(self, x):
        return self.block(x)


def test_of_sublayers_in_sublayers_the_outer_one_is_named():
    finding = next(f for f in report_on(Blocks).findings if f.code == "children-unbuilt")
    assert finding.wrong == "`build` leaves `self.block` unbuilt."


# --- said what is not so ------------------------------------------------------------------------


def exported(cls):
    """Set what Keras's own decorators set, as keras-hub's layers have it."""
    cls._api_export_path = "cases.Exported"
    cls._api_export_symbol_id = "1"
    return cls


@registered
@exported
class Exported(keras.layers.Layer):
    def call(self, x):
        return x


@registered
@exported
class ExportedAgain(keras.layers.ReLU):
    pass


@registered
class Switches(keras.layers.Layer):
    """Turns off what Keras does to arguments, as keras-hub's converters do."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True

    def call(self, x):
        return x


@pytest.mark.parametrize("cls", [Exported, ExportedAgain])
def test_an_attribute_that_a_decorator_sets_is_no_reserved_name(cls):
    assert "_api_export_path" in vars(cls)
    assert report_on(cls).findings == ()


def test_a_switch_of_keras_is_no_reserved_name():
    assert report_on(Switches).findings == ()


@registered
class Keeps(keras.layers.Layer):
    """Keeps what it computed, to be looked at; no call reads what an earlier one kept."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(3)
        self.kept = []

    def call(self, x):
        self.kept = [self.dense(x)]
        return self.kept[-1] * 2


def test_two_layers_with_other_random_weights_are_no_evidence_of_state():
    (finding,) = report_on(Keeps).findings
    assert (finding.code, finding.severity) == ("python-state", "risky")
    assert "the graph's last output is the same" in finding.evidence


@registered
class Unseeded(keras.layers.Layer):
    def call(self, x):
        return x + keras.random.normal(x.shape[-1:])


@registered
class UnseededDropout(keras.layers.Layer):
    def call(self, x, training=None):
        return keras.random.dropout(x, 0.5) if training else x


def test_random_numbers_without_a_seed_are_not_broken():
    assert report_on(Unseeded).findings == ()
    assert report_on(UnseededDropout).findings == ()


@registered
class DropPath(keras.layers.Layer):
    def __init__(self, drop_prob=0.0, **kwargs):
        super().__init__(**kwargs)
        self.drop_prob = drop_prob

    def call(self, x):
        if not self.drop_prob:
            return x
        keep = 1 - self.drop_prob
        return x * tf.floor(keep + tf.random.uniform((tf.shape(x)[0], 1))) / keep

    def get_config(self):
        return {**super().get_config(), "drop_prob": self.drop_prob}


def test_an_argument_of_a_random_layer_that_comes_back_is_not_incomplete():
    assert report_on(DropPath).findings == ()


@registered
class Converter(keras.layers.Layer):
    """Scales images by NumPy's numbers, which it casts at once."""

    def call(self, x):
        scale = tf.cast(tf.convert_to_tensor(np.array([1.0, 2.0, 3.0]) / 255), self.compute_dtype)
        return tf.cast(x, self.compute_dtype) * scale


def test_a_float64_constant_that_is_cast_at_once_is_not_found():
    assert report_on(Converter, (2, 4, 4, 3)).findings == ()
    assert report_on(Converter, (2, 4, 4, 3), "uint8").findings == ()


class Unregistered(keras.layers.Layer):
    def call(self, x):
        return x * 2


@registered
class Reserved(keras.layers.Layer):
    """Overwrites a name of Keras's, without a loss."""

    def build(self, _input_shape):
        self._metrics = []

    def call(self, x):
        return x


@registered
class Ones(keras.layers.Layer):
    def build(self, input_shape):
        self.w = tf.Variable(tf.ones(input_shape[-1:]))

    def call(self, x):
        return x * self.w


@pytest.mark.parametrize("make", [Reserved, Ones])
def test_a_difference_of_zero_is_no_evidence(make):
    report = report_on(make)
    assert report.findings
    for finding in report.findings:
        assert "by up to 0" not in finding.evidence
        assert "differ by 0" not in finding.evidence


def test_an_unregistered_class_is_a_note():
    report = report_on(Unregistered)
    assert [(f.code, f.severity) for f in report.findings] == [("unregistered", "note")]


def test_outputs_are_not_compared_with_a_file_that_could_not_be_loaded():
    some = np.ones((1, 1), "float32")
    facts = {"layer": "L", "variables": (), "parameters": 0, "losses": (0.0,), "changes": some}
    loaded = Evidence(**facts, before=some, after=some, reload="")
    refused = Evidence(**facts, before=some, after=some, reload="TypeError")
    assert loaded.reload_difference == 0
    assert refused.reload_difference is None


@registered
class SqueezeAndExcite(keras.layers.Layer):
    """As tutorials write it: lengths that follow the input's, and one that is a part of it."""

    def build(self, shape):
        self.pool = keras.layers.GlobalAveragePooling2D(keepdims=True)
        self.down = keras.layers.Dense(shape[-1] // 4, activation="relu")
        self.up = keras.layers.Dense(shape[-1], activation="sigmoid")

    def call(self, x):
        return x * self.up(self.down(self.pool(x)))


def test_sublayers_are_built_for_every_size_of_the_input():
    report = report_on(SqueezeAndExcite, (2, 6, 6, 8))
    (finding,) = (f for f in report.findings if f.code == "children-unbuilt")
    before = "(shape[0], 1, 1, shape[-1])"
    assert f"self.down.build({before})" in finding.fix.after
    assert f"self.up.build(self.down.compute_output_shape({before}))" in finding.fix.after
    defined: dict[str, Any] = {"keras": keras}
    exec(f"class Fixed(keras.layers.Layer):\n{finding.fix.after.split(chr(10), 2)[2]}", defined)  # noqa: S102
    for shape in ((2, 6, 6, 8), (3, 5, 7, 16), (None, None, None, 12)):
        layer = defined["Fixed"]()
        layer.build(shape)
        built = len(layer.weights)
        layer(np.ones([length or 4 for length in shape], "float32"))
        assert built == len(layer.weights) == 4


@registered
class OfOneSize(keras.layers.Layer):
    def build(self, shape):
        self.dense = keras.layers.Dense(len(shape))

    def call(self, x):
        return self.dense(tf.reshape(x, (tf.shape(x)[0], 5, 2)))


def test_a_sublayer_of_a_layer_for_one_size_is_built_for_that_size():
    (finding,) = (f for f in report_on(OfOneSize).findings if f.code == "children-unbuilt")
    assert "self.dense.build((shape[0], 5, 2))" in finding.fix.after
