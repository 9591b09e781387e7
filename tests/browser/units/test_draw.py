"""A picture that is drawn by hand: no stroke is lost to an older update of the page."""

from collections.abc import Callable
from typing import Any

import pytest

MOUNT = """async () => {
  const { default: draw } = await import("/draw.js");
  const packed = async (cells) => {
    const deflated = new Blob([JSON.stringify({ rows: 1, columns: 6, cells })]).stream()
      .pipeThrough(new CompressionStream("deflate"));
    return new Uint8Array(await new Response(deflated).arrayBuffer());
  };
  const parentElement = document.createElement("div");
  document.body.replaceChildren(parentElement);
  const setTriggerValue = (_, cells) => window.sent.push(cells);
  window.sent = [];
  window.update = async (...cells) =>
    draw({ data: await packed(cells), parentElement, setTriggerValue });
  window.stroke = (...keys) => {
    for (const key of keys) {
      document.querySelector("canvas").dispatchEvent(new KeyboardEvent("keydown", { key }));
    }
  };
  window.after = (time) => new Promise((done) => setTimeout(done, time));
  window.end = await window.update(0, 0, 0, 0, 0, 0);
}"""
FOUND = """() => {
  const { drawing } = document.querySelector("canvas").dataset;
  return { sent: window.sent.length, drawn: drawing };
}"""


@pytest.fixture
def drawing(mounted: Callable) -> Callable[[str], dict[str, Any]]:
    """Return a way to do something with a drawing of 1 × 6 cells, and to see what is drawn."""
    return mounted(MOUNT, FOUND)


def test_a_stroke_stays_where_an_older_update_comes_after_it(drawing: Callable):
    found = drawing("stroke(' '); await update(0, 0, 0, 0, 0, 0);")
    assert found == {"sent": 1, "drawn": "6 f80000"}
    more = "stroke('ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', ' ');"
    found = drawing(f"await update(0, 0, 0, 0, 0, 0); {more} await update(1, 0.5, 0, 0, 0, 0);")
    assert found == {"sent": 2, "drawn": "6 f808f8"}, "the first stroke's update is the older one"


def test_the_page_is_followed_once_it_has_confirmed(drawing: Callable):
    confirmed = "stroke(' '); await update(1, 0.5, 0, 0, 0, 0);"
    assert drawing(f"{confirmed} await update(0, 0, 0, 0, 0, 1);")["drawn"] == "6 00000f"


def test_the_page_is_followed_where_it_never_confirms(drawing: Callable):
    found = drawing("stroke(' '); await after(2100); await update(0, 0, 1, 0, 0, 0);")
    assert found["drawn"] == "6 00f000"


def test_another_size_is_taken_at_once(drawing: Callable):
    other = MOUNT.replace("columns: 6", "columns: 3").partition("const parentElement")[0]
    other = other.removeprefix("async () => {")
    mount = "document.querySelector('.ls-draw').parentElement"
    found = drawing(
        f"stroke(' '); {other} await draw({{ data: await packed([0, 1, 0]), "
        f"parentElement: {mount}, setTriggerValue: () => {{}} }});"
    )
    assert found["drawn"] == "3 0f0"


@pytest.mark.parametrize(
    ("to", "passed"),
    [
        ([2, 3], [[2, 3]]),
        ([2, 5], [[2, 4], [2, 5]]),
        ([0, 1], [[1, 2], [0, 1]]),
        ([3, 7], [[2, 4], [3, 5], [3, 6], [3, 7]]),
    ],
)
def test_a_stroke_passes_every_cell_between_two_events(call: Callable, to: list, passed: list):
    assert call("draw.js", "between", [2, 3], to) == passed
