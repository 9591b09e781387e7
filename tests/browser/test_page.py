"""What a visitor sees and plays with: every picture is of the very numbers that were computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from layers.traces.layout import layout
from tests.browser.server import Server
from tests.browser.visit import POLLING, Visit
from tests.pages.session import explored, registered

LIBRARIES = Path("/proc/self/maps")
BOXES = """() => [...document.querySelectorAll("[data-tensor]")]
  .filter(({ _fullData: drawn, dataset }) =>
    drawn?.[0]?.type === "heatmap" && dataset.tensor !== "history")
  .map((graph) => {
    const canvas = graph.querySelector("canvas");
    const { left, right, width, height } = graph.getBoundingClientRect();
    return {
      name: graph.dataset.tensor, left, right, width, height,
      rows: graph._fullData[0].z.length, columns: graph._fullData[0].z[0].length,
      cell: [canvas.clientWidth, canvas.clientHeight],
    };
  })"""


NODES = """() => [document.querySelectorAll("[data-tensor]").length,
  document.querySelectorAll("*").length]"""
# What the component listens to outside of its own element, which does not go with it.
LISTENERS = """() => {
  window.heard = 0;
  const add = document.addEventListener.bind(document);
  document.addEventListener = (type, act, options) => {
    if (type === "keydown" && options?.signal) {
      window.heard += 1;
      options.signal.addEventListener("abort", () => (window.heard -= 1));
    }
    add(type, act, options);
  };
}"""
TITLES = {
    "repeated_dense": "Repeated dense",
    "nd_dense": "N-D dense",
    "center_zero": "Centre zero",
    "running_sum": "Running sum",
    "mlp_block": "MLP block",
    "linear": "Linear",
}


RAN = """() => document.querySelector(".stApp")?.dataset.testScriptState === "notRunning"
  && document.querySelector("h1, h2, [data-testid=stMainBlockContainer]")"""


def assert_shows(visit: Visit, name: str, values: dict | None = None, **others: Any) -> None:
    """All matrices on the screen are the run's own, to the last bit."""
    run = explored(name, values, **others)
    pictures = visit.drawn()
    pictures.pop("history", None)
    assert set(pictures) == set(layout(run.trace, "").drawn)
    for tensor, picture in pictures.items():
        array = run.trace[tensor]
        plane = array[(0,) * max(0, array.ndim - 2)].reshape(picture.shape)
        np.testing.assert_array_equal(picture, plane, err_msg=tensor)


def test_the_first_page_is_a_whole_picture_without_a_complaint(visit: Visit):
    visit.open()
    assert visit.sentences() == []
    assert visit.link() == {"layer": registered()[0]}
    assert_shows(visit, "linear", source="normal")
    assert visit.page.title() == "Layerscope"
    assert visit.complaints == []


def test_what_is_drawn_is_what_was_computed_and_said_in_words(reader: Callable[..., Visit]):
    visit = reader().turn(seed=4, input="ramp")
    for name, title in TITLES.items():
        visit.pick(title)
        visit.page.wait_for_url(f"**layer={name}**")
        visit.settle()
        assert visit.sentences() == []
        assert_shows(visit, name, seed=4, source="ramp")
        for graph in visit.page.locator("[data-tensor]").all():
            tensor = graph.get_attribute("data-tensor") or ""
            assert tensor.removesuffix("_histogram") in (graph.get_attribute("aria-label") or "")
            assert graph.get_attribute("role") == "img"
    assert visit.complaints == []


@pytest.mark.parametrize("path", ["/?layer=repeated_dense", "/models", "/checkup", "/train"])
def test_no_request_leaves_this_machine_or_asks_for_what_is_not_there(visit: Visit, path: str):
    answers: list[tuple[int, str]] = []
    visit.page.on("response", lambda answer: answers.append((answer.status, answer.url)))
    visit.page.goto(f"{visit.address}{path}")
    visit.page.wait_for_function(
        "() => document.querySelector('link[rel~=icon]').href.startsWith('data:')"
    )
    visit.page.wait_for_function(RAN, timeout=120_000, polling=POLLING)
    visit.page.wait_for_load_state("networkidle")
    assert {urlsplit(url).hostname for _, url in answers if url.startswith("http")} == {"127.0.0.1"}
    assert visit.outside == set()
    assert [(status, url) for status, url in answers if status >= 400] == []


def test_a_link_of_more_parameters_than_streamlit_takes_is_said(visit: Visit):
    query = "&".join(f"x{place}=1" for place in range(1200))
    visit.page.goto(f"{visit.address}/?layer=linear&{query}")
    visit.page.get_by_test_id("stAlert").first.wait_for()
    visit.settle()
    (sentence,) = visit.sentences()
    assert "at most 1,000 parameters. Received 1201" in sentence


# --- Playing


def test_a_slider_step_changes_every_matrix_that_it_affects(reader: Callable[..., Visit]):
    visit = reader().turn(layer="repeated_dense", batch=4, features=10, units=5)
    visit.slider("units").focus()
    visit.page.keyboard.press("ArrowRight")
    visit.has_shape("outputs", 4, 6)
    visit.settle()
    assert_shows(visit, "repeated_dense", {"units": 6})
    assert visit.link() == {"layer": "repeated_dense", "units": "6"}
    shapes = {name: array.shape for name, array in visit.drawn().items()}
    assert shapes["inputs"] == (4, 10)
    assert shapes["kernel_repeated"] == (10, 6)
    assert shapes["pre_activation"] == (4, 6)
    assert "10 × 6" in (visit.graph("kernel_repeated").get_attribute("aria-label") or "")


def test_many_quick_steps_end_at_the_last(reader: Callable[..., Visit]):
    visit = reader().turn(layer="linear")
    visit.slider("units").focus()
    for _ in range(12):
        visit.page.keyboard.press("ArrowRight")
    visit.has_shape("outputs", 8, 17)
    visit.has_shape("kernel", 10, 17)
    visit.settle()
    assert_shows(visit, "linear", {"units": 17}, source="normal")
    assert visit.link()["units"] == "17"


def test_back_and_forward_show_the_numbers_of_then(reader: Callable[..., Visit]):
    visit = reader().turn(layer="linear", units=3, seed=2)
    visit.slider("units").focus()
    visit.page.keyboard.press("ArrowRight")
    visit.has_shape("outputs", 8, 4)
    visit.settle()
    visit.page.go_back()
    visit.has_shape("outputs", 8, 3)
    visit.settle()
    assert visit.link() == {"layer": "linear", "units": "3", "seed": "2"}
    assert visit.slider("units").input_value() == "3"
    assert_shows(visit, "linear", {"units": 3}, seed=2, source="normal")
    visit.page.go_forward()
    visit.has_shape("outputs", 8, 4)
    visit.settle()
    assert visit.link()["units"] == "4"
    assert visit.slider("units").input_value() == "4"


def test_back_after_a_switch_of_layers_shows_the_layer_of_then(reader: Callable[..., Visit]):
    visit = reader().turn(layer="linear", units=3)
    visit.pick("Centre zero")
    visit.graph("mask").wait_for()
    visit.settle()
    visit.page.go_back()
    visit.has_shape("outputs", 8, 3)
    visit.settle()
    assert visit.link() == {"layer": "linear", "units": "3"}
    assert_shows(visit, "linear", {"units": 3}, source="normal")


def test_a_reload_shows_the_same_numbers(visit: Visit):
    visit.open(layer="linear", seed=1)
    visit.press("new_numbers")
    visit.page.wait_for_url("**seed=2**")
    visit.settle()
    before = visit.drawn()
    visit.page.reload()
    visit.page.locator("[data-tensor]").first.wait_for()
    visit.settle()
    after = visit.drawn()
    assert before.keys() == after.keys()
    for name, array in before.items():
        np.testing.assert_array_equal(array, after[name], err_msg=name)


def test_two_visitors_at_once_see_their_own_numbers(visitor: Callable[..., Visit]):
    one, other = visitor().open(layer="linear", seed=11), visitor().open(layer="linear", seed=22)
    for visit in (one, other):
        visit.slider("units").focus()
        visit.page.keyboard.press("ArrowRight")
    for visit, seed in ((one, 11), (other, 22)):
        visit.has_shape("outputs", 8, 6)
        visit.settle()
        assert_shows(visit, "linear", {"units": 6}, seed=seed, source="normal")
        assert visit.link()["seed"] == str(seed)


def test_the_link_forgets_a_view_that_is_gone(reader: Callable[..., Visit]):
    visit = reader().turn(layer="nd_dense", row_axis="batch")
    box = visit.field("shape").locator("input")
    box.fill("4, 5")
    box.press("Enter")
    visit.has_shape("inputs", 4, 5)
    visit.settle()
    assert visit.link() == {"layer": "nd_dense", "shape": "4,5"}


def test_call_again_adds_to_the_total_and_reset_forgets_it(reader: Callable[..., Visit]):
    visit = reader().turn(layer="running_sum", features=2, batch=2)
    for calls in (2, 3):
        visit.press("calls_step")
        visit.has_shape("history", calls, 2)
        visit.settle()
        np.testing.assert_array_equal(visit.drawn()["outputs"], [[2.0 * calls] * 2])
    visit.press("calls_reset")
    visit.has_shape("history", 1, 2)
    np.testing.assert_array_equal(visit.drawn()["outputs"], [[2, 2]])


def test_forty_changes_of_layer_leave_nothing_behind_in_page_or_server(
    visit: Visit, server: Server
):
    visit.page.add_init_script(f"({LISTENERS})()")
    visit.open(layer="linear")
    heard = visit.page.evaluate("() => window.heard")
    counts = []
    for name in [*TITLES] * 7:
        visit.pick(TITLES[name])
        visit.page.wait_for_url(f"**layer={name}**")
        visit.settle()
        if name == "linear":
            counts.append(visit.page.evaluate(NODES))
    charts, nodes = zip(*counts, strict=True)
    assert set(charts) == {visit.page.locator("[data-tensor]").count()}
    assert max(nodes[1:]) <= nodes[0] + 50
    assert visit.page.evaluate("() => window.heard") == heard <= 2
    assert visit.page.locator(".ls-below").count() == 1
    assert visit.page.locator(".ls-status").count() == 1
    assert visit.complaints == []
    if LIBRARIES.exists():  # Linux only
        mapped = Path(f"/proc/{server.process.pid}/maps").read_text().lower()
        assert "tensorflow" not in mapped
        assert "numpy" in mapped, "else the file tells nothing"


# --- Looks


def assert_one_cell_size(boxes: list[dict]) -> None:
    """Width over columns and height over rows are the same number in every matrix."""
    cells = [box["cell"][0] / box["columns"] for box in boxes]
    cells += [box["cell"][1] / box["rows"] for box in boxes]
    np.testing.assert_allclose(cells, cells[0], atol=0.02)  # in pixels
    assert cells[0] >= 1


def test_one_cell_is_as_large_in_every_matrix(reader: Callable[..., Visit]):
    visit = reader().turn(layer="repeated_dense", units=7, features=13)
    boxes = visit.page.evaluate(BOXES)
    assert len(boxes) == 7
    assert_one_cell_size(boxes)
    visit.pick("Running sum")
    visit.graph("total").wait_for()
    visit.settle()
    assert_one_cell_size(visit.page.evaluate(BOXES))


TOO_WIDE = """() => [document.scrollingElement, ...document.querySelectorAll(
    ".stApp, .stMain, .stMainBlockContainer")]
  .filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.className)"""


def test_on_a_telephone_nothing_is_wider_than_the_screen(reader: Callable[..., Visit]):
    visit = reader(width=420, height=900)
    for name in registered():
        visit.turn(layer=name)
        assert visit.page.evaluate(TOO_WIDE) == [], name
        boxes = visit.page.evaluate(BOXES)
        assert len(boxes) >= 3
        assert_one_cell_size(boxes)
        for box in boxes:
            assert box["left"] >= 0, box
            assert box["right"] <= 420, box
            assert box["width"] > 0, box


IS_DARK = """() => {
  const { backgroundColor } = getComputedStyle(document.querySelector(".stApp"));
  return backgroundColor.match(/\\d+/g).slice(0, 3).every((channel) => Number(channel) < 60);
}"""
COLOURS = """() => {
  const graph = document.querySelector('[data-tensor="kernel"]');
  return {
    page: getComputedStyle(document.querySelector(".stApp")).backgroundColor,
    chart: graph.querySelector("canvas").getContext("2d").getImageData(5, 5, 1, 1).data.join(),
    text: getComputedStyle(graph.closest("figure")).color,
  };
}"""
CONTRASTS = """() => {
  const channels = (colour) => {
    const [red, green, blue, alpha = 1] = colour.match(/[\\d.]+/g).map(Number);
    const full = colour.startsWith("color(") ? 255 : 1;
    return [red * full, green * full, blue * full, alpha];
  };
  const over = ([r, g, b, a = 1], below) => [r, g, b].map((c, i) => a * c + (1 - a) * below[i]);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255)
      .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    if (!node) return [255, 255, 255];
    const colour = channels(getComputedStyle(node).backgroundColor);
    return colour[3] === 0 ? ground(node.parentElement) : over(colour, ground(node.parentElement));
  };
  const opacity = (node) =>
    node ? Number(getComputedStyle(node).opacity) * opacity(node.parentElement) : 1;
  const found = [];
  for (const node of document.querySelectorAll(".stMain *, .stSidebar *")) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    const size = node.getBoundingClientRect();
    if (!own || !size.width || !node.checkVisibility()) continue;
    if (node.closest("button, [disabled], svg, math, style, script")) continue;
    if (node.closest(".stSlider") && !node.closest("label")) continue; // stands beside its thumb
    const below = ground(node);
    const [r, g, b, a = 1] = channels(getComputedStyle(node).color);
    if (!a || !opacity(node)) continue; // shown on hover only
    const above = over([r, g, b, a * opacity(node)], below);
    const [low, high] = [luminance(above), luminance(below)].sort((x, y) => x - y);
    found.push([node.textContent.trim().slice(0, 40), (high + 0.05) / (low + 0.05)]);
  }
  return found;
}"""


def test_light_and_dark_are_different_pictures_and_both_can_be_read(
    reader: Callable[..., Visit],
):
    visit = reader(scheme="dark").turn(layer="linear", units="many")
    looks = {}
    for scheme in ("dark", "light"):
        visit.page.emulate_media(color_scheme=scheme)
        visit.page.wait_for_function(IS_DARK if scheme == "dark" else f"() => !({IS_DARK})()")
        visit.settle()
        looks[scheme] = visit.page.evaluate(COLOURS)
        contrasts = visit.page.evaluate(CONTRASTS)
        assert len(contrasts) > 40
        assert {text: figure for text, figure in contrasts if figure < 4.5} == {}, scheme
    for part, colour in looks["dark"].items():
        assert looks["light"][part] != colour, part


def test_a_first_visit_fetches_little_and_no_plotly(visitor):
    visit = visitor().open(layer="linear")
    fetched = visit.page.evaluate(
        """() => performance.getEntries()
          .filter(({ transferSize }) => transferSize !== undefined)
          .map(({ name, transferSize }) => [name, transferSize])"""
    )
    assert sum(size for _, size in fetched) < 2.5e6
    ours = {name.rpartition("/")[2] for name, _ in fetched if "/layerscope/" in name}
    assert ours == {"modules.js", "layerscope.css"}, "each more takes a journey"
