"""What whoever starts the server may set, read from the environment once, and checked."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path

WORKERS = "LAYERSCOPE_WORKERS"
FRAMES = "LAYERSCOPE_FRAMES"
ANY = "*"
"""Any page may show this one in a frame."""
MOST_WORKERS = 64
_LEAST = 2
"""One serves while another hangs, dies or starts."""
_EACH = 2**30
"""Bytes of memory that there should be for each worker, of which TensorFlow takes 600 MB."""
_SOURCE = re.compile(r"\*|'self'|'none'|(https?://)?(\*\.)?[A-Za-z0-9.-]+(:\d+)?")


def check() -> None:
    """End the server with a sentence where a setting is none; before anything is started."""
    try:
        configured_workers()
        configured_frames()
    except ValueError as refusal:
        raise SystemExit(str(refusal)) from None


def configured_workers() -> int:
    """Return how many workers a pool of this server has; errors as ``worker_count``."""
    return worker_count(os.environ.get(WORKERS, ""), cores=cores(), memory=memory())


def configured_frames() -> str:
    """Return what pages may show this server's in a frame; errors as ``frame_ancestors``."""
    return frame_ancestors(os.environ.get(FRAMES, ""))


def worker_count(text: str, *, cores: float, memory: float) -> int:
    """Return how many workers a pool has.

    Args:
        text: the setting; where it is empty, one for each core that has memory for one.
        cores: that the server may use.
        memory: in bytes, that it may use.

    Raises:
        ValueError: the setting is no number of workers; a sentence.
    """
    if not text.strip():
        return max(_LEAST, min(math.ceil(cores), int(memory / _EACH), MOST_WORKERS))
    if not re.fullmatch(r"\s*\d{1,3}\s*", text) or not 1 <= int(text) <= MOST_WORKERS:
        raise ValueError(
            f"The server cannot start: expected a number of workers from 1 to {MOST_WORKERS}. "
            f"Received WORKERS={text[:20]!r}. Leave it out for one a core."
        )
    return int(text)


def frame_ancestors(text: str) -> str:
    """Return the pages that may show this one in a frame, as a Content-Security-Policy has them.

    Args:
        text: the setting: addresses, separated by spaces; any page where it is empty.

    Raises:
        ValueError: one of them is no address; a sentence.
    """
    sources = text.split() or [ANY]
    for source in sources:
        if not _SOURCE.fullmatch(source):
            raise ValueError(
                "The server cannot start: expected addresses of pages that may show it in a frame, "
                f"such as https://course.example. Received FRAMES={source[:60]!r}. Leave it out "
                "for all, or write 'none' or 'self' in single quotes."
            )
    return " ".join(sources)


def cores() -> float:
    """Return how many cores this process may use: a container may have less than the machine."""
    try:
        there = float(len(os.sched_getaffinity(0)))
    except AttributeError:  # not every system has it
        there = float(os.cpu_count() or 1)
    quota, _, period = _control_group("cpu.max").partition(" ")
    return min(there, int(quota) / int(period)) if quota.isdecimal() else there


def memory() -> float:
    """Return how many bytes of memory this process may use; infinite where nobody says."""
    limit = _control_group("memory.max")
    allowed = float(limit) if limit.isdecimal() else math.inf
    try:
        there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        there = math.inf
    return min(allowed, there)


def _control_group(name: str) -> str:
    try:
        return (Path("/sys/fs/cgroup") / name).read_text("ascii").strip()
    except OSError:
        return ""
