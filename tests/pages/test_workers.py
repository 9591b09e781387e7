"""Workers that hang, die or raise are replaced and harm nobody; none outlives its server.

The pools here are warmed up by a function that does nothing, so that they start in a moment.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, wait
from pathlib import Path
from typing import Any

import pytest

from layers.api import explore as explore_api
from layers.api import processes
from pages.shared import workers as module
from pages.shared.workers import ComputationLostError, Workers
from tests.pages.session import ROOT, SENTENCE

TIME_LIMIT = 1.5
PRIORITY = "__import__('os').getpriority(0, __import__('threading').get_native_id())"
linux = pytest.mark.skipif(not Path("/proc").exists(), reason="processes are counted in /proc")


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Workers]]:
    """Start pools that need no TensorFlow, and end them."""
    monkeypatch.setattr(explore_api, "warm_up", os.getpid)
    pools = []

    def started(count: int = 2, time_limit: float = TIME_LIMIT, **more: Any) -> Workers:
        pools.append(Workers(count=count, time_limit=time_limit, **more))
        return pools[-1]

    yield started
    for pool in pools:
        pool.shutdown()


@pytest.fixture
def pair(start: Callable[..., Workers]) -> Workers:
    return start(2)


@pytest.fixture
def single(start: Callable[..., Workers]) -> Workers:
    return start(1)


def test_it_is_an_executor_as_any_other(pair: Workers):
    assert isinstance(pair, Executor)
    assert list(pair.map(abs, [-1, 2, -3])) == [1, 2, 3]


def test_a_computation_runs_in_a_process_of_its_own(single: Workers):
    pid = single.submit(os.getpid).result()
    assert pid != os.getpid()
    assert single.submit(os.getpid).result() == pid, "a warm one, again and again"


def test_what_a_computation_raises_comes_through_and_the_worker_stays(single: Workers):
    pid = single.submit(os.getpid).result()
    with pytest.raises(ValueError, match="invalid literal"):
        single.submit(int, "five").result()
    with pytest.raises(ZeroDivisionError):
        single.submit(divmod, 1, 0).result()
    assert single.submit(os.getpid).result() == pid


def test_a_worker_that_keeps_much_memory_stays_below_the_limit(start: Callable[..., Workers]):
    single = start(1, time_limit=30)  # a machine at work may take seconds to hand it out
    pid = single.submit(os.getpid).result()
    keep = "import os; os.kept = b'1' * (400 << 20)"
    single.submit(exec, keep).result()
    time.sleep(1.1)  # loky looks at the memory after a computation, once a second
    single.submit(abs, -7).result()
    assert single.submit(os.getpid).result() == pid


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own there")
def test_what_takes_long_gives_way_and_leaves_no_trace(single: Workers):
    before = single.submit(eval, PRIORITY).result()
    assert single.submit_long(eval, PRIORITY).result() == before + 10
    assert single.submit(eval, PRIORITY).result() == before, "the worker is as quick as it was"
    with pytest.raises(ValueError, match="SystemExit"):
        single.submit_long(exec, "raise SystemExit").result()
    assert single.submit(eval, PRIORITY).result() == before


def test_what_takes_long_leaves_the_warm_worker_to_the_others(pair: Workers):
    both_are_up(pair)
    both_are_idle(pair)
    warm = pair.submit(os.getpid).result()
    assert pair.submit(os.getpid).result() == warm, "who has just computed is next"
    assert pair.submit_long(os.getpid).result() != warm


def test_a_timeout_that_the_computation_itself_raises_is_its_own(single: Workers):
    pid = single.submit(os.getpid).result()
    with pytest.raises(TimeoutError, match="mine"):
        single.submit(exec, "raise TimeoutError('mine')").result()
    assert single.submit(os.getpid).result() == pid


FATAL = [
    (time.sleep, (60,), f"{TIME_LIMIT:g} seconds"),
    (os._exit, (3,), "process died"),
    (exec, ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)",), "process died"),
    (exec, ("raise SystemExit",), "SystemExit"),
]
names = ["hangs", "exits", "is killed", "asks to exit"]


@pytest.mark.parametrize(("function", "arguments", "word"), FATAL[:3], ids=names[:3])
def test_a_worker_that_is_lost_says_so_and_is_replaced(
    single: Workers, function: Callable, arguments: tuple, word: str
):
    before = single.submit(os.getpid).result()
    started = time.monotonic()
    with pytest.raises(ComputationLostError, match=word) as lost:
        single.submit(function, *arguments).result()
    assert time.monotonic() - started < TIME_LIMIT + 2
    assert SENTENCE.fullmatch(str(lost.value))
    assert isinstance(lost.value, ValueError), "so that the page shows it as a sentence"
    after = single.submit(os.getpid).result(timeout=30)
    assert after != before
    assert_gone({before})


@pytest.mark.parametrize(("function", "arguments", "word"), FATAL, ids=names)
def test_others_notice_nothing_when_a_worker_is_lost(
    pair: Workers, function: Callable, arguments: tuple, word: str
):
    both_are_up(pair)
    unlucky = pair.submit(function, *arguments)
    others = [pair.submit(pow, 2, power) for power in range(20)]
    assert [other.result(timeout=TIME_LIMIT) for other in others] == [2**n for n in range(20)]
    wait([unlucky], timeout=30)
    assert unlucky.exception() is not None
    assert word in str(unlucky.exception())


def test_losing_every_worker_at_once_is_survived(pair: Workers):
    both_are_up(pair)
    lost = [pair.submit(os._exit, 1) for _ in range(4)]
    for future in lost:
        with pytest.raises(ComputationLostError):
            future.result(timeout=30)
    assert pair.submit(abs, -7).result(timeout=30) == 7


def test_a_worker_killed_while_idle_costs_nobody_a_computation(single: Workers):
    pid = single.submit(os.getpid).result()
    os.kill(pid, signal.SIGKILL)
    assert_gone({pid})
    time.sleep(0.3)  # until its pool has noticed
    assert single.submit(abs, -7).result(timeout=30) == 7
    assert single.submit(abs, -8).result(timeout=30) == 8


def test_what_cannot_be_sent_is_an_error_and_the_worker_stays(single: Workers):
    pid = single.submit(os.getpid).result()
    with pytest.raises(Exception, match="pickle"):
        single.submit(abs, (n for n in range(3))).result(timeout=30)
    assert single.submit(os.getpid).result(timeout=30) == pid


def test_a_worker_that_cannot_start_is_a_sentence_and_not_a_wait(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(explore_api, "warm_up", os.abort)
    monkeypatch.setattr(module, "_ATTEMPTS", 1)
    pool = Workers(count=1, time_limit=TIME_LIMIT)
    for _ in range(2):
        with pytest.raises(ComputationLostError) as lost:
            pool.submit(abs, -7).result(timeout=30)
        assert SENTENCE.fullmatch(str(lost.value))
    assert pool.warm.is_set(), "nobody waits for it with a progress message"
    pool.shutdown()
    assert "did not start" in caplog.text


def test_a_worker_that_cannot_be_replaced_leaves_the_work_to_the_other(
    pair: Workers, monkeypatch: pytest.MonkeyPatch
):
    both_are_up(pair)
    monkeypatch.setattr(explore_api, "warm_up", os.abort)
    monkeypatch.setattr(module, "_ATTEMPTS", 1)
    with pytest.raises(ComputationLostError):
        pair.submit(os._exit, 1).result(timeout=30)
    time.sleep(2)  # for the attempt, which is in vain
    assert [pair.submit(abs, -n).result(timeout=30) for n in range(6)] == list(range(6))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise MemoryError", "fit in memory"),
        ("bytearray(2**60)", "fit in memory"),
        ("raise FileNotFoundError(2, 'No such file')", "No such file"),
        ("chr(0xd800).encode()", "UTF-8"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise SystemExit(3)", "SystemExit"),
        ("raise GeneratorExit", "GeneratorExit"),
    ],
)
def test_what_no_page_expects_is_a_sentence_and_the_worker_stays(
    single: Workers, code: str, words: str
):
    pid = single.submit(os.getpid).result()
    with pytest.raises(ValueError, match=words) as refusal:
        single.submit(exec, code).result(timeout=30)
    assert SENTENCE.fullmatch(str(refusal.value))
    assert single.submit(os.getpid).result() == pid


@linux
def test_a_computation_that_takes_too_much_memory_is_stopped_and_the_limit_named(
    start: Callable[..., Workers],
):
    pool = start(1, time_limit=60, memory_limit=300 * 2**20)
    pid = pool.submit(os.getpid).result()
    with pytest.raises(ComputationLostError, match="at most 300 MB") as lost:
        pool.submit(exec, "import time; held = b'x' * 2**29; time.sleep(60)").result(timeout=30)
    assert SENTENCE.fullmatch(str(lost.value))
    assert "LAYERSCOPE_MEMORY_LIMIT" in str(lost.value)
    assert pool.submit(os.getpid).result(timeout=30) != pid
    assert_gone({pid})


class Visitors:
    """Who submits, in place of Streamlit's sessions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = ""
        monkeypatch.setattr(module, "get_script_run_ctx", lambda **_: self if self.now else None)

    @property
    def session_id(self) -> str:
        return self.now


def test_one_visitors_slow_work_never_takes_the_last_worker(
    pair: Workers, monkeypatch: pytest.MonkeyPatch
):
    both_are_up(pair)
    visitors = Visitors(monkeypatch)
    visitors.now = "slow"
    slow = [pair.submit(time.sleep, 60) for _ in range(6)]
    time.sleep(0.2)
    visitors.now = "other"
    assert [pair.submit(abs, -n).result(timeout=1) for n in range(10)] == list(range(10))
    assert not any(future.done() for future in slow)


def test_the_queue_is_fair(single: Workers, monkeypatch: pytest.MonkeyPatch):
    visitors = Visitors(monkeypatch)
    order: list[str] = []
    single.submit(abs, 1).result()
    blocked = single.submit(time.sleep, 0.3)
    jobs = []
    for name in ("first", "first", "second"):
        visitors.now = name
        job = single.submit(abs, 1)
        job.add_done_callback(lambda _, name=name: order.append(name))
        jobs.append(job)
    wait([blocked, *jobs], timeout=30)
    assert order == ["first", "first", "second"], "none of them has one running: first come"


def test_next_is_whose_fewest_computations_run(
    start: Callable[..., Workers], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    pool = start(5, time_limit=60)
    visitors = Visitors(monkeypatch)
    wait([pool.submit(time.sleep, 0.1) for _ in range(10)])
    until = "import os, time\nwhile not os.path.exists({!r}): time.sleep(0.02)"

    def blocked(name: str, end: Path) -> None:
        visitors.now = name
        pool.submit(exec, until.format(str(end)))

    soon, late = tmp_path / "soon", tmp_path / "late"
    for end in (soon, soon, late, late):
        blocked("heavy", end)
    blocked("light", late)
    order: list[str] = []
    jobs = []
    for name in ("heavy", "light"):
        visitors.now = name
        job = pool.submit(abs, 1)
        job.add_done_callback(lambda _, name=name: order.append(name))
        jobs.append(job)
    soon.touch()  # two are free then: enough for one of those who have others running
    wait(jobs, timeout=30)
    late.touch()
    assert order == ["light", "heavy"]


def test_kernels_are_cleared_while_another_worker_serves(
    start: Callable[..., Workers], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(processes, "clear_kernels", forever)
    pool = start(2, time_limit=60)
    both_are_idle(pool)
    monkeypatch.setattr(module, "RUNS", 5)
    for worker in pool._alive:
        worker.runs = 0
    pids = [pool.submit(os.getpid).result(timeout=30) for _ in range(15)]
    assert len(set(pids[:5])) == len(set(pids[5:])) == 1
    assert pids[0] != pids[5], "the first is being cleared, and takes its time"


def forever() -> None:
    time.sleep(600)


def test_a_worker_whose_kernels_were_cleared_serves_again(
    pair: Workers, monkeypatch: pytest.MonkeyPatch
):
    pids = both_are_up(pair)
    monkeypatch.setattr(processes, "clear_kernels", os.getpid)
    monkeypatch.setattr(module, "RUNS", 5)
    for _ in range(40):
        assert pair.submit(abs, -1).result(timeout=30) == 1
    both_are_idle(pair)
    assert {worker.pid for worker in pair._idle} == pids
    assert max(worker.runs for worker in pair._idle) < 20


@linux
def test_a_worker_that_has_grown_is_replaced_while_idle(
    start: Callable[..., Workers], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(processes, "clear_kernels", os.getpid)
    pool = start(2, time_limit=60, memory_limit=800 * 2**20)
    pids = both_are_up(pool)
    pool.submit(exec, "import builtins; builtins.kept = b'x' * (500 * 2**20)").result(timeout=30)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and pids <= {w.pid for w in pool._alive}:
        time.sleep(0.1)
    assert not pids <= {worker.pid for worker in pool._alive}
    assert pool.submit(abs, -7).result(timeout=30) == 7


@linux
def test_shutdown_leaves_no_process_and_no_waiting_visitor(start: Callable[..., Workers]):
    before = running(parent=os.getpid())
    pool = start(2)
    pids = both_are_up(pool)
    assert running(parent=os.getpid()) - before >= pids
    hanging = [pool.submit(time.sleep, 60) for _ in range(4)]
    time.sleep(0.2)
    pool.shutdown()
    assert all(future.done() for future in hanging)
    with pytest.raises(RuntimeError):
        pool.submit(abs, -7)
    time.sleep(1)  # in which nothing may be started to replace what was ended
    assert running(parent=os.getpid()) - before == set()


SERVER = """
import os
import sys
import time

from layers.api import explore as explore_api

explore_api.warm_up = os.getpid
from pages.shared.workers import Workers

pool = Workers(count=2)
pool.submit(exec, "import tempfile; tempfile.mkstemp()").result()
futures = [pool.submit(time.sleep, 600)] + [pool.submit(abs, -7) for _ in range(3)]
[future.result() for future in futures[1:]]
print("up", flush=True)
time.sleep(600)
"""


@linux
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_workers_and_files_go_with_their_server_however_it_ends(
    ending: signal.Signals, tmp_path: Path
):
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        text=True,
        start_new_session=True,  # its processes carry its id, whoever adopts them
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == "up\n"
        assert len(running(session=server.pid)) >= 3
        (folder,) = tmp_path.glob("layerscope-*")
        assert len(list(folder.iterdir())) == 1
        server.send_signal(ending)
        server.wait(timeout=10)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and running(session=server.pid):
            time.sleep(0.1)
        assert running(session=server.pid) == set()
        assert not folder.exists()
    finally:
        server.kill()
        for pid in running(session=server.pid):
            os.kill(pid, signal.SIGKILL)
        server.communicate()


def both_are_up(pool: Workers) -> set[int]:
    """Wait until two workers serve, and return their process ids."""
    pids: set[int] = set()
    deadline = time.monotonic() + 30
    while len(pids) < 2 and time.monotonic() < deadline:
        jobs = [pool.submit(exec, "import time; time.sleep(0.1)")]
        jobs += [pool.submit(os.getpid) for _ in range(3)]
        pids |= {job.result() for job in jobs[1:]}
    assert len(pids) == 2
    return pids


def both_are_idle(pool: Workers) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and len(pool._idle) < 2:
        time.sleep(0.02)
    assert len(pool._idle) == 2


def assert_gone(pids: set[int]) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and any(map(alive, pids)):
        time.sleep(0.05)
    assert not any(map(alive, pids))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def running(*, parent: int | None = None, session: int | None = None) -> set[int]:
    """Return the processes of a parent, or of a session, that have not ended."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, its_parent, _, its_session = stat.read_text().rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended while we looked
        if state != "Z" and (parent == int(its_parent) or session == int(its_session)):
            found.add(int(stat.parent.name))
    return found
