"""The arithmetic of cells, worked out in the browser, against Python's own sentences."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from layers.operations.arithmetic.numbers import written

LINKS = (
    "/?layer=linear&edits=inputs.0.0%3D3",
    "/?layer=repeated_dense",
    "/?layer=conv2d&padding=same",
    "/?layer=max_pooling2d",
    "/?layer=lstm",
    "/?layer=multi_head_attention",
    "/?layer=batch_normalization",
    "/?layer=softmax",
    "/?layer=embedding",
    "/?layer=gaussian_dropout&training=true",
    "/?layer=activation&activation=gelu",
    "/train?layer=dense&optimizer=adam&step=2&show=gradient",
    "/train?layer=dense&optimizer=adam&step=2&show=update",
    "/train?layer=batch_normalization&step=2&show=change",
)
EXPLAINED = """async ([page, cells]) => {
  const { explained, numbersOf } = await import("/explained.js");
  const numbers = numbersOf(page);
  return cells.map((cell) => {
    const pin = explained(page, numbers, page.links[0], cell);
    const bars = pin?.figure?.spec.data[0].y ?? null;
    return pin && [pin.where, pin.sentence, bars, pin.names ?? ""];
  });
}"""


@pytest.fixture(scope="module")
def pages() -> dict[str, Any]:
    """Return each link's page, and what Python says of its cells."""
    command = [sys.executable, "-m", "tests.browser.units.arithmetic_of", *LINKS]
    root = Path(__file__).parents[3]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return json.loads(ran.stdout)


@pytest.mark.xdist_group("explained")
@pytest.mark.parametrize("link", LINKS)
def test_the_browser_says_what_python_says_of_every_cell(
    page: Page, pages: dict[str, Any], link: str
):
    one = pages[link]
    assert one["page"]["forms"]
    found = page.evaluate(EXPLAINED, [one["page"], list(one["said"])])
    assert dict(zip(one["said"], found, strict=True)) == one["said"]


@pytest.mark.xdist_group("explained")
def test_a_cell_that_is_not_there_has_no_arithmetic(page: Page, pages: dict[str, Any]):
    cells = ["outputs.99.0", "outputs.0", "nothing.0", "outputs.x.y", ""]
    assert page.evaluate(EXPLAINED, [pages[LINKS[0]]["page"], cells]) == [None] * 5


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        *((value, 4) for value in (1.0625, 1.1875, -0.03125, 2.00005, 9.9995, 123456.5, 1e-5)),
        *((value, 6) for value in (1 / 3, -1e21, 1.5e-9, 999999.5, 1e6, 65536.5, 0.0001)),
        *((value, 3) for value in (0.03125, 1.005, -2.5, 12345.0, 1e7)),
    ],
)
def test_digits_are_those_of_python(page: Page, value: float, digits: int):
    call = "async ([value, digits]) => (await import('/numbers.js')).significant(value, digits)"
    assert page.evaluate(call, [value, digits]) == written(value, digits)
