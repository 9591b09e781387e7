"""Keys on a slider: what is asked before Streamlit has moved it."""

from collections.abc import Callable
from typing import Any

import pytest

MOUNT = """async () => {
  const { follow } = await import("/follow.js");
  document.body.innerHTML =
    `<div class="st-key-units"><input type="range" min="1" max="6" value="5"></div>`;
  const live = {
    path: "/live", visitor: "v", link: { layer: "linear" }, turned: { units: "5", batch: "8" } };
  window.asked = [];
  const follower = follow(({ link }) => window.asked.push(link), () => live);
  window.press = (key, how = {}) => document.querySelector("input").dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, ...how }));
  window.turn = (changes) => follower.turn(changes);
  window.page = (values) => { live.turned = values; follower.forget(values); };
  window.next = () => follower.nextStep()?.link;
  window.end = () => follower.disconnect();
}"""
FOUND = "() => window.asked.map(({ units }) => units)"


@pytest.fixture
def slider(mounted: Callable) -> Callable[[str], Any]:
    """Return a way to press keys on a slider that stands at 5 of 6, and to see what is asked."""
    return mounted(MOUNT, FOUND)


@pytest.mark.parametrize(
    ("key", "asked"),
    [("ArrowRight", ["6"]), ("ArrowUp", ["6"]), ("ArrowLeft", ["4"]), ("ArrowDown", ["4"])],
)
def test_a_key_asks_for_the_next_number(slider: Callable, key: str, asked: list[str]):
    assert slider(f"press('{key}')") == asked


@pytest.mark.parametrize("modifier", ["altKey", "ctrlKey", "metaKey", "shiftKey"])
def test_a_key_with_another_asks_for_nothing(slider: Callable, modifier: str):
    assert slider(f"press('ArrowRight', {{ {modifier}: true }})") == []


def test_nothing_is_asked_beyond_the_end_and_nothing_twice(slider: Callable):
    assert slider("press('ArrowRight'); press('ArrowRight');") == ["6"]
    at_its_end = "document.querySelector('input').value = '6'; press('ArrowRight');"
    assert slider(at_its_end) == ["6"]


def test_other_keys_ask_for_nothing(slider: Callable):
    assert slider("for (const key of ['a', 'Tab', 'Home', 'PageUp']) press(key);") == []


def test_no_step_goes_on_beyond_the_end(slider: Callable, page: Any):
    slider("press('ArrowLeft')")
    assert page.evaluate("window.next()") == {"layer": "linear", "units": "4"}
    slider("press('ArrowRight', { altKey: true })")
    assert page.evaluate("window.next()") == {"layer": "linear", "units": "4"}


def test_what_the_page_has_taken_is_not_asked_again_when_the_page_goes_back(
    slider: Callable, page: Any
):
    slider("turn({ batch: '9' }); page({ units: '5', batch: '9' });")  # and then Back is pressed
    slider("page({ units: '5', batch: '8' }); press('ArrowRight');")
    assert page.evaluate("asked.at(-1)") == {"layer": "linear", "units": "6"}


def test_what_the_page_has_not_taken_yet_is_asked_with_what_comes_after(
    slider: Callable, page: Any
):
    slider("turn({ batch: '9' }); page({ units: '5', batch: '8' }); press('ArrowRight');")
    assert page.evaluate("asked.at(-1)") == {"layer": "linear", "batch": "9", "units": "6"}
