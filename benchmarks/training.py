"""How long a training takes, how soon a step follows the hand, and whether others wait for it."""

from __future__ import annotations

import time
from itertools import pairwise

from playwright.sync_api import Browser, Page

from benchmarks.apps import OURS
from benchmarks.browser import Visit, visitor, warm
from benchmarks.processes import wait_until_idle
from benchmarks.results import Comparison, Effort, Result
from benchmarks.server import Server, Unmeasured
from layers.checkup.processes import shared_process

STEPS = 100
SHAPE, UNITS = (32, 8), 8
LIMIT = 1.5  # times the plain loop; the recording of the shown step comes on top
SCRUBBED = 125  # ms, as an edge that is dragged on the Explore page
LINK = "/train?layer=dense&shape=32,8&units=8&optimizer=adam&steps=100"
DRAG = 4000  # ms
LONG = "/train?layer=dense&shape=256,64&units=64&optimizer=adam&steps=10000&seed={}"
PRESSES = 4  # before another visitor's training begins, and while it runs
STARVED = 1.5  # times as long as without the training

# Pictures whose kernel has numbers that no picture before it had.
PICTURES = """() => {
  window.pictures = [];
  let last = "";
  new MutationObserver(() => {
    const z = document.querySelector("[data-tensor=kernel]")?._fullData?.[0]?.z;
    const now = z ? String(z[0]) : last;
    if (now === last) return;
    last = now;
    window.pictures.push(performance.now());
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


def measure(browser: Browser, effort: Effort) -> Result:
    """Train and loop in turn in one warm process; then drag the steps' slider on the page."""
    turns = [
        shared_process()(train_and_loop, time_limit=300) for _turn in range(effort.steps // 3 + 1)
    ][1:]
    shared_process().end()
    trained, looped, recorded = (tuple(times) for times in zip(*turns, strict=True))
    with warm(browser, OURS) as server, visitor(browser) as context:
        page = context.new_page()
        page.goto(server.address + LINK)
        between = _scrub(page)
        page.close()
        alone, beside = _beside_a_training(browser, server, effort.steps // 10 + 1)
    return Result(
        comparisons=(
            Comparison(
                what="100 Adam steps, kept; plain loop",
                unit="ms",
                ours=trained,
                naive=looped,
                limit=LIMIT,
            ),
            _alone("the shown step, recorded", recorded, SCRUBBED),
            _alone("steps scrubbed: each picture", between, SCRUBBED),
            Comparison(
                what="update beside a training; alone",
                unit="ms",
                ours=beside,
                naive=alone,
                limit=STARVED,
            ),
        )
    )


def train_and_loop() -> tuple[float, float, float]:
    """Return the milliseconds of a training, of the plain loop, and of one step's recording."""
    import keras
    import numpy as np
    import tensorflow as tf

    from layers.training import step_traces, train

    draw = np.random.default_rng(0)
    inputs, targets = draw.normal(size=(2, *SHAPE)).astype("float32")
    layer = keras.layers.Dense(UNITS)
    layer.build(SHAPE)
    start = time.perf_counter()
    history = train(layer, inputs, targets, steps=STEPS, optimizer="adam", learning_rate=0.01)
    trained = time.perf_counter()
    step_traces(history, STEPS // 2, layer, inputs, targets)
    recorded = time.perf_counter()

    plain = keras.layers.Dense(UNITS)
    plain.build(SHAPE)
    x, y = tf.constant(inputs), tf.constant(targets)
    begun = time.perf_counter()
    loss, optimizer = keras.losses.MeanSquaredError(), keras.optimizers.Adam(0.01)
    for _step in range(STEPS):
        with tf.GradientTape() as tape:
            value = loss(y, plain(x, training=True))
        weights = plain.trainable_variables
        optimizer.apply(tape.gradient(value, [each.value for each in weights]), weights)
    looped = time.perf_counter()
    return 1e3 * (trained - start), 1e3 * (looped - begun), 1e3 * (recorded - trained)


def _scrub(page: Page) -> tuple[float, ...]:
    """Drag the slider to and fro; return the ms between pictures."""
    slider = page.locator(".ls-steps")
    slider.wait_for(timeout=60_000)
    page.locator("[data-tensor=kernel]").wait_for(timeout=60_000)
    page.wait_for_timeout(3000)
    page.evaluate(PICTURES)
    box = slider.bounding_box()
    if box is None:
        return (float(DRAG),)
    x, y = box["x"] + 8, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for turn in range(DRAG // 30):
        page.mouse.move(x + turn % 100 * (box["width"] - 16) / 100, y)
        page.wait_for_timeout(30)
    page.mouse.up()
    moments = page.evaluate("() => window.pictures")
    return tuple(later - sooner for sooner, later in pairwise(moments)) or (float(DRAG),)


def _beside_a_training(
    browser: Browser, server: Server, turns: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the ms from key to frame on Explore, without and with another visitor's training."""
    alone: list[float] = []
    beside: list[float] = []
    for turn in range(turns):
        with visitor(browser) as one, visitor(browser) as other:
            visit = Visit(one, server, seed=100 + turn, prefetch=False)
            visit.settle()
            visit.step()  # not counted
            alone += [visit.step().latency for _press in range(PRESSES)]
            page = other.new_page()
            page.goto(server.address + LONG.format(turn))
            stop = page.get_by_role("button", name="Stop training")
            stop.wait_for(timeout=60_000)
            for _press in range(PRESSES):
                latency = visit.step().latency
                if not stop.is_visible():
                    break  # it ended meanwhile
                beside.append(latency)
            else:
                stop.click()
            page.locator("[data-tensor=kernel]").wait_for(timeout=60_000)
        wait_until_idle(server.session)
    if not beside:
        raise Unmeasured(
            "No update beside a training was measured: expected a training that outlasts one. "
            "Received a shorter one. Make LONG longer."
        )
    return tuple(alone), tuple(beside)


def _alone(what: str, ours: tuple[float, ...], limit: float) -> Comparison:
    return Comparison(what=what, unit="ms", ours=ours, naive=(), limit=limit, of_ratio=False)
