"""Many pages open at once: how long each waits, and how much memory each takes."""

from __future__ import annotations

import time

from playwright.sync_api import Browser

from benchmarks.apps import NAIVE, OURS, App
from benchmarks.browser import LIMIT, Visit, visitor, warm
from benchmarks.processes import resident, wait_until_idle
from benchmarks.results import Comparison, Effort, Result

PERIOD = 1000  # ms between two presses on one page
STAGGER = 100  # ms between the presses of neighbouring pages
HEAD_START = 1  # s to tell all pages before the first press is due
WARM_UP = 5  # presses on the first page before memory is read


def latency(browser: Browser, effort: Effort) -> Result:
    """Let every page press a key once a second; first ours, then the naive app's, each alone."""
    return Result(
        comparisons=(
            Comparison(
                what=f"{effort.pages} pages at once: key to frame",
                unit="ms",
                ours=_latencies(browser, OURS, effort),
                naive=_latencies(browser, NAIVE, effort),
                limit=0.1,
                cut_off=LIMIT,
            ),
        )
    )


def memory(browser: Browser, effort: Effort) -> Result:
    """Compare a fresh server with one page open to the same server with further pages open."""
    return Result(
        comparisons=(
            Comparison(
                what="memory: each further page",
                unit="MB",
                ours=(_growth(browser, OURS, effort),),
                naive=(_growth(browser, NAIVE, effort),),
                limit=5,
                of_ratio=False,
            ),
        )
    )


def _latencies(browser: Browser, app: App, effort: Effort) -> tuple[float, ...]:
    """Return the latency of every press of every page, in ms."""
    with warm(browser, app) as server, visitor(browser) as context:
        visits = []
        for seed in range(effort.pages):
            visits.append(Visit(context, server, seed=seed))
            visits[-1].settle()
        start = 1000 * (time.time() + HEAD_START)
        for position, visit in enumerate(visits):
            visit.start_pressing(
                start=start + position * STAGGER, period=PERIOD, presses=effort.presses
            )
        return tuple(latency for visit in visits for latency in visit.latencies())


def _growth(browser: Browser, app: App, effort: Effort) -> float:
    """Return what each further page adds, in MB, once it has made an update."""
    with warm(browser, app) as server, visitor(browser) as context:
        first = Visit(context, server)
        first.settle()
        for _ in range(WARM_UP):
            first.step()
        wait_until_idle(server.session)
        before = resident(server.session)
        for seed in range(1, 1 + effort.pages):
            visit = Visit(context, server, seed=seed)
            visit.settle()
            visit.step()
        wait_until_idle(server.session)
        return (resident(server.session) - before) / effort.pages
