"""What the browser spends on an update: the processor time of all its processes."""

from __future__ import annotations

import os
import time

from playwright.sync_api import Browser

from benchmarks.apps import NAIVE, OURS, App
from benchmarks.browser import Visit, visitor, warm
from benchmarks.processes import browser_seconds
from benchmarks.results import Comparison, Effort, Result

PERIOD = 1000  # ms between two presses
HEAD_START = 1  # s to tell the page before the first press is due
REST = 1  # s after the last press until its update is surely drawn
MOST = 95  # ms


def measure(browser: Browser, effort: Effort) -> Result:
    """Press a key once a second on one page, first ours, then the naive app's, each alone."""
    return Result(
        comparisons=(
            Comparison(
                what="update: browser's processor time",
                unit="ms",
                ours=_spent(browser, OURS, effort),
                naive=_spent(browser, NAIVE, effort),
                limit=MOST,
                of_ratio=False,
            ),
        )
    )


def _spent(browser: Browser, app: App, effort: Effort) -> tuple[float, ...]:
    """Return the processor time of an update, in ms, for each of some walks."""
    spent = []
    with warm(browser, app) as server:
        for seed in range(max(1, effort.visits)):
            with visitor(browser) as context:
                visit = Visit(context, server, seed=seed)
                visit.settle()
                before = browser_seconds(os.getpid())
                start = 1000 * (time.time() + HEAD_START)
                visit.start_pressing(start=start, period=PERIOD, presses=effort.presses)
                visit.latencies()
                time.sleep(REST)
                after = browser_seconds(os.getpid())
            spent.append(1000 * (after - before) / effort.presses)
    return tuple(spent)
