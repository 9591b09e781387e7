"""What a presenter's page tells, and when: the clock is the test's."""

from typing import Any

import pytest
from playwright.sync_api import Page

MOUNT = """async () => {
  document.body.innerHTML =
    '<div class="stApp" data-testid="stMain"><div class="stMarkdown">Linear</div></div>';
  window.told = [];
  window.answer = { followers: 1, missing: [], writer: "" };
  window.fetch = async (_, { body = "{}" }) => {
    const message = JSON.parse(body);
    window.told.push(Object.keys(message).join());
    const missing = message.page ? window.answer.missing : [];
    return { ok: true, status: 200, json: async () => ({ ...window.answer, missing }) };
  };
  const { present } = await import("/presenter.js");
  present({ code: "ABCD1234", secret: "s" });
}"""


@pytest.fixture
def presenter(timed_page: Page) -> Page:
    """Present one line of text."""
    timed_page.evaluate(MOUNT)
    return timed_page


def told(page: Page, seconds: float) -> list[Any]:
    """Return what was told in so many seconds, since the last look."""
    for _ in range(round(10 * seconds)):  # between two of them an answer can arrive
        page.clock.run_for(100)
    return page.evaluate("() => window.told.splice(0)")


def write(page: Page, words: str, **answer: Any) -> None:
    """Write other words on the page, and let the server answer otherwise."""
    page.evaluate("(answer) => Object.assign(window.answer, answer)", answer)
    page.evaluate(
        "(words) => { document.querySelector('.stMarkdown').textContent = words; }", words
    )


def test_a_page_is_told_once_and_then_that_the_presenter_is_there(presenter: Page):
    assert told(presenter, 1) == ["page,visitor,acts"]
    assert told(presenter, 9) == ["", ""]
    write(presenter, "Dense")
    assert told(presenter, 1) == ["page,visitor"]


def test_a_picture_that_is_not_kept_is_told_again_and_later_on_not_as_often(presenter: Page):
    told(presenter, 1)
    write(presenter, "Dense", missing=["picture"])
    assert told(presenter, 3) == ["page,visitor"] * 5
    assert "too large" in presenter.inner_text(".ls-room-bar")
    assert told(presenter, 9) == ["page,visitor"] * 2
    write(presenter, "Dense", missing=[])
    assert told(presenter, 4) == ["page,visitor"]
    assert "1 follower" in presenter.inner_text(".ls-room-bar")
    assert told(presenter, 4) == [""]


def test_a_device_whose_picture_is_not_kept_takes_the_room_from_no_other(presenter: Page):
    told(presenter, 1)
    write(presenter, "Dense", missing=["picture"], writer="another")
    assert told(presenter, 3) == ["page,visitor"] * 5
    assert told(presenter, 9) == ["", ""]
