"""One server and one Chromium for all browser tests, and a visit of its own for each."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Playwright, expect, sync_playwright

from pages.shared.workers import workers
from tests.browser.chromium import find
from tests.browser.server import Server, serving
from tests.browser.visit import Visit

PATIENCE = 30_000
"""Milliseconds to wait for what is expected: machines are shared."""
expect.set_options(timeout=PATIENCE)
# Without focus, at the top of the page.
AS_OPENED = """() => {
  document.activeElement?.blur();
  document.querySelector(".stMain")?.scrollTo(0, 0);
}"""
# Parts of a window that nobody sees, each a page that Chromium renders with every page of ours.
UNSEEN = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder, which pytest hands every item of the run."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Start Playwright, once a process."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Start a Chromium; where there is none, fail in CI and skip with the reason elsewhere."""
    program = find()
    if program is None:
        reason = (
            "no Chromium was found: expected one on the PATH. `python -m tests.browser.chromium` "
            "fetches one."
        )
        if os.environ.get("CI") == "true":
            pytest.fail(f"Browser tests may not be skipped here, and {reason}")
        pytest.skip(reason)
    # Nothing leaves this machine: a name elsewhere is one that does not exist.
    arguments = ["--disable-background-networking"]
    arguments += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    # All visits of a context in one process, which has compiled Streamlit's scripts already.
    arguments += ["--process-per-site"]
    # Each page lives for a second or two. What optimising its scripts costs is never earned back.
    arguments += ["--js-flags=--no-maglev --no-turbofan"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")

    def launch(*more: str) -> Browser:
        return playwright.chromium.launch(executable_path=program, args=[*arguments, *more])

    # Of two lists of features Chromium takes the last: ours goes on where Playwright's ends.
    asked = launch("--enable-automation")
    command = asked.new_browser_cdp_session().send("Browser.getBrowserCommandLine")
    asked.close()
    off = next(one for one in command["arguments"] if one.startswith("--disable-features="))
    browser = launch(",".join((off, *UNSEEN)))
    yield browser
    browser.close()


@pytest.fixture(scope="session", autouse=True)
def opinion() -> Iterator[None]:
    """Let one worker answer what the tests ask themselves: a second opinion on what is drawn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pages.shared.workers.configured_workers", lambda: 1)
        yield
        workers().shutdown()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the app to all tests that do not end it."""
    with serving(tmp_path_factory.mktemp("server") / "log") as server:
        yield server


@pytest.fixture(scope="session")
def context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Give each kind of screen one browser context, whose cache spares loading the same again."""
    contexts: dict[tuple, BrowserContext] = {}

    def of(width: int, height: int, scheme: str) -> BrowserContext:
        kind = (width, height, scheme)
        if kind not in contexts:
            contexts[kind] = chromium.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                has_touch=width < 600,
            )
            contexts[kind].set_default_timeout(PATIENCE)
        return contexts[kind]

    yield of
    for opened in contexts.values():
        opened.close()


@pytest.fixture
def visitor(
    context: Callable[..., BrowserContext], server: Server
) -> Iterator[Callable[..., Visit]]:
    """Open visits, each a page and so a session of its own, and end them with the test."""
    visits: list[Visit] = []

    def new(width: int = 1400, height: int = 1000, scheme: str = "light") -> Visit:
        opened = context(width, height, scheme)
        if not opened.pages:  # a page that stays open keeps the process
            opened.new_page().goto(f"{server.address}/_stcore/health")
        visits.append(Visit(opened, server.address))
        return visits[-1]

    yield new
    for visit in visits:
        visit.page.close()


@pytest.fixture
def visit(visitor: Callable[..., Visit]) -> Visit:
    """Open one visit on a desk's screen."""
    return visitor()


def is_alive(visit: Visit) -> bool:
    """Whether a page was neither closed nor did its process end."""
    with suppress(Error):
        return visit.page.evaluate("true")
    return False


@contextmanager
def sharing() -> Generator[dict[bool, Visit]]:
    """Keep pages that tests share: one with a pointer, and one that is touched."""
    pages: dict[bool, Visit] = {}
    yield pages
    for visit in pages.values():
        visit.page.close()


@pytest.fixture(scope="session")
def shared() -> Iterator[dict[bool, Visit]]:
    """Keep the pages of the server that all tests share."""
    with sharing() as pages:
        yield pages


@pytest.fixture
def reader(
    request: pytest.FixtureRequest,
    context: Callable[..., BrowserContext],
    server: Server,
    shared: dict[bool, Visit],
) -> Iterator[Callable[..., Visit]]:
    """Return a page that tests share which change nothing but its link. They ``turn`` it."""

    def shown(width: int = 1400, height: int = 1000, scheme: str = "light") -> Visit:
        touched = width < 600
        if touched not in shared or not is_alive(shared[touched]):
            opened = context(420 if touched else 1400, 1000, "light")
            shared[touched] = Visit(opened, server.address)
        visit = shared[touched]
        colours: Literal["dark", "light"] = "dark" if scheme == "dark" else "light"
        visit.page.emulate_media(color_scheme=colours, forced_colors="none")
        visit.page.mouse.move(0, 0)
        visit.resize(width, height)
        visit.page.evaluate(AS_OPENED)
        visit.complaints.clear()
        return visit

    failed = request.session.testsfailed
    yield shown
    if request.session.testsfailed > failed:  # what it left behind is its own
        for visit in shared.values():
            visit.page.close()
