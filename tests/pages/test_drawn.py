"""Pictures that were drawn lately: found again by all that makes them, and by nothing less."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from layers.api import explore as explore_api
from layers.inputs.description import Description
from pages.explore import drawn as module
from pages.explore.drawn import drawn
from pages.shared.compute import compute
from views.explore.picture import picture
from views.explore.view import View, choose_view

GIVEN: dict[str, Any] = {"batch": None, "seed": 0, "source": "example", "constant": 1.0}


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    module._lately.clear()
    yield
    module._lately.clear()


@pytest.fixture
def run() -> explore_api.Exploration:
    return compute(explore_api.explore, "linear", {"units": 3}, **GIVEN)[0]


def seen(run: explore_api.Exploration) -> View:
    return choose_view(run.trace, "Linear", lambda field: field.default)


def test_a_picture_is_drawn_once(layers: dict[str, Description], run: explore_api.Exploration):
    layer = layers["linear"]
    first = drawn(layer, run, seen(run), alone=False)
    assert drawn(layer, run, seen(run), alone=False) is first
    assert first.blocks == picture(layer, run, seen(run))
    assert json.loads(first.text) == json.loads(json.dumps(first.blocks))


@pytest.mark.parametrize(
    "change",
    [
        {"contrast": "each"},
        {"cell": ("outputs", (0, 1))},
        {"play": ("rows", 4, 2)},
        {"reduction": "max"},
        {"rows": "batch"},
        {"columns": "batch"},
        {"at": {"batch": 1}},
        {"time": 1},
    ],
)
def test_another_view_is_another_picture(
    layers: dict[str, Description], run: explore_api.Exploration, change: dict[str, Any]
):
    view, other = seen(run), replace(seen(run), **change)
    asked: list[View] = []

    def drawing(*given: Any, **_: Any) -> list:
        asked.append(given[2])
        return []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "picture", drawing)
        for each in (view, other, view, other):
            drawn(layers["linear"], run, each, alone=False)
    assert asked == [view, other]


def test_an_embedded_page_and_another_run_have_their_own(
    layers: dict[str, Description], run: explore_api.Exploration
):
    layer = layers["linear"]
    whole = drawn(layer, run, seen(run), alone=False)
    assert len(drawn(layer, run, seen(run), alone=True).blocks) < len(whole.blocks)
    other = compute(explore_api.explore, "linear", {"units": 4}, **GIVEN)[0]
    assert drawn(layer, other, seen(other), alone=False).text != whole.text
