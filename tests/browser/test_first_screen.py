"""The first screen: what stands on it, what can be played, and what stays in sight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.visit import Visit
from tests.pages.session import registered

SCREENS = ((1280, 720), (1400, 900), (1920, 1080))
LAYERS = (
    *registered(),
    "lstm",
    "multi_head_attention",
    "conv2d",
    "batch_normalization",
    "embedding",
)
ENDS = """() => {
  const root = [...document.querySelectorAll(".layerscope-charts")]
    .find((one) => one.querySelector("[data-tensor]"));
  const dock = root.querySelector(".ls-dock").getBoundingClientRect();
  return [...root.querySelector(".ls-row").querySelectorAll("[data-tensor]")].map((graph) => {
    const plot = graph.closest(".ls-plot");
    const { left, top, right, bottom } = plot.getBoundingClientRect();
    return {
      name: graph.dataset.tensor,
      inside: left >= 0 && top >= 0 && right <= innerWidth
        && bottom <= Math.min(dock.top, innerHeight),
      numbers: plot.querySelector("canvas").hasAttribute("data-numbers"),
    };
  });
}"""
LAST_ROW = """() => {
  const last = document.createTreeWalker(document.querySelector(".ls-arithmetic"), 4);
  let number;
  for (let text = last.nextNode(); text; text = last.nextNode()) {
    if (!text.parentElement.closest("button") && text.data.trim()) number = text;
  }
  const range = document.createRange();
  range.selectNodeContents(number);
  const written = [...range.getClientRects()].at(-1);
  return [...document.querySelectorAll(".ls-arithmetic button")].every((button) => {
    const { top, bottom } = button.getBoundingClientRect();
    return top < written.bottom && bottom > written.top;
  });
}"""
OPENING = """() =>
  getComputedStyle(document.querySelector(".stMainBlockContainer"), "::before").content"""
LINKED = "(part) => location.search.includes(part)"


@pytest.mark.parametrize("layer", LAYERS)
def test_input_weights_and_outputs_are_on_the_first_screen(
    reader: Callable[..., Visit], layer: str
):
    first = LAYERS.index(layer) % len(SCREENS)  # every screen is one that a picture comes on
    visit = reader(*SCREENS[first]).turn(layer=layer)
    for width, height in (*SCREENS[first:], *SCREENS[:first]):
        visit.resize(width, height)
        visit.settle()
        ends: list[dict[str, Any]] = visit.page.evaluate(ENDS)
        assert ends
        assert [end for end in ends if not (end["inside"] and end["numbers"])] == []


def test_no_room_is_kept_for_figures_that_another_layer_had_in_lines(reader):
    visit = reader(1280, 720).turn(layer="lstm").turn(layer="repeated_dense")
    visit.resize(1280, 720)
    visit.settle()
    kept = visit.page.locator(".ls-plot:has(canvas)").evaluate_all(
        "(plots) => plots.map((plot) => [plot.style.minWidth, plot.style.minHeight])"
    )
    assert kept == [["", ""]] * 7


def test_a_sentence_at_the_top_says_what_this_is_where_the_sidebar_is_folded_too(
    reader: Callable[..., Visit], visitor: Callable[..., Visit]
):
    wide = reader(1280, 720).turn(layer="linear")
    told = wide.page.locator(".stSidebar").get_by_text("What a Keras layer really does")
    end, sentence = told.bounding_box(), told.inner_text()
    assert end
    assert end["y"] < 200
    assert wide.page.evaluate(OPENING) == "none", "it costs the first screen nothing"
    for width in (768, 420):
        narrow = reader(width, 800).turn(layer="linear")
        assert narrow.page.evaluate(OPENING) == f'"{sentence}"'
    for link in ({"embed": "true"}, {"present": 1}):
        part = visitor(420, 800).open(layer="linear", **link)
        assert part.page.evaluate(OPENING) == "none"
        part.page.close()


def test_time_steps_are_played_and_stay_in_the_link(reader: Callable[..., Visit]):
    visit = reader().turn(layer="lstm", shape="1,3,2")
    gate = visit.page.locator('[data-tensor^="lstm_cell/i"]')
    first = gate.get_attribute("data-tensor")
    visit.page.get_by_role("button", name="Play the time steps").click()
    visit.page.wait_for_function(LINKED, arg="time=2")
    visit.settle()
    assert visit.page.get_by_role("button", name="Play the time steps").is_visible()
    assert visit.slider("time").input_value() == "2"
    assert gate.get_attribute("data-tensor") != first


def test_a_play_is_in_the_link_with_its_order_speed_and_step(visit: Visit):
    visit.open(layer="linear", play_order="rows", play_speed="6", play_step=2)
    said = visit.page.locator(".ls-said")
    assert said.inner_text() == "outputs: row 3 of 8"
    assert visit.page.get_by_label("speed").input_value() == "6"
    visit.page.get_by_role("button", name="One step on").click()
    visit.page.wait_for_function(LINKED, arg="play_step=3")
    assert said.inner_text() == "outputs: row 4 of 8"
    visit.page.get_by_role("button", name="End the play").click()
    visit.page.wait_for_function("() => !location.search.includes('play_step')")


def test_a_pinned_cell_leaves_the_cells_in_sight(reader: Callable[..., Visit]):
    for width, height, most in ((1280, 720, 0.25), (420, 800, 0.25)):
        visit = reader(width, height).turn(layer="lstm", cell="outputs.0.1")
        visit.page.locator(".ls-arithmetic").wait_for()
        box = visit.page.locator(".ls-dock").bounding_box()
        assert box
        assert box["height"] <= most * height


def test_the_dock_folds_by_a_button(visit: Visit):
    visit.open(layer="lstm")
    tools = visit.page.locator(".ls-tools-bar")
    assert tools.is_visible()
    fold = visit.page.get_by_role("button", name="Fold the tools to one line")
    arrow = fold.evaluate("(button) => getComputedStyle(button, '::before').width")
    assert arrow == "9px", "drawn: a font may draw a letter as a dot"
    fold.click()
    assert tools.is_hidden()
    visit.page.get_by_role("button", name="Show the tools").click()
    assert tools.is_visible()


def test_a_room_sees_no_tool_to_fold_where_there_is_nothing_to_fold(visitor):
    for link, shown in (({}, False), ({"cell": "outputs.1.1"}, True)):
        visit = visitor(1400, 900).open(layer="linear", present=1, **link)
        assert visit.page.locator(".ls-folder").is_visible() == shown
        visit.page.close()


def test_the_buttons_of_a_pinned_sentence_stand_beside_its_last_word(reader):
    for width in (1400, 420):
        for cell in ("outputs.1.1", "kernel.2.3"):
            visit = reader(width, 900).turn(layer="linear", cell=cell)
            visit.page.locator(".ls-arithmetic").wait_for()
            for narrower in range(0, 120, 12):
                visit.page.set_viewport_size({"width": width - narrower, "height": 900})
                assert visit.page.evaluate(LAST_ROW), (width - narrower, cell)


def test_a_number_is_typed_beside_its_slider(reader: Callable[..., Visit]):
    visit = reader().turn(layer="linear", features=3)
    box = visit.page.get_by_label("Features, typed")
    box.fill("40")
    box.press("Enter")
    visit.has_shape("inputs", 8, 40)
    visit.page.wait_for_function(LINKED, arg="features=40")
    visit.settle()  # a slider that ends elsewhere is another one: for a moment there are both
    assert visit.slider("features").input_value() == "40"


def test_a_bad_number_is_refused_at_its_cell_and_edits_are_undone_by_keys(visit: Visit):
    visit.open(layer="linear", features=2, units=1, batch=1)
    plot = visit.page.locator('.ls-plot:has([data-tensor="kernel"])')
    plot.focus()
    plot.press("F2")
    box = visit.page.locator(".ls-typing")
    box.fill("two")
    box.press("Enter")
    assert box.get_attribute("aria-invalid") == "true"
    assert "Not a number for this cell" in visit.page.locator(".ls-said").inner_text()
    refusal = visit.page.locator(".ls-refused")
    assert "Not a number for this cell" in refusal.inner_text()
    at, typed = refusal.bounding_box(), box.bounding_box()
    assert at
    assert typed
    assert abs(at["y"] - typed["y"] - typed["height"]) < 8, "below the box"
    box.fill("-inf")
    assert refusal.is_hidden()
    box.press("Enter")
    visit.page.wait_for_function(LINKED, arg="edits=kernel.0.0%3D-inf")
    visit.settle()
    assert visit.page.locator(".ls-said").inner_text() == ""
    visit.page.keyboard.press("Control+z")
    visit.page.wait_for_function("() => !location.search.includes('edits')")


def test_an_edge_is_moved_by_keys(reader: Callable[..., Visit]):
    visit = reader().turn(layer="linear", features=2, units=3)
    edge = visit.page.locator('.ls-plot:has([data-tensor="outputs"]) [data-edge="units"]')
    edge.focus()
    assert edge.get_attribute("aria-valuenow") == "3"
    edge.press("ArrowRight")
    visit.has_shape("outputs", 8, 4)
    visit.page.wait_for_function(LINKED, arg="units=4")


def test_words_at_a_cell_stand_above_the_next_matrix(reader: Callable[..., Visit]):
    visit = reader().turn(layer="linear", features=2, units=2, batch=2)
    visit.graph("kernel").hover(position={"x": 60, "y": 20})
    assert visit.page.locator(".ls-tip").evaluate(
        """(tip) => {
          const { right, top, bottom } = tip.getBoundingClientRect();
          tip.style.pointerEvents = "auto";
          const there = document.elementFromPoint(right - 4, (top + bottom) / 2);
          return there === tip;
        }"""
    )
