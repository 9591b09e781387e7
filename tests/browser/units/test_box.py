"""The box beside a slider: whose number it shows, and what it sends."""

from collections.abc import Callable
from typing import Any

import pytest

MOUNT = """async () => {
  document.body.innerHTML =
    '<div data-testid="stHorizontalBlock"><input type="range" max="9" value="5"><p></p></div>';
  const sent = [];
  const data = (maximum) => {
    const text = JSON.stringify({ label: "Units, typed", minimum: 1, maximum });
    const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate"));
    return new Response(packed).bytes();
  };
  const { default: box } = await import("/box.js");
  const parentElement = document.querySelector("p");
  const setTriggerValue = (name, value) => sent.push([name, value]);
  const update = async (maximum) => {
    window.end = await box({ data: await data(maximum), parentElement, setTriggerValue });
  };
  await update(9);
  const slider = document.querySelector("[type=range]");
  const slide = async (number) => {
    slider.value = number;
    slider.setAttribute("aria-valuetext", number);
    await new Promise(setTimeout);
  };
  const input = document.querySelector(".ls-box");
  const press = (key) =>
    input.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const type = (text) => {
    input.focus();
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  Object.assign(window, { sent, slide, press, type, input, update });
}"""
FOUND = "() => [input.value, sent.splice(0).map(([name, value]) => `${name} ${value}`)]"


@pytest.fixture
def box(mounted: Callable[[str, str], Callable[[str], Any]]) -> Callable[[str], Any]:
    """Run lines of a script; return what the box shows, and what was sent since."""
    return mounted(MOUNT, FOUND)


def test_it_shows_what_the_slider_does(box: Callable[[str], Any]):
    assert box("") == ["5", []]
    assert box("await slide(7);") == ["7", []]
    assert box("await update(20); await slide(8);") == ["8", []]


@pytest.mark.parametrize("ends", ["press('Enter');", "input.blur();"])
def test_a_number_that_was_typed_is_sent_once(box: Callable[[str], Any], ends: str):
    assert box("type('1');") == ["1", []]
    assert box(f"type('7'); {ends} input.blur();") == ["7", ["chosen 7"]]
    assert box("await slide(7); input.focus(); input.blur();") == ["7", []]


@pytest.mark.parametrize("typed", ["007", "7.0", "0.7e1"])
def test_a_number_is_sent_as_the_slider_writes_it(box: Callable[[str], Any], typed: str):
    assert box(f"type('{typed}'); press('Enter');") == ["7", ["chosen 7"]]
    assert box("await slide(7); await slide(8);") == ["8", []], "the page has confirmed it"


def test_arrows_count_from_what_was_sent_last_whatever_the_slider_still_shows(
    box: Callable[[str], Any],
):
    quick = "input.focus(); press('ArrowUp'); press('ArrowUp'); press('ArrowUp');"
    assert box(quick) == ["8", ["chosen 6", "chosen 7", "chosen 8"]]
    assert box("await slide(6);") == ["8", []], "an older update of the page"
    assert box("await slide(8); press('ArrowDown');") == ["7", ["chosen 7"]]
    assert box("await slide(7); await slide(3);") == ["3", []], "the hand is elsewhere"


def test_arrows_stop_at_the_ends(box: Callable[[str], Any]):
    assert box("await slide(9); input.focus(); press('ArrowUp');") == ["9", []]
    assert box("await update(20); press('ArrowUp');") == ["10", ["chosen 10"]]


@pytest.mark.parametrize(("typed", "came"), [("10", "10"), ("0", "0"), ("2.5", "2.5"), ("", "no")])
def test_what_is_no_number_here_is_a_sentence_and_leaving_shows_the_sliders(
    box: Callable[[str], Any], typed: str, came: str
):
    said = "sent.push(['said', input.validationMessage]);"
    shown, (sentence,) = box(f"type('{typed}'); press('Enter'); {said}")
    assert shown == typed
    assert "expected a whole number from 1 to 9" in sentence
    assert f"Received {came}" in sentence
    assert box("input.blur();") == ["5", []]
    assert box(f"type('{typed}'); press('Enter'); press('Escape'); {said}") == ["5", ["said "]]


def test_what_is_being_typed_is_left_alone(box: Callable[[str], Any]):
    assert box("type('1'); await slide(8);") == ["1", []]
    assert box("press('Escape');") == ["8", []]
