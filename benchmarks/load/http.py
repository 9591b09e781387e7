"""As much of HTTP as a visitor needs: one connection that stays open, one question at a time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """A status, the headers by their names in lower case, and the bytes."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Http:
    """A connection to one server, opened when it is needed, and again when it was lost.

    Attributes:
        host: the server's name or number.
        port: the server's port.
        cookies: those that the server has set; they are sent along.
    """

    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, accept: str = "*/*") -> Answer:
        """Return the answer to a GET.

        Raises:
            OSError: there is no connection, or it was lost twice.
            ValueError: what came is no HTTP/1.1.
        """
        is_new = self._streams is None
        try:
            return await self._get(path, accept)
        except (OSError, EOFError):
            await self.close()
            if is_new:
                raise ConnectionError(f"{self.host}:{self.port} hung up on {path}.") from None
            return await self._get(path, accept)  # it was closed while it was not used

    async def close(self) -> None:
        """Close the connection."""
        streams, self._streams = self._streams, None
        if streams:
            streams[1].close()
            with suppress(OSError):
                await streams[1].wait_closed()

    def cookie(self) -> str:
        """Return the cookies as a header's text."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def _get(self, path: str, accept: str) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self.host, self.port)
        reader, writer = self._streams
        lines = [f"GET {path} HTTP/1.1", f"Host: {self.host}:{self.port}", f"Accept: {accept}"]
        lines += ["Accept-Encoding: identity, deflate"]
        lines += [f"Cookie: {self.cookie()}"] if self.cookies else []
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in head[1:]:
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
            if name.lower() == "set-cookie":
                named, _, text = value.partition(";")[0].partition("=")
                self.cookies[named] = text
        body = await self._body(reader, headers)
        if headers.get("connection", "").lower() == "close":
            await self.close()
        return Answer(int(head[0].split()[1]), headers, body)

    @staticmethod
    async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return await reader.readexactly(int(headers.get("content-length", "0")))
        body = b""
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
        return body
