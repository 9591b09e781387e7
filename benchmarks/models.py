"""A kernel of 4096 × 1000 on the Models page, against all its cells as one naive heatmap.

What a page costs before any picture, Streamlit's own start and plotly.js, is measured with a small
kernel; the large one's first picture counts from the click that chooses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, WebSocket

from benchmarks.apps import App
from benchmarks.browser import LIMIT, visitor
from benchmarks.results import Comparison, Effort, Result
from benchmarks.server import Server, running

HERE = Path(__file__).parent
OURS = App(
    name="ours",
    script=HERE.parent / "app.py",
    directory=HERE.parent,
    query={},
    charts=("[data-tensor=kernel]", "[data-tensor=kernel]", "[data-tensor=kernel]"),
)
NAIVE = App(
    name="naive",
    script=HERE / "naive_model_app.py",
    directory=HERE,
    query={},
    charts=(".js-plotly-plot", ".js-plotly-plot", ".js-plotly-plot"),
)
MOST = 5  # updates of each app: the naive one takes seconds for each
# Waits until the corner of the drawn matrix is another number, and the frame with it is painted.
CHANGED = """([selector, before]) => new Promise((resolve) => {
  const look = () => {
    const corner = document.querySelector(selector)?._fullData?.[0]?.z?.[0]?.[0];
    if (corner === undefined || corner === before) return setTimeout(look, 5);
    requestAnimationFrame(() => requestAnimationFrame(() =>
      resolve({ corner, at: performance.now(), key: window.pressedAt })));
  };
  look();
})"""
LISTEN = """for (const kind of ["keydown", "pointerdown"]) {
  addEventListener(kind, () => { window.pressedAt = performance.now(); }, true);
}"""


@dataclass
class _Traffic:
    """Bytes that came over the page's WebSockets."""

    received: int = 0

    def watch(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._count)

    def _count(self, frame: str | bytes) -> None:
        self.received += len(frame)


@dataclass(frozen=True, kw_only=True)
class _Seen:
    visit: float
    chosen: float
    updates: tuple[float, ...]
    sizes: tuple[float, ...]


def measure(browser: Browser, effort: Effort) -> Result:
    """Open the kernel on both apps as somebody new, and change its seed."""
    presses = min(MOST, effort.steps)
    with running(OURS) as our_server, running(NAIVE) as naive_server:
        for server in (our_server, naive_server):  # the first visitor waits for TensorFlow
            _visit(browser, server, seed=900, presses=1)
        ours = [
            _visit(browser, our_server, seed=100 * visit, presses=presses)
            for visit in range(effort.visits)
        ]
        naive = [
            _visit(browser, naive_server, seed=100 * visit, presses=presses)
            for visit in range(effort.visits)
        ]
    return Result(
        comparisons=(
            Comparison(
                what="4096 × 1000 kernel: first picture",
                unit="ms",
                ours=tuple(seen.chosen for seen in ours),
                naive=tuple(seen.chosen for seen in naive),
                limit=1 / 8,
            ),
            Comparison(
                what="a small kernel: page and picture",
                unit="ms",
                ours=tuple(seen.visit for seen in ours),
                naive=tuple(seen.visit for seen in naive),
                limit=0.7,
            ),
            Comparison(
                what="4096 × 1000 kernel: update",
                unit="ms",
                ours=tuple(update for seen in ours for update in seen.updates),
                naive=tuple(update for seen in naive for update in seen.updates),
                limit=1 / 10,
            ),
            Comparison(
                what="4096 × 1000 kernel: bytes",
                unit="B",
                ours=tuple(size for seen in ours for size in seen.sizes),
                naive=tuple(size for seen in naive for size in seen.sizes),
                limit=1e6,
                of_ratio=False,
            ),
        )
    )


def _visit(browser: Browser, server: Server, *, seed: int, presses: int) -> _Seen:
    """Open the page on a small kernel, choose the large one, and change its numbers.

    Returns:
        The times from navigation to the small picture, from the click to the large one and from a
        key to its update, in ms; and the bytes of the large one's updates.
    """
    selector = server.app.charts[0]
    is_ours = server.app is OURS
    path = f"/models?layer=conv2d&seed={seed}" if is_ours else "/"
    choice = "[data-layer=dense]" if is_ours else ".st-key-layer label:has-text('dense')"
    with visitor(browser) as context:
        page = context.new_page()
        page.set_default_timeout(LIMIT)
        traffic = _Traffic()
        page.on("websocket", traffic.watch)
        page.add_init_script(LISTEN)
        page.goto(server.address + path, wait_until="commit")
        seen = page.evaluate(CHANGED, [selector, None])
        visit = seen["at"]
        _rest(page)
        page.locator(choice).first.click()
        seen = page.evaluate(CHANGED, [selector, seen["corner"]])
        chosen = seen["at"] - seen["key"]
        updates, sizes = [], []
        for _ in range(presses):
            _rest(page)
            traffic.received = 0
            page.locator(".st-key-seed input").focus()
            page.keyboard.press("ArrowUp")
            seen = page.evaluate(CHANGED, [selector, seen["corner"]])
            updates.append(seen["at"] - seen["key"])
            _rest(page)
            sizes.append(float(traffic.received))
    return _Seen(visit=visit, chosen=chosen, updates=tuple(updates), sizes=tuple(sizes))


def _rest(page: Page) -> None:
    """Wait until the server has nothing more to send."""
    page.wait_for_function(
        "() => document.querySelector('.stApp')?.dataset.testScriptState === 'notRunning'"
    )
    page.wait_for_timeout(500)
