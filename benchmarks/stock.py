"""How long layers of many operations take beside a Dense: the same page, each by itself."""

from __future__ import annotations

from playwright.sync_api import Browser, Page

from benchmarks.apps import OURS
from benchmarks.browser import visitor, warm
from benchmarks.results import Comparison, Effort, Result
from benchmarks.server import Server

LIMIT = 2.0  # times a Dense's update
DENSE = ("dense", "Units")
OTHERS = {"an LSTM": ("lstm", "Units"), "attention": ("multi_head_attention", "Key dim")}
"""Layers at their defaults, and the slider that is turned."""
WARM_UP = 2  # presses that are not counted
CALM = 600  # ms from a picture to the next press

# Prefetched pictures are refused: what is measured is a change that the page could not expect.
REFUSE = """(() => {
  const { fetch } = window;
  window.fetch = (...given) =>
    /[?&]prefetch=/.test(given[0]) ? Promise.reject(new TypeError("refused")) : fetch(...given);
})()"""

# From the key to the second frame after the outputs have other numbers.
LISTEN = """() => {
  const outputs = () => String(document.querySelector("[data-tensor=outputs]")?._fullData?.[0]?.z);
  const before = outputs();
  window.update = new Promise((resolve) => {
    let key;
    addEventListener("keydown", () => (key = performance.now()), { capture: true, once: true });
    const observer = new MutationObserver(() => {
      if (outputs() === before) return;
      observer.disconnect();
      requestAnimationFrame(() =>
        requestAnimationFrame(() => resolve(performance.now() - key)));
    });
    observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  });
}"""


def measure(browser: Browser, effort: Effort) -> Result:
    """Turn a size of each layer in turn."""
    turned = (DENSE, *OTHERS.values())
    times: dict[str, list[float]] = {layer: [] for layer, _slider in turned}
    with warm(browser, OURS) as server:
        for turn in range(-(-effort.steps // 6)):
            for layer, slider in turned:
                times[layer] += _turned(browser, server, layer, slider, seed=1000 + turn)
    return Result(
        comparisons=tuple(
            Comparison(
                what=f"update: {what}; a Dense",
                unit="ms",
                ours=tuple(times[layer]),
                naive=tuple(times[DENSE[0]]),
                limit=LIMIT,
            )
            for what, (layer, _slider) in OTHERS.items()
        )
    )


def _turned(browser: Browser, server: Server, layer: str, slider: str, *, seed: int) -> list[float]:
    with visitor(browser) as context:
        page = context.new_page()
        page.add_init_script(REFUSE)
        page.goto(f"{server.address}/?layer={layer}&seed={seed}")
        page.locator("[data-tensor=outputs]").wait_for(timeout=60_000)
        page.wait_for_timeout(3000)
        return [_press(page, slider) for _press_number in range(WARM_UP + 6)][WARM_UP:]


def _press(page: Page, slider: str) -> float:
    page.evaluate(LISTEN)
    page.get_by_role("slider", name=slider).first.focus()
    page.keyboard.press("ArrowRight")
    latency = page.evaluate("() => window.update")
    page.wait_for_timeout(CALM)
    return latency
