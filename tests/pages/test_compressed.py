"""Streamlit's files, compressed once: the same bytes for the browser, and few over the wire."""

from __future__ import annotations

import asyncio
import gzip

import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from pages.shared.compressed import CompressOnce

SCRIPT = b"let answer = 42;\n" * 500


class Server:
    """Answers with a script, in two parts, and counts how often it was asked."""

    def __init__(self, response: Response | None = None) -> None:
        self.asked = 0
        self.encodings = b""
        self.response = response or Response(
            SCRIPT, media_type="text/javascript", headers={"Cache-Control": "immutable"}
        )

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        self.asked += 1
        self.encodings = dict(scope["headers"]).get(b"accept-encoding", b"")
        body = self.response.body
        await send(
            {
                "type": "http.response.start",
                "status": self.response.status_code,
                "headers": self.response.raw_headers,
            }
        )
        await send({"type": "http.response.body", "body": bytes(body[:9]), "more_body": True})
        await send({"type": "http.response.body", "body": bytes(body[9:])})


def answer(
    app: CompressOnce, path: str = "/static/js/x.js", *, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of one answer."""
    headers = {"accept-encoding": "gzip, br"} | headers
    raw = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": raw}
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        messages.append(message)

    asyncio.run(app(scope, receive, send))
    start, *parts = messages
    told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return start["status"], told, b"".join(part.get("body", b"") for part in parts)


@pytest.mark.parametrize("path", ["/static/js/x.js", "/room/layerscope/1a2b/charts.js"])
def test_a_file_is_compressed_once_and_is_the_same_file(path: str):
    server = Server()
    app = CompressOnce(server)
    for _ in range(3):
        status, headers, body = answer(app, path)
        assert status == 200
        assert gzip.decompress(body) == SCRIPT
        assert int(headers["content-length"]) == len(body) < len(SCRIPT) / 10
        assert headers["content-encoding"] == "gzip"
        assert headers["vary"] == "Accept-Encoding"
        assert headers["cache-control"] == "immutable"
        assert headers["content-type"].startswith("text/javascript")
    assert server.asked == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"method": "HEAD"},
        {"range": "bytes=0-9"},
        {"path": "/layerscope/room/7KQ2M9XP"},  # a stream, which has no end
        {"if_none_match": '"x"'},
    ],
)
def test_what_is_not_a_whole_file_is_answered_by_the_server(asked: dict[str, str]):
    server = Server()
    app = CompressOnce(server)
    answer(app)
    assert server.encodings == b""  # it is compressed here
    answer(app, **asked)
    assert (server.asked, server.encodings) == (2, b"gzip, br")


@pytest.mark.parametrize(
    "response",
    [
        Response(SCRIPT, media_type="image/png"),
        Response(SCRIPT, 404, media_type="text/javascript"),
        Response(b"1;", media_type="text/javascript"),
        PlainTextResponse(SCRIPT.decode()),
    ],
)
def test_what_is_not_worth_it_is_sent_as_it_is_and_not_kept(response: Response):
    server = Server(response)
    app = CompressOnce(server)
    for _ in range(2):
        status, headers, body = answer(app)
        assert (status, body) == (response.status_code, response.body)
        assert "content-encoding" not in headers
    assert server.asked == 2
