"""``python -m benchmarks.load``: visitors without browsers, one change a second each.

Starts a server of its own, or takes one that runs. Figures depend on the machine and on what else
it does. The exit status says whether every change was answered without an error.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from contextlib import ExitStack

from benchmarks.apps import OURS
from benchmarks.load import report
from benchmarks.load.room import computations, fill
from benchmarks.load.soak import soak
from benchmarks.processes import memory, wait_until_idle
from benchmarks.server import Unmeasured, running

STARTED = 120.0
"""Seconds within which the workers of a server must be warm."""


def main() -> int:
    """Fill a room, report, and return the exit status."""
    options = _options()
    try:
        return _measure(options)
    except Unmeasured as reason:
        print(reason, file=sys.stderr)
        return 1


def _measure(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        address, session = options.address, options.session
        if not address:
            server = stack.enter_context(running(OURS))
            address, session = server.address, server.session
        asyncio.run(_warm(address))
        if options.soak:
            return soak(address, session, visitors=options.visitors, minutes=options.soak)
        if session is not None:
            wait_until_idle(session)  # the second worker may still be starting
        before = memory(session)
        load = os.getloadavg()
        room = asyncio.run(
            fill(
                address,
                visitors=options.visitors,
                seconds=options.seconds,
                same=options.same,
                session=session,
            )
        )
        print("\n".join(report.lines(room)))
        for what, figures in {"before": before, "after": memory(session)}.items():
            if figures:
                said = ", ".join(f"{name} {held:.0f} MB" for name, held in figures.items())
                print(f"  memory {what:<8} {said}")
    print(f"  load averages   {load[0]:.1f} before, {os.getloadavg()[0]:.1f} after")
    return 1 if room.errors else 0


async def _warm(address: str) -> None:
    """Wait until the server computes, so that nobody waits for TensorFlow to start."""
    for _ in range(int(STARTED)):
        if await computations(address) is not None:
            return
        await asyncio.sleep(1)
    raise Unmeasured(
        f"Nothing was measured: expected {address} to be ready within {STARTED:g} seconds. "
        "Received no answer that says so. Look at its log."
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--visitors", type=int, default=50, help="how many (50)")
    parser.add_argument("--seconds", type=float, default=30, help="of changes (30)")
    parser.add_argument("--same", action="store_true", help="all follow one link")
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="visitors come and go")
    parser.add_argument("--address", help="of a server that runs, such as http://localhost:8501")
    parser.add_argument(
        "--session", type=int, help="process id of that server, to measure its memory and time"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
