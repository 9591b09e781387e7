"""What is brought to the page and taken away from it: arrays, pictures, code, the link."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Download, Error

from tests.browser.test_page import assert_shows
from tests.browser.visit import Visit
from tests.pages.session import explored

HOLDS = """([row, column, value]) =>
  document.querySelector("[data-tensor=inputs]")._fullData[0].z[row]?.[column] === value"""
TABBED = """() => {
  const { activeElement: node } = document;
  const graph = node.classList.contains("ls-plot") && node.querySelector("[data-tensor]");
  return graph ? graph.dataset.tensor : node.getAttribute("aria-label");
}"""
# The cells that are marked: row, column, and whether strokes of a mark are in the picture.
MARKED = """(graph) => {
  const [{ z }, marks] = graph._fullData;
  const canvas = graph.querySelector("canvas");
  const pen = canvas.getContext("2d");
  const [high, wide] = [canvas.height / z.length, canvas.width / z[0].length];
  const colours = (row, column) => {
    const inside = [Math.floor((column + 0.1) * wide), Math.floor((row + 0.1) * high)];
    const { data } = pen.getImageData(...inside, Math.floor(0.8 * wide), Math.floor(0.8 * high));
    return new Set(new Uint32Array(data.buffer)).size;
  };
  return (marks?.x ?? [])
    .map((column, at) => [marks.y[at], column, colours(marks.y[at], column) > 1])
    .toSorted();
}"""


def downloaded(visit: Visit, name: str, form: str, folder: Path) -> Path:
    """Press a figure's own button from the keyboard, and return the file."""
    button = visit.page.get_by_label(f"Download {name} as {form}", exact=True)
    button.focus()
    with visit.page.expect_download() as download:
        visit.page.keyboard.press("Enter")
    return kept(download.value, folder)


def kept(download: Download, folder: Path) -> Path:
    path = folder / download.suggested_filename
    download.save_as(path)
    return path


# --- Pictures


def test_figures_and_their_downloads_are_reached_by_tab(reader: Callable[..., Visit]):
    visit = reader().turn(layer="repeated_dense")
    visit.graph("inputs").locator("xpath=..").focus()
    reached = [visit.page.evaluate(TABBED)]
    for _ in range(40):
        visit.page.keyboard.press("Tab")
        reached.append(visit.page.evaluate(TABBED))
    for tensor in visit.drawn():
        at = reached.index(tensor)
        after = [label for label in reached[at + 1 : at + 5] if not label.startswith("Length of ")]
        assert after[:2] == [f"Download {tensor} as {form}" for form in FORMS]


def test_a_focused_download_can_be_seen(reader: Callable[..., Visit]):
    visit = reader().turn(layer="linear")
    button = visit.page.get_by_label("Download kernel as PNG")
    opacity = "(node) => Number(getComputedStyle(node.parentElement).opacity)"
    button.focus()
    visit.page.wait_for_function(
        "(label) => Number(getComputedStyle(document.querySelector("
        "`[aria-label='${label}']`).parentElement).opacity) === 1",
        arg="Download kernel as PNG",
    )
    assert button.evaluate(opacity) == 1


FORMS = ("PNG", "SVG")


@pytest.mark.parametrize("name", ["kernel_repeated", "bias_histogram"])
def test_a_picture_is_taken_away_as_png_at_double_size_and_as_svg(
    reader: Callable[..., Visit], tmp_path: Path, name: str
):
    visit = reader().turn(layer="repeated_dense")
    png, svg = (downloaded(visit, name, form, tmp_path) for form in FORMS)
    names = {
        "kernel_repeated": "repeated_dense-kernel_repeated-10x5",
        "bias_histogram": "repeated_dense-bias-histogram-scalar",
    }
    assert (png.name, svg.name) == (f"{names[name]}.png", f"{names[name]}.svg")
    root = ET.fromstring(svg.read_text())  # noqa: S314 (we made it)
    assert root.tag.endswith("}svg")
    assert name.removesuffix("_histogram") in "".join(root.itertext())
    head = png.read_bytes()[:24]
    assert head.startswith(b"\x89PNG\r\n\x1a\n")
    size = [int.from_bytes(head[at : at + 4], "big") for at in (16, 20)]
    assert size == [2 * int(float(root.attrib[side])) for side in ("width", "height")]
    assert visit.complaints == []


# --- Code, tensors, link


def expand(visit: Visit) -> None:
    visit.widget("code").locator("summary").click()
    visit.page.get_by_test_id("stCode").first.wait_for()
    visit.settle()


def test_the_code_opens_and_is_the_runs_own(visit: Visit, tmp_path: Path):
    visit.open(layer="repeated_dense", units=3)
    expand(visit)
    code = explored("repeated_dense", {"units": 3}).code
    shown = visit.page.get_by_test_id("stCode").first.inner_text()
    assert "class RepeatedDense" in shown
    assert "units=3" in shown
    with visit.page.expect_download() as download:
        visit.press("download_code")
    file = kept(download.value, tmp_path)
    assert file.name == "repeated_dense.py"
    assert file.read_text() == code
    compiled = subprocess.run([sys.executable, "-m", "py_compile", file], check=False)
    assert compiled.returncode == 0


def test_the_npz_has_every_tensor_of_what_is_on_the_screen(visit: Visit, tmp_path: Path):
    visit.open(layer="running_sum", features=4, calls=2, input="normal", seed=3)
    expand(visit)
    visit.slider("features").focus()
    visit.page.keyboard.press("ArrowRight")
    visit.has_shape("total", 1, 5)
    visit.settle()
    with visit.page.expect_download() as download:
        visit.press("download_tensors")
    file = kept(download.value, tmp_path)
    assert file.name == "running_sum.npz"
    run = explored("running_sum", {"features": 5, "calls": 2}, seed=3, source="normal")
    with np.load(file, allow_pickle=False) as tensors:
        assert set(tensors.files) == set(run.trace.tensors)
        for name in tensors.files:
            np.testing.assert_array_equal(tensors[name], run.trace[name], err_msg=name)


def test_the_link_shown_is_the_one_in_the_address_bar(visit: Visit):
    visit.open(layer="linear", seed=3)
    expand(visit)
    assert visit.page.url in visit.page.get_by_test_id("stCode").all_inner_texts()[-1]
    visit.slider("units").focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.wait_for_url("**units=6**")
    visit.settle()
    assert visit.page.url in visit.page.get_by_test_id("stCode").all_inner_texts()[-1]


# --- The visitor's own array


def upload(visit: Visit, name: str, data: bytes) -> None:
    files = visit.widget("file_inputs").locator("input[type=file]")
    files.set_input_files([{"name": name, "mimeType": "text/csv", "buffer": data}])


def test_a_file_with_holes_is_drawn_with_a_cross_in_every_hole(visit: Visit):
    visit.go(layer="linear", input="upload", features=3)
    visit.widget("file_inputs").wait_for()
    assert any("no link carries" in sentence for sentence in visit.sentences())
    upload(visit, "holes.csv", b"1,,3\n-4,5,inf\n")
    visit.has_shape("inputs", 2, 3)
    visit.settle()
    assert visit.sentences() == []
    np.testing.assert_array_equal(
        visit.drawn()["inputs"], np.array([[1, np.nan, 3], [-4, 5, np.inf]], "float32")
    )
    graph = visit.graph("inputs")
    assert "1 NaN" in (graph.get_attribute("aria-label") or "")
    assert graph.evaluate(MARKED) == [[0, 1, True], [1, 2, True]]
    assert visit.graph("outputs").evaluate(MARKED) == [
        [row, unit, True] for row in range(2) for unit in range(5)
    ]
    assert visit.complaints == []


def test_a_file_that_does_not_fit_sizes_the_layer_at_a_click(visit: Visit):
    visit.go(layer="linear", input="upload")
    visit.widget("file_inputs").wait_for()
    upload(visit, "own.csv", b"1,2,3\n4,5,6\n")
    visit.page.get_by_text("2 × 3").first.wait_for()
    visit.press("fit")
    visit.has_shape("inputs", 2, 3)
    visit.settle()
    assert visit.sentences() == []
    assert_shows(visit, "linear", {"features": 3}, source=np.array([[1, 2, 3], [4, 5, 6]], "f4"))
    assert visit.link() == {"layer": "linear", "features": "3", "input": "upload"}


def test_a_hostile_file_name_is_shown_and_not_obeyed(visit: Visit):
    visit.go(layer="linear", input="upload")
    visit.widget("file_inputs").wait_for()
    name = "a`![x](http:evil.example)<b>**c**`.csv"
    upload(visit, name, b"1,two\n3,4\n")
    sentence = visit.page.get_by_test_id("stAlert").filter(has_text="two")
    sentence.wait_for()
    assert "**c**" in sentence.inner_text()
    assert sentence.locator("img, a, b, strong").count() == 0


def pick_the_middle_cell(visit: Visit) -> None:
    """Click the table's middle: of three columns and a head over two rows, column 1 of row 0."""
    table = visit.page.get_by_test_id("stDataFrame")
    picked = table.locator("canvas [aria-selected=true]")
    for _ in range(10):  # it takes no clicks until it is laid out, and does not say when that is
        table.locator("canvas").first.wait_for()
        box = table.bounding_box()
        assert box is not None
        visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        with suppress(Error):  # a second click on what is picked would open the cell
            picked.first.wait_for(state="attached", timeout=2000)
            return
    raise AssertionError("no cell could be picked")


def test_numbers_typed_into_the_table_go_through_the_layer(visit: Visit):
    visit.open(layer="linear", input="table", features=3, batch=2)
    expected = visit.drawn()["inputs"]
    pick_the_middle_cell(visit)
    for row, key in ((0, "7"), (1, "9")):
        visit.page.keyboard.press(key)
        visit.page.locator("#portal :is(input, textarea)").wait_for()
        visit.page.keyboard.press("Enter")  # which steps down
        expected[row, 1] = float(key)
        visit.page.wait_for_function(HOLDS, arg=[row, 1, float(key)])
    visit.settle()
    assert_shows(visit, "linear", {"features": 3}, source=expected)
    visit.slider("features").focus()
    visit.page.keyboard.press("ArrowRight")
    visit.has_shape("inputs", 2, 4)
    visit.settle()
    np.testing.assert_array_equal(visit.drawn()["inputs"][:, :3], expected)


def test_a_cell_that_is_emptied_in_the_table_is_a_marked_hole(visit: Visit):
    visit.open(layer="linear", input="table", features=3, batch=2)
    pick_the_middle_cell(visit)
    visit.page.keyboard.press("Delete")
    visit.page.wait_for_function(
        """() => document.querySelector("[data-tensor=inputs]")._fullData.length === 2"""
    )
    visit.settle()
    assert len(visit.graph("inputs").evaluate(MARKED)) == 1
    assert np.isnan(visit.drawn()["inputs"]).sum() == 1
    assert visit.sentences() == []
