"""A page that can import the scripts of ``browser/``: no server, and no Streamlit.

These tests stand below ``tests/browser/`` for its Chromium: Playwright starts once in a process.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

SCRIPTS = Path(__file__).parents[3] / "browser"
ADDRESS = "http://units.test/"
TYPES = {".js": "text/javascript", ".css": "text/css"}
CALL = """async ([script, name, args]) => {
  const made = await (await import(`/${script}`))[name](...args);
  return made ?? null;
}"""


@contextmanager
def opened(chromium: Browser) -> Generator[Page]:
    """Open an empty page on an address of its own, where the scripts are."""

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(ADDRESS)
        file = SCRIPTS / name
        if name and file.is_file():
            route.fulfill(body=file.read_text("utf-8"), content_type=TYPES[file.suffix])
        else:
            route.fulfill(body="<!doctype html><title>Units</title>", content_type="text/html")

    page = chromium.new_page()
    page.route(f"{ADDRESS}**", answer)
    page.goto(ADDRESS)
    yield page
    page.close()


@pytest.fixture(scope="package")
def page(chromium: Browser) -> Iterator[Page]:
    """Open a page for all tests that leave it as it was."""
    with opened(chromium) as page:
        yield page


@pytest.fixture
def timed_page(chromium: Browser) -> Iterator[Page]:
    """Open a page for one test, whose clock stands still but for ``page.clock.run_for``."""
    with opened(chromium) as page:
        page.clock.install()
        page.clock.pause_at(page.evaluate("Date.now()") + 1000)
        yield page


@pytest.fixture
def mounted(page: Page) -> Iterator[Callable[[str, str], Callable[[str], Any]]]:
    """Return a way to mount a component, which is ended with the test.

    It takes a script that mounts it, and sets ``window.end`` to what ends it; and a script that
    says what is found. It returns a way to run lines of a script, and to see what is found then.
    """

    def mount(script: str, found: str) -> Callable[[str], Any]:
        page.evaluate(script)

        def do(lines: str) -> Any:
            page.evaluate(f"async () => {{ {lines} }}")
            return page.evaluate(found)

        return do

    yield mount
    page.evaluate("() => { window.end(); document.body.replaceChildren(); }")


@pytest.fixture
def call(page: Page) -> Callable[..., Any]:
    """Return a way to call a function of a script: ``call("numbers.js", "written", 0.5)``."""

    def call(script: str, name: str, *args: Any) -> Any:
        return page.evaluate(CALL, [script, name, list(args)])

    return call
