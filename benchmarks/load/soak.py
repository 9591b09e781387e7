"""A room that people enter and leave all the time: memory must stay as it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import mean

from benchmarks.load import report
from benchmarks.load.room import Room, fill
from benchmarks.processes import memory

STAY = 20.0
"""Seconds for which one group of visitors stays."""
GROUPS = 2
"""Groups that are there at the same time, half a stay apart."""
AFTERWARDS = 180.0
"""Seconds after which a closed session is over: Streamlit lets its visitor come back for 120."""
FLAT = 2.0
"""MB a minute of Streamlit's process that count as flat: the allocator's own unrest."""


@dataclass
class Soak:
    """What was seen: rooms, and the memory of each process in MB by seconds since the start."""

    rooms: list[Room] = field(default_factory=list)
    held: list[tuple[float, dict[str, float]]] = field(default_factory=list)


def soak(address: str, session: int | None, *, visitors: int, minutes: float) -> int:
    """Let visitors come and go, print memory as it is, and return the exit status."""
    seen = Soak()
    asyncio.run(_soak(seen, address, session, visitors, 60 * minutes))
    errors = [error for room in seen.rooms for error in room.errors]
    changes = [change for room in seen.rooms for change in room.changes]
    came = sum(len(room.visitors) for room in seen.rooms)
    print(f"{came} visitors in {minutes:g} minutes, {len(changes)} changes, {len(errors)} errors")
    for error in dict.fromkeys(errors):
        print(f"    {error[:200]}")
    pictures = [change.picture for change in changes if change.picture is not None]
    print(f"  change→picture  {report.percentiles(pictures)}")
    if not seen.held:
        return 1 if errors else 0
    half = [each for each in seen.held if each[0] >= 30 * minutes]
    slope = per_minute([(at, held["streamlit"]) for at, held in half])
    print(f"  Streamlit's process in the second half: {slope:+.2f} MB a minute")
    return 1 if errors or slope > FLAT else 0


def per_minute(points: Sequence[tuple[float, float]]) -> float:
    """Return how much a quantity grows a minute: the slope of the straight line through it.

    Args:
        points: seconds, and the quantity then.
    """
    if len(points) < 2:
        return 0.0
    middle, average = mean(at for at, _ in points), mean(held for _, held in points)
    spread = sum((at - middle) ** 2 for at, _ in points)
    return 60 * sum((at - middle) * (held - average) for at, held in points) / spread


async def _soak(
    seen: Soak, address: str, session: int | None, visitors: int, seconds: float
) -> None:
    started = time.perf_counter()
    look = asyncio.create_task(_look(seen, session, started))

    async def come_and_go(group: int) -> None:
        await asyncio.sleep(group * STAY / GROUPS)
        seed = group
        while time.perf_counter() - started < seconds:
            count = max(1, visitors // GROUPS)
            room = await fill(address, visitors=count, seconds=STAY, same=False, seed=seed)
            seen.rooms.append(room)
            seed += 1000  # other numbers: nothing is answered from the cache

    await asyncio.gather(*(come_and_go(group) for group in range(GROUPS)))
    print(f"All have left; what they held is given back within {AFTERWARDS:g} s.", flush=True)
    look.cancel()
    await asyncio.sleep(AFTERWARDS)
    _print(time.perf_counter() - started, memory(session))


async def _look(seen: Soak, session: int | None, started: float) -> None:
    while held := memory(session):
        at = time.perf_counter() - started
        seen.held.append((at, held))
        _print(at, held)
        await asyncio.sleep(STAY)


def _print(at: float, held: dict[str, float]) -> None:
    said = ", ".join(f"{name} {megabytes:.0f} MB" for name, megabytes in held.items())
    print(f"  {at / 60:5.1f} min  {said}", flush=True)
