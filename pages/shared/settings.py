"""What whoever starts the server may set, read from the environment once, and checked."""

from __future__ import annotations

import math
import os
import re
from importlib.util import find_spec
from pathlib import Path

WORKERS = "LAYERSCOPE_WORKERS"
FRAMES = "LAYERSCOPE_FRAMES"
CLUSTER = "LAYERSCOPE_CLUSTER"
ANY = "*"
"""Any page may show this one in a frame."""
MOST_WORKERS = 64
_LEAST = 2
"""One serves while another hangs, dies or starts."""
_EACH = 2**30
"""Bytes of memory that there should be for each worker, of which TensorFlow takes 600 MB."""
_ADDRESS = re.compile(r"(tcp|tls)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}")
_SOURCE = re.compile(r"\*|'self'|'none'|(https?://)?(\*\.)?[A-Za-z0-9.-]+(:\d+)?")


def check() -> None:
    """End the server with a sentence where a setting is none; before anything is started."""
    try:
        configured_workers()
        configured_frames()
        configured_cluster()
    except ValueError as refusal:
        raise SystemExit(str(refusal)) from None


def configured_workers() -> int:
    """Return how many workers a pool of this server has; errors as ``worker_count``."""
    return worker_count(os.environ.get(WORKERS, ""), cores=cores(), memory=memory())


def configured_frames() -> str:
    """Return what pages may show this server's in a frame; errors as ``frame_ancestors``."""
    return frame_ancestors(os.environ.get(FRAMES, ""))


def configured_cluster() -> str:
    """Return the address of the cluster's scheduler, empty for none; errors as below.

    Raises:
        ValueError: as ``cluster_address``, or what talks to a cluster is not installed; a sentence.
    """
    address = cluster_address(os.environ.get(CLUSTER, ""))
    if address and find_spec("distributed") is None:
        raise ValueError(
            f"The server cannot start: expected Dask, because of {CLUSTER}={address!r}. Received a "
            "Python without it. Install requirements-cluster.txt, or leave the setting out."
        )
    return address


def cluster_address(text: str) -> str:
    """Return the address of a scheduler; empty where there is to be none.

    Args:
        text: the setting.

    Raises:
        ValueError: the setting is no address; a sentence.
    """
    address = text.strip()
    if address and not _ADDRESS.fullmatch(address):
        raise ValueError(
            "The server cannot start: expected the address of a Dask scheduler, such as "
            f"tcp://scheduler:8786. Received {CLUSTER}={address[:60]!r}. Leave it out for none."
        )
    return address


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
