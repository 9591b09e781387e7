"""Rooms: what one presenter shows, for all who follow by its code.

A room holds no more than what the presenter shows now, as the bytes that are sent: whoever comes
late or comes back gets the same. Whoever is slow gets the newest, and not what was in between.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import cache

from cachetools import LRUCache

from layers.inputs.fields import BadInputError
from pages.shared.present import plain

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters of a code, five bits each: none looks like another when it is read out."""
LENGTH = 8
MOST_ROOMS = 32
MOST_FOLLOWERS = 200
"""Of one room."""
MOST_BYTES = 2**22
"""Of what one room shows."""
SILENCE = 600
"""Seconds after which a presenter who is not heard of has left."""


class NoRoomError(BadInputError):
    """Nobody presents by this code."""


class TooManyError(BadInputError):
    """More than there may be; the same may be possible later."""


class Room:
    """What one presenter shows now, in parts with a name each.

    Attributes:
        code: by which it is followed.
        heard: when its presenter was heard of last, by the rooms' clock.
        ended: whether there is no more to come.
        pictures: the ids of those that are shown, by place; who changes them holds ``changing``.
        writer: the visitor whose page is shown: a presenter may have two devices.
    """

    def __init__(self, code: str, secret: str, now: float) -> None:
        self.code = code
        self.heard = now
        self.ended = False
        self.pictures: dict[str, str] = {}
        self.writer = ""
        self.changing = threading.Lock()
        self._secret = secret
        self._parts: dict[str, tuple[int, bytes]] = {}
        self._version = 0
        self._wakers: list[Callable[[], object]] = []
        self._lock = threading.Lock()

    def is_held_by(self, secret: str) -> bool:
        """Return whether this is the secret of the room's presenter."""
        return secrets.compare_digest(secret.encode(), self._secret.encode())

    @property
    def followers(self) -> int:
        """How many follow now."""
        return len(self._wakers)

    def show(self, parts: Mapping[str, bytes], *, without: frozenset[str] = frozenset()) -> None:
        """Show other parts, and leave the others as they are.

        Args:
            parts: what is sent of them, by name.
            without: names of parts that are not shown any more.

        Raises:
            BadInputError: more bytes than a room may hold; nothing has changed then.
        """
        with self._lock:
            left = {name: part for name, part in self._parts.items() if name not in without}
            for name, data in parts.items():
                left[name] = (self._version + 1, data)
            size = sum(len(data) for _, data in left.values())
            if size > MOST_BYTES:
                raise BadInputError(
                    f"This page cannot be followed: expected at most {MOST_BYTES:,} bytes of "
                    f"pictures. Received {size:,}. Choose a smaller layer."
                )
            self._parts = left
            self._version += 1
            wakers = tuple(self._wakers)
        for wake in wakers:
            wake()

    def since(self, version: int) -> tuple[int, list[bytes]]:
        """Return the room's version, and the parts that changed after another one; 0 for all."""
        with self._lock:
            newer = sorted(part for part in self._parts.values() if part[0] > version)
            return self._version, [data for _, data in newer]

    def refuse_more(self) -> None:
        """Refuse one more follower where as many follow as may.

        Raises:
            TooManyError: a sentence.
        """
        if self.followers >= MOST_FOLLOWERS:
            raise TooManyError(
                f"The presenter cannot be followed now: expected at most {MOST_FOLLOWERS} who do. "
                "Received one more. Try again when somebody has left."
            )

    @contextmanager
    def followed(self, wake: Callable[[], object]) -> Generator[None]:
        """Count one follower, who is woken when the room changes or ends; from any thread."""
        with self._lock:
            self._wakers.append(wake)
        try:
            yield
        finally:
            with self._lock:
                self._wakers.remove(wake)

    def end(self) -> None:
        """Let all who follow know that there is no more to come."""
        with self._lock:
            self.ended = True
            self._parts = {}
            wakers = tuple(self._wakers)
        for wake in wakers:
            wake()


class Attempts:
    """Counts what one address tries in a minute, and what all of them do."""

    def __init__(self, each: int, total: int, clock: Callable[[], float]) -> None:
        self._each, self._total, self._clock = each, total, clock
        self._minute, self._all = 0, 0
        self._of: LRUCache[str, int] = LRUCache(4096)
        self._lock = threading.Lock()

    def exhausted(self, address: str) -> bool:
        """Return whether an address has to wait."""
        with self._lock:
            self._begin_minute()
            return self._all >= self._total or self._of.get(address, 0) >= self._each

    def count(self, address: str) -> None:
        """Count one attempt."""
        with self._lock:
            self._begin_minute()
            self._all += 1
            self._of[address] = self._of.get(address, 0) + 1

    def _begin_minute(self) -> None:
        if (minute := int(self._clock() // 60)) != self._minute:
            self._minute, self._all = minute, 0
            self._of.clear()


class Rooms:
    """The rooms of one server's process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rooms: dict[str, Room] = {}
        self._lock = threading.Lock()
        self._wrong = Attempts(40, 1000, clock)
        self._opened = Attempts(10, 60, clock)

    def open(self, address: str = "") -> tuple[Room, str]:
        """Open a room for a presenter at an address; return it and its secret.

        Raises:
            TooManyError: there are as many as there may be.
        """
        self.end_silent()
        with self._lock:
            if self._opened.exhausted(address) or len(self._rooms) >= MOST_ROOMS:
                raise TooManyError(
                    f"There is no code for you now: expected at most {MOST_ROOMS} presenters, and "
                    "a few new ones a minute. Received one more. Try again in a minute."
                )
            self._opened.count(address)
            secret = secrets.token_urlsafe(24)
            code = _new_code()
            while code in self._rooms:
                code = _new_code()
            self._rooms[code] = room = Room(code, secret, self._clock())
        return room, secret

    def find(self, code: str, address: str = "") -> Room:
        """Return the room of a code that somebody at an address names.

        Raises:
            NoRoomError: there is no such room.
            TooManyError: the address has named too many wrong codes, right or wrong as this one is.
        """
        self._refuse_exhausted(address)
        self.end_silent()
        with self._lock:
            room = self._rooms.get(plain(code))
        if room is None:
            self._wrong.count(address)
            raise NoRoomError(
                f"Nobody can be followed by `{code[:20]}`: expected the code of somebody who "
                "presents now. Received one that nobody has, or whose presenter has ended. Ask "
                "for the code."
            )
        return room

    def held(self, code: str, secret: str, address: str = "") -> Room:
        """Return the room of a presenter, who is heard of by this.

        Who has the secret is let in wherever others guess: a whole class may have one address.

        Raises:
            PermissionError: the secret is another's; a sentence.
            NoRoomError: as ``find`` does; ``TooManyError``, too.
        """
        self.end_silent()
        with self._lock:
            room = self._rooms.get(plain(code))
        if room is None or not room.is_held_by(secret):
            self.find(code, address)
            self._wrong.count(address)
            raise PermissionError(
                "Nothing was shown: expected the room's presenter. Received another's secret. "
                "Press Present for a code of your own."
            )
        room.heard = self._clock()
        return room

    def end(self, room: Room) -> None:
        """End a room: its code finds nothing any more."""
        with self._lock:
            self._rooms.pop(room.code, None)
        room.end()

    def end_all(self) -> None:
        """End all rooms, and with them the streams that follow; the server waits for these."""
        for room in tuple(self._rooms.values()):
            self.end(room)

    def end_silent(self) -> None:
        """End the rooms whose presenters were not heard of for too long."""
        last = self._clock() - SILENCE
        for room in tuple(self._rooms.values()):
            if room.heard < last:
                self.end(room)

    def _refuse_exhausted(self, address: str) -> None:
        if self._wrong.exhausted(address):
            raise TooManyError(
                "No code is looked up for you now: expected few wrong ones. Received too many in a "
                "minute. Try again in a minute."
            )


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


@cache
def rooms() -> Rooms:
    """Return the rooms of this server's process."""
    return Rooms()
