"""Pictures before pages: what a page asks for waits until the pictures asked before it are sent."""

from __future__ import annotations

import asyncio

from starlette.datastructures import QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.guard import LIVE

LONGEST = 0.1
"""Seconds that a page's message waits at most."""
DRAWING = 0.02
"""Seconds that a browser has to draw a picture before the page's update reaches it."""


class PicturesFirst:
    """Middleware that holds a page's messages back while live questions are being answered.

    A change is asked for twice: of a live route, whose picture comes first, and then of the page.
    Streamlit's run and what the browser does about it would slow the picture down: on two cores,
    a question was answered in 69 ms so, and in 27 ms with nothing beside it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._answering: set[asyncio.Future[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, the socket's messages a little later."""
        if scope["type"] == "websocket":
            await self._app(scope, lambda: self._later(receive), send)
        elif scope["type"] == "http" and LIVE in scope["path"] and _is_awaited(scope):
            answered = asyncio.get_running_loop().create_future()
            self._answering.add(answered)
            try:
                await self._app(scope, receive, send)
            finally:
                self._answering.discard(answered)
                answered.set_result(None)
        else:
            await self._app(scope, receive, send)

    async def _later(self, receive: Receive) -> Message:
        """Return the next message, when the questions before it have been answered."""
        message = await receive()
        if self._answering and message["type"] == "websocket.receive":
            _, unanswered = await asyncio.wait(tuple(self._answering), timeout=LONGEST)
            if not unanswered:
                await asyncio.sleep(DRAWING)
        return message


def _is_awaited(scope: Scope) -> bool:
    """Return whether somebody waits for an answer, which is not so where it is prefetched."""
    return "prefetch" not in QueryParams(scope["query_string"])
