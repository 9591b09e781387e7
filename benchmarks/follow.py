"""Fifty who follow one presenter: how long until the slowest has the picture of a key press.

The presenter is a real page. Its followers are sockets, which read the stream of events and nothing
else; browsers would then draw it, each on a machine of its own.
"""

from __future__ import annotations

import json
import selectors
import socket
import threading
import time
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Error, Page

from benchmarks.apps import OURS
from benchmarks.browser import SLIDER, visitor, warm
from benchmarks.results import Comparison, Effort, Result
from benchmarks.server import Unmeasured

FOLLOWERS = 50
LIMIT = 500  # ms until the slowest has it
PATIENCE = 30  # seconds after which a picture does not come any more
PAUSE = 0.4  # seconds between two presses
_PICTURE, _END = b"event: picture\n", b"\n\n"


class Followers:
    """Streams of one room, read by a thread; each picture is noted when it is there as a whole."""

    def __init__(self, address: str, count: int) -> None:
        host = urlsplit(address)
        self.came: list[list[float]] = [[] for _ in range(count)]
        self._read = [b""] * count
        self._ended = False
        self._selector = selectors.DefaultSelector()
        for number in range(count):
            stream = socket.create_connection((host.hostname or "", host.port or 80))
            # Of HTTP/1.0, whose answers are not cut into chunks.
            stream.sendall(f"GET {host.path} HTTP/1.0\r\nHost: {host.netloc}\r\n\r\n".encode())
            stream.setblocking(False)
            self._selector.register(stream, selectors.EVENT_READ, number)
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def slowest(self, pictures: int) -> float:
        """Wait until each has so many pictures; return when the last of these came.

        Raises:
            Unmeasured: somebody did not get one.
        """
        deadline = time.monotonic() + PATIENCE
        while min(map(len, self.came)) < pictures:
            if time.monotonic() > deadline:
                short = sum(len(times) < pictures for times in self.came)
                raise Unmeasured(
                    f"The followers were not measured: expected picture {pictures} within "
                    f"{PATIENCE} s. Received none in {short} of {len(self.came)} streams."
                )
            time.sleep(0.005)
        return max(times[pictures - 1] for times in self.came)

    def end(self) -> None:
        """Close all streams."""
        self._ended = True
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()

    def _listen(self) -> None:
        while not self._ended:
            for key, _ in self._selector.select(timeout=0.2):
                number, stream = key.data, key.fileobj
                if not isinstance(stream, socket.socket):
                    continue
                *events, self._read[number] = (self._read[number] + stream.recv(2**20)).split(_END)
                pictures = sum(event.startswith(_PICTURE) for event in events)
                self.came[number] += [time.time()] * pictures


def measure(browser: Browser, effort: Effort) -> Result:
    """Press a key on the presenter's page, and wait until all have its picture; again and again."""
    figures = []
    with warm(browser, OURS) as server, visitor(browser) as context:
        page = context.new_page()
        page.goto(server.url(), wait_until="commit")
        try:
            address = _present(page, server.address)
            followers = Followers(address, FOLLOWERS)
            try:
                shown = 1
                followers.slowest(shown)
                page.locator(SLIDER).focus()
                for press in range(effort.steps):
                    time.sleep(PAUSE)
                    key = "ArrowRight" if press % 40 < 20 else "ArrowLeft"
                    pressed = time.time()
                    page.keyboard.press(key)
                    shown += 1
                    figures.append(1e3 * (followers.slowest(shown) - pressed))
            finally:
                followers.end()
        except Error as reason:
            raise Unmeasured(f"The presenter's page did not go on: {reason}") from reason
    what = f"{FOLLOWERS} followers: key to slowest"
    return Result(
        comparisons=(
            _without_naive(what, tuple(figures)),
            _without_naive("  the slowest of all presses", (max(figures),)),
        )
    )


def _without_naive(what: str, figures: tuple[float, ...]) -> Comparison:
    return Comparison(what=what, unit="ms", ours=figures, naive=(), limit=LIMIT, of_ratio=False)


def _present(page: Page, server: str) -> str:
    """Begin to present; return the address of the room's stream."""
    page.locator(OURS.charts[2]).wait_for()
    page.locator(".st-key-ls-present button").click()
    page.locator(".ls-room-code").wait_for()
    kept = json.loads(page.evaluate("() => sessionStorage.getItem('layerscope:room')"))
    page.keyboard.press("Escape")
    page.locator(".ls-room-code").wait_for(state="detached")
    page.wait_for_timeout(1000)
    return f"{server}/layerscope/room/{kept['code']}"
