"""The picture that is answered ahead of the page: the same as the page's own, and sent once."""

from __future__ import annotations

import asyncio
import json
import zlib
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from pages.explore import live
from pages.shared import charts
from tests.pages.session import drawn, opened, registered

LINKS = [
    *({"layer": name} for name in registered()),
    {"layer": "linear", "units": "7", "features": "3", "seed": "4", "activation": "tanh"},
    {"layer": "nd_dense", "shape": "2,3,4,5", "row_axis": "batch", "at_1": "2"},
    {"layer": "running_sum", "calls": "3", "input": "normal"},
    {"layer": "center_zero", "batch": "2", "at_0": "1", "input": "constant", "constant": "2.5"},
]


def ask(link: dict[str, str]) -> tuple[int, dict]:
    """Return the route's status and its blocks."""
    query = urlencode(link).encode()
    scope = {"type": "http", "method": "GET", "query_string": query, "headers": []}
    answer = asyncio.run(live.answer(Request(scope)))
    body = bytes(answer.body)
    return answer.status_code, json.loads(zlib.decompress(body)) if body else {}


def component(session: AppTest) -> dict:
    """Return what the component that draws the run was sent."""
    sent = [
        json.loads(zlib.decompress(component.proto.bytes))
        for component in session.get("bidi_component")
    ]
    return next(data for data in sent if data.get("blocks") != [])


@pytest.mark.parametrize("link", LINKS, ids=lambda link: "-".join(link.values()))
def test_an_answer_is_the_pages_own_picture(link):
    session = opened(**link)
    assert drawn(session)
    status, answer = ask(link)
    assert status == 200
    assert answer["blocks"] == component(session)["blocks"]
    assert answer["id"] == component(session)["id"]


@pytest.mark.parametrize(
    "link",
    [
        {"layer": "no_such_layer"},
        {"layer": "linear", "units": "1000000"},
        {"layer": "linear", "units": "<b>"},
        {"layer": "nd_dense", "shape": "1000,1000,1000"},
        {"layer": "center_zero", "hole_height": "12"},
        {"layer": "linear", "input": "upload"},
        {"layer": "linear", "seed": "x" * 5000},
    ],
    ids=str,
)
def test_a_query_that_cannot_be_answered_gets_no_picture(link):
    assert ask(link) == (400, {})


def test_blocks_that_a_browser_was_answered_are_not_sent_to_it_again():
    session = opened(layer="linear")
    follows = component(session)["live"]
    assert follows["turned"] == {"features": "10", "units": "5", "batch": "8"}
    asked = {**follows["link"], "units": "6", "visitor": follows["visitor"]}
    _, ahead = ask(asked)

    session.slider(key="units").set_value(6).run()
    page = component(session)
    assert "blocks" not in page
    assert page["id"] == ahead["id"]

    session.slider(key="units").set_value(7).run()
    assert component(session)["blocks"]


def test_what_one_visitor_was_answered_is_still_sent_to_another():
    ours, theirs = opened(layer="linear"), opened(layer="linear")
    follows = component(ours)["live"]
    asked = {**follows["link"], "units": "6", "visitor": follows["visitor"]}
    assert ask(asked)[0] == 200
    theirs.slider(key="units").set_value(6).run()
    assert component(theirs)["blocks"]


def test_own_arrays_are_not_followed_for_no_link_carries_them():
    session = opened(layer="linear", input="table")
    assert "live" not in component(session)


def test_what_is_remembered_of_answers_is_bounded():
    for number in range(5000):
        charts.answered(f"visitor {number}" * 100, {"id": str(number)})
    assert len(charts._answered) <= 4096
    assert all(len(visitor) <= 32 for visitor in charts._answered)
