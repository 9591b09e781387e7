"""What a server and its workers hold and do: all processes of one session, as Linux tells it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from benchmarks.server import Unmeasured

PROC = Path("/proc")
KILOBYTES_IN_MEGABYTE = 1000
IDLE = 0.05  # of one core, below which a server has nothing left to do
INTERVAL = 1  # s over which that is measured
IDLE_LIMIT = 60  # s until it must have come
PAUSE = 15  # s to wait instead where it cannot be measured


def resident(session: int) -> float:
    """Return the memory of all processes of a session, in MB.

    The proportional set size counts what several processes share once; where the system does not
    tell it, the resident set size counts it for each.

    Raises:
        Unmeasured: the system has no ``/proc``.
    """
    _need_linux("Memory")
    return sum(_kilobytes(process) for process in _members(session)) / KILOBYTES_IN_MEGABYTE


def memory(session: int | None) -> dict[str, float]:
    """Return what Streamlit's process and its workers hold, in MB; nothing where unknown.

    Args:
        session: of the server, which is its first process; None where it is not ours.
    """
    return _by_process(session, lambda process: _kilobytes(process) / KILOBYTES_IN_MEGABYTE)


def processor(session: int | None) -> dict[str, float]:
    """Return the seconds that both have spent on a processor, as ``memory``."""
    return _by_process(session, _seconds)


def _by_process(session: int | None, figure: Callable[[Path], float]) -> dict[str, float]:
    if session is None or not _linux():
        return {}
    sums = {"streamlit": 0.0, "workers": 0.0}
    for process in _members(session):
        sums["streamlit" if process.name == str(session) else "workers"] += figure(process)
    return sums


def wait_until_idle(session: int) -> None:
    """Wait until the processes of a session rest: a second worker may still be warming up.

    Raises:
        Unmeasured: they did not come to rest.
    """
    if not _linux():
        time.sleep(PAUSE)
        return
    deadline = time.monotonic() + IDLE_LIMIT
    before = _processor_seconds(session)
    while time.monotonic() < deadline:
        time.sleep(INTERVAL)
        now = _processor_seconds(session)
        if abs(now - before) < IDLE * INTERVAL:
            return
        before = now
    raise Unmeasured(
        f"The server did not come to rest: expected under {IDLE:.0%} of a core within "
        f"{IDLE_LIMIT} s of its last visitor. Received more. Look what it is doing."
    )


def browser_seconds(parent: int) -> float:
    """Return the seconds that the browsers below a process have spent on a processor.

    Raises:
        Unmeasured: the system has no ``/proc``.
    """
    _need_linux("The browser's processor time")
    families: dict[int, list[Path]] = {}
    for process in PROC.glob("[0-9]*"):
        with suppress(OSError):
            of = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            families.setdefault(of, []).append(process)
    below, left = [], [parent]
    while left:
        children = families.get(left.pop(), [])
        below += children
        left += [int(child.name) for child in children]
    return sum(_seconds(process) for process in below if _is_browser(process))


def _is_browser(process: Path) -> bool:
    with suppress(OSError):
        return "chrom" in (process / "comm").read_text().lower()
    return False


def _need_linux(what: str) -> None:
    if not _linux():
        raise Unmeasured(
            f"{what} was not measured: expected /proc, which Linux has. Received none. Run this "
            "measurement on Linux."
        )


def _linux() -> bool:
    return (PROC / "self" / "stat").exists()


def _members(session: int) -> list[Path]:
    """Return the processes of a session; workers are in it even when their parent is gone."""
    members = []
    for process in PROC.glob("[0-9]*"):
        with suppress(ProcessLookupError):  # it may have ended since it was listed
            if os.getsid(int(process.name)) == session:
                members.append(process)
    return members


def _kilobytes(process: Path) -> int:
    for file, field in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        with suppress(OSError):  # not every kernel has the first, and not everyone may read it
            for line in (process / file).read_text().splitlines():
                if line.startswith(field):
                    return int(line.split()[1])
    return 0  # it ended meanwhile, and holds nothing any more


def _processor_seconds(session: int) -> float:
    """Return the seconds that a session's processes have spent on a processor."""
    return sum(map(_seconds, _members(session)))


def _seconds(process: Path) -> float:
    try:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0  # it ended meanwhile
    # After the name, which may contain spaces: fields 14 and 15 are user and system time.
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
