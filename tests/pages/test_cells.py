"""Pinned cells, edits and contrast in the link: what the component is sent, and what is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from layers.inputs.cells import Cell, Edit
from pages.shared import controls
from pages.shared.session import session as visitor_session
from tests.pages.session import (
    assert_drawn,
    assert_one_complaint,
    assert_sound,
    complaints,
    drawn,
    explored,
    figures,
    opened,
    registered,
    sent,
)
from views.explore.cells import CELL, CONTRAST, EDITS, LONGEST_LINK


def pinned(session: AppTest) -> dict[str, Any]:
    """Return what the component was sent of the one pinned cell."""
    (pin,) = sent(session, "pin")
    return pin


def test_a_linked_cell_comes_with_its_arithmetic():
    session = opened(layer="linear", cell="outputs.2.3", activation="relu", seed=1)
    assert_sound(session)
    pin = pinned(session)
    assert (pin["cell"], pin["where"]) == ("outputs.2.3", "outputs at batch 2, units 3")
    run = explored("linear", {"activation": "relu"}, seed=1, source="normal")
    row, column = run.trace["inputs"][2], run.trace["kernel"][:, 3]
    bars = pin["figure"]["spec"]["data"][0]["y"]
    np.testing.assert_allclose(bars, [*(row * column), 0], rtol=1e-3)
    first = f"{row[0]:.4g} × ({column[0]:.4g})".replace("-", "−")
    assert pin["sentence"].startswith(f"= relu({first} + ")
    assert "… 5 more …" in pin["sentence"]
    value = f"{run.trace['outputs'][2, 3]:.6g}".replace("-", "−")
    assert pin["sentence"].endswith(f"= {value}")


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ({"layer": "linear", "cell": "kernel.0.0"}, ", stored weight"),
        ({"layer": "linear", "cell": "inputs.0.0"}, ", input value"),
        (
            {"layer": "linear", "cell": "inputs.0.0", "edits": "inputs.0.0=3"},
            "= 3, typed in by you",
        ),
        ({"layer": "center_zero", "cell": "mask.4.4"}, "= 0, constant"),
        ({"layer": "center_zero", "cell": "outputs.4.4"}, "= 6 × 0 = 0"),
        ({"layer": "repeated_dense", "cell": "bias"}, "= 0, stored weight"),
        ({"layer": "running_sum", "cell": "total_before.0"}, "left by the calls before"),
        ({"layer": "running_sum", "cell": "outputs.1", "batch": "2"}, "= 0 + 1 + 1 = 2"),
    ],
)
def test_what_is_said_of_a_cell(link: dict[str, str], says: str):
    session = opened(**link)
    assert_sound(session)
    assert pinned(session)["sentence"].endswith(says)


@pytest.mark.parametrize("name", registered())
def test_nothing_is_pinned_edited_or_contrasted_unless_asked(name: str):
    session = opened(layer=name)
    assert_sound(session)
    assert sent(session, "pin") == []
    (links,) = sent(session, "links")
    assert links["edited"] == []
    assert set(figures(session)) - {"history"} <= set(links["tensors"]) | {
        figure for figure in figures(session) if figure.endswith("_histogram")
    }


@pytest.mark.parametrize(
    ("layer", "parameter", "text"),
    [
        ("linear", "cell", "outputs.99.0"),
        ("linear", "cell", "nowhere.0.0"),
        ("linear", "cell", "product.0.0"),
        ("linear", "cell", "outputs"),
        ("linear", "cell", "<b>x</b>"),
        ("linear", "edits", "outputs.0.0=1"),
        ("linear", "edits", "kernel.0.99=1"),
        ("linear", "edits", "kernel.0.0=much"),
        ("linear", "edits", "kernel.0.0"),
        ("center_zero", "edits", "mask.0.0=1"),
        ("running_sum", "edits", "total_before.0=1"),
        ("linear", "contrast", "loud"),
    ],
)
def test_a_bad_cell_in_a_link_gets_a_sentence_and_the_rest_is_shown(layer, parameter, text):
    session = opened(layer=layer, **{parameter: text})
    assert_one_complaint(session)
    plain = opened(layer=layer)
    for name, picture in drawn(plain).items():
        np.testing.assert_array_equal(drawn(session)[name], picture)


def test_a_cell_that_is_gone_is_let_go_with_one_sentence():
    session = opened(layer="linear", units="5", cell="outputs.0.4")
    assert_sound(session)
    session.slider(key="units").set_value(4).run()
    assert_one_complaint(session, "outputs.0.4")
    assert sent(session, "pin") == []


def test_edits_are_drawn_marked_and_linked():
    session = opened(layer="linear", edits="kernel.0.1=2.5,inputs.3.0=-1", seed=4)
    edits = (Edit(Cell("kernel", (0, 1)), 2.5), Edit(Cell("inputs", (3, 0)), -1.0))
    assert_drawn(session, explored("linear", seed=4, source="normal", edits=edits))
    (links,) = sent(session, "links")
    assert links["edited"] == ["kernel.0.1", "inputs.3.0"]
    assert session.query_params["edits"] == "kernel.0.1=2.5,inputs.3.0=-1"
    (live,) = sent(session, "live")
    assert live["turned"]["edits"] == "kernel.0.1=2.5,inputs.3.0=-1"


def test_more_edits_than_a_link_carries_are_kept_and_said():
    text = ",".join(f"inputs.{row}.{col}=0.1234567" for row in range(10) for col in range(10))
    assert len(text) > LONGEST_LINK
    session = opened(layer="linear", batch=10, edits=text)
    assert_one_complaint(session, "seed's numbers")
    assert (drawn(session)["inputs"] == np.float32(0.1234567)).all()
    assert "edits" not in session.query_params
    (live,) = sent(session, "live")
    assert live["path"] == ""


def test_another_layer_forgets_the_cells_of_the_last():
    session = opened(layer="linear", cell="kernel.0.0", edits="kernel.0.0=1", contrast="tensor")
    session.radio(key="layer").set_value("center_zero").run()
    assert_drawn(session, explored("center_zero"))
    assert "edits" not in session.query_params
    assert "cell" not in session.query_params


@pytest.mark.parametrize("contrast", CONTRAST.choices)
def test_colours_span_what_is_asked(contrast: str):
    session = opened(layer="linear", contrast=contrast, cell="outputs.2.3", activation="relu")
    assert_sound(session)
    run = explored("linear", {"activation": "relu"}, source="normal")
    heats = {name: figures(session)[name]["spec"]["data"][0] for name in drawn(session)}
    largest = {name: np.abs(run.trace[name]).max() for name in heats}
    if contrast == "tensor":
        for name, heat in heats.items():
            assert heat["zmax"] == pytest.approx(largest[name] or 1, rel=1e-3)
        assert len(sent(session, "ranges", of=list)[0]) == len(heats)
        return
    results = ("pre_activation", "outputs")
    assert heats["kernel"]["zmax"] == heats["bias"]["zmax"]
    middle = run.trace["outputs"][2, 3] if contrast == "pinned" else 0
    for name in results:
        assert heats[name]["zmin"] + heats[name]["zmax"] == pytest.approx(2 * middle, abs=1e-6)
        wide = heats[name]["zmax"] - heats[name]["zmin"]
        whole = 2 * max(largest[result] for result in results)
        assert (
            (wide < whole / 2) if contrast == "pinned" else wide == pytest.approx(whole, rel=1e-3)
        )


def test_what_the_component_asks_for_is_checked_like_a_link(monkeypatch: pytest.MonkeyPatch):
    widgets: dict[str, Any] = {}
    monkeypatch.setattr(controls.st, "session_state", widgets)
    controls.set_from_picture((CELL, EDITS), {"cell": "outputs.1.2", "units": "7", "edits": "x"})
    assert widgets["cell"] == Cell("outputs", (1, 2))
    assert "units" not in widgets
    (sentence,) = visitor_session().link_problems
    assert sentence.startswith("In the picture, `edits` cannot be used: expected ")


def test_a_cell_of_a_slice_is_pinned_whatever_slice_is_shown():
    session = opened(layer="nd_dense", cell="outputs.1.2.9", at_batch=0)
    assert complaints(session) == []
    assert pinned(session)["where"] == "outputs at batch 1, axis 1 at 2, units 9"
