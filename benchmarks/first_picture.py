"""How long a visitor waits for the first picture: on a warm server, and on a cold one."""

from __future__ import annotations

from playwright.sync_api import Browser

from benchmarks.apps import NAIVE, OURS, App
from benchmarks.browser import Visit, visitor, warm
from benchmarks.results import Comparison, Effort, Result
from benchmarks.server import Server, running


def second_visitor(browser: Browser, effort: Effort) -> Result:
    """Open both apps in turn, each time as somebody new, after a first visitor of each."""
    with warm(browser, OURS) as our_server, warm(browser, NAIVE) as naive_server:
        ours, naive = [], []
        for visit in range(effort.visits):
            ours.append(_visit(browser, our_server, seed=1 + visit))
            naive.append(_visit(browser, naive_server, seed=1 + visit))
    return Result(
        comparisons=(
            Comparison(
                what="second visitor: picture",
                unit="ms",
                ours=tuple(ours),
                naive=tuple(naive),
                limit=0.7,
            ),
        )
    )


def cold_server(browser: Browser, effort: Effort) -> Result:
    """Start both servers in turn, each with a visitor who is there as soon as the port answers."""
    ours, naive = [], []
    for _ in range(effort.starts):
        ours.append(_start(browser, OURS))
        naive.append(_start(browser, NAIVE))
    return Result(
        comparisons=tuple(
            Comparison(
                what=f"cold server: {what}",
                unit="ms",
                ours=tuple(start[what] for start in ours),
                naive=tuple(start[what] for start in naive),
                limit=1.0,
            )
            for what in ("frame", "picture")
        )
    )


def _visit(browser: Browser, server: Server, *, seed: int) -> float:
    """Return the time from navigation to the frame with all three charts, in ms."""
    with visitor(browser) as context:
        visit = Visit(context, server, seed=seed)
        picture = visit.complete()["painted"]
        visit.settle()  # what is left of this visit must not slow down the next
    return picture


def _start(browser: Browser, app: App) -> dict[str, float]:
    """Return the times from the server's start to its frame and to the picture, in ms."""
    with visitor(browser) as context, running(app) as server:
        visit = Visit(context, server)
        moments = {"frame": visit.headed(), "picture": visit.complete()}
        return {
            what: moment["origin"] + moment["painted"] - 1000 * server.started
            for what, moment in moments.items()
        }
