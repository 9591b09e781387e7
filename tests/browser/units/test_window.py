"""The frame over a reduced picture: what is sent of it, and what the page's updates do to it."""

from collections.abc import Callable
from typing import Any

import pytest

MOUNT = """async () => {
  const { default: showWindow } = await import("/window.js");
  const data = { figure: "kernel", plane: [1024, 1024], block: [4, 4], span: 32 };
  const packed = async (at) => {
    const deflated = new Blob([JSON.stringify({ ...data, at })]).stream()
      .pipeThrough(new CompressionStream("deflate"));
    return new Uint8Array(await new Response(deflated).arrayBuffer());
  };
  document.body.innerHTML = `<div style="position: relative"><div data-tensor="kernel">
    <canvas style="width: 256px; height: 256px"></canvas></div></div>`;
  const parentElement = document.createElement("div");
  document.body.append(parentElement);
  window.parentElement = parentElement;
  const setTriggerValue = (_, at) => window.sent.push(at);
  window.sent = [];
  window.update = async (at) =>
    showWindow({ data: await packed(at), parentElement, setTriggerValue });
  window.press = () => document.querySelector(".ls-window").dispatchEvent(
    new KeyboardEvent("keydown", { key: "ArrowRight" }));
  window.after = (time) => new Promise((done) => setTimeout(done, time));
  window.end = await window.update([0, 0]);
}"""
FOUND = """() => ({ sent: window.sent, left: document.querySelector(".ls-window").style.left })"""


@pytest.fixture
def framed(mounted: Callable) -> Callable[[str], dict[str, Any]]:
    """Return a way to do something with a frame, and to see what is sent and where it stands.

    A press moves it by a quarter of itself: 8 numbers, of which four are a pixel.
    """
    return mounted(MOUNT, FOUND)


def test_quick_presses_are_sent_together(framed: Callable):
    found = framed("press(); press(); await after(400);")
    assert found == {"sent": [[0, 16]], "left": "4px"}


def test_a_press_is_not_lost_where_an_older_update_comes_before_it_is_sent(framed: Callable):
    found = framed(
        "press(); await update([0, 0]); press(); await update([0, 0]); await after(400);"
    )
    assert found == {"sent": [[0, 16]], "left": "4px"}


def test_a_frame_does_not_jump_back_where_an_older_update_comes_after_it_is_sent(framed: Callable):
    assert framed("press(); await after(400); await update([0, 0]);")["left"] == "2px"
    assert framed("await update([0, 8]);")["left"] == "2px"
    assert framed("await update([0, 0]);")["left"] == "0px", "it was confirmed, and then changed"


def test_a_frame_goes_where_the_page_has_it_if_the_page_never_confirms(framed: Callable):
    assert framed("press(); await after(400); await update([0, 4]);")["left"] == "2px"
    assert framed("await after(2000);") == {"sent": [[0, 8]], "left": "1px"}


def test_a_frame_that_is_moved_back_is_sent_again(framed: Callable):
    back = "document.querySelector('.ls-window').dispatchEvent("
    back += "new KeyboardEvent('keydown', { key: 'ArrowLeft' }));"
    found = framed(f"press(); await after(400); {back} await after(400);")
    assert found == {"sent": [[0, 8], [0, 0]], "left": "0px"}


def test_the_frame_goes_with_a_component_that_was_never_ended(framed: Callable, page: Any):
    framed("parentElement.remove();")
    page.wait_for_function("() => !document.querySelector('.ls-window')", polling=50)
