"""One visitor without a browser: opens the page, moves a slider, and notes when answers come.

As in a browser, the live route is asked for the picture first, one question at a time and then the
newest; the page is told of the same change, and its own run ends some time later.
"""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from benchmarks.load.http import Http
from benchmarks.load.page import Page

FIELD = "units"
"""The parameter, and the key of the slider, that visitors change."""
OPENING = 60.0
"""Seconds within which a page must have come."""
TOLD = 0.03
"""Seconds after which a browser tells the page what it has asked the live route: measured 25 to 40
ms in Chromium."""
_STREAM = "_stcore/stream"
_LARGEST = 200 * 2**20


class Refused(Exception):  # noqa: N818 - an answer that was not one
    """The server did not do what was asked; the message says what came instead."""


@dataclass
class Change:
    """One change: when it was made, and when its picture and its page came; None before."""

    value: int
    at: float
    picture: float | None = None
    page: float | None = None


@dataclass
class Visitor:
    """One visitor.

    Attributes:
        address: the server's.
        query: the link that is opened, without `units`.
        changes: all that were made.
        errors: what went wrong, one sentence each.
        opened: seconds until the page had come with its picture; None before.
    """

    address: str
    query: dict[str, str]
    changes: list[Change] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    opened: float | None = None
    _page: Page = field(init=False)
    _drawn: dict[str, Any] = field(default_factory=dict)
    _socket: ClientConnection | None = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Make the connection for pictures; nothing is sent yet."""
        self._page = Page(urlencode(self.query))
        parts = urlsplit(self.address)
        self._base = parts.path.rstrip("/")
        self._http = Http(parts.hostname or "", parts.port or 80)

    async def open(self) -> None:
        """Open the page, and wait for its picture.

        Raises:
            Refused: something else came, or nothing did.
        """
        started = time.perf_counter()
        first = await self._http.get(f"{self._base}/?{self._page.query}", "text/html")
        if first.status != 200:
            raise Refused(f"The page was answered with {first.status}.")
        headers = {"Cookie": self._http.cookie()} if self._http.cookies else {}
        self._socket = await connect(
            f"ws://{self._http.host}:{self._http.port}{self._base}/{_STREAM}",
            subprotocols=[Subprotocol("streamlit")],
            additional_headers=headers,
            max_size=_LARGEST,
            open_timeout=OPENING,
        )
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._ask())]
        await self._socket.send(self._page.opening())
        deadline = started + OPENING
        while not self._page.picture.get("live"):
            self._came.clear()
            try:
                await asyncio.wait_for(self._came.wait(), deadline - time.perf_counter())
            except TimeoutError:
                raise Refused(f"No picture came within {OPENING:g} seconds.") from None
            if self.errors:
                raise Refused(self.errors[-1])
        self.opened = time.perf_counter() - started

    async def change(self, value: int) -> None:
        """Move the slider; what comes of it is noted when it comes."""
        self.changes.append(Change(value, time.perf_counter()))
        self._asked.set()
        await asyncio.sleep(TOLD)
        try:
            assert self._socket is not None
            await self._socket.send(self._page.change(FIELD, value))
        except (WebSocketException, OSError, LookupError) as error:
            self.errors.append(f"The page was not told of {FIELD}={value}: {error}")

    async def rest(self, seconds: float) -> None:
        """Wait until the last change is answered, or for so many seconds."""
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline and not self._is_answered():
            await asyncio.sleep(0.05)

    async def close(self) -> None:
        """Leave as a browser does whose tab is closed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._socket is not None:
            with suppress(OSError, WebSocketException):
                await self._socket.close()
        await self._http.close()

    def _is_answered(self) -> bool:
        last = self.changes[-1] if self.changes else None
        return last is None or (last.picture is not None and last.page is not None)

    async def _listen(self) -> None:
        """Take the server's messages; a run that ends answers what it was told of."""
        assert self._socket is not None
        try:
            async for data in self._socket:
                has_ended = self._page.take(data if isinstance(data, bytes) else data.encode())
                self.errors += self._page.problems
                self._page.problems.clear()
                if "blocks" in self._page.picture:
                    self._drawn = self._page.picture
                if has_ended:
                    self._answered("page", self._shown())
                self._came.set()
            self.errors.append("The server closed the connection.")
        except WebSocketException as error:
            self.errors.append(f"The connection was lost: {error}")
        self._came.set()

    async def _ask(self) -> None:
        """Ask for the picture of the newest change, one at a time."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            wanted = self.changes[-1]
            try:
                await self._picture(wanted.value)
            except (Refused, OSError, EOFError, ValueError) as error:
                self.errors.append(f"No picture of {FIELD}={wanted.value}: {error}")
            else:
                self._answered("picture", wanted.value)

    async def _picture(self, value: int) -> None:
        """Ask the live route as `browser/ahead.js` does."""
        live = self._page.picture["live"]
        known = ",".join(array["id"] for array in _arrays(self._drawn))
        query = {**live["link"], FIELD: str(value), "visitor": live["visitor"], "have": known}
        answer = await self._http.get(f"{live['path']}?{urlencode(query)}")
        if answer.status != 200:
            raise Refused(f"it was answered with {answer.status}.")
        data = json.loads(zlib.decompress(answer.body))
        if not data.get("blocks"):
            raise Refused("it is empty.")
        self._drawn = data

    def _shown(self) -> int | None:
        """Return the value of which the page has confirmed the picture."""
        return int(self._page.picture.get("live", {}).get("turned", {}).get(FIELD, -1))

    def _answered(self, part: str, value: int | None) -> None:
        """Note that an answer came: also for those before, which nobody waits for any more."""
        now = time.perf_counter()
        positions = [i for i, change in enumerate(self.changes) if change.value == value]
        for change in self.changes[: positions[-1] + 1] if positions else []:
            if getattr(change, part) is None:
                setattr(change, part, now - change.at)


def _arrays(data: Any) -> Iterator[dict[str, Any]]:
    """Return the arrays of a picture that can be known by an id."""
    if isinstance(data, list):
        for each in data:
            yield from _arrays(each)
    elif isinstance(data, dict):
        if "id" in data and ("bdata" in data or set(data) == {"id"}):
            yield data
        else:
            for each in data.values():
                yield from _arrays(each)
