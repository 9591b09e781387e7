"""The load generator against a real server, and that it tells a bad room from a good one."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.load import __main__ as command
from benchmarks.load.report import fairness, lines
from benchmarks.load.room import Room
from benchmarks.load.soak import per_minute
from benchmarks.load.visitor import Change, Visitor
from benchmarks.server import Unmeasured

ROOT = Path(__file__).parents[2]


def load(*options: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.load", *options],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def figure(said: str, name: str) -> int:
    found = re.search(rf"{name}\s+(\d+)", said)
    assert found, said
    return int(found[1])


def test_three_visitors_are_answered_by_a_real_server():
    done = load("--visitors", "3", "--seconds", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 visitors, 6 changes" in done.stdout
    assert figure(done.stdout, "errors") == 0
    assert figure(done.stdout, "computations") == 6, "each has numbers of its own"


def test_visitors_who_follow_one_link_cost_one_computation_each_time():
    done = load("--visitors", "3", "--seconds", "2", "--same", LAYERSCOPE_WORKERS="1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert figure(done.stdout, "computations") == 2


def test_a_server_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(command, "STARTED", 1)
    with pytest.raises(Unmeasured, match="to be ready within"):
        asyncio.run(command._warm("http://127.0.0.1:9"))


def test_what_was_not_answered_is_an_error():
    quick, slow = (Visitor("http://127.0.0.1:9", {}) for _ in range(2))
    quick.changes = [Change(5, 0.0, 0.1, 0.2), Change(6, 1.0, 0.1, 0.2)]
    slow.changes = [Change(5, 0.0, 0.3, 0.4), Change(6, 1.0, 0.3, None)]
    room = Room([quick, slow], seconds=2.0)
    assert room.errors == ["No page of 1 changes came within 10 seconds."]
    assert fairness(room) == pytest.approx(3)
    assert any("worst" in line and "3.00" in line for line in lines(room))


def test_memory_that_grows_has_a_slope():
    assert per_minute([(0, 100.0), (60, 103.0), (120, 106.0)]) == pytest.approx(3)
    assert per_minute([(0, 100.0), (60, 101.0), (120, 100.0)]) == pytest.approx(0)
    assert per_minute([(0, 100.0)]) == 0
