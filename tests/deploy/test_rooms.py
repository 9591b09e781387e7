"""Two processes behind nginx, and a cluster, as compose.yaml has them, without containers.

``make test-deploy`` runs it, and installs nginx where that can be done.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.load.http import Http
from benchmarks.load.room import computations
from benchmarks.load.visitor import Visitor
from deploy.health import is_ready
from pages.shared.health import PATH as HEALTH
from tests.browser.server import Server, serving

ROOT = Path(__file__).parents[2]
LINK = {"layer": "linear", "features": "10", "batch": "8", "activation": "relu"}
WARM = 120
"""Seconds within which both processes must be ready, on a machine that does other things, too."""


@dataclass(frozen=True)
class Cluster:
    """A scheduler and two workers, by the command of docs/deploy.md."""

    log: Path
    port: int

    @property
    def address(self) -> str:
        return f"tcp://localhost:{self.port}"

    @contextmanager
    def running(self) -> Generator[None]:
        """Start it, and end all its processes."""
        with self.log.open("a") as log:
            process = subprocess.Popen(
                [ROOT / "deploy" / "cluster.sh"],
                env={**os.environ, "PYTHON": sys.executable, "PORT": str(self.port)},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=15)


@dataclass(frozen=True)
class Rooms:
    """Processes by their ports, the address of nginx in front of them, the cluster's behind."""

    servers: dict[int, Server]
    address: str
    port: int
    cluster: Cluster


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    """Start two processes and nginx, with deploy/nginx.conf as it is but for the port.

    Their cluster is not there yet.
    """
    program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if program is None:
        reason = "no nginx was found: expected one on the PATH. `make test-deploy` installs it."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with ExitStack() as stack:
        cluster = Cluster(tmp_path / "cluster", _free_port())
        settings = {
            "STREAMLIT_SERVER_COOKIE_SECRET": "one for all",
            "LAYERSCOPE_WORKERS": "1",
            "LAYERSCOPE_CLUSTER": cluster.address,
        }
        started = [
            stack.enter_context(serving(tmp_path / f"log{number}", **settings)) for number in "ab"
        ]
        servers = {int(server.address.rpartition(":")[2]): server for server in started}
        deadline = time.monotonic() + WARM
        while not all(map(is_ready, servers)) and time.monotonic() < deadline:
            time.sleep(0.5)
        port = _free_port()
        _write_settings(tmp_path, port, [*servers])
        command = [program, "-p", str(tmp_path), "-c", "whole.conf", "-e", str(tmp_path / "errors")]
        nginx = subprocess.Popen(command)
        try:
            _wait_for(port)
            yield Rooms(servers, f"http://127.0.0.1:{port}", port, cluster)
        finally:
            nginx.terminate()
            nginx.wait(timeout=15)


def test_a_visitor_stays_with_one_process_and_two_share_the_room(rooms: Rooms):
    async def room() -> dict[int, int]:
        before = await _computations(rooms)
        visitors = [Visitor(rooms.address, {**LINK, "seed": str(seed)}) for seed in range(12)]
        for number, visitor in enumerate(visitors):
            # As from twelve machines: without a cookie the address says where one goes.
            visitor._http.cookies["layerscope"] = f"visitor{number}"
            await visitor.open()
        for value in (7, 8):
            await _all(visitors, lambda visitor, value=value: visitor.change(value))
            await _all(visitors, lambda visitor: visitor.rest(20))
        await _all(visitors, lambda visitor: visitor.close())
        assert [error for visitor in visitors for error in visitor.errors] == []
        assert all(change.picture and change.page for v in visitors for change in v.changes)
        after = await _computations(rooms)
        return {port: after[port] - before[port] for port in after}

    made = asyncio.run(room())
    # The live answer and the page ask for the same: apart, they would compute it twice.
    assert sum(made.values()) == 12 * 3 + 2, "and each process asks once what layers there are"
    assert all(made.values()), "both processes have visitors"


def test_a_cluster_that_comes_goes_and_comes_back_is_noticed_by_nobody(rooms: Rooms):
    async def said() -> set[str]:
        http = [Http("127.0.0.1", port) for port in rooms.servers]
        found = {json.loads((await each.get(HEALTH)).body)["cluster"] for each in http}
        for each in http:
            await each.close()
        return found

    async def until(sentence: str) -> None:
        deadline = time.monotonic() + WARM
        found = await said()
        while not all(sentence in each for each in found):
            assert time.monotonic() < deadline, (found, rooms.cluster.log.read_text())
            await asyncio.sleep(0.5)
            found = await said()

    async def room() -> None:
        await until("expected a Dask scheduler. Received no answer")
        visitor = Visitor(rooms.address, {**LINK, "seed": "5"})
        await visitor.open()
        with rooms.cluster.running():
            await until("computes. Workers: 2")
            await visitor.change(7)
            await visitor.rest(20)
        await visitor.change(8)
        await visitor.rest(20)
        await until("expected a Dask scheduler. Received no answer")
        with rooms.cluster.running():
            await until("computes. Workers: 2")
            await visitor.change(9)
            await visitor.rest(20)
        await visitor.close()
        assert visitor.errors == []
        assert all(change.picture and change.page for change in visitor.changes)

    asyncio.run(room())
    for server in rooms.servers.values():
        assert server.log.read_text().count("expected a Dask scheduler") == 2
        assert "Traceback" not in server.log.read_text()


def test_visitors_of_a_process_that_is_killed_come_back_on_the_other(rooms: Rooms):
    async def room() -> None:
        visitor = Visitor(rooms.address, {**LINK, "seed": "3"})
        await visitor.open()
        await visitor.change(9)
        await visitor.rest(20)
        cookie = visitor._http.cookies["layerscope"]
        made = await _computations(rooms)
        home = max(made, key=lambda port: made[port])
        rooms.servers[home].end(signal.SIGKILL)
        assert not is_ready(home)
        for _ in range(100):
            if visitor.errors:
                break
            await asyncio.sleep(0.1)
        assert visitor.errors, "the connection is lost"
        await visitor.close()
        # A browser connects again, with its cookie and the link that the page has written.
        back = Visitor(rooms.address, {**LINK, "seed": "3", "units": "9"})
        back._http.cookies["layerscope"] = cookie
        await back.open()
        await back.change(4)
        await back.rest(20)
        await back.close()
        assert back.errors == ["The server closed the connection."][: len(back.errors)]
        assert back.changes[-1].picture
        assert back.changes[-1].page
        other = next(port for port in rooms.servers if port != home)
        assert (await _computations(rooms))[other] >= 2, "the picture of the link, and the next"

    asyncio.run(room())


def test_a_process_that_is_asked_to_end_does_so_and_leaves_no_worker(rooms: Rooms):
    port, server = next(iter(rooms.servers.items()))
    assert is_ready(port)
    server.end(signal.SIGTERM)
    assert not is_ready(port)
    assert server.process.returncode in {0, -signal.SIGTERM}, server.log.read_text()
    assert server.left_after(5) == set()
    assert "Traceback" not in server.log.read_text()


def test_answers_are_compressed_and_keep_their_headers(rooms: Rooms):
    async def ask() -> tuple[dict[str, str], dict[str, str]]:
        http = Http("127.0.0.1", rooms.port)
        first = await http.get("/?layer=linear", "text/html")
        again = await http.get("/?layer=linear", "text/html")
        await http.close()
        return first.headers, again.headers

    first, again = asyncio.run(ask())
    assert first["x-content-type-options"] == "nosniff"
    assert "frame-ancestors" not in first["content-security-policy"]  # any page may
    assert first["set-cookie"].startswith("layerscope=")
    assert "HttpOnly" in first["set-cookie"]
    assert not again.get("set-cookie", "").startswith("layerscope="), "it has one"


async def _computations(rooms: Rooms) -> dict[int, int]:
    found = {port: await computations(f"http://127.0.0.1:{port}") for port in rooms.servers}
    return {port: count for port, count in found.items() if count is not None}


async def _all(visitors: list[Visitor], act: Callable[[Visitor], Awaitable[None]]) -> None:
    await asyncio.gather(*(act(visitor) for visitor in visitors))


def _write_settings(folder: Path, port: int, ports: list[int]) -> None:
    ours = (ROOT / "deploy" / "nginx.conf").read_text()
    assert "listen 8080;" in ours
    (folder / "ours.conf").write_text(ours.replace("listen 8080;", f"listen 127.0.0.1:{port};"))
    servers = " ".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=5s;" for port in ports)
    (folder / "upstream.conf").write_text(
        f"upstream layerscope {{ hash $layerscope_visitor consistent; {servers} }}\n"
    )
    places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    temporary = " ".join(f"{place}_temp_path {folder}/{place};" for place in places)
    (folder / "whole.conf").write_text(
        f"daemon off; pid {folder}/pid; worker_processes 1; events {{ }}\n"
        f"http {{ access_log off; {temporary} include ours.conf; }}\n"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("nginx did not answer.")
