"""Cells that answer: lights on the right cells, pins, walks, plays, edits and edges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from layers.inputs.cells import Cell, Edit
from tests.browser.test_page import assert_shows
from tests.browser.visit import Visit
from tests.pages.session import explored

# The boxes that are lit over a tensor, in its rows and columns, as they lie on the screen.
LIT = """([name, kinds]) => {
  const graph = document.querySelector(`[data-tensor="${name}"]`);
  const plot = graph.parentElement.getBoundingClientRect();
  const [rows, columns] = [graph._fullData[0].z.length, graph._fullData[0].z[0].length];
  const cells = graph.querySelector("canvas").getBoundingClientRect();
  const place = (at, from, length, count) => (at - from) / (length / count);
  return [...graph.parentElement.querySelectorAll(".ls-lights i")]
    .filter((light) => kinds.includes(light.dataset.kind))
    .map((light) => {
      const box = light.getBoundingClientRect();
      return [
        place(box.top, cells.top, cells.height, rows),
        place(box.bottom, cells.top, cells.height, rows),
        place(box.left, cells.left, cells.width, columns),
        place(box.right, cells.left, cells.width, columns),
      ];
    });
}"""
POINT = """([name, row, column]) => {
  const graph = document.querySelector(`[data-tensor="${name}"]`);
  graph.scrollIntoView({ block: "center" });
  const { left, top, width, height } = graph.querySelector("canvas").getBoundingClientRect();
  const [rows, columns] = [graph._fullData[0].z.length, graph._fullData[0].z[0].length];
  return [left + ((column + 0.5) * width) / columns, top + ((row + 0.5) * height) / rows];
}"""
SOURCES = ["from", "from far"]
REACHED = ["to", "to far"]


def place(visit: Visit, name: str, row: int, column: int) -> tuple[float, float]:
    """Return where the middle of a cell stays: a formula may still come in above it."""
    before = None
    for _ in range(50):
        at = visit.page.evaluate(POINT, [name, row, column])
        if at == before:
            break
        before = at
        visit.page.wait_for_timeout(120)
    return at[0], at[1]


def point(visit: Visit, name: str, row: int, column: int) -> None:
    """Move the pointer to the middle of a cell."""
    visit.page.mouse.move(*place(visit, name, row, column))
    visit.page.wait_for_timeout(50)


def click(visit: Visit, name: str, row: int, column: int) -> None:
    """Click a cell and wait for its arithmetic."""
    visit.page.mouse.click(*place(visit, name, row, column))


def lit(visit: Visit, name: str, *kinds: str) -> list[list[float]]:
    """Return the boxes [top, bottom, left, right) that are lit, in cells."""
    return visit.page.evaluate(LIT, [name, list(kinds)])


def assert_lit(visit: Visit, name: str, *boxes: list[int], kinds: list[str]) -> None:
    found = lit(visit, name, *kinds)
    assert len(found) == len(boxes), f"{name}: {found}"
    for one, box in zip(found, boxes, strict=True):
        np.testing.assert_allclose(one, box, atol=0.07, err_msg=name)  # a line's width off a cell


def arithmetic(visit: Visit) -> Locator:
    """Return the pinned cell's arithmetic."""
    return visit.page.locator(".ls-arithmetic")


def walk_to_the_first_cell(visit: Visit) -> None:
    """Walk from where a test before has left the cursor, in the matrix that has the focus."""
    for key in ("Control+ArrowUp", "Control+ArrowLeft"):
        visit.page.keyboard.press(key)


def type_into(visit: Visit, name: str, row: int, column: int, text: str) -> None:
    """Type a number into a cell, as one does: twice on it, the number, Enter."""
    visit.page.mouse.dblclick(*place(visit, name, row, column))
    visit.page.locator(".ls-typing").fill(text)
    visit.page.keyboard.press("Enter")
    visit.settle()


@pytest.mark.parametrize(
    ("width", "zoom"), [(1400, 1.0), (1400, 0.67), (1400, 1.5), (1400, 2.0), (420, 1.0)]
)
def test_what_made_an_output_lies_under_the_lights(
    reader: Callable[..., Visit], width: int, zoom: float
):
    visit = reader(width=width).turn(layer="linear", units=4, activation="relu")
    visit.page.evaluate("zoom => (document.body.style.zoom = zoom)", zoom)
    visit.page.wait_for_timeout(300)
    visit.settle()
    if width < 600:  # a finger pins where a pointer would hover
        click(visit, "outputs", 2, 3)
        arithmetic(visit).wait_for()
        visit.settle()
    else:
        point(visit, "outputs", 2, 3)
    assert_lit(visit, "inputs", [2, 3, 0, 10], kinds=SOURCES)
    assert_lit(visit, "kernel", [0, 10, 3, 4], kinds=SOURCES)
    assert_lit(visit, "bias", [0, 1, 3, 4], kinds=SOURCES)
    assert_lit(visit, "pre_activation", [2, 3, 3, 4], kinds=["from"])
    assert_lit(visit, "outputs", [2, 3, 3, 4], kinds=["here"])
    visit.page.evaluate("document.body.style.zoom = ''")


def test_lights_follow_a_slider_a_resize_and_the_pointer(reader: Callable[..., Visit]):
    visit = reader().turn(layer="linear", units=4)
    visit.slider("units").press("ArrowRight")
    visit.has_shape("outputs", 8, 5)
    visit.settle()
    point(visit, "outputs", 7, 4)
    assert_lit(visit, "kernel", [0, 10, 4, 5], kinds=SOURCES)
    visit.page.set_viewport_size({"width": 700, "height": 900})
    visit.page.wait_for_timeout(500)
    point(visit, "kernel", 9, 0)
    assert_lit(visit, "outputs", [0, 8, 0, 1], kinds=REACHED)
    assert_lit(visit, "inputs", kinds=[*SOURCES, *REACHED])
    point(visit, "inputs", 3, 9)
    assert_lit(visit, "outputs", [3, 4, 0, 5], kinds=REACHED)
    visit.page.mouse.move(5, 5)
    visit.page.wait_for_timeout(100)
    assert_lit(visit, "outputs", kinds=["here", *SOURCES, *REACHED])
    assert visit.complaints == []


def test_a_repeated_number_lights_its_tied_cells_and_the_one_that_is_stored(
    reader: Callable[..., Visit],
):
    visit = reader().turn(layer="repeated_dense")
    point(visit, "kernel_repeated", 3, 2)
    assert_lit(visit, "kernel_repeated", [3, 4, 0, 5], kinds=["tied"])
    assert_lit(visit, "kernel", [3, 4, 0, 1], kinds=SOURCES)
    assert_lit(visit, "pre_activation", [0, 4, 2, 3], kinds=REACHED)


def test_a_mask_lights_one_cell_and_a_running_sum_every_row(reader: Callable[..., Visit]):
    visit = reader().turn(layer="center_zero")
    point(visit, "outputs", 4, 5)
    assert_lit(visit, "inputs", [4, 5, 5, 6], kinds=SOURCES)
    assert_lit(visit, "mask", [4, 5, 5, 6], kinds=SOURCES)
    visit.pick("Running sum")
    visit.has_shape("total", 1, 10)
    visit.settle()
    point(visit, "outputs", 0, 6)
    assert_lit(visit, "inputs", [0, 8, 6, 7], kinds=SOURCES)
    assert_lit(visit, "total_before", [0, 1, 6, 7], kinds=SOURCES)


def test_of_more_axes_only_what_is_on_the_slice_is_lit(reader: Callable[..., Visit]):
    visit = reader().turn(layer="nd_dense", shape="2,3,4", at_batch=1, cell="outputs.0.2.9")
    assert_lit(visit, "inputs", kinds=[*SOURCES, "pin"])  # on the other slice
    assert_lit(visit, "kernel", [0, 4, 9, 10], kinds=SOURCES)
    point(visit, "outputs", 2, 9)
    assert_lit(visit, "inputs", [2, 3, 0, 4], kinds=SOURCES)
    visit.turn(layer="nd_dense", shape="2,3,4", row_axis="last axis", column_axis="batch")
    visit.has_shape("inputs", 4, 2)
    visit.settle()
    point(visit, "outputs", 9, 1)
    assert_lit(visit, "inputs", [0, 4, 1, 2], kinds=SOURCES)


def test_a_click_pins_a_link_brings_it_back_and_escape_lets_go(visit: Visit):
    visit.open(layer="linear", activation="relu", seed=2)
    click(visit, "outputs", 1, 4)
    arithmetic(visit).wait_for()
    visit.page.wait_for_function("() => location.search.includes('cell=outputs.1.4')")
    visit.settle()
    said = arithmetic(visit).inner_text()
    run = explored("linear", {"activation": "relu"}, seed=2, source="normal")
    assert f"= {run.trace['outputs'][1, 4]:.6g}".replace("-", "−") in said
    bars = visit.page.evaluate(
        """() => Array.from(document.querySelector('[data-tensor^="terms"]')._fullData[0].y)"""
    )
    np.testing.assert_allclose(
        bars, [*(run.trace["inputs"][1] * run.trace["kernel"][:, 4]), 0], rtol=1e-3
    )
    visit.page.reload()
    arithmetic(visit).wait_for()
    visit.settle()
    assert arithmetic(visit).inner_text() == said
    assert_lit(visit, "inputs", [1, 2, 0, 10], kinds=SOURCES)
    visit.page.keyboard.press("Escape")
    arithmetic(visit).wait_for(state="detached")
    visit.page.wait_for_function("() => !location.search.includes('cell')")
    assert visit.complaints == []


def test_keys_walk_pin_and_are_read_out(reader: Callable[..., Visit]):
    visit = reader().turn(layer="linear")
    status = visit.page.get_by_role("status")
    plot = visit.page.get_by_role("application", name="outputs:")
    plot.focus()
    walk_to_the_first_cell(visit)
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowLeft"):
        visit.page.keyboard.press(key)
    assert "outputs batch 1, units 0: " in " ".join(status.all_inner_texts())
    assert_lit(visit, "outputs", [1, 2, 0, 1], kinds=["cursor"])
    assert_lit(visit, "inputs", [1, 2, 0, 10], kinds=SOURCES)
    visit.page.keyboard.press("Enter")
    arithmetic(visit).wait_for()
    assert "outputs at batch 1, units 0 = " in " ".join(status.all_inner_texts())
    visit.page.wait_for_function("() => location.search.includes('cell=outputs.1.0')")
    assert plot.evaluate("node => node === document.activeElement")
    visit.page.keyboard.press("Escape")
    arithmetic(visit).wait_for(state="detached")


def test_a_tap_pins(reader: Callable[..., Visit]):
    visit = reader(width=420).turn(layer="center_zero")
    visit.page.touchscreen.tap(*place(visit, "outputs", 4, 4))
    arithmetic(visit).wait_for()
    assert arithmetic(visit).inner_text().startswith("outputs at rows 4, columns 4 = 6 × 0 = 0")


def test_a_number_is_typed_in_undone_and_given_back(visit: Visit):
    visit.open(layer="linear", seed=5)
    type_into(visit, "kernel", 0, 1, "-2.5")
    type_into(visit, "inputs", 3, 0, "4")
    first, second = Edit(Cell("kernel", (0, 1)), -2.5), Edit(Cell("inputs", (3, 0)), 4.0)
    shows: dict[str, Any] = {"seed": 5, "source": "normal"}
    visit.page.wait_for_function("() => location.search.includes('inputs.3.0%3D4')")
    visit.settle()
    assert_shows(visit, "linear", edits=(first, second), **shows)
    assert visit.link()["edits"] == "kernel.0.1=-2.5,inputs.3.0=4"
    assert_lit(visit, "kernel", [0, 1, 1, 2], kinds=["edited"])
    visit.page.get_by_role("button", name="Undo the last edit").click()
    visit.page.wait_for_function("() => !location.search.includes('inputs.3.0%3D4')")
    visit.settle()
    assert_shows(visit, "linear", edits=(first,), **shows)
    visit.page.get_by_role("button", name="Undo all edits").click()
    visit.page.wait_for_function("() => !location.search.includes('edits')")
    visit.settle()
    assert_shows(visit, "linear", **shows)
    assert visit.sentences() == []
    assert visit.complaints == []


def test_tied_numbers_move_together_and_a_constant_says_why_not(visit: Visit):
    visit.open(layer="repeated_dense")
    type_into(visit, "kernel_repeated", 2, 4, "0.5")
    visit.page.wait_for_function("() => location.search.includes('edits')")
    visit.settle()
    assert (visit.drawn()["kernel_repeated"][2] == 0.5).all()
    assert visit.drawn()["kernel"][2, 0] == 0.5
    visit.turn(layer="center_zero")
    visit.page.mouse.dblclick(*place(visit, "mask", 0, 0))
    said = visit.page.locator(".ls-said")
    said.filter(has_text="mask cannot be edited. A constant of the layer").wait_for()
    assert visit.page.locator(".ls-typing").count() == 0


def test_what_is_no_number_is_refused_and_nothing_is_lost(reader: Callable[..., Visit]):
    visit = reader().turn(layer="linear")
    before = visit.drawn()
    type_into(visit, "kernel", 0, 0, "much")
    box = visit.page.locator(".ls-typing[aria-invalid=true]")
    box.wait_for()
    sentence = visit.page.locator(".ls-said").inner_text()
    assert "Not a number for this cell: expected one from" in sentence
    assert "much" in sentence
    visit.page.keyboard.press("Escape")
    for name, picture in visit.drawn().items():
        np.testing.assert_array_equal(picture, before[name])


def test_an_edge_is_dragged_and_all_that_share_the_dimension_follow(reader: Callable[..., Visit]):
    visit = reader().turn(layer="linear", features=6)
    visit.page.evaluate(
        """() => { window.widths = new Set();
          const graph = document.querySelector('[data-tensor="inputs"]');
          const seen = () => window.widths.add(graph._fullData[0].z[0].length);
          new MutationObserver(seen).observe(graph, { attributeFilter: ["aria-label"] }); }"""
    )
    edge = visit.page.locator(".ls-plot", has=visit.graph("inputs")).locator(".ls-right")
    box = edge.bounding_box()
    assert box
    x, y = box["x"] + 4, box["y"] + box["height"] / 2
    visit.page.mouse.move(x, y)
    visit.page.mouse.down()
    for step in range(1, 100):
        visit.page.mouse.move(x + 3 * step, y)
        visit.page.wait_for_timeout(60)
        if visit.page.evaluate("() => window.widths.size") >= 4:
            break
    followed = visit.page.evaluate("() => window.widths.size")
    held = visit.slider("features").input_value()
    assert int(held) > 6, "its controls follow"
    assert visit.page.get_by_label("Features, typed").input_value() == held
    assert visit.link()["features"] == "6", "the page itself has heard nothing yet"
    visit.page.mouse.up()
    assert followed >= 4  # pictures came while the hand still held the edge
    visit.page.wait_for_function("() => !location.search.includes('features=6')")
    visit.page.wait_for_timeout(1200)
    visit.settle()
    width = int(visit.link().get("features", 10))
    assert width > 6
    assert visit.drawn()["inputs"].shape == (8, width)
    assert visit.drawn()["kernel"].shape == (width, 5)
    assert visit.slider("features").get_attribute("aria-valuetext") == str(width)
    assert visit.page.get_by_label("Features, typed").input_value() == str(width)
    assert edge.evaluate("(edge) => edge === document.activeElement")


def test_a_shapes_box_follows_the_edge_and_the_page_hears_of_it_at_the_end(
    reader: Callable[..., Visit],
):
    visit = reader().turn(layer="conv2d")
    page = visit.page
    box = visit.field("shape").locator("input")
    assert box.input_value() == "1, 6, 6, 1"
    edge = page.locator(".ls-plot", has=visit.graph("inputs")).locator(".ls-right")
    place = edge.bounding_box()
    assert place
    x, y = place["x"] + 4, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 100, y, steps=4)
    expect(box).not_to_have_value("1, 6, 6, 1")
    visit.page.wait_for_function("() => document.querySelector('[data-ahead]')")
    assert "shape" not in visit.link(), "the page itself has heard nothing yet"
    held = box.input_value()
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('shape=')")
    visit.settle()
    assert box.input_value() == held == visit.link()["shape"].replace(",", ", ")
    length = int(held.split(", ")[2])
    assert length > 6
    assert visit.drawn()["inputs"].shape == (6, length)


def test_a_result_is_played_and_a_product_in_four_orders(visit: Visit):
    visit.open(layer="linear", features=3, units=2, batch=2)
    page = visit.page
    said = page.locator(".ls-said")
    on = page.get_by_role("button", name="One step on")
    product = page.locator("[data-tool=product] select, select[data-tool=product]")
    for way, count in (("cells", 4), ("rows", 2), ("columns", 2), ("outer", 4)):
        product.select_option(way)
        seen = []
        for _ in range(count):
            on.click()
            seen.append(said.inner_text())
        assert len(set(seen)) == count, seen
        assert_lit(visit, "outputs", kinds=[]) if way == "outer" else None
        page.get_by_role("button", name="End the play").click()
        assert said.inner_text() == ""
    product.select_option("outer")
    for _ in range(2):
        on.click()
    assert said.inner_text() == "outputs: the sum of 2 of 3 outer products, before the bias"
    assert_lit(visit, "inputs", [0, 2, 1, 2], kinds=SOURCES)
    assert_lit(visit, "kernel", [1, 2, 0, 2], kinds=SOURCES)
    product.select_option("cells")
    page.locator("[data-tool=speed] select, select[data-tool=speed]").select_option("20")
    page.get_by_role("button", name="Play the result").click()
    said.filter(has_text="cell 4 of 4").wait_for()
    point(visit, "outputs", 0, 0)  # the pointer takes over
    assert_lit(visit, "outputs", [0, 1, 0, 1], kinds=["here"])
    assert visit.complaints == []


def test_colours_can_span_one_tensor_or_what_is_near_the_pinned_number(
    reader: Callable[..., Visit],
):
    visit = reader().turn(layer="linear", cell="outputs.2.3")
    spans = visit.page.locator(".ls-choice", has_text="colour scale").locator("select")
    legend = visit.page.locator(".ls-legend")
    spans.select_option("pinned")
    legend.filter(has_text="Results near").wait_for()
    spans.select_option("tensor")
    legend.filter(has_text="bias").wait_for()
    visit.settle()
    visit.page.wait_for_function("() => location.search.includes('contrast=tensor')")
