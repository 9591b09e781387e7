"""From the key press to the frame that shows its result, what that sends, and where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median

from playwright.sync_api import Browser

from benchmarks.apps import NAIVE, OURS
from benchmarks.browser import Update, Visit, visitor, warm
from benchmarks.results import Comparison, Effort, Part, Result
from benchmarks.server import Server
from benchmarks.wire import counting

WARM_UP = 2  # presses after a page has opened that are not counted
WALK = 6  # presses that are: widths 8 to 13


def measure(browser: Browser, effort: Effort) -> Result:
    """Press the same key on both apps in turn.

    Our page has prefetched the picture of one more step in the same direction. A second page of
    ours does not prefetch: it stands for a change that the page could not expect, and the parts of
    an update's time are measured on it.
    """
    ours, unprefetched, naive = [], [], []
    with warm(browser, OURS) as our_server, warm(browser, NAIVE) as naive_server:
        for walk in range(-(-effort.steps // WALK)):
            steps = _walk(browser, our_server, naive_server, seed=2 * walk)
            for kind, updates in zip(
                (ours, unprefetched, naive), zip(*steps, strict=True), strict=True
            ):
                kind.extend(updates)
    return Result(
        comparisons=(
            *(
                Comparison(
                    what=what,
                    unit="ms",
                    ours=tuple(update.latency for update in updates),
                    naive=tuple(update.latency for update in naive),
                    limit=limit,
                )
                for what, updates, limit in (
                    ("update: key to frame", ours, 1 / 6),
                    ("the same, not prefetched", unprefetched, 0.11),
                )
            ),
            Comparison(
                what="update: bytes received",
                unit="B",
                ours=tuple(update.received for update in ours),
                naive=tuple(update.received for update in naive),
                limit=1 / 3,
            ),
        ),
        parts=_parts(unprefetched),
    )


def _walk(
    browser: Browser, our_server: Server, naive_server: Server, *, seed: int
) -> list[tuple[Update, ...]]:
    """Widen step by step; each walk with seeds of its own, as our server remembers results."""
    with ExitStack() as stack:

        def opened(server: Server, seed: int, *, prefetch: bool = True) -> Visit:
            context = stack.enter_context(visitor(browser))
            wire = stack.enter_context(counting(server.address))
            return Visit(context, server, seed=seed, prefetch=prefetch, wire=wire)

        visits = (
            opened(our_server, seed),
            opened(our_server, seed + 1, prefetch=False),
            opened(naive_server, seed),
        )
        for visit in visits:
            visit.settle()
        steps = [tuple(visit.step() for visit in visits) for _ in range(WARM_UP + WALK)]
    return steps[WARM_UP:]


def _parts(updates: Sequence[Update]) -> tuple[Part, ...]:
    """Split our updates; medians, so that the parts need not add up to the median of the whole."""

    def reported(name: str) -> float:
        return median(update.timings[name] for update in updates)

    def rest(update: Update) -> float:
        named = sum(update.timings[name] for name in ("queue", "worker", "figures"))
        return update.timings["server"] - named

    spans = [
        ("key to request sent", lambda update: update.sent - update.key),
        ("request sent to picture received", lambda update: _picture(update) - update.sent),
        ("picture received to drawn", lambda update: update.drawn - _picture(update)),
        ("drawn to painted", lambda update: update.painted - update.drawn),
    ]
    parts = [Part(what=what, time=median(map(span, updates))) for what, span in spans]
    if not all({"queue", "worker", "figures", "server"} <= set(u.timings) for u in updates):
        return tuple(parts)  # the page did not say what its server did
    server = [
        Part(what="of which on the server", time=reported("server"), within=True),
        Part(what="  waiting for a worker", time=reported("queue"), within=True),
        Part(what="  worker", time=reported("worker"), within=True),
        Part(what="  figures", time=reported("figures"), within=True),
        Part(what="  everything else", time=median(map(rest, updates)), within=True),
    ]
    return (*parts[:2], *server, *parts[2:])


def _picture(update: Update) -> float:
    """Return when the picture came: the largest message, by far, of those before it was drawn."""
    before = [message for message in update.messages if message[0] <= update.drawn]
    return max(before, key=lambda message: message[1])[0]
