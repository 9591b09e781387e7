"""A relay before a server that counts what comes through: compressed, as on a network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from threading import Thread
from urllib.parse import urlsplit

_PIECE = 65_536  # bytes at most that are read at once


class Wire:
    """A relay.

    Attributes:
        address: its scheme, host and port.
        received: bytes that the server has sent through it, headers and frames included.
    """

    address: str

    def __init__(self, to: str) -> None:
        self._to = urlsplit(to)
        self.received = 0

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand one connection on, both ways, until either side ends it."""
        answer, question = await asyncio.open_connection(self._to.hostname, self._to.port)
        up, down = (self._pump(reader, question), self._pump(answer, writer, counted=True))
        with suppress(asyncio.CancelledError):  # it ends with the relay
            await asyncio.gather(up, down)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool = False
    ) -> None:
        with closing(writer), suppress(ConnectionError):
            while piece := await reader.read(_PIECE):
                self.received += len(piece) if counted else 0
                writer.write(piece)
                await writer.drain()


@contextmanager
def counting(address: str) -> Generator[Wire]:
    """Relay what goes to an address, in a thread, until the end of the block."""
    wire = Wire(address)
    started: Future[Callable[[], object]] = Future()

    async def relay() -> None:
        server = await asyncio.start_server(wire.connect, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        wire.address = f"http://{host}:{port}"
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        started.set_result(lambda: loop.call_soon_threadsafe(ended.set))
        await ended.wait()
        server.close()

    thread = Thread(target=asyncio.run, args=(relay(),))
    thread.start()
    end = started.result()
    try:
        yield wire
    finally:
        end()
        thread.join()
