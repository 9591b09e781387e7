"""A Chromium, and pages in it that measure themselves by ``probe.js``."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from benchmarks.apps import BATCH, FEATURES, UNITS, App
from benchmarks.processes import wait_until_idle
from benchmarks.server import Server, Unmeasured, running
from benchmarks.wire import Wire
from tests.browser import chromium

PROBE = (Path(__file__).parent / "probe.js").read_text()
SLIDER = ".st-key-units input[type=range]"
# ms without a message after which an update is over. After the last one the naive server is busy
# for about half a second with garbage and Keras's state, which must not fall into our next step.
CALM = 1000
LIMIT = 60_000  # ms for which a page is waited for


@dataclass(frozen=True, kw_only=True)
class Update:
    """What one key press led to.

    Args:
        key: when the key went down, in ms on the page's clock, like the next three.
        sent: when the page first asked the server for something, over WebSocket or HTTP.
        drawn: when all three charts had the new shape.
        painted: the frame after the one that shows them: they are on the screen.
        messages: when each message or answer came, and its size in bytes, unpacked.
        received: bytes that came over the wire until all was quiet; 0 where nobody counts.
        timings: what our server says it spent, in ms by name; empty for the naive app.
    """

    key: float
    sent: float
    drawn: float
    painted: float
    messages: tuple[tuple[float, int], ...]
    received: int
    timings: dict[str, float]

    @property
    def latency(self) -> float:
        """From the key press to the frame that shows its result, in ms."""
        return self.painted - self.key


class Visit:
    """One page of an app, open on the job.

    Args:
        context: the browser context, which is one visitor's cache and cookies.
        server: the server to visit.
        seed: of the numbers; a new one keeps our server's caches out of the measurement.
        prefetch: whether the page may request a picture before its key is pressed.
        wire: a relay before the server that counts.
    """

    def __init__(
        self,
        context: BrowserContext,
        server: Server,
        *,
        seed: int = 0,
        prefetch: bool = True,
        wire: Wire | None = None,
    ):
        self.server = server
        self.wire = wire
        self.page: Page = context.new_page()
        config = _probe_config(server.app) | {"prefetch": prefetch}
        self.page.add_init_script(f"({PROBE})({json.dumps(config)})")
        address = (wire or server).address
        self.page.goto(address + server.app.path(seed), wait_until="commit")
        self.width = UNITS

    def headed(self) -> dict[str, float]:
        """Wait for the app's heading; return ``painted`` and the clock's ``origin``, in ms."""
        return self._ask("() => bench.headed")

    def complete(self) -> dict[str, float]:
        """Wait for all three charts; return ``painted`` and the clock's ``origin``, in ms."""
        return self._ask("() => bench.complete")

    def settle(self) -> None:
        """Wait for the first picture, and until nothing moves any more."""
        self.complete()
        self._ask(f"() => bench.quiet({CALM})")

    def step(self) -> Update:
        """Press the key that widens the kernel by one; wait until nothing moves any more."""
        self.width += 1
        self._ask("width => bench.expect(width)", self.width)
        self.page.locator(SLIDER).focus()
        before = self.wire.received if self.wire else 0
        self.page.keyboard.press("ArrowRight")
        record = self._ask(f"() => bench.result({CALM})")
        return Update(
            key=record["key"],
            sent=record["sent"],
            drawn=record["drawn"],
            painted=record["painted"],
            messages=tuple((message["at"], message["bytes"]) for message in record["messages"]),
            received=self.wire.received - before if self.wire else 0,
            timings=record["timings"],
        )

    def start_pressing(self, *, start: float, period: float, presses: int) -> None:
        """Let the page press by itself from ``start`` (ms since 1970), every ``period`` ms."""
        self._ask(
            "plan => { bench.pressing = bench.visitor(plan); bench.pressing.catch(() => {}); }",
            {"start": start, "period": period, "presses": presses},
        )

    def latencies(self) -> list[float]:
        """Wait for the presses that were started; return their latencies in ms."""
        return self._ask("() => bench.pressing")

    def close(self) -> None:
        """Close the page."""
        self.page.close()

    def _ask(self, script: str, argument: Any = None) -> Any:
        try:
            return self.page.evaluate(script, argument)
        except Error as reason:
            says = self.page.locator("body").inner_text()[:500]
            raise Unmeasured(
                f"{self.server.app.name}: expected the page to go on. Received: {reason}\n"
                f"The page says: {says!r}"
            ) from reason


def _probe_config(app: App) -> dict[str, Any]:
    return {
        "charts": app.charts,
        "slider": SLIDER,
        "batch": BATCH,
        "features": FEATURES,
        "units": UNITS,
        "limit": LIMIT,
    }


@contextmanager
def browser() -> Generator[Browser]:
    """Run a Chromium without a window.

    Raises:
        Unmeasured: there is none.
    """
    program = chromium.find()
    if program is None:
        raise Unmeasured(
            "Nothing was measured: expected a Chromium on the PATH. Received none. "
            "`python -m tests.browser.chromium` fetches one."
        )
    arguments = ["--disable-background-networking"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses root otherwise
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=arguments)
        try:
            yield running
        finally:
            running.close()


@contextmanager
def visitor(chromium: Browser) -> Generator[BrowserContext]:
    """Be somebody new: a context with nothing cached."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    try:
        yield context
    finally:
        context.close()


@contextmanager
def warm(chromium: Browser, app: App) -> Generator[Server]:
    """Serve an app that has had its first visitor, and has nothing left to do."""
    with running(app) as server:
        with visitor(chromium) as context:
            Visit(context, server).settle()
        wait_until_idle(server.session)
        yield server
