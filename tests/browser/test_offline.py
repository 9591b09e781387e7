"""Pages that answer offline, opened from a disk by a browser without a network."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.xdist_group("offline")  # the pages are made once

ROOT = Path(__file__).parents[2]
LINKS = {"linear": "/?layer=linear", "lstm": "/?layer=lstm", "nd_dense": "/?layer=nd_dense"}
HOSTILE = '<img src="x" onerror="alert(1)"><script>document.title = 1'
MODULE = f"""import keras

class Evil(keras.layers.Layer):
    "</script></style>{HOSTILE.replace('"', "'")}"
    def build(self, shape):
        self.w = self.add_weight(name={HOSTILE!r}, shape=(shape[-1],), initializer="ones")

    def call(self, inputs):
        return inputs * self.w
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write all pages, and what the command writes as JSON of the same links."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "evil.py").write_text(MODULE)
    links = {**LINKS, "evil": "/?layer=own.Evil"}
    recipes = 'layers = "evil.py"\n' + "".join(
        f"[[picture]]\nname = '{name}.{ending}'\nlink = '{link}'\n"
        for name, link in links.items()
        for ending in ("html", "json")
    )
    (folder / "all.toml").write_text(recipes)
    command = [sys.executable, "-m", "layerscope", "render", str(folder / "all.toml")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return folder


@pytest.fixture
def opened(chromium: Browser, folder: Path) -> Iterator[Callable[..., Page]]:
    """Open a page without a network; afterwards it has asked for nothing, and not complained."""
    contexts, asked, complaints = [], [], []

    def open_(name: str, *, width: int = 1400, scheme: Any = "light", scripts: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            offline=True,
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((folder / f"{name}.html").as_uri())
        if scripts:
            page.locator(".ls-plot[role=application]").first.wait_for()  # its cells answer
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def plot(page: Page, tensor: str) -> Any:
    """Return the element on which the cells of a tensor answer."""
    return page.locator(f'.ls-plot:has([data-tensor="{tensor}"])')


def click(page: Page, tensor: str, row: int, column: int, columns: int) -> None:
    cells = plot(page, tensor).locator(".ls-cells")
    size = (cells.bounding_box() or {})["width"] / columns
    position = {"x": (column + 0.5) * size, "y": (row + 0.5) * size}
    plot(page, tensor).click(position=position)


def test_pointing_lights_and_clicking_explains(opened: Callable[..., Page], folder: Path):
    page = opened("linear")
    hint = "Point at a cell to see what made it; click it for its arithmetic."
    assert page.locator(".ls-hint").inner_text() == hint, "nothing can be typed here"
    values = json.loads((folder / "linear.json").read_text("utf-8"))["tensors"]
    outputs = values["outputs"]["values"]
    plot(page, "outputs").hover(position={"x": 10, "y": 10})
    assert plot(page, "inputs").locator('.ls-lights [data-kind="from"]').count() == 1
    assert plot(page, "kernel").locator('.ls-lights [data-kind="from"]').count() == 1
    click(page, "outputs", 1, 2, len(outputs[0]))
    said = page.locator(".ls-arithmetic").inner_text()
    assert said.startswith("outputs at batch 1, units 2 = ")
    result = float(re.findall(r"= (\S+)", said)[-1].replace("−", "-"))
    assert result == pytest.approx(outputs[1][2], rel=1e-5)
    first = values["inputs"]["values"][1][0]
    assert f"= {first:.4g} × ".replace("-", "−") in said
    click(page, "outputs", 1, 2, len(outputs[0]))
    expect(page.locator(".ls-arithmetic")).to_have_count(0)


def test_keys_walk_and_pin_and_nothing_can_be_typed(opened: Callable[..., Page]):
    page = opened("linear")
    plot(page, "kernel").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".ls-arithmetic")).to_contain_text("kernel at features 1, units 1 = ")
    expect(page.locator(".ls-arithmetic")).to_contain_text("stored weight")
    page.keyboard.press("F2")
    expect(page.locator(".ls-typing")).to_have_count(0)
    expect(page.locator(".ls-said")).to_contain_text("The numbers of this page are fixed")
    page.keyboard.press("Escape")
    expect(page.locator(".ls-arithmetic")).to_have_count(0)


def test_a_result_plays(opened: Callable[..., Page]):
    page = opened("linear")
    page.get_by_role("button", name="One step on").click()
    expect(page.locator(".ls-said")).to_contain_text("cell 1 of 40")
    page.get_by_role("button", name="Play the result, cell by cell").click()
    expect(page.locator(".ls-said")).to_have_text(re.compile(r"cell ([3-9]|[1-3]\d|40) of 40"))
    page.get_by_role("button", name="End the play").click()


def test_axes_and_time_slide(opened: Callable[..., Page], folder: Path):
    page = opened("lstm")
    page.get_by_label("Time step, of 4").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator('[data-tensor="lstm_cell/i_2"]')).to_be_visible()
    page.get_by_label("Batch shown, of 2").focus()
    page.keyboard.press("ArrowRight")
    figure = page.locator('.ls-figure:has([data-tensor="inputs"])')
    expect(figure).to_contain_text("at batch 1 of")
    inputs = json.loads((folder / "lstm.json").read_text("utf-8"))["tensors"]["inputs"]["values"]
    click(page, "inputs", 2, 1, len(inputs[0][0]))
    expect(page.locator(".ls-arithmetic")).to_contain_text(
        f"inputs at batch 1, time 2, features 1 = {inputs[1][2][1]:.6g}".replace("-", "−")
    )


@pytest.mark.parametrize("width", [1400, 420])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_dark_wide_and_narrow(opened: Callable[..., Page], width: int, scheme: str):
    page = opened("nd_dense", width=width, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    paper = {"light": "rgb(255, 255, 255)", "dark": "rgb(15, 19, 26)"}[scheme]
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper
    for graph in page.locator("[data-tensor]").all():
        assert graph.get_attribute("aria-label")


def test_without_scripts_the_picture_stands(opened: Callable[..., Page]):
    page = opened("linear", scripts=False)
    expect(page.locator("#picture svg")).to_be_visible()
    expect(page.locator("#picture svg desc")).to_contain_text("inputs, 8 × 10, values")


def test_hostile_names_are_text(opened: Callable[..., Page]):
    page = opened("evil")
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2
    weights = page.locator(".ls-figure .ls-title").all_inner_texts()
    assert any("script" in name for name in weights)
