"""The routes of rooms: a presenter's browser tells what it shows, and followers' are sent that.

The presenter's browser names the pictures by their ids. The blocks are those that the server has
sent it; they are packed once, whoever many follow.
"""

from __future__ import annotations

import asyncio
import base64
import json
import signal
import threading
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from types import FrameType
from typing import Any

import segno
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from layers.inputs.fields import BadInputError
from pages.present.message import Message, read
from pages.present.rooms import NoRoomError, Room, TooManyError, rooms
from pages.shared.downloads import kept

PATH = "/layerscope/room"
ALIVE = 10
"""Seconds after which a stream says that it is there, where nothing else was to say."""
_MOST_BYTES = 2**18
"""Of what a presenter's browser tells at once."""
_LONGEST = 400
"""Characters of a link that is drawn as a QR code."""
_NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_Answer = Callable[[Request], Awaitable[Response]]


class _TooLargeError(BadInputError):
    """More bytes than are read."""


_STATUSES = {NoRoomError: 404, _TooLargeError: 413}


def _in_sentences(answer: _Answer) -> _Answer:
    """Answer refusals with their sentence, and a status that says what kind they are."""

    async def answered(request: Request) -> Response:
        try:
            return await answer(request)
        except TooManyError as refusal:
            return PlainTextResponse(str(refusal), 429, headers={**_NO_STORE, "Retry-After": "60"})
        except PermissionError as refusal:
            return PlainTextResponse(str(refusal), 403, headers=_NO_STORE)
        except BadInputError as refusal:
            status = _STATUSES.get(type(refusal), 400)
            return PlainTextResponse(str(refusal), status, headers=_NO_STORE)

    return answered


async def _open(request: Request) -> Response:
    """Open a room; answer with its code and its secret."""
    room, secret = rooms().open(_address(request))
    return JSONResponse({"code": room.code, "secret": secret}, headers=_NO_STORE)


async def _show(request: Request) -> Response:
    """Take what the presenter's browser shows now; nothing says that it is still there."""
    code, secret = request.path_params["code"], request.headers.get("x-presenter", "")
    room = rooms().held(code, secret, _address(request))
    message = read(await _body(request))
    missing = await run_in_threadpool(_take, room, message)
    answer = {"followers": room.followers, "missing": missing, "writer": room.writer}
    return JSONResponse(answer, headers=_NO_STORE)


async def _end(request: Request) -> Response:
    code, secret = request.path_params["code"], request.headers.get("x-presenter", "")
    rooms().end(rooms().held(code, secret, _address(request)))
    return Response(status_code=204)


async def _follow(request: Request) -> Response:
    """Answer with a stream of events: all that is shown now, and then every change."""
    room = rooms().find(request.path_params["code"], _address(request))
    room.refuse_more()
    headers = {**_NO_STORE, "X-Accel-Buffering": "no"}  # nginx would hold events back
    return StreamingResponse(_events(room), media_type="text/event-stream", headers=headers)


async def _events(room: Room) -> AsyncGenerator[bytes]:
    loop, changed = asyncio.get_running_loop(), asyncio.Event()
    with room.followed(lambda: loop.call_soon_threadsafe(changed.set)):
        version = 0
        yield b"retry: 1000\n\n"
        while not room.ended:
            changed.clear()
            version, parts = room.since(version)
            if parts:
                yield b"".join(parts)
            try:
                await asyncio.wait_for(changed.wait(), ALIVE)
            except asyncio.TimeoutError:
                rooms().end_silent()
                yield _event("alive", "")
    yield _event("ended", "The presenter has ended.")


async def _code(request: Request) -> Response:
    """Answer with a QR code of a link: rows of 0 and 1."""
    link = (await _body(request)).decode("utf-8", "replace")
    if not 0 < len(link) <= _LONGEST:
        raise BadInputError(
            f"No QR code was drawn: expected a link of 1 to {_LONGEST} characters. Received "
            f"{len(link):,}. Copy the link instead."
        )
    drawn = await run_in_threadpool(segno.make, link, error="m", micro=False)
    return JSONResponse(["".join("01"[bool(one)] for one in row) for row in drawn.matrix])


def _take(room: Room, message: Message) -> list[str]:
    """Show what a message says; return the ids of pictures that are not kept any more."""
    with room.changing:
        shown = dict(message.pictures) if message.page is not None else room.pictures
        texts = {
            place: kept(message.visitor, place, known_as)
            for place, known_as in shown.items()
            if room.pictures.get(place) != known_as
        }
        parts = {
            place: _picture(place, shown[place], text)
            for place, text in texts.items()
            if text is not None
        }
        gone = frozenset(room.pictures) - frozenset(shown)
        if message.page is not None:
            room.writer = message.visitor
            parts["page"] = _event("page", message.page)
        if message.acts is not None:
            parts["acts"] = _event("acts", message.acts)
        if parts:
            room.show(parts, without=gone)
        missing = [place for place, text in texts.items() if text is None]
        before = {place: room.pictures.get(place, "") for place in missing}
        room.pictures = shown | before
        return [shown[place] for place in missing]


def _picture(place: str, known_as: str, text: str) -> bytes:
    blocks = zlib.compress(f'{{"id":{json.dumps(known_as)},"blocks":{text}}}'.encode(), level=6)
    return _event("picture", {"place": place, "data": base64.b64encode(blocks).decode()})


def _event(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


async def _body(request: Request) -> bytes:
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > _MOST_BYTES:
            raise _TooLargeError(
                f"Nothing was taken: expected at most {_MOST_BYTES:,} bytes. Received more. Send "
                "less."
            )
    return bytes(found)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def end_with_server() -> None:
    """End all rooms when the server is asked to end: it waits for the streams. In its event loop.

    Else a server with followers would never end: uvicorn tells no stream that it wants to.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # signals come to the main thread alone, and so does no server but a test's
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def ending(received: int, frame: FrameType | None, before: Any = before) -> None:
            loop.call_soon_threadsafe(rooms().end_all)
            if callable(before):
                before(received, frame)

        signal.signal(number, ending)


ROUTES = [
    Route(PATH, _in_sentences(_open), methods=["POST"]),
    Route(f"{PATH}/qr", _in_sentences(_code), methods=["POST"]),
    Route(f"{PATH}/{{code}}", _in_sentences(_follow), methods=["GET"]),
    Route(f"{PATH}/{{code}}", _in_sentences(_show), methods=["POST"]),
    Route(f"{PATH}/{{code}}", _in_sentences(_end), methods=["DELETE"]),
]
