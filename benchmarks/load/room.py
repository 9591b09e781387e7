"""A room of visitors: opened one after the other, each with one change a second, then closed."""

from __future__ import annotations

import asyncio
import json
import random
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from urllib.parse import urlsplit

from websockets.exceptions import WebSocketException

from benchmarks.load.http import Http
from benchmarks.load.visitor import Change, Refused, Visitor
from benchmarks.processes import processor

PERIOD = 1.0
"""Seconds between two changes of one visitor."""
REST = 10.0
"""Seconds after the last change within which all answers must have come."""
OPEN_TOGETHER = 5
"""Visitors that open the page at the same time."""
QUERY = {"layer": "linear", "features": "10", "batch": "8", "activation": "relu"}
WIDTHS = range(1, 33)
"""What the slider goes through, in an order of each visitor's own."""
HEALTH = "/layerscope/health"


@dataclass
class Room:
    """What a room has found.

    Attributes:
        visitors: who was there, with their changes and errors.
        seconds: how long they made changes.
        processor: the generator's own share of one core meanwhile.
        lag: the longest that the generator itself was late, in seconds.
        spent: seconds of a processor that the server's processes took meanwhile, by their names.
        computations: how many the server's workers made meanwhile; None where it does not say.
    """

    visitors: list[Visitor]
    seconds: float = 0.0
    processor: float = 0.0
    lag: float = 0.0
    computations: int | None = None
    spent: dict[str, float] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[Change]:
        """All changes of all visitors."""
        return [change for visitor in self.visitors for change in visitor.changes]

    @property
    def errors(self) -> list[str]:
        """All that went wrong, unanswered changes included."""
        lost = [
            f"No {part} of {len(missing)} changes came within {REST:g} seconds."
            for part in ("picture", "page")
            if (missing := [each for each in self.changes if getattr(each, part) is None])
        ]
        said = [error for visitor in self.visitors for error in visitor.errors]
        return [*self.refused, *said, *lost]


async def fill(
    address: str,
    *,
    visitors: int,
    seconds: float,
    same: bool,
    seed: int = 0,
    session: int | None = None,
) -> Room:
    """Let visitors in, let each make a change a second, and wait for the last answers.

    Args:
        address: the server's.
        visitors: how many.
        seconds: for which they make changes.
        same: whether all follow one link; else each has numbers of their own.
        seed: of the first visitor's numbers.
        session: of the server, whose processors' time is measured; None where it is not ours.
    """
    room = Room([Visitor(address, _query(seed if same else seed + i)) for i in range(visitors)])
    try:
        await _open(room)
        before, cpu, spent = await computations(address), _processor(), processor(session)
        watch = asyncio.create_task(_watch(room))
        start = time.perf_counter() + PERIOD / 2
        await asyncio.gather(
            *(
                _turn(
                    visitor,
                    start=start + (0.0 if same else PERIOD * i / visitors),
                    count=round(seconds / PERIOD),
                    seed=seed if same else seed + i,
                )
                for i, visitor in enumerate(room.visitors)
                if visitor.opened is not None
            )
        )
        room.seconds = time.perf_counter() - start
        room.processor = (_processor() - cpu) / room.seconds
        watch.cancel()
        await asyncio.gather(*(visitor.rest(REST) for visitor in room.visitors))
        room.spent = {name: now - spent[name] for name, now in processor(session).items()}
        after = await computations(address)
        room.computations = None if before is None or after is None else after - before
    finally:
        await asyncio.gather(*(visitor.close() for visitor in room.visitors))
    return room


async def computations(address: str) -> int | None:
    """Return how many computations a server has made; None where it does not say."""
    parts = urlsplit(address)
    http = Http(parts.hostname or "", parts.port or 80)
    try:
        answer = await http.get(parts.path.rstrip("/") + HEALTH)
        said = json.loads(answer.body)
        return int(said["computations"]) if said["ready"] else None
    except (OSError, ValueError, LookupError):
        return None
    finally:
        await http.close()


def _query(seed: int) -> dict[str, str]:
    return {**QUERY, "seed": str(seed)}


async def _open(room: Room) -> None:
    """Open all pages, a few at a time, as people come into a room."""
    door = asyncio.Semaphore(OPEN_TOGETHER)

    async def enter(visitor: Visitor) -> None:
        async with door:
            try:
                await visitor.open()
            except (Refused, OSError, EOFError, ValueError, WebSocketException) as reason:
                room.refused.append(f"A page did not open: {reason}")

    await asyncio.gather(*(enter(visitor) for visitor in room.visitors))


async def _turn(visitor: Visitor, *, start: float, count: int, seed: int) -> None:
    """Make changes at fixed times, whether those before are answered or not."""
    widths = _widths(seed)
    for number in range(count):
        await asyncio.sleep(max(0.0, start + number * PERIOD - time.perf_counter()))
        await visitor.change(next(widths))


def _widths(seed: int) -> Iterator[int]:
    order = [*WIDTHS]
    random.Random(seed).shuffle(order)  # noqa: S311 (nobody is to guess nothing)
    return cycle(order)


async def _watch(room: Room) -> None:
    """Measure how late the generator itself is: its figures mean nothing where it is."""
    while True:
        due = time.perf_counter() + 0.1
        await asyncio.sleep(0.1)
        room.lag = max(room.lag, time.perf_counter() - due)


def _processor() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime
