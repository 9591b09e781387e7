"""Rows one below the other: drawn by the page's own script, with neither Streamlit nor a server."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, Route

SCRIPTS = Path(__file__).parents[3] / "browser"
ADDRESS = "http://lines.test/"
TYPES = {".js": "text/javascript", ".css": "text/css"}
HTML = """<!doctype html><body style="margin: 16px; --st-background-color: #ffffff">
<div id="here"></div>"""
DRAW = """async (packed) => {
  const data = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const { default: charts } = await import("/charts.js");
  window.sent = [];
  const setTriggerValue = (name, changes) => window.sent.push(changes);
  const parentElement = document.querySelector("#here");
  window.end = await charts({ data, parentElement, setTriggerValue });
}"""
FRESH = """() => {
  document.querySelector("#here").replaceWith(document.createElement("div"));
  document.querySelector("div").id = "here";
}"""
DRAWN = """(count) => document.querySelectorAll(".ls-graph > canvas").length >= count
  && document.querySelector(".ls-below") && !document.querySelector("[data-waking]")"""
LIT = """(name) => [...document.querySelectorAll(`[data-tensor="${name}"] ~ .ls-lights i`)]
  .map(({ dataset }) => [dataset.kind, dataset.place])"""

Draw = Callable[..., Page]


def figure(name: str, values: np.ndarray, **more: Any) -> dict[str, Any]:
    data = np.ascontiguousarray(values, "<f4")
    shape = ", ".join(map(str, data.shape))
    z = {"dtype": "f4", "bdata": base64.b64encode(data.tobytes()).decode(), "shape": shape}
    trace = {"type": "heatmap", "z": z, "zmin": -9, "zmax": 9, "hoverinfo": "skip"}
    return {
        "figure": {
            "name": name,
            "alt": name,
            "caption": shape,
            "file_name": name,
            "palette": "signed",
            "cells": list(data.shape),
            "spec": {"data": [trace], "layout": {"xaxis": {}, "yaxis": {}}},
            **more,
        }
    }


def reference(name: str) -> dict[str, Any]:
    return {"reference": {"name": name, "text": name[0].upper()}}


def sign(text: str) -> dict[str, Any]:
    return {"sign": {"text": text}}


def attention(kernel: float = 1.0, *, path: str = "") -> dict[str, Any]:
    """Return a picture of three rows: query = inputs · kernel, key = inputs, scores = query · key.

    Which groups are folded outlasts a picture: with a path of their own they begin anew.
    """
    x = np.arange(24.0).reshape(2, 3, 4) / 8
    weights = np.full((4, 4), kernel)
    query, key = x @ weights, x
    scores = query @ key.swapaxes(1, 2)
    row = {"plane": [1, 2], "at": {0: 1}}
    values = {"inputs": x, "kernel": weights, "query": query, "key": key, "scores": scores}
    steps = [
        {"result": "query", "from": [["inputs", [0, 1, None]], ["kernel", [None, 2]]]},
        {"result": "key", "from": [["inputs", [0, 1, 2]]]},
        {"result": "scores", "from": [["query", [0, 1, None]], ["key", [0, 2, None]]]},
    ]
    tensors = {
        name: {
            "shape": value.shape,
            "axes": ["a", "b", "c"][: value.ndim],
            "role": {"inputs": "input", "kernel": "weight"}.get(name, "intermediate"),
        }
        for name, value in values.items()
    }
    first = [figure("inputs", x[1], **row), sign("·"), figure("kernel", weights), sign("=")]
    groups = [
        {
            "path": f"{path}/query",
            "title": "query",
            "rows": [{"items": [*first, figure("query", query[1], **row)]}],
        },
        {
            "path": f"{path}/key",
            "title": "key",
            "open": False,
            "rows": [{"items": [reference("inputs"), sign("="), figure("key", key[1], **row)]}],
        },
        {
            "path": f"{path}/scores",
            "rows": [
                {
                    "items": [
                        *[reference("query"), sign("·"), reference("key"), sign("=")],
                        figure("scores", scores[1], **row),
                    ]
                }
            ],
        },
    ]
    links = {
        "steps": steps,
        "tensors": tensors,
        "edited": [],
        "edges": {},
        "plane": [-2, -1],
        "at": {},
    }
    block = {
        "kind": "lines",
        "groups": groups,
        "ranges": [],
        "links": {**links, "contrast": "kind"},
    }
    live = {"path": "", "visitor": "v", "link": {}, "turned": {}}
    return {"id": f"{kernel}", "blocks": [block], "live": live}


@pytest.fixture(scope="module")
def opened(chromium: Browser) -> Iterator[Page]:
    """Open the page of all these tests."""
    page = chromium.new_page(viewport={"width": 900, "height": 500}, reduced_motion="reduce")
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(ADDRESS)
        file = SCRIPTS / name
        if file.is_file():
            route.fulfill(path=file, content_type=TYPES[file.suffix])
        else:
            route.fulfill(body=HTML, content_type="text/html")

    page.route(f"{ADDRESS}**", answer)
    page.goto(ADDRESS)
    yield page
    page.close()
    assert problems == []


@pytest.fixture
def draw(opened: Page) -> Iterator[Draw]:
    """Return a way to draw a picture, and another one in its place."""
    opened.evaluate(FRESH)

    def draw(data: dict[str, Any], count: int = 4) -> Page:
        packed = zlib.compress(json.dumps(data).encode())
        opened.evaluate(DRAW, base64.b64encode(packed).decode())
        opened.wait_for_function(DRAWN, arg=count)
        return opened

    yield draw
    opened.evaluate("() => window.end()")


def tensor(page: Page, name: str) -> Locator:
    return page.locator(f'[data-tensor="{name}"]')


def point(page: Page, name: str, row: int, column: int, cell: float) -> None:
    tensor(page, name).evaluate("node => node.scrollIntoView({ block: 'center' })")
    box = tensor(page, name).bounding_box()
    assert box
    page.mouse.move(box["x"] + (column + 0.5) * cell, box["y"] + (row + 0.5) * cell)


def cell_of(page: Page) -> float:
    return page.evaluate("() => document.querySelector('[data-tensor=kernel]').offsetWidth") / 4


def test_a_tensor_is_drawn_once_and_a_closed_group_not_at_all(draw: Draw):
    page = draw(attention())
    assert tensor(page, "inputs").count() == tensor(page, "scores").count() == 1
    assert tensor(page, "key").count() == 0
    assert page.locator(".ls-reference").all_inner_texts() == ["Q", "K"]
    assert page.locator("details > summary").all_inner_texts() == ["query", "key"]


def test_cells_have_one_size_in_all_rows(draw: Draw):
    page = draw(attention())
    sizes = {"inputs": 4, "kernel": 4, "query": 4, "scores": 3}
    widths = {
        tensor(page, name).locator("canvas").bounding_box()["width"] / columns  # ty: ignore
        for name, columns in sizes.items()
    }
    assert len(widths) == 1


def test_a_cell_lights_what_made_it_in_other_rows(draw: Draw):
    page = draw(attention())
    cell = cell_of(page)
    point(page, "scores", 2, 0, cell)
    # The plane of each figure is its own: index 1 of axis a is shown.
    assert page.evaluate(LIT, "query") == [
        ["from", f"0px {2 * cell:g}px {4 * cell:g}px {cell:g}px"]
    ]
    assert page.evaluate(LIT, "kernel") == [["from far", f"0px 0px {4 * cell:g}px {4 * cell:g}px"]]
    lit = page.locator(".ls-reference[data-lit]")
    assert lit.all_inner_texts() == ["Q", "K"]  # what is folded away has its name lit
    assert "scores a 1, b 2, c 0" in page.locator(".ls-tip").inner_text()


def test_a_reference_leads_to_the_tensor_and_opens_its_group(draw: Draw):
    page = draw(attention(path="references"))
    page.locator(".ls-reference", has_text="K").press("Enter")
    tensor(page, "key").wait_for()
    assert page.locator(".ls-flash [data-tensor]").get_attribute("data-tensor") == "key"
    focused = "() => document.activeElement.querySelector('[data-tensor]').dataset.tensor"
    assert page.evaluate(focused) == "key"
    box = tensor(page, "key").bounding_box()
    assert box
    assert 0 <= box["y"] <= 500 - box["height"]
    page.wait_for_function("() => !document.querySelector('.ls-flash')")


def test_folding_outlasts_an_update(draw: Draw):
    page = draw(attention(path="folding"))
    page.locator("summary", has_text="key").click()
    tensor(page, "key").wait_for()
    page.locator("summary", has_text="query").press("Enter")
    tensor(page, "query").wait_for(state="detached")
    draw(attention(kernel=2.0, path="folding"), count=2)
    assert tensor(page, "key").count() == 1
    assert tensor(page, "query").count() == 0
    page.locator("summary", has_text="query").click()
    numbers = tensor(page, "kernel").evaluate("node => Array.from(node._fullData[0].z[0])")
    assert numbers == [2.0] * 4


def test_only_what_changed_is_drawn_again(draw: Draw):
    page = draw(attention())
    page.evaluate("""() => {
      window.drawn = [];
      for (const graph of document.querySelectorAll("[data-tensor]")) {
        const seen = () => window.drawn.push(graph.dataset.tensor);
        new MutationObserver(seen).observe(graph, { attributeFilter: ["aria-label"] });
      }
    }""")
    held = tensor(page, "inputs").element_handle()
    draw(attention(kernel=2.0))
    assert page.evaluate("() => window.drawn.toSorted()") == ["kernel", "query", "scores"]
    assert held.evaluate("node => node.isConnected")


def test_a_cell_is_pinned_in_any_row(draw: Draw):
    page = draw(attention())
    cell = cell_of(page)
    point(page, "query", 1, 3, cell)
    page.mouse.down()
    page.mouse.up()
    assert page.evaluate("() => window.sent") == [{"cell": "query.1.1.3"}]
