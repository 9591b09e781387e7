"""How much memory a worker takes after very many runs, against what it takes after a few."""

from __future__ import annotations

import os
import sys
from itertools import cycle, islice
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.processes import KILOBYTES_IN_MEGABYTE
from benchmarks.results import Comparison, Effort, Result
from benchmarks.server import Unmeasured
from layers.api.explore import describe, explore
from pages.shared.workers import Workers
from views.explore.link import choice_from_link

COUNT = 2  # workers

LAYERS = (
    *("linear", "repeated_dense", "nd_dense", "center_zero", "running_sum", "mlp_block"),
    *("dense", "conv2d", "lstm", "multi_head_attention", "layer_normalization", "embedding"),
)
LIMIT = 1.05
APART = 20  # runs between two looks at a worker's memory
PATIENCE = 600  # s for one run: what is measured is memory, also where others are at work
PARTS = 10  # the second part of the runs is compared with the last


def measure(_: Browser, effort: Effort) -> Result:
    """Run layer after layer, each time with other numbers, as visitors do one after the other."""
    part = effort.runs // PARTS
    seen = []
    pool = Workers(count=COUNT, time_limit=PATIENCE)
    try:
        layers = pool.submit(describe).result()
        for run, layer in enumerate(islice(cycle(LAYERS), effort.runs)):
            choice = choice_from_link(layers, {"layer": layer, "seed": str(run)})
            pool.submit(explore, **choice.arguments()).result()
            if run % APART == 0:
                seen.append((run, *pool.submit(memory).result()))
            if run % part == 0:
                print(f"  {run:,} runs: {seen[-1][2]:.0f} MB", file=sys.stderr, flush=True)
    finally:
        pool.shutdown()
    if len({process for _, process, _ in seen}) > COUNT:
        raise Unmeasured(
            f"The memory of a worker was not measured: expected {COUNT} processes to the end. "
            "Received one that took the place of another. See in the server's log why."
        )
    return Result(
        comparisons=(
            Comparison(
                what=f"worker after {effort.runs:,} runs; {2 * part:,}",
                unit="MB",
                ours=tuple(taken for run, _, taken in seen if run >= effort.runs - part),
                naive=tuple(taken for run, _, taken in seen if part <= run < 2 * part),
                limit=LIMIT,
            ),
        )
    )


def memory() -> tuple[int, float]:
    """Return the process that answers, and the memory that it takes, in MB.

    Raises:
        Unmeasured: the system has no ``/proc``.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        raise Unmeasured(
            "The memory of a worker was not measured: expected /proc, which Linux has. Received "
            "none. Run this measurement on Linux."
        ) from None
    line = next(each for each in status.splitlines() if each.startswith("VmRSS:"))
    return os.getpid(), int(line.split()[1]) / KILOBYTES_IN_MEGABYTE
