"""The Check-up page: what is found is shown as it was measured, and so is a layer at work."""

from __future__ import annotations

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from layers.api import checkup as checkup_api
from layers.checkup.engine import gone_through, report_of
from layers.checkup.evidence import Evidence
from layers.checkup.examples import title
from layers.checkup.pairs import NAMES, PAIRS, POSTED, pair_of
from layers.checkup.plan import PLAN
from layers.checkup.report import Outcome, Report
from pages.checkup import examine
from pages.shared.workers import (
    ComputationLostError,
    ComputationStoppedError,
    Workers,
    workers,
)
from tests.pages.session import ROOT, assert_one_complaint, assert_sound, drawn, opened, sent
from views.checkup import NUMBERS


def visited(**link: object) -> AppTest:
    """Open /checkup at a link, as a first visit."""
    session = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    # A browser names the page with its first message; AppTest would first run another.
    session._page_hash = calc_hash("checkup")
    session.query_params.update({name: str(value) for name, value in link.items()})
    return session.run()


def examined(name: str) -> Report:
    """Ask a worker for every examination, past the page."""

    def ask(step) -> Outcome:
        return (
            workers()
            .submit(
                checkup_api.examine, checkup_api.PostLayer(name), pair_of(name).shape, step.name
            )
            .result()
        )

    return report_of(tuple(gone_through(ask, 20)), pair_of(name).shape)


def watched(name: str) -> Evidence:
    """Ask a worker for a layer at work, past the page."""
    return (
        workers()
        .submit(checkup_api.watch, checkup_api.PostLayer(name), pair_of(name).shape)
        .result()
    )


def heads(session: AppTest) -> list[str]:
    labels = [expander.label for expander in session.expander]
    return [label for label in labels if not label.startswith("After and before")]


@pytest.mark.parametrize("name", NAMES)
def test_every_finding_is_shown_with_its_code_before_and_after(name: str):
    session = visited(layer=name)
    assert_sound(session)
    report = examined(name)
    assert len(heads(session)) == len(report.findings)
    for head, finding in zip(heads(session), report.findings, strict=True):
        assert head.startswith(f"**{finding.severity}**")
        assert finding.where in head
    code = [block.value for block in session.code]
    assert code == [
        text
        for finding in report.findings
        if finding.fix
        for text in (finding.fix.diff, finding.fix.after, finding.fix.before)
    ]
    words = " ".join(part.value for part in (*session.markdown, *session.caption))
    for finding in report.findings:
        assert re.sub(r"\W", "", finding.evidence)[:60] in re.sub(r"\W", "", words)
    assert session.query_params == {"layer": name}


def test_the_repaired_form_has_nothing_found_and_says_by_how_many_examinations():
    session = visited(layer="running_sum")
    assert heads(session) == []
    assert any(
        f"Nothing found by {len(PLAN)} examinations" in part.value for part in session.markdown
    )


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_both_forms_at_work_are_drawn_to_the_last_bit(pair):
    session = visited(layer=pair.name)
    assert_sound(session)
    pictures = drawn(session)
    for kind, name in (("posted", pair.name + POSTED), ("repaired", pair.name)):
        evidence = watched(name)
        for variable in evidence.variables:
            picture = pictures.get(f"{kind} gradient of {variable.name}")
            if variable.gradient is None or picture is None:
                assert picture is variable.gradient
            else:
                np.testing.assert_array_equal(
                    picture, variable.gradient.reshape(picture.shape), err_msg=variable.name
                )
        plane = evidence.before[(0,) * max(0, evidence.before.ndim - 2)]
        saved = pictures[f"{kind} outputs saved"]
        np.testing.assert_array_equal(saved, plane.reshape(saved.shape))
        changes = pictures.get(f"{kind} change of weights")
        if changes is not None:
            np.testing.assert_array_equal(changes, evidence.changes[:, :NUMBERS])


def test_ten_steps_move_the_repaired_layer_and_not_the_posted_one():
    posted, repaired = watched("repeated_dense" + POSTED), watched("repeated_dense")
    assert posted.parameters == 0
    assert not posted.changes.any()
    assert len(set(posted.losses)) == 1
    assert all(v.gradient is None and not v.known for v in posted.variables)
    assert repaired.parameters == 11
    assert repaired.changes.shape == (11, 11)
    assert repaired.changes[1:].any(axis=1).all()
    assert repaired.losses[-1] < repaired.losses[0]
    assert repaired.reload_difference == 0
    assert posted.reload_difference is not None
    assert posted.reload_difference > 0


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_every_repaired_form_comes_back_as_it_was_saved(pair):
    repaired = watched(pair.name)
    assert repaired.reload == ""
    assert repaired.reload_difference == 0
    assert all(variable.known for variable in repaired.variables)


def test_a_posted_layer_that_does_not_load_says_why():
    evidence = watched("linear" + POSTED)
    assert "unexpected keyword argument" in evidence.reload
    session = visited(layer="linear" + POSTED)
    checks = [c for cs in sent(session, "checks", of=list) for c in cs]
    (loads, _) = [c for c in checks if c["sentence"] == "Its saved model loads."]
    assert loads["mark"] == "✗"
    assert "unexpected keyword argument" in loads["figure"]


def test_the_same_layer_at_work_gives_the_same_numbers():
    first, again = watched("mlp_block" + POSTED), watched("mlp_block" + POSTED)
    np.testing.assert_array_equal(first.changes, again.changes)
    np.testing.assert_array_equal(first.before, again.before)


def test_arrays_are_read_only_because_visitors_share_them():
    evidence = watched("linear")
    for array in evidence.arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@pytest.mark.parametrize("name", ["nowhere", "", "Linear", "linear_as_posted ", "../own", "a:b"])
def test_an_unknown_layer_is_said_and_the_first_one_shown(name: str):
    session = visited(layer=name)
    assert_one_complaint(session, "`layer`", NAMES[0])
    assert session.radio(key="layer").value == NAMES[0]
    assert session.query_params == {"layer": NAMES[0]}


def test_another_parameter_is_said():
    assert_one_complaint(visited(layer="linear", module="os:system"), "`module`")


def test_picking_a_layer_changes_the_report_and_the_link():
    session = visited()
    session.radio(key="layer").set_value("center_zero" + POSTED).run()
    assert_sound(session)
    assert any("hard" in head or "Positions" in head for head in heads(session))
    assert session.query_params == {"layer": "center_zero" + POSTED}


def test_going_from_page_to_page_leaves_no_complaint():
    session = opened(layer="running_sum")
    session.switch_page("pages/checkup/page.py").run()
    assert_sound(session)
    session.radio(key="layer").set_value("linear" + POSTED).run()
    session.switch_page("pages/explore/page.py").run()
    assert_sound(session)


@pytest.mark.parametrize(
    ("loss", "code"), [(ComputationStoppedError, "hangs"), (ComputationLostError, "kills")]
)
def test_an_examination_that_is_lost_is_a_finding_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, loss: type[ComputationLostError], code: str
):
    compute = examine.compute

    def losing(function, *arguments, **named):
        if function is checkup_api.examine and arguments[2] == "config":
            raise loss("A sentence.")
        return compute(function, *arguments, **named)

    monkeypatch.setattr(examine, "compute", losing)
    session = visited(layer="linear")
    assert_sound(session)
    (head,) = heads(session)
    assert title(code) in head


def test_nothing_of_an_examination_is_left_in_the_worker(pool: Workers):
    """Visitors share the workers: the next one draws what it would have drawn."""

    def drawn_next() -> list[float]:
        linear = (checkup_api.PostLayer("linear"), (3, 3))
        return [pool.submit(checkup_api.watch, *linear).result().losses[0] for _ in range(3)]

    assert len(set(drawn_next())) == 1
