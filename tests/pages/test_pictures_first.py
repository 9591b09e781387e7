"""Pictures before pages: which of a page's messages wait, for how long, and for what."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pages.shared import pictures_first
from pages.shared.pictures_first import PicturesFirst

LIVE = "/layerscope/live/explore"


class Room:
    """An app that answers a question when it is told to, and notes what reaches its socket."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pictures_first, "LONGEST", 0.2)
        monkeypatch.setattr(pictures_first, "DRAWING", 0.0)
        self.answer = asyncio.Event()
        self.heard: list[str] = []
        self.middleware = PicturesFirst(self._app)

    async def _app(self, scope: Any, receive: Any, _send: Any) -> None:
        if scope["type"] == "http":
            await self.answer.wait()
            if b"fails" in scope["query_string"]:
                raise ConnectionError
        else:
            self.heard.append((await receive())["type"])

    def ask(self, path: str = LIVE, query: bytes = b"units=3") -> asyncio.Task:
        scope = {"type": "http", "path": path, "query_string": query}
        return asyncio.create_task(self._run(scope, {"type": "http.request"}))

    def say(self, kind: str = "websocket.receive") -> asyncio.Task:
        scope = {"type": "websocket", "path": "/_stcore/stream", "query_string": b""}
        return asyncio.create_task(self._run(scope, {"type": kind}))

    async def _run(self, scope: dict, message: dict) -> None:
        async def receive() -> dict:
            return message

        async def send(_: Any) -> None: ...

        await self.middleware(scope, receive, send)


def in_room(monkeypatch: pytest.MonkeyPatch, what: Callable[[Room], Awaitable[None]]) -> None:
    async def run() -> None:
        await what(Room(monkeypatch))

    asyncio.run(run())


async def soon() -> None:
    """Let everything go on that is not waiting."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_a_message_waits_for_the_pictures_asked_before_it(monkeypatch: pytest.MonkeyPatch):
    async def what(room: Room) -> None:
        question = room.ask()
        await soon()
        message = room.say()
        await soon()
        assert room.heard == []
        room.answer.set()
        await asyncio.gather(question, message)
        assert room.heard == ["websocket.receive"]
        assert not room.middleware._answering, "nothing is kept of what has been answered"

    in_room(monkeypatch, what)


def test_a_browser_has_time_to_draw_what_it_was_sent(monkeypatch: pytest.MonkeyPatch):
    async def what(room: Room) -> None:
        monkeypatch.setattr(pictures_first, "DRAWING", 3600.0)
        question = room.ask()
        await soon()
        message = room.say()
        room.answer.set()
        await question
        await soon()
        assert room.heard == []
        message.cancel()

    in_room(monkeypatch, what)


def test_a_picture_that_takes_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    async def what(room: Room) -> None:
        question = room.ask()
        await soon()
        await room.say()
        assert room.heard == ["websocket.receive"]
        assert not question.done()
        room.answer.set()
        await question

    in_room(monkeypatch, what)


@pytest.mark.parametrize(
    ("path", "query", "kind"),
    [
        (LIVE, b"units=3&prefetch=", "websocket.receive"),
        ("/_stcore/health", b"", "websocket.receive"),
        (LIVE, b"units=3", "websocket.disconnect"),
    ],
    ids=["prefetched", "no picture", "a goodbye"],
)
def test_nothing_else_waits(monkeypatch: pytest.MonkeyPatch, path: str, query: bytes, kind: str):
    async def what(room: Room) -> None:
        question = room.ask(path, query)
        await soon()
        message = room.say(kind)
        await soon()
        assert room.heard == [kind]
        room.answer.set()
        await asyncio.gather(question, message)

    in_room(monkeypatch, what)


def test_a_question_that_fails_holds_nothing_back(monkeypatch: pytest.MonkeyPatch):
    async def what(room: Room) -> None:
        question = room.ask(query=b"fails")
        await soon()
        room.answer.set()
        with pytest.raises(ConnectionError):
            await question
        message = room.say()
        await soon()
        assert room.heard == ["websocket.receive"]
        await message

    in_room(monkeypatch, what)
