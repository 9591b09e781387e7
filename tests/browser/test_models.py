"""The Models page in a browser: rows chosen, windows dragged, files brought and compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from playwright.sync_api import FloatRect, Locator

from tests.browser.visit import POLLING, Visit
from tests.layers.model_files.make import FILES, make
from tests.pages.test_models import weight

FRAMED = """([name, at]) => {
  const frame = document.querySelector(".ls-window");
  return frame?.getAttribute("aria-valuetext") === `from row ${at[0]}, column ${at[1]}`;
}"""

PLACES = """(selectors) => selectors.map((selector) => {
  const { left, right, top, bottom } = document.querySelector(selector).getBoundingClientRect();
  return { left, right, top, bottom };
})"""
DRAWN = """() =>
  [...document.querySelectorAll("[data-tensor]")].every(({ _fullData: drawn }) => drawn)"""


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    """Return model files that Keras saved, by name."""
    folder = make(tmp_path_factory.mktemp("models"))
    return {name: folder / name for name in FILES}


def look(visit: Visit, **link: object) -> Visit:
    """Go to a link of the Models page, and wait for its picture."""
    visit.go("/models", **link)
    visit.page.locator(".ls-tree, .stAlert").first.wait_for(timeout=60_000)
    if visit.page.locator(".ls-tree").count():
        visit.page.locator("[data-tensor]").first.wait_for(timeout=60_000)
        visit.settle()
        visit.page.wait_for_function(DRAWN, polling=POLLING)
    return visit


def turn(visit: Visit, **link: object) -> Visit:
    """Show a link of the Models page on a page that tests share."""
    visit.turn("/models", **link)
    visit.page.locator(".ls-tree").wait_for()
    visit.page.wait_for_function(DRAWN, polling=POLLING)
    return visit


def at_rest(node: Locator) -> FloatRect:
    """Return where a node stands, once nothing above it pushes it down any more."""
    seen: list[FloatRect | None] = []
    while len(seen) < 5 or any(box != seen[-1] for box in seen[-5:]) or not seen[-1]:
        seen.append(node.bounding_box())
        node.page.wait_for_timeout(100)
    return seen[-1]


def rows(visit: Visit) -> Locator:
    return visit.page.locator(".ls-tree tbody tr")


def chosen(visit: Visit) -> str | None:
    return visit.page.locator(".ls-tree tr[aria-selected=true]").get_attribute("data-layer")


def upload(visit: Visit, path: Path, key: str = "model_file") -> None:
    visit.widget(key).locator("input[type=file]").set_input_files(path)


def bring(visit: Visit, path: Path) -> Visit:
    """Open the Models page, upload a file, and wait for its summary."""
    look(visit, model="upload")
    upload(visit, path)
    rows(visit).first.wait_for()
    return visit


def complaints(visit: Visit) -> list[str]:
    # Streamlit looks for its own files below a page's path first, and is told that they are not.
    return [text for text in visit.complaints if "404" not in text]


def test_the_first_visit_of_a_deep_link_is_the_page_without_a_complaint(visit: Visit):
    look(visit)
    visit.graph("kernel").wait_for()
    visit.settle()
    assert visit.page.get_by_role("dialog").count() == 0
    assert rows(visit).count() == 9
    assert visit.drawn()["kernel"].shape == (23, 47)
    assert complaints(visit) == []


def test_a_row_is_chosen_by_mouse_and_by_keys_and_is_in_the_link(reader: Callable[..., Visit]):
    visit = turn(reader())
    rows(visit).filter(has_text="conv2d_1").first.click()
    visit.page.wait_for_url("**layer=conv2d_1**")
    visit.settle()
    assert chosen(visit) == "conv2d_1"
    styles = "(row) => getComputedStyle(row).boxShadow"
    assert visit.page.locator(".ls-tree tr[aria-selected=true]").evaluate(styles) != "none"
    kernel = weight("conv2d_1/kernel")
    np.testing.assert_array_equal(visit.drawn()["kernel"][:2, :2], kernel[:, :, 0, 0])
    visit.page.keyboard.press("ArrowDown")
    visit.page.wait_for_url("**layer=max_pooling2d_1**")
    visit.page.get_by_text("No weights").wait_for()
    visit.page.keyboard.press("End")
    visit.page.wait_for_url("**layer=dense_1**")
    visit.settle()
    assert chosen(visit) == "dense_1"
    visit.page.go_back()
    visit.page.wait_for_url("**layer=max_pooling2d_1**")
    assert complaints(visit) == []


def places(visit: Visit, *selectors: str) -> list[dict[str, float]]:
    for selector in selectors:
        visit.page.locator(selector).wait_for()
    return visit.page.evaluate(PLACES, list(selectors))


@pytest.mark.parametrize(
    ("width", "beside"), [(1280, True), (1400, True), (1920, True), (900, False)]
)
def test_the_picture_stands_beside_the_summary_where_there_is_room(
    reader: Callable[..., Visit], width: int, beside: bool
):
    height = 720 if width == 1280 else 900
    visit = turn(reader(width, height))
    table, kernel = places(visit, ".ls-tree", "[data-tensor=kernel]")
    if beside:
        assert kernel["left"] > table["right"]
        assert table["right"] - table["left"] <= 392, "the summary is compact"
        assert kernel["top"] < table["top"]
        assert kernel["bottom"] < height, "on the first screen"
    else:
        assert kernel["top"] > table["bottom"]


@pytest.mark.parametrize("width", [420, 1280, 1400, 1920])
def test_the_summary_is_not_cut(reader: Callable[..., Visit], width: int):
    visit = turn(reader(width, 900))
    cut = "(box) => box.scrollWidth - box.clientWidth"
    assert visit.page.locator(".ls-tall").evaluate(cut) <= 0
    assert visit.page.locator("html").evaluate(cut) <= 0
    for name in ("Layer", "Class", "Output shape", "Parameters"):
        assert visit.page.locator(".ls-tree thead").get_by_text(name, exact=True).is_visible()


@pytest.mark.xdist_group("files")
def test_long_names_of_layers_go_on_in_a_second_line(visitor: Callable[..., Visit], files):
    visit = bring(visitor(1280, 720), files["attention.keras"])
    box = visit.page.locator(".ls-tall")
    assert box.evaluate("(box) => box.scrollWidth <= box.clientWidth"), "nothing is cut"
    heights = rows(visit).evaluate_all("(rows) => rows.map((row) => row.clientHeight)")
    names = rows(visit).locator("code").all_text_contents()
    assert "multi_head_attention" in names, "as the file has it"
    assert heights[names.index("multi_head_attention")] > heights[names.index("add")]


@pytest.mark.xdist_group("files")
def test_a_summary_wider_than_its_place_scrolls_in_itself(visitor: Callable[..., Visit], files):
    visit = bring(visitor(420, 900), files["nested.keras"])
    box = visit.page.locator(".ls-tall")
    box.evaluate("(box) => { box.querySelector('code').textContent = 'long_'.repeat(20); }")
    assert box.evaluate("(box) => box.scrollWidth > box.clientWidth")
    assert visit.page.locator("html").evaluate("(page) => page.scrollWidth <= innerWidth")
    assert "linear-gradient" in box.evaluate("(box) => getComputedStyle(box).backgroundImage")


def test_input_output_and_arithmetic_stand_side_by_side(reader: Callable[..., Visit]):
    pictures = ("[data-tensor=input]", "[data-tensor=outputs]", "[data-tensor=window]")
    visit = turn(reader(1920, 1080), show="activations")
    for width, height in ((1920, 1080), (1400, 900)):
        visit.resize(width, height)
        visit.settle()
        first, output, window = places(visit, *pictures)
        assert first["right"] < output["left"]
        assert first["top"] < output["bottom"]
        assert output["bottom"] < height
        if width == 1920:
            assert output["right"] < window["left"]
            assert window["bottom"] < output["bottom"]


def test_the_boxes_and_the_table_agree(reader: Callable[..., Visit]):
    visit = turn(reader(), layer="dense")
    assert chosen(visit) == "dense"
    shown = visit.field("layer").locator("[data-baseweb=select], input").first
    assert "dense" in (shown.inner_text() or shown.get_attribute("value") or "")


def test_a_filter_of_a_large_kernel_says_its_number(reader: Callable[..., Visit]):
    for sort in ("false", "true"):
        visit = turn(reader(), layer="conv2d_1", sort=sort)
        canvas = visit.page.locator("[data-tensor=kernel] canvas")
        box = canvas.bounding_box()
        assert box
        row, column = 3 * 7 + 1, 3 * 9  # of slices of 2 × 2 with borders: the eighth in, tenth out
        cells = visit.drawn()["kernel"]
        pixels = box["width"] / cells.shape[1]
        canvas.hover(position={"x": (column + 0.5) * pixels, "y": (row + 0.5) * pixels})
        said = visit.page.locator(".ls-tip").inner_text()
        named = re.fullmatch(r"in 7, height 1, out (\d+), width 0: (\S+)", said)
        assert named, said
        number = int(named[1])
        assert sort == "true" or number == 9
        assert weight("conv2d_1/kernel")[1, 0, 7, number] == cells[row, column]


def test_the_window_is_dragged_and_shows_the_true_cells(visit: Visit):
    look(visit, layer="dense")
    visit.page.locator(".ls-window").wait_for()
    kernel = weight("dense/kernel")
    np.testing.assert_array_equal(visit.drawn()["kernel window"], kernel[:32, :32])
    box = visit.graph("kernel").bounding_box()
    assert box is not None
    visit.page.mouse.move(box["x"] + 5, box["y"] + 5)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=8)
    visit.page.mouse.up()
    visit.page.wait_for_url("**row=2**")
    visit.settle()
    link = visit.link()
    row, column = int(link["row"]), int(link["column"])
    assert abs(row - 2032) < 48  # three pixels, of 16 rows each
    assert abs(column - 484) < 12
    visit.page.wait_for_function(
        "value => document.querySelector('[data-tensor=\"kernel window\"]')"
        "._fullData[0].z[0][0] === value",
        arg=float(kernel[row, column]),
    )
    expected = kernel[row : row + 32, column : column + 32]
    np.testing.assert_array_equal(visit.drawn()["kernel window"], expected)
    frame = visit.page.locator(".ls-window")
    frame.focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.wait_for_url(f"**column={column + 8}**")
    visit.settle()
    visit.page.wait_for_function(FRAMED, arg=["kernel", [row, column + 8]])
    assert complaints(visit) == []


def test_the_reduction_is_chosen_and_named(reader: Callable[..., Visit]):
    visit = turn(reader(), layer="dense", reduction="max")
    kernel = weight("dense/kernel")
    expected = kernel.reshape(256, 16, 250, 4).max(axis=(1, 3))
    visit.has_shape("kernel", 256, 250)
    np.testing.assert_array_equal(visit.drawn()["kernel"], expected)
    assert "max of 16 × 4 blocks" in (visit.graph("kernel").get_attribute("aria-label") or "")


@pytest.mark.xdist_group("files")
def test_a_file_is_brought_folded_and_compared(visit: Visit, files):
    look(visit, model="upload")
    assert any("no link carries" in sentence for sentence in visit.sentences())
    upload(visit, files["nested.keras"])
    rows(visit).first.wait_for()
    visit.settle()
    names = [row.get_attribute("data-layer") for row in rows(visit).all()]
    assert "middle/inner/first" in names
    middle = visit.page.locator("[data-layer=middle]")
    middle.locator(".ls-fold").click()
    assert middle.get_attribute("aria-expanded") == "false"
    assert not visit.page.locator("[data-layer='middle/inner/first']").is_visible()
    middle.locator(".ls-fold").click()
    assert visit.page.locator("[data-layer='middle/inner/first']").is_visible()
    visit.page.locator("[data-layer='middle/last']").click()
    visit.page.wait_for_url("**layer=middle%2Flast**")
    visit.field("show").get_by_text("Comparison").click()
    visit.field("other").locator("input").first.click()
    visit.page.get_by_role("option", name="Your file").click()
    visit.widget("other_file").wait_for()
    upload(visit, files["nested.keras"], "other_file")
    visit.page.get_by_text("pairs of weights").wait_for()
    visit.graph("kernel difference").wait_for()
    visit.settle()
    assert (visit.drawn()["kernel difference"] == 0).all()
    assert visit.page.get_by_text("equal, 0 different").count()
    assert complaints(visit) == []


@pytest.mark.xdist_group("files")
def test_markup_in_names_is_text(visit: Visit, files):
    bring(visit, files["custom.keras"])
    visit.settle()
    name = rows(visit).filter(has_text="twice")
    assert "<b>**twice**" in name.inner_text()
    assert visit.page.locator(".ls-tree b, .ls-tree strong").count() == 0
    name.click()
    visit.page.wait_for_url("**layer=**")
    visit.page.get_by_text("No weights").wait_for()
    visit.field("show").get_by_text("Activations").click()
    visit.page.get_by_text("The network cannot be run").wait_for()
    alert = visit.page.get_by_test_id("stAlert").filter(has_text="The network cannot be run")
    assert alert.locator("b, strong").count() == 0
    assert complaints(visit) == []


def test_a_picture_is_drawn_by_pointer_and_by_keys_and_fed(visit: Visit):
    look(visit, show="activations", feed="drawn")
    canvas = visit.page.locator(".ls-draw canvas")
    box = at_rest(canvas)
    visit.page.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] / 2, steps=40)
    visit.page.mouse.up()
    inked = """least => {
      const z = document.querySelector('[data-tensor=input]')?._fullData[0].z;
      return z && [].concat(...z.map((row) => [...row])).filter((ink) => ink === 1).length >= least;
    }"""
    visit.page.wait_for_function(inked, arg=30)
    visit.settle()
    picture = visit.drawn()["input"]
    assert (picture[16] == 1).sum() >= 30
    assert picture[:10].max() == 0
    visit.page.mouse.move(box["x"] + 5, box["y"] + 5)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + box["width"] - 5, box["y"] + 5)  # in one move
    visit.page.mouse.up()
    visit.page.wait_for_function(inked, arg=60)
    canvas.focus()
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press(" ")
    visit.page.wait_for_function(
        "() => document.querySelector('[data-tensor=input]')._fullData[0].z[1][0] === 1"
    )
    visit.page.get_by_role("button", name="Clear").click()
    visit.page.wait_for_function(
        "() => document.querySelector('[data-tensor=input]')._fullData[0].z[1][0] === 0"
    )
    assert complaints(visit) == []


def test_a_weight_is_taken_away_as_npy(reader: Callable[..., Visit], tmp_path: Path):
    visit = turn(reader(), layer="conv2d_1")
    with visit.page.expect_download() as download:
        visit.press("download_weight")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == "conv2d_1-kernel-2x2x32x64.npy"
    np.testing.assert_array_equal(np.load(path), weight("conv2d_1/kernel"))


RULED = """([name, number, side]) => {
  const graph = document.querySelector(`[data-tensor="${name}"]`);
  const canvas = graph.querySelector("canvas").getBoundingClientRect();
  const marks = [...graph.parentElement.querySelectorAll(`.ls-rulers .ls-${side}`)];
  const mark = marks.find(({ textContent: text }) => text === String(number));
  const { left, right, top, bottom } = mark.getBoundingClientRect();
  return {
    x: (left + right) / 2 - canvas.left, y: (top + bottom) / 2 - canvas.top,
    right: right - canvas.left, bottom: bottom - canvas.top,
    left: left - graph.closest("figure").getBoundingClientRect().left, width: canvas.width,
  };
}"""


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (420, "dark")])
def test_filters_and_channels_are_numbered_where_they_stand(
    reader: Callable[..., Visit], width: int, scheme: Literal["light", "dark"]
):
    visit = turn(reader(width, 800, scheme), layer="conv2d_1")
    visit.has_shape("kernel", 95, 191)
    columns = visit.drawn()["kernel"].shape[1]
    above = visit.page.evaluate(RULED, ["kernel", 40, "above"])
    cell = above["width"] / columns
    assert above["bottom"] <= 0.5, "outside of the cells"
    assert above["x"] == pytest.approx((40 * 3 + 1) * cell, abs=1)
    left = visit.page.evaluate(RULED, ["kernel", 20, "left"])
    assert left["right"] <= 0.5
    assert left["left"] >= -0.5, "within the figure"
    assert left["y"] == pytest.approx((20 * 3 + 1) * cell, abs=1)
    assert visit.page.locator("html").evaluate("(page) => page.scrollWidth <= innerWidth")
    alt = visit.graph("kernel").get_attribute("aria-label") or ""
    assert alt.endswith("numbers: out above and in at the left")


def test_sorted_filters_say_which_they_are(reader: Callable[..., Visit]):
    visit = turn(reader(1400, 900), sort="true")
    visit.has_shape("kernel", 23, 47)
    numbers = visit.page.locator(
        ".ls-plot:has([data-tensor=kernel]) .ls-rulers i"
    ).all_inner_texts()
    norms = np.sqrt((weight("conv2d/kernel").astype("float64") ** 2).sum(axis=(0, 1, 2)))
    assert [int(number) for number in numbers] == (-norms).argsort(kind="stable").tolist()


@pytest.mark.parametrize("layer", ["conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1"])
def test_a_projector_shows_input_and_output_beside_each_other(
    reader: Callable[..., Visit], layer: str
):
    visit = turn(reader(1280, 720), show="activations", layer=layer)
    visit.graph("outputs").locator("canvas").wait_for()
    visit.settle()
    first = "input" if layer == "conv2d" else "inputs"
    given, made = places(visit, f"[data-tensor={first}]", "[data-tensor=outputs]")
    assert given["right"] < made["left"]
    assert abs(given["top"] - made["top"]) < 80
    assert given["bottom"] < 720
    assert made["bottom"] < 736, "all maps but an edge of the last line"
    cell = (made["right"] - made["left"]) / visit.drawn()["outputs"].shape[1]
    assert cell >= 2


def test_a_contrast_theme_has_the_numbers_in_its_own_colour(reader: Callable[..., Visit]):
    visit = reader(1280, 800, "dark")
    visit.page.emulate_media(forced_colors="active")
    turn(visit, layer="conv2d_1")
    visit.has_shape("kernel", 95, 191)
    colours = visit.page.locator(".ls-rulers .ls-above").first.evaluate(
        """(mark) => {
          const words = document.createElement("p");
          document.body.append(Object.assign(words, { style: "color: CanvasText" }));
          return [mark, words].map((node) => getComputedStyle(node).color);
        }"""
    )
    assert colours[0] == colours[1]
