"""What every answer says to the browser, and how often the live routes answer one visitor."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st
from cachetools import LRUCache
from starlette.datastructures import MutableHeaders, QueryParams
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.assets import ADDRESS_SCRIPT
from pages.shared.settings import ANY, configured_frames

LIVE = "/layerscope/live/"
"""How the paths of the routes begin that compute something at every question."""
PER_VISITOR = (30.0, 60.0)
"""Questions a second, and at once: a browser asks one at a time, a drag some twenty a second."""
PER_ADDRESS = (600.0, 1200.0)
"""The same of one address, behind which a whole room may sit: names of visitors cost nothing."""
LONGEST_QUERY = 32_768
"""Bytes; the longest link that a page writes has some 8,000."""
_INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


class Guard:
    """Middleware that adds the headers, and refuses what no page asks for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._visitors = Limit(*PER_VISITOR)
        self._addresses = Limit(*PER_ADDRESS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, with the headers; or with 414 or 429 and a sentence."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Content-Security-Policy"] = policy()
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, sending)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        query = scope.get("query_string", b"")
        if len(query) > LONGEST_QUERY:
            said = f"expected a link of at most {LONGEST_QUERY:,} bytes. Received {len(query):,}."
            return PlainTextResponse(f"The link is too long: {said} Leave some of it out.", 414)
        if LIVE not in scope["path"]:
            return None
        visitor = QueryParams(query).get("visitor", "")[:32]
        address = (scope.get("client") or ("",))[0]
        if self._visitors.allows(visitor) and self._addresses.allows(address):
            return None
        said = f"expected at most {PER_VISITOR[0]:.0f} questions a second. Received more."
        again = {"Retry-After": "1"}
        return PlainTextResponse(f"No picture: {said} Wait a moment.", 429, headers=again)


class Limit:
    """So many a second, and so many at once, of each name; the newest few thousand are known."""

    def __init__(
        self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left: LRUCache[str, tuple[float, float]] = LRUCache(8192)

    def allows(self, name: str) -> bool:
        """Count one; return whether there was one left."""
        now = self._clock()
        left, before = self._left.get(name, (self._burst, now))
        left = min(self._burst, left + (now - before) * self._rate)
        self._left[name] = (max(0.0, left - 1), now)
        return left >= 1


@cache
def policy() -> str:
    """Return the Content-Security-Policy: nothing from elsewhere, and no script that is not ours.

    Streamlit writes styles into the page, and loads a component's script from a blob.
    """
    page = Path(st.__file__).parent / "static" / "index.html"
    inline = [ADDRESS_SCRIPT, *(_INLINE.findall(page.read_bytes()) if page.is_file() else [])]
    scripts = " ".join(f"'sha256-{_digest(script)}'" for script in inline)
    rules = {
        "default-src": "'self'",
        "script-src": f"'self' blob: {scripts}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
    }
    if (frames := configured_frames()) != ANY:  # which would be any but a file on a disk
        rules["frame-ancestors"] = frames
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _digest(script: bytes) -> str:
    return base64.b64encode(hashlib.sha256(script).digest()).decode()
