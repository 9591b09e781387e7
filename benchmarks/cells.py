"""How fast cells answer: hover to lights, click to arithmetic, pictures while an edge drags."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.apps import OURS
from benchmarks.browser import Visit, visitor, warm
from benchmarks.results import Comparison, Effort, Result

FRAME = 16  # ms: at 60 a second
LARGE = {"features": 64, "units": 64, "batch": 64}

# Chromium hands a page its pointer moves right before a frame's callbacks, so a move made in one is
# painted with that frame; the next task runs when that is done.
HOVER = """async (moves) => {
  const graph = document.querySelector("[data-tensor=outputs]");
  const plot = graph.parentElement;
  const [rows, columns] = [graph._fullData[0].z.length, graph._fullData[0].z[0].length];
  const { clientWidth: wide, clientHeight: high } = graph.querySelector("canvas");
  const frame = () => new Promise(requestAnimationFrame);
  const channel = new MessageChannel();
  const painted = () => new Promise((resolve) => {
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(0);
  });
  const move = (at) => {
    const { left, top } = plot.getBoundingClientRect();
    plot.dispatchEvent(new PointerEvent("pointermove", {
      bubbles: true,
      clientX: left + ((at % columns) + 0.5) * (wide / columns),
      clientY: top + ((Math.floor(at / columns) % rows) + 0.5) * (high / rows),
    }));
  };
  const times = [];
  for (let at = 0; at < moves; at++) {
    await frame();
    const start = performance.now();
    move(at * 7);
    if (!plot.querySelector(".ls-lights [data-kind=here]")) throw new Error("nothing was lit");
    await painted();
    times.push(performance.now() - start);
  }
  const sweep = async (moving) => {
    let last = await frame();
    let dropped = 0;
    for (let at = 0; at < moves; at++) {
      if (moving) move(at);
      const now = await frame();
      if (now - last > 25) dropped += Math.round((now - last) / 16.7) - 1;
      last = now;
    }
    return dropped;
  };
  return { times, still: await sweep(false), dropped: await sweep(true) };
}"""

CLICK = """async (text) => {
  const frame = () => new Promise(requestAnimationFrame);
  await new Promise((resolve) => {
    const pinned = () =>
      document.querySelector(".ls-arithmetic b")?.textContent === text && resolve();
    new MutationObserver(pinned).observe(document.body, { subtree: true, childList: true });
    pinned();
  });
  await frame();
  await frame();
  return performance.now();
}"""
ROWS = """(rows) =>
  document.querySelector("[data-tensor=outputs]")?._fullData?.[0]?.z?.length === rows"""
PRESSED = "addEventListener('pointerdown', () => (window.pressed = performance.now()), true)"
PLACE = """([name, row, column]) => {
  const graph = document.querySelector(`[data-tensor="${name}"]`);
  const { left, top } = graph.parentElement.getBoundingClientRect();
  const [rows, columns] = [graph._fullData[0].z.length, graph._fullData[0].z[0].length];
  const { clientWidth: wide, clientHeight: high } = graph.querySelector("canvas");
  return [left + ((column + 0.5) * wide) / columns, top + ((row + 0.5) * high) / rows];
}"""
# Complete pictures: moments at which X, W and h agree on a width that they had not shown before.
PICTURES = """() => {
  window.pictures = [];
  let last = 0;
  const shape = (name) => {
    const z = document.querySelector(`[data-tensor=${name}]`)?._fullData?.[0]?.z;
    return z ? [z.length, z[0].length] : [0, 0];
  };
  new MutationObserver(() => {
    const [inputs, kernel, outputs] = ["inputs", "kernel", "outputs"].map(shape);
    const whole = inputs[1] === kernel[0] && kernel[1] === outputs[1];
    if (!whole || kernel[1] === last) return;
    last = kernel[1];
    window.pictures.push(performance.now());
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""
DRAG = 3000  # ms


def measure(browser: Browser, effort: Effort) -> Result:
    """Hover, click and drag on our page; a slider step on it is what a click is compared with."""
    with warm(browser, OURS) as server, visitor(browser) as context:
        visit = Visit(context, server, seed=101)
        visit.settle()
        hovered = visit.page.evaluate(HOVER, 4 * effort.steps)
        steps = tuple(visit.step().latency for _ in range(effort.steps))
        clicks = tuple(_click(visit.page, at) for at in range(effort.steps))
        between = _drag(visit.page)
        visit.page.goto(f"{server.url(102)}&" + "&".join(f"{k}={v}" for k, v in LARGE.items()))
        visit.page.wait_for_function(ROWS, arg=LARGE["batch"])
        visit.page.wait_for_timeout(3000)
        large = visit.page.evaluate(HOVER, 4 * effort.steps)
    return Result(
        comparisons=(
            _alone("hover: to lights painted", "ms", tuple(hovered["times"]), FRAME),
            _alone("hover at 64 × 64", "ms", tuple(large["times"]), FRAME),
            _alone(
                "sweep at 64 × 64: dropped frames",
                "",
                (max(0, large["dropped"] - large["still"]),),
                0,
            ),
            Comparison(
                what="click to arithmetic : step",
                unit="ms",
                ours=clicks,
                naive=steps,
                limit=1.0,
            ),
            _alone("edge dragged: each picture", "ms", between, 125),
        )
    )


def _alone(what: str, unit: str, ours: tuple[float, ...], limit: float) -> Comparison:
    return Comparison(what=what, unit=unit, ours=ours, naive=(), limit=limit, of_ratio=False)


def _click(page: Page, turn: int) -> float:
    """Return the ms from the pointer's press to the frame with the arithmetic."""
    row, column = turn % 8, turn % 5
    page.evaluate(PRESSED)
    page.mouse.click(*page.evaluate(PLACE, ["outputs", row, column]))
    shown = page.evaluate(CLICK, f"outputs at batch {row}, units {column}")
    pressed: Any = page.evaluate("() => window.pressed")
    page.wait_for_timeout(700)
    return shown - pressed


def _drag(page: Page) -> tuple[float, ...]:
    """Drag an edge to and fro; return the ms between complete pictures."""
    page.evaluate(PICTURES)
    edge = page.locator(".ls-plot", has=page.locator("[data-tensor=kernel]")).locator(".ls-right")
    box = edge.bounding_box()
    if box is None:
        return ()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(DRAG // 30):
        away = step % 40 if step % 40 < 20 else 40 - step % 40
        page.mouse.move(x + 18 * away, y)  # half a cell, 30 times a second
        page.wait_for_timeout(30)
    page.mouse.up()
    moments = page.evaluate("() => window.pictures")
    between = tuple(later - sooner for sooner, later in pairwise(moments))
    return between or (float(DRAG),)
