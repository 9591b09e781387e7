"""No false finding: not on the catalogue, and not on sound layers that look unusual."""

from __future__ import annotations

import pytest

from layers.api.checkup import PostLayer
from layers.checkup.engine import check
from layers.checkup.pairs import PAIRS, POSTED
from layers.checkup.testing import assert_healthy
from tests.layers.checkup.healthy import HEALTHY
from tests.layers.checkup.specimens import NoKwargs, PythonCounter

AS_POSTED = {
    "repeated_dense": {"untracked-variable", "frozen-copy", "unregistered"},
    "linear": {"untracked-variable", "no-kwargs", "unregistered"},
    "center_zero": {"untracked-state", "hard-coded-size", "no-kwargs", "unregistered"},
    "running_sum": {"untracked-state", "no-kwargs", "unregistered"},
    "mlp_block": {"no-kwargs", "unregistered"},
    "nd_dense": {"untracked-variable", "no-kwargs", "unregistered"},
}


@pytest.mark.parametrize(("make", "shape"), [pytest.param(*h, id=h[0].__name__) for h in HEALTHY])
def test_nothing_is_found_in_a_layer_that_is_right(make, shape):
    report = check(make, shape)
    assert [(f.code, f.where, f.evidence) for f in report.findings] == []
    assert not [outcome.probe for outcome in report.outcomes if outcome.skipped]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_the_posts_layers_are_broken_as_posted_and_sound_as_repaired(pair):
    posted = check(PostLayer(pair.name + POSTED), pair.shape)
    assert set(posted.codes) == AS_POSTED[pair.name]
    assert posted.broken
    repaired = check(PostLayer(pair.name), pair.shape)
    assert repaired.findings == ()
    assert_healthy(PostLayer(pair.name), pair.shape)


def test_the_finding_names_the_variable_its_line_and_the_figures():
    report = check(PostLayer("repeated_dense" + POSTED), (8, 10))
    frozen = next(f for f in report.findings if f.code == "frozen-copy")
    assert frozen.where.startswith("self.w_repeated, line ")
    assert frozen.evidence == (
        "Gradient of `self.w`: None; adding 1 to `self.w` changed the output by 0."
    )
    assert frozen.fix
    assert frozen.fix.own
    assert "-        self.w_repeated = tf.repeat(self.w, self.output_dim, axis=-1)" in (
        frozen.fix.diff.splitlines()
    )
    assert "+        w_repeated = tf.repeat(self.w, self.output_dim, axis=-1)" in (
        frozen.fix.diff.splitlines()
    )


def test_a_broken_layer_fails_an_authors_own_test_with_the_report():
    with pytest.raises(AssertionError, match=r"no-kwargs  __init__, line \d+"):
        assert_healthy(NoKwargs, (8, 10))
    assert_healthy(NoKwargs, (8, 10), allow=["no-kwargs"])
    with pytest.raises(AssertionError, match="python-state"):
        assert_healthy(PythonCounter, (8, 10), allow=["no-kwargs"])
