"""Scripts and styles, Streamlit's and ours, compressed once: else a first visit takes 5 MB."""

from __future__ import annotations

import gzip
import re
import threading

from cachetools import LRUCache
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FILE = re.compile(r"/(static|layerscope)/.*\.(js|css|json)")
_TYPES = ("text/javascript", "application/javascript", "text/css", "application/json")
_MOST_KEPT = 32 * 2**20
"""Bytes of all compressed files that are kept. They take about 9 MB."""
_SMALLEST = 1024
"""Bytes from which compressing is worth it."""
_PARTIAL = ("range", "if-none-match", "if-modified-since")


class CompressOnce:
    """Middleware that compresses each file when it is asked for first."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: LRUCache[str, tuple[list[tuple[bytes, bytes]], bytes]] = LRUCache(
            _MOST_KEPT, getsizeof=lambda answer: 500 + len(answer[1])
        )
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, compressed where the browser takes it."""
        if not _is_wanted(scope):
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        with self._lock:
            kept = self._kept.get(path)
        if kept is None:
            start, body = await self._whole(scope, receive)
            if not _is_compressible(start, body):
                await send(start)
                await send({"type": "http.response.body", "body": body})
                return
            packed = await run_in_threadpool(gzip.compress, body, 9)
            headers = MutableHeaders(raw=list(start["headers"]))
            headers["content-encoding"] = "gzip"
            headers["content-length"] = str(len(packed))
            headers.add_vary_header("Accept-Encoding")
            kept = headers.raw, packed
            with self._lock:
                self._kept[path] = kept
        await send({"type": "http.response.start", "status": 200, "headers": kept[0]})
        await send({"type": "http.response.body", "body": kept[1]})

    async def _whole(self, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
        """Return the app's answer: its start, and its whole body."""
        starts: list[Message] = []
        parts: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                starts.append(message)
            else:
                parts.append(message.get("body", b""))

        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        # Without it the file is sent in parts, and not by its path.
        extensions = {
            name: value
            for name, value in (scope.get("extensions") or {}).items()
            if name != "http.response.pathsend"
        }
        await self._app({**scope, "headers": plain, "extensions": extensions}, receive, collect)
        return starts[0], b"".join(parts)


def _is_wanted(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET" or not _FILE.search(scope["path"]):
        return False
    headers = Headers(scope=scope)
    is_whole = not any(name in headers for name in _PARTIAL)
    return is_whole and "gzip" in headers.get("accept-encoding", "")


def _is_compressible(start: Message, body: bytes) -> bool:
    headers = Headers(raw=list(start["headers"]))
    return (
        start["status"] == 200
        and "content-encoding" not in headers
        and headers.get("content-type", "").startswith(_TYPES)
        and len(body) >= _SMALLEST
    )
