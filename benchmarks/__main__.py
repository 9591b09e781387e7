"""``python -m benchmarks``: how fast the app is, against the naive form of the same app.

Times depend on the machine and on what else it does; the ratios of one run are what counts. The
exit status says whether everything could be measured, never how fast it was.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Error

from benchmarks import (
    cells,
    checkup,
    crowd,
    first_picture,
    follow,
    models,
    render,
    report,
    share,
    stock,
    training,
    updates,
    worker_memory,
)
from benchmarks.browser import browser
from benchmarks.results import Effort, Result
from benchmarks.server import Unmeasured

MEASUREMENTS: dict[str, Callable[[Browser, Effort], Result]] = {
    "update": updates.measure,
    "stock": stock.measure,
    "visitor": first_picture.second_visitor,
    "cold": first_picture.cold_server,
    "share": share.measure,
    "crowd": crowd.latency,
    "memory": crowd.memory,
    "worker": worker_memory.measure,
    "follow": follow.measure,
    "cells": cells.measure,
    "model": models.measure,
    "checkup": checkup.measure,
    "render": render.measure,
    "train": training.measure,
}
QUICK = Effort(steps=6, visits=1, starts=1, pages=3, presses=4, runs=400)


def main() -> int:
    """Measure what the command line asks for; return the exit status."""
    options = _options()
    effort = QUICK if options.quick else Effort()
    if options.steps:
        effort = replace(effort, steps=options.steps)
    # Servers are ended on the way out of their blocks, so a request to end has to go that way too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with browser() as chromium:
            before, *_ = os.getloadavg()
            results = _measure(chromium, options.only or list(MEASUREMENTS), effort)
            after, *_ = os.getloadavg()
            note = report.machine(chromium.version, before=before, after=after)
    except Unmeasured as reason:
        print(reason, file=sys.stderr)
        return 1
    _print(results, note)
    if options.json:
        report.write_json(options.json, results=results, note=note)
    return 0 if len(results) == len(options.only or MEASUREMENTS) else 1


def _measure(chromium: Browser, names: list[str], effort: Effort) -> dict[str, Result]:
    """Make the named measurements; one that cannot be made is reported and left out."""
    results = {}
    for name in names:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        try:
            results[name] = MEASUREMENTS[name](chromium, effort)
        except (Unmeasured, Error) as reason:
            print(f"{name} was not measured: {reason}", file=sys.stderr)
    return results


def _print(results: dict[str, Result], note: str) -> None:
    comparisons = [found for result in results.values() for found in result.comparisons]
    print("\n" + "\n".join(report.comparison_lines(comparisons)))
    for result in results.values():
        if result.parts:
            print("\nWhere one of our updates goes (medians)")
            print("\n".join(report.part_lines(result.parts)))
    print(f"\nMedians. {note}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke test of a few steps")
    parser.add_argument("--steps", type=int, help="key presses counted on each app (default: 30)")
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, help="leave the rest out")
    parser.add_argument("--json", type=Path, help="also write the results to this file")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
