"""A notebook, really run, saved and converted, and its HTML opened without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import Browser, expect

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("notebook")  # it is run once

CELLS = (
    f"import sys; sys.path.append({str(ROOT)!r})",
    "import keras, numpy as np\nfrom layerscope import show\n"
    "layer = keras.layers.Dense(2, kernel_initializer='ones')\n"
    "x = np.arange(6.0).reshape(2, 3)",
    "show(layer, x)",
    "show(keras.Sequential([keras.Input((3,)), layer]))",
)


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the notebook, save it, read it again, and convert it."""
    folder = tmp_path_factory.mktemp("notebook")
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in CELLS]
    )
    NotebookClient(notebook, timeout=240, kernel_name="python3").execute()
    saved, page = folder / "notebook.ipynb", folder / "notebook.html"
    nbformat.write(notebook, saved)
    # What nbconvert puts around the outputs it takes from other hosts; ours needs none of it.
    exporter = HTMLExporter(require_js_url="", mathjax_url="", mermaid_js_url="", jquery_url="")
    page.write_text(exporter.from_notebook_node(nbformat.read(saved, 4))[0], "utf-8")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_outputs_survive_saving_and_converting(
    chromium: Browser, converted: Path, scheme: Literal["light", "dark"]
):
    context = chromium.new_context(offline=True, color_scheme=scheme)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(converted.as_uri())
    expect(page.locator("iframe")).to_have_count(2)
    frame = page.frame_locator("iframe").first
    plot = frame.locator('.ls-plot:has([data-tensor="outputs"])')
    plot.focus()
    plot.press("ArrowDown")
    plot.press("Enter")
    expect(frame.locator(".ls-arithmetic")).to_contain_text(
        "outputs at batch 1, units 0 = 3 × 1 + 4 × 1 + 5 × 1 + 0 = 12", use_inner_text=True
    )
    weights = page.frame_locator("iframe").nth(1)
    expect(weights.locator("table").first).to_contain_text("Dense")
    expect(weights.locator('[data-tensor="dense/kernel"]')).to_be_visible()
    assert complaints == []
    context.close()


def test_without_scripts_the_picture_stands(chromium: Browser, converted: Path, tmp_path: Path):
    context = chromium.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(converted.as_uri())
    # The frame's own page: without scripts the driver does not always find its way into a frame.
    (tmp_path / "frame.html").write_text(
        page.locator("iframe").first.get_attribute("srcdoc") or "", encoding="utf-8"
    )
    page.goto((tmp_path / "frame.html").as_uri())
    expect(page.locator("#picture svg")).to_be_visible()
    context.close()
