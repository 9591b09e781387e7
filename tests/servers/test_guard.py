"""What the server says of itself and refuses, started below a path and with settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path

import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from pages.shared import settings
from pages.shared.guard import PER_VISITOR, Limit
from pages.shared.settings import cluster_address, frame_ancestors, worker_count
from tests.browser.server import Server, serving
from tests.servers.test_load import load

ROOT = Path(__file__).parents[2]
GIB = 2**30


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    given = {
        "STREAMLIT_SERVER_BASE_URL_PATH": "room",
        "LAYERSCOPE_WORKERS": "1",
        "LAYERSCOPE_FRAMES": "'self' https://course.example",
        "LAYERSCOPE_CLUSTER": "tcp://127.0.0.1:9",  # where nobody is
    }
    with serving(tmp_path_factory.mktemp("server") / "log", path="/room", **given) as server:
        yield server


def asked(server: Server, path: str, accept: str = "*/*") -> tuple[int, Message, bytes]:
    connection = HTTPConnection(server.address.removeprefix("http://"), timeout=30)
    try:
        connection.request("GET", path, headers={"Accept": accept})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def health(server: Server) -> tuple[int, Message, bytes]:
    return asked(server, "/room/layerscope/health")


@pytest.mark.xdist_group("guard")
def test_pages_pictures_and_health_are_below_the_path(server: Server):
    done = load("--address", f"{server.address}/room", "--visitors", "2", "--seconds", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    commands = [Path(f"/proc/{pid}/cmdline").read_text() for pid in server.processes()]
    assert sum("popen_loky" in command for command in commands) == 1, commands


@pytest.mark.xdist_group("guard")
def test_what_a_page_is_sent_is_compressed(server: Server):
    address = server.address.replace("http", "ws", 1) + "/room/_stcore/stream"
    with connect(address, subprotocols=[Subprotocol("streamlit")]) as connection:
        assert connection.response is not None
        assert "permessage-deflate" in connection.response.headers["Sec-WebSocket-Extensions"]


@pytest.mark.xdist_group("guard")
def test_every_answer_has_its_headers(server: Server):
    for path in ("/room/", "/room/models", "/room/_stcore/health", "/room/layerscope/health"):
        status, headers, _ = asked(server, path, "text/html")
        assert (status, headers["X-Content-Type-Options"]) in {(200, "nosniff"), (503, "nosniff")}
    policy = asked(server, "/room/", "text/html")[1]["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://course.example" in policy
    assert "script-src 'self' blob: 'sha256-" in policy
    assert "unsafe-eval" not in policy


@pytest.mark.xdist_group("guard")
def test_a_cluster_that_is_not_there_is_said_in_a_sentence_and_keeps_nobody_waiting(server: Server):
    expected = "expected a Dask scheduler. Received no answer. Start it; until then this machine"
    deadline = time.monotonic() + 120
    while expected not in (said := json.loads(health(server)[2]))["cluster"] or not said["ready"]:
        assert time.monotonic() < deadline, said
        time.sleep(0.5)
    assert server.log.read_text().count(expected) == 1


@pytest.mark.xdist_group("guard")
def test_a_link_that_is_too_long_is_refused(server: Server):
    status, headers, said = asked(server, "/room/?seed=" + "1" * 33_000)
    assert status == 414
    assert b"expected a link of at most 32,768 bytes. Received" in said
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.xdist_group("guard")
def test_a_visitor_who_asks_too_often_waits_and_others_do_not(server: Server):
    deadline = time.monotonic() + 120
    while health(server)[0] != 200 and time.monotonic() < deadline:
        time.sleep(0.5)  # until a worker is warm
    # A link that is refused at once: what counts is the question.
    link = "/room/layerscope/live/explore?layer=nowhere&visitor="
    found = [asked(server, link + "hasty")[0] for _ in range(4 * int(PER_VISITOR[1]))]
    assert found[0] == 400
    assert 429 in found
    assert asked(server, link + "patient")[0] == 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LAYERSCOPE_WORKERS", "many"),
        ("LAYERSCOPE_FRAMES", "a;script-src *"),
        ("LAYERSCOPE_CLUSTER", "scheduler"),
    ],
)
def test_a_setting_that_is_none_ends_the_start_with_a_sentence(name: str, value: str):
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    done = subprocess.run(
        [*command, "--server.port=0"],
        cwd=ROOT,
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "The server cannot start: expected" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "cores", "memory", "count"),
    [
        ("", 2, 24 * GIB, 2),
        ("", 8, 24 * GIB, 8),
        ("", 8, 4.5 * GIB, 4),
        ("", 1, GIB, 2),
        ("", 0.5, 64 * GIB, 2),
        (" 5 ", 1, GIB, 5),
        ("1", 8, 64 * GIB, 1),
    ],
)
def test_workers_are_as_many_as_cores_that_have_memory(
    text: str, cores: float, memory: float, count: int
):
    assert worker_count(text, cores=cores, memory=memory) == count


@pytest.mark.parametrize("text", ["0", "-1", "65", "two", "1.5", "1e1", "9999999"])
def test_other_numbers_of_workers_are_refused(text: str):
    with pytest.raises(ValueError, match=r"expected a number of workers from 1 to 64\. Received"):
        worker_count(text, cores=2, memory=4 * GIB)


def test_any_page_may_show_this_one_unless_a_setting_says_which():
    assert frame_ancestors("") == "*"
    assert frame_ancestors(" 'none' ") == "'none'"
    assert (
        frame_ancestors("https://a.example:8443 *.b.example")
        == "https://a.example:8443 *.b.example"
    )
    for text in ("https://a.example/path", "javascript:", "'unsafe-inline'", "a.example;", "\n;"):
        with pytest.raises(ValueError, match="expected addresses of pages"):
            frame_ancestors(text)


def test_a_schedulers_address_has_a_host_and_a_port():
    for address in ("", "tcp://scheduler:8786", "tls://10.0.0.5:8786", "tcp://[fd00::1]:8786"):
        assert cluster_address(f" {address} ") == address
    for text in ("scheduler:8786", "http://scheduler:8786", "tcp://scheduler", "tcp://a b:1", "1"):
        with pytest.raises(ValueError, match=r"expected the address of a Dask scheduler.*Received"):
            cluster_address(text)


def test_a_cluster_without_dask_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(settings.CLUSTER, "tcp://scheduler:8786")
    assert settings.configured_cluster() == "tcp://scheduler:8786"
    monkeypatch.setattr(settings, "find_spec", lambda _: None)
    with pytest.raises(ValueError, match=r"expected Dask.*Install requirements-cluster\.txt"):
        settings.configured_cluster()


def test_a_limit_fills_again_with_time():
    now = 0.0
    limit = Limit(2.0, 3.0, clock=lambda: now)
    assert [limit.allows("a") for _ in range(4)] == [True, True, True, False]
    assert limit.allows("b")
    now = 0.5
    assert [limit.allows("a") for _ in range(2)] == [True, False]
    now = 100.0
    assert [limit.allows("a") for _ in range(4)] == [True, True, True, False]
