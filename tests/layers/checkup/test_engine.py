"""Each examination stands alone: its errors become findings, and it leaves no trace."""

from __future__ import annotations

import os
import pickle
import random
import sys
import tempfile
import time
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.saving import object_registration

from layers.checkup.engine import check, examine, iter_outcomes, run_plan
from layers.checkup.examples import EXAMPLES, OTHERS
from layers.checkup.plan import PLAN
from layers.checkup.probes import PROBES
from layers.checkup.processes import HungError, KilledError
from layers.checkup.report import Finding, Outcome, merge_outcomes
from layers.inputs.fields import BadInputError

SHAPE = (4, 3)
registered = keras.saving.register_keras_serializable(package="engine")


def by_code(report, code):
    (finding,) = [f for f in report.findings if f.code == code]
    return finding


def examined(report):
    return {outcome.probe for outcome in report.outcomes if not outcome.skipped}


@registered
class Sleeps(keras.layers.Layer):
    def call(self, x):
        time.sleep(600)  # longer than pytest's own time limit
        return x


@registered
class SleepsInConfig(keras.layers.Layer):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.unused = self.add_weight(name="unused", shape=(units,))

    def call(self, x):
        return x

    def get_config(self):
        while True:
            time.sleep(1)


@registered
class Dies(keras.layers.Layer):
    def build(self, _input_shape):
        os._exit(7)

    def call(self, x):
        return x


@registered
class Exits(keras.layers.Layer):
    def call(self, _x):
        sys.exit("enough")


@registered
class Prints(keras.layers.Layer):
    def call(self, x):
        print("called")  # noqa: T201
        return x


@registered
class RaisesInConfig(keras.layers.Layer):
    def call(self, x):
        return x

    def get_config(self):
        raise ZeroDivisionError("no configuration")


@registered
class RefusesShape(keras.layers.Layer):
    def build(self, input_shape):
        if input_shape[-1] != 2:
            raise ValueError("the last axis has to be 2")

    def call(self, x):
        return x


@registered
class BranchesOnValues(keras.layers.Layer):
    def call(self, x):
        return x * 2 if tf.reduce_sum(x) > 0 else x


def raises():
    raise RuntimeError("no layer today")


def test_a_layer_that_never_returns_is_reported_and_is_not_waited_for():
    report = check(Sleeps, SHAPE, time_limit=3)
    assert report.codes == ("hangs",)
    assert "3 seconds" in by_code(report, "hangs").evidence
    assert examined(report) >= {"make", "call", "unregistered"}
    assert "config" not in examined(report)


def test_where_one_examination_hangs_the_others_go_on():
    report = check(SleepsInConfig, SHAPE, time_limit=3)
    assert set(report.codes) == {"hangs", "no-gradient"}
    assert examined(report) == {step.name for step in PLAN}


def test_a_layer_that_kills_its_process_is_reported():
    report = check(Dies, SHAPE)
    assert report.codes == ("kills",)
    assert check(lambda: keras.layers.Dense(2), SHAPE).findings == ()


def test_a_layer_that_ends_the_program_is_reported_with_the_line():
    finding = by_code(check(Exits, SHAPE), "exits")
    assert "enough" in finding.evidence
    assert finding.where.startswith("line ")


def test_a_layer_that_prints_is_noted_and_nothing_is_printed(capfd):
    report = check(Prints, SHAPE)
    assert report.codes == ("prints",)
    assert not report.broken
    assert "called" not in capfd.readouterr().out


def test_what_cannot_be_made_called_or_traced_is_reported_with_the_error():
    assert "no layer today" in by_code(check(raises, SHAPE), "cannot-make").evidence
    refused = by_code(check(RefusesShape, SHAPE), "cannot-call")
    assert "the last axis has to be 2" in refused.evidence
    assert "(4, 3)" in refused.wrong
    assert check(RefusesShape, (4, 2)).findings == ()
    assert by_code(check(BranchesOnValues, SHAPE), "cannot-trace").severity == "broken"


def test_an_error_where_keras_does_its_part_is_a_finding():
    report = check(RaisesInConfig, SHAPE)
    assert "no configuration" in by_code(report, "config-missing").evidence
    assert examined(report) == {step.name for step in PLAN}


@pytest.mark.parametrize("shape", [(), (0, 3), (4, -1), "8,10", (4, 2.5), [()], None, (True, 2)])
def test_a_shape_that_is_none_is_a_sentence(shape):
    with pytest.raises(BadInputError, match=r"expected .+\. Received .+\. "):
        check(Prints, shape)


def a_local_class():
    @registered
    class Local(keras.layers.Layer):
        def call(self, x):
            return x + 1

    return Local


def test_a_class_that_only_this_process_knows_is_examined_as_registered_here():
    assert check(a_local_class(), SHAPE).findings == ()


class Meddles(keras.layers.Layer):
    """Changes all it can of the process it is made in."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        random.seed(1)
        np.random.seed(1)  # noqa: NPY002 (meddling is what it does)
        tf.random.set_seed(1)
        keras.utils.set_random_seed(2)
        keras.config.set_floatx("float64")
        keras.config.set_floatx("float32")
        keras.config.set_epsilon(0.5)
        os.environ["MEDDLED"] = "yes"
        object_registration.GLOBAL_CUSTOM_OBJECTS["meddled"] = Meddles
        keras.saving.register_keras_serializable("meddled")(type("Other", (Meddles,), {}))
        Path(tempfile.mkdtemp(), "left").write_text("behind")
        sys.stdout.write("meddling")

    def call(self, x):
        return x


def state_of_the_process():
    return (
        random.getstate(),
        [np.asarray(part).tolist() for part in np.random.get_state(legacy=True)],  # noqa: NPY002
        keras.config.floatx(),
        keras.config.epsilon(),
        keras.config.dtype_policy().name,
        dict(os.environ),
        dict(object_registration.GLOBAL_CUSTOM_OBJECTS),
        dict(object_registration.GLOBAL_CUSTOM_NAMES),
        list(Path(tempfile.gettempdir()).iterdir()),
        tempfile.tempdir,
        keras.layers.Layer.__call__,
        keras.layers.Layer.__setattr__,
    )


@pytest.mark.parametrize("probe", [step.name for step in PLAN])
def test_no_examination_leaves_a_trace(probe, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tf.random.set_seed(5)
    expected = tf.random.uniform(()).numpy()
    tf.random.set_seed(5)
    before = state_of_the_process()
    examine(probe, Meddles, SHAPE, "float32", {})
    assert state_of_the_process() == before
    assert tf.random.uniform(()).numpy() == expected
    assert capsys.readouterr().out == ""
    tf.random.set_seed(None)


class Posted(keras.layers.Layer):
    """Has no ``build`` of its own: Keras makes its parts' weights after a dry run of ``call``."""

    def __init__(self):
        super().__init__()
        self.part = Part()

    def call(self, x):
        return self.part(x)


class Part(keras.layers.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1],))

    def call(self, x):
        return x * self.w


def test_an_examination_leaves_nothing_that_keras_would_do_later():
    """Of weights made in a dry run, Keras keeps a list, and makes them when the run is over."""
    Posted()(keras.Input((3,)))
    examine("call", Posted, SHAPE, "float32", {})
    layer = Posted()
    layer(keras.Input((3,)))
    assert [weights.shape for weights in layer.get_weights()] == [(3,)]


def test_the_same_layer_gives_the_same_report():
    first, again = (check(lambda: keras.layers.Dense(3, dtype="float64"), SHAPE) for _ in range(2))
    assert first.findings == again.findings


def test_every_step_of_the_plan_has_its_probe():
    assert [step.name for step in PLAN] == list(PROBES)


def test_a_step_that_needs_what_the_layer_cannot_do_is_skipped():
    tried = []

    def examine_step(step):
        tried.append(step.name)
        abilities = frozenset({"make"}) if step.name == "make" else frozenset()
        return Outcome(probe=step.name, abilities=abilities)

    outcomes = list(run_plan(examine_step, 7))
    assert [outcome.probe for outcome in outcomes] == [step.name for step in PLAN]
    assert set(tried) == {s.name for s in PLAN if s.needs <= {"make"}}
    assert {o.skipped for o in outcomes if o.skipped} == {"the layer cannot be called"}


def test_all_examinations_are_one_submission():
    submissions = []

    def run(function, *arguments, time_limit):
        submissions.append((function.__name__, time_limit))
        return function(*arguments)

    outcomes = list(iter_outcomes(Prints, SHAPE, time_limit=20, run=run))
    assert [outcome.probe for outcome in outcomes] == [step.name for step in PLAN]
    assert submissions == [("examine_in_turn", 30)]


@pytest.mark.parametrize(("loss", "code"), [(HungError, "hangs"), (KilledError, "kills")])
def test_after_a_loss_what_was_done_is_kept_and_the_rest_is_submitted_one_by_one(loss, code):
    submissions = []

    def run(function, *arguments, time_limit):
        submissions.append((function.__name__, arguments[0], time_limit))
        if function is examine:
            return Outcome(probe=arguments[0])
        done = function(*arguments)
        with Path(arguments[0]).open("wb") as journal:  # lost in the sixth, half of it written
            for outcome in done[:5]:
                pickle.dump(outcome, journal)
            journal.write(pickle.dumps(done[5])[:20])
        raise loss

    outcomes = list(iter_outcomes(Prints, SHAPE, time_limit=20, run=run))
    assert [outcome.probe for outcome in outcomes] == [step.name for step in PLAN]
    assert [f.code for f in outcomes[5].findings] == [code]
    assert submissions[0][0] == "examine_in_turn"
    assert submissions[1:] == [("examine", step.name, 20) for step in PLAN[6:]]


def test_where_the_time_is_up_the_rest_is_submitted_one_by_one():
    submissions = []

    def run(function, *arguments, time_limit):
        submissions.append((function.__name__, time_limit))
        return function(*arguments)

    outcomes = list(iter_outcomes(Prints, SHAPE, time_limit=1e-6, run=run))
    assert [outcome.probe for outcome in outcomes] == [step.name for step in PLAN]
    assert [name for name, _ in submissions] == ["examine_in_turn"] + ["examine"] * (len(PLAN) - 1)


def test_findings_are_gathered_once_the_worst_first():
    def finding(code, severity, evidence="e"):
        return Finding(
            code=code, severity=severity, where="w", wrong="x", happens="y", evidence=evidence
        )

    report = merge_outcomes(
        "Layer",
        "(1,)",
        (
            Outcome(probe="a", findings=(finding("cannot-call", "broken"),)),
            Outcome(probe="b", findings=(finding("prints", "note"), finding("x", "risky", "f"))),
            Outcome(probe="c", findings=(finding("build-signature", "broken"),)),
            Outcome(probe="d", findings=(finding("build-signature", "broken"),)),
        ),
    )
    assert report.codes == ("build-signature", "x", "prints"), "what it explains is left out"
    assert report.broken


def test_every_example_goes_from_one_form_to_another():
    for code, example in EXAMPLES.items():
        assert example.fix.diff.count("\n") > 3, code
        assert not example.fix.own
    assert not set(OTHERS) & set(EXAMPLES)
