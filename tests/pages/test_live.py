"""The answer ahead of the page: the same picture for the same link, and never more than a no."""

from __future__ import annotations

import json
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from layers.inputs.description import Description
from pages.explore import live
from pages.shared import charts
from pages.shared import live as shared_live
from tests.pages.session import (
    figures,
    link_of,
    opened,
    other_values,
    registered,
    sent,
)
from tests.pages.test_bad_links import PARAMETERS, TEXT


def answered(**link: str) -> dict:
    """Return the blocks with which the route answers a link."""
    query = {"visitor": "somebody", **link}
    return json.loads(zlib.decompress(shared_live.answered(live.PICTURE, live._picture, query)))


@pytest.mark.parametrize("name", registered())
def test_a_link_is_answered_with_the_figures_that_the_page_draws(
    name: str, layers: dict[str, Description]
):
    link = link_of(layers[name], seed=5, **other_values(layers[name]), input="ramp")
    answer = {
        item["figure"]["name"]: item["figure"]
        for block in answered(**link)["blocks"]
        for item in block.get("items", ())
        if "figure" in item
    }
    assert answer
    assert answer == figures(opened(**link))


@pytest.mark.parametrize(
    "link",
    [
        {"layer": "nowhere"},
        {"layer": "linear", "units": "1000000"},
        {"layer": "linear", "seed": "x"},
        {"layer": "linear", "input": "upload"},
        {"layer": "nd_dense", "shape": "1000,1000,1000"},
        {"layer": "nd_dense", "shape": "2,4096,4", "units": "256"},
        {"layer": "center_zero", "rows": "4", "hole_height": "9"},
    ],
)
def test_what_cannot_be_drawn_is_refused(link: dict[str, str]):
    with pytest.raises(ValueError, match="expected"):
        answered(**link)


@given(
    layer=some.sampled_from([*registered(), "?"]),
    others=some.dictionaries(some.sampled_from((*PARAMETERS, "visitor")), TEXT, max_size=6),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_link_whatever_breaks_the_route(layer: str, others: dict[str, str]):
    with suppress(ValueError):  # which the route answers with a 400
        assert answered(**{"layer": layer, **others})["blocks"]


def test_arrays_that_the_browser_has_are_not_sent_again():
    link = {"layer": "linear", "activation": "relu"}
    whole = answered(**link)

    def arrays(answer: dict) -> dict[str, dict]:
        return {
            item["figure"]["name"]: item["figure"]["spec"]["data"][0]["z"]
            for item in answer["blocks"][0]["items"]
            if "figure" in item
        }

    names = [name for name, z in arrays(whole).items() if "id" in z]
    assert {"inputs", "kernel", "outputs"} <= set(names)
    known = {name: arrays(whole)[name]["id"] for name in ("inputs", "kernel")}
    lean = answered(**link, have=",".join(("", "x" * 9000, *known.values())))
    assert lean["id"] == whole["id"]
    for name, z in arrays(lean).items():
        assert z == ({"id": known[name]} if name in known else arrays(whole)[name])


def test_many_visitors_at_once_are_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch):
    few = type(charts._sent)(8)
    monkeypatch.setattr(charts, "_sent", few)

    def visit(number: int) -> None:
        for turn in range(4000):
            charts.record_sent(f"visitor {(7 * number + turn) % 50}", {"id": f"{turn}"})

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # so that threads meet where they seldom would
    try:
        with ThreadPoolExecutor(8) as visitors:
            assert all(answer is None for answer in visitors.map(visit, range(8)))
    finally:
        sys.setswitchinterval(usual)
    assert len(few) == 8
    charts.record_sent("v" * 10_000, {"id": "x"})
    assert max(map(len, few)) <= 32


def test_what_the_browser_shows_and_what_it_has_prefetched_are_not_sent_again():
    session = opened(layer="linear", seed=17)
    (visitor,) = [live["visitor"] for live in sent(session, "live")]
    for units in ("6", "7"):  # it shows the first, and has the second ready
        answered(layer="linear", seed="17", units=units, visitor=visitor)
    for units, is_sent in ((6, False), (7, False), (8, True)):
        session.slider(key="units").set_value(units).run()
        assert ("outputs" in figures(session)) is is_sent, units


def test_what_is_prefetched_has_no_timings():
    assert "timings" in answered(layer="linear", seed="18")
    assert "timings" not in answered(layer="linear", seed="18", prefetch="")
