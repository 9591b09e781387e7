"""A cluster's workers take part in the pool; without them nothing is lost.

Scheduler and workers are processes. But for the last tests their processes import no TensorFlow.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from distributed import Client

from layers.api import checkup as checkup_api
from layers.api import explore as explore_api
from layers.api import forks
from layers.api import models as models_api
from layers.api import train as train_api
from layers.api.explore import OwnModule
from layers.cluster import versions
from layers.cluster.call import packed
from layers.cluster.leaving import may_leave
from layers.inputs.cells import Cell, Edit
from layers.model_files.model import FileSource
from layers.training.progress import FileProgress
from layers.training.subject import Subject
from layers.worker import ComputationLostError
from pages.shared import cluster as cluster_module
from pages.shared import workers as workers_module
from pages.shared.cluster import Cluster
from pages.shared.workers import Workers
from pictures.files import named_file
from tests.pages.dask_processes import Dask, until
from tests.pages.session import ROOT, SENTENCE

pytestmark = pytest.mark.xdist_group("cluster")
TIME_LIMIT = 1.5
Start = Callable[..., Workers]


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """Start a scheduler and two workers."""
    dask = Dask(tmp_path_factory.mktemp("dask"))
    dask.scheduler()
    dask.worker()
    dask.worker()
    yield dask
    dask.end_all()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Dask]:
    """Start nothing yet: a test's own."""
    dask = Dask(tmp_path)
    yield dask
    dask.end_all()


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start pools of one light worker beside a cluster's, and end them."""
    monkeypatch.setattr(explore_api, "warm_up", os.getpid)
    monkeypatch.setattr(workers_module, "may_leave", lambda *_, **__: True)
    monkeypatch.setattr(cluster_module, "LOOK", 0.1)  # the tests wait for what is looked at
    pools = []

    def started(address: str, places: int = 2, time_limit: float = 30) -> Workers:
        pool = Workers(count=1, time_limit=time_limit)
        pools.append(pool)
        pool.use(Cluster(address))
        until(lambda: len(elsewhere(pool)) == places)
        return pool

    yield started
    for pool in pools:
        pool.shutdown()


def elsewhere(pool: Workers) -> list[Any]:
    return [worker for worker in pool._alive if worker.is_elsewhere]


def said(pool: Workers) -> str:
    assert pool.cluster is not None
    return pool.cluster.said


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def is_ours(pid: int) -> bool:
    """Return whether a process is one of this machine's pool."""
    return parent_of(pid) == os.getpid()


def running(pool: Workers, path: Path) -> tuple[Future, int]:
    """Start a computation that takes long on the cluster, and return the process it is in."""
    code = f"import os, time; open({str(path)!r}, 'a').write(f'{{os.getpid()}} '); time.sleep(1)"
    future = pool.submit(exec, code)
    until(lambda: path.exists() and path.read_text().endswith(" "))
    return future, int(path.read_text().split()[0])


def test_computations_run_on_the_cluster_first(dask: Dask, start: Start):
    pool = start(dask.address)
    assert not is_ours(pool.submit(os.getpid).result(timeout=30))
    assert said(pool) == f"The cluster at {dask.address} computes. Workers: 2."


def test_as_many_run_at_once_as_there_are_workers_here_and_there(dask: Dask, start: Start):
    pool = start(
        dask.address,
    )
    until(lambda: len(pool._idle) == 3)
    code = "import os, time; time.sleep(1); raise ValueError(str(os.getpid()))"
    found = {str(job.exception(timeout=30)) for job in [pool.submit(exec, code) for _ in range(3)]}
    assert len(found) == 3
    assert sum(is_ours(int(pid)) for pid in found) == 1, "and the queue takes this machine's last"


def test_what_a_computation_raises_comes_through(dask: Dask, start: Start):
    pool = start(dask.address)
    with pytest.raises(ValueError, match="invalid literal"):
        pool.submit(int, "five").result(timeout=30)
    with pytest.raises(ZeroDivisionError):
        pool.submit(divmod, 1, 0).result(timeout=30)
    with pytest.raises(ValueError, match="fit in memory") as refusal:
        pool.submit(exec, "raise MemoryError").result(timeout=30)
    assert SENTENCE.fullmatch(str(refusal.value))
    with pytest.raises(Exception, match="pickle"):
        pool.submit(abs, (n for n in range(3))).result(timeout=30)


@pytest.mark.parametrize(
    ("function", "arguments", "word"),
    [(time.sleep, (60,), f"{TIME_LIMIT:g} seconds"), (os._exit, (3,), "process died")],
    ids=["hangs", "exits"],
)
def test_a_process_that_is_lost_says_so_and_is_replaced(
    dask: Dask, start: Start, function: Callable, arguments: tuple, word: str
):
    pool = start(dask.address, time_limit=TIME_LIMIT)
    pool.submit(abs, -1).result(timeout=30)
    with pytest.raises(ComputationLostError, match=word) as lost:
        pool.submit(function, *arguments).result(timeout=30)
    assert SENTENCE.fullmatch(str(lost.value))
    until(lambda: len(elsewhere(pool)) == 2)
    assert not is_ours(pool.submit(os.getpid).result(timeout=30))


def test_a_process_that_takes_too_much_memory_is_ended(dask: Dask, start: Start):
    pool = start(dask.address, time_limit=60)
    pool._memory_limit = 300 * 2**20
    with pytest.raises(ComputationLostError, match="at most 300 MB"):
        pool.submit(exec, "import time; held = b'x' * 2**29; time.sleep(60)").result(timeout=30)
    until(lambda: len(elsewhere(pool)) == 2)


@pytest.mark.parametrize("failures", ["0", "3"])
def test_a_worker_that_is_killed_says_so_and_nothing_is_tried_again(
    alone: Dask, start: Start, tmp_path: Path, failures: str
):
    # With Dask's usual setting the scheduler tries the next worker, by itself.
    alone.scheduler(DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=failures)
    alone.worker()
    alone.worker()
    pool = start(alone.address)
    future, pid = running(pool, tmp_path / "begun")
    os.kill(parent_of(pid), signal.SIGKILL)  # the Dask worker; its nanny starts another
    with pytest.raises(ComputationLostError, match="process died") as lost:
        future.result(timeout=30)
    assert SENTENCE.fullmatch(str(lost.value))
    if failures == "0":  # else the other one is busy with what nobody waits for
        assert not is_ours(pool.submit(os.getpid).result(timeout=30))
    assert len((tmp_path / "begun").read_text().split()) <= (1 if failures == "0" else 2)
    until(lambda: len(elsewhere(pool)) == 2)
    until(lambda: not Path(f"/proc/{pid}").exists())


def test_a_scheduler_that_is_killed_loses_nothing_and_is_used_when_it_is_back(
    alone: Dask,
    start: Start,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
):
    scheduler = alone.scheduler()
    alone.worker()
    pool = start(
        alone.address,
        1,
    )
    until(lambda: len(pool._idle) == 2)
    future, there = running(pool, tmp_path / "begun")
    alone.end(scheduler)
    assert future.result(timeout=30) is None
    here = int((tmp_path / "begun").read_text().split()[-1])
    assert is_ours(here)
    assert here != there
    until(lambda: "expected a Dask scheduler. Received no answer" in said(pool))
    assert SENTENCE.search(said(pool))
    assert is_ours(pool.submit(os.getpid).result(timeout=30))
    with monkeypatch.context() as hasty:
        tried: list[str] = []
        say = Cluster._say
        hasty.setattr(Cluster, "_say", lambda self, news: (tried.append(news), say(self, news))[1])
        hasty.setattr(cluster_module, "_ANSWER", 0.2)
        until(lambda: len(tried) > 3)  # it is tried again and again, and that is not news
    assert caplog.text.count("expected a Dask scheduler") == 1
    alone.scheduler()
    alone.worker()
    until(lambda: elsewhere(pool))
    assert not is_ours(pool.submit(os.getpid).result(timeout=30))
    assert "cannot be used" not in said(pool)


def test_a_scheduler_that_hangs_loses_nothing(
    alone: Dask, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    scheduler = alone.scheduler()
    alone.worker()
    pool = start(alone.address, 1)
    until(lambda: len(pool._idle) == 2)
    future, _ = running(pool, tmp_path / "begun")
    monkeypatch.setattr(cluster_module, "_ANSWER", 2.0)
    os.kill(scheduler.pid, signal.SIGSTOP)
    assert future.result(timeout=30) is None
    assert is_ours(int((tmp_path / "begun").read_text().split()[-1]))
    until(lambda: "expected a Dask scheduler. Received no answer" in said(pool))
    os.kill(scheduler.pid, signal.SIGCONT)
    until(lambda: elsewhere(pool))
    assert not is_ours(pool.submit(os.getpid).result(timeout=30))


def test_without_a_scheduler_this_machine_computes(
    alone: Dask, start: Start, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cluster_module, "_ANSWER", 1.0)
    caplog.set_level(logging.WARNING)
    pool = start(alone.address, 0)
    assert is_ours(pool.submit(os.getpid).result(timeout=30))
    until(lambda: "cannot be used" in said(pool), 30)
    assert f"The cluster at {alone.address} cannot be used: expected a Dask sched" in caplog.text
    alone.scheduler()
    until(lambda: "expected workers. Received a scheduler without any" in said(pool))
    assert is_ours(pool.submit(os.getpid).result(timeout=30))


@pytest.mark.parametrize(("part", "what"), [("TensorFlow", "each worker"), ("Dask", "a scheduler")])
def test_another_version_is_refused_by_a_sentence(
    dask: Dask, start: Start, monkeypatch: pytest.MonkeyPatch, part: str, what: str
):
    other = {**versions.versions(), part: "0.1"}
    monkeypatch.setattr(versions, "versions", lambda: other)
    pool = start(dask.address, 0)
    until(lambda: f"expected {what} with {part} 0.1. Received {part} 2" in said(pool))
    assert SENTENCE.search(said(pool))
    assert is_ours(pool.submit(os.getpid).result(timeout=30))
    assert not elsewhere(pool)


def test_a_cluster_that_is_full_leaves_the_work_to_this_machine(dask: Dask, start: Start):
    other, pool = (
        start(dask.address),
        start(
            dask.address,
        ),
    )
    until(lambda: len(pool._idle) == 3)
    slow = [other.submit(time.sleep, 4) for _ in range(2)]
    assert other.cluster is not None
    running = other.cluster._computations.values()
    until(lambda: [computation.begun for computation in running] == [1, 1])
    assert is_ours(pool.submit(os.getpid).result(timeout=30))
    assert [job.result(timeout=30) for job in slow] == [None, None]


def test_shutting_down_leaves_nobody_waiting(dask: Dask, start: Start):
    pool = start(dask.address, time_limit=60)
    hanging = [pool.submit(time.sleep, 2) for _ in range(6)]
    time.sleep(0.3)
    pool.shutdown()
    until(lambda: all(future.done() for future in hanging))
    lost = [future.exception() for future in hanging if not future.cancelled()]
    assert sum("expected the server to run" in str(error) for error in lost) == 2


OWN = OwnModule(path="/nowhere/mine.py", source="SECRET = 1")
FILE = FileSource.__new__(FileSource)
ARRAY = np.ones((2, 3), "float32")
SUBJECT = Subject(name="linear", values={"units": 3})
GOES = [
    (explore_api.describe,),
    (explore_api.explore, "linear", {"units": 3, "shape": (2, 3)}, "normal", None),
    (explore_api.timed, train_api.train, SUBJECT, {"steps": 3}, FileProgress(path="x")),
    (checkup_api.watch, checkup_api.PostLayer("linear"), (8, 10)),
    (explore_api.explore, (Edit(Cell("kernel", (0, 1)), 2.5),)),
]
STAYS = [
    (explore_api.timed, explore_api.describe_own, OWN),
    (explore_api.explore, "own.Mine", {}, {"own": OWN}),
    (train_api.train, Subject(name="own.Mine", own=OWN)),
    (train_api.train, Subject(name="linear", source=ARRAY)),
    (train_api.train, Subject(name="linear", targets=ARRAY)),
    (explore_api.explore, "linear", {}, {"others": {"query": ARRAY}}),
    (explore_api.explore, "linear", {}, ARRAY),
    (checkup_api.watch, checkup_api.AuthorLayer(OWN, "own.Mine"), (8, 10)),
    (models_api.open_model, FILE),
    (models_api.distances, FILE, FILE, ()),
    (models_api.read_image, "face.png", b"png"),
    (explore_api.read_array, "mine.csv", b"1,2"),
    (named_file, "[]", 0, ".svg", None),
    (explore_api.timed, os.getcwd),
]


@pytest.mark.parametrize("call", GOES, ids=lambda call: getattr(call[0], "__name__", ""))
def test_what_a_link_says_may_leave_the_machine(call: tuple):
    assert may_leave(*call)


@pytest.mark.parametrize("call", STAYS, ids=lambda call: getattr(call[0], "__name__", ""))
def test_what_somebody_owns_stays(call: tuple):
    assert not may_leave(*call)


def test_an_own_layer_and_an_upload_never_reach_the_cluster(
    dask: Dask, start: Start, monkeypatch: pytest.MonkeyPatch
):
    sent: list[bytes] = []
    submit = Client.submit

    def recorded(client: Client, function: Callable, *arguments: Any, **named: Any) -> Any:
        sent.append(pickle.dumps(arguments))
        return submit(client, function, *arguments, **named)

    monkeypatch.setattr(Client, "submit", recorded)
    monkeypatch.setattr(workers_module, "may_leave", may_leave)
    pool = start(dask.address)
    with pytest.raises(ValueError, match=r"mine\.csv"):
        pool.submit(explore_api.read_array, "mine.csv", b"SECRET").result(timeout=60)
    pool.submit(forks.own_layer, (OWN, "own.Mine")).result(timeout=60)
    assert sent == []
    pool.submit(forks.own_layer, ("own.Mine",)).result(timeout=60)
    assert b"own.Mine" in sent[0], "what may leave does, and is seen here"
    assert not any(b"SECRET" in each for each in sent)


def test_no_folder_of_this_machine_is_sent(dask: Dask, start: Start, tmp_path: Path):
    pool = start(dask.address)
    progress = FileProgress(path=str(tmp_path / "progress"))
    there = pool.submit(repr, progress).result(timeout=30)
    assert "layerscope-" in there
    assert str(tmp_path) not in there
    assert str(tmp_path).encode() not in packed(repr, (progress,), {})


def test_without_the_setting_dask_is_not_loaded():
    code = (
        "import sys; from pages.shared.workers import Workers; from pages.shared import settings; "
        "settings.check(); print('distributed' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """Start a scheduler and a worker with TensorFlow, and a pool that has only this one."""
    dask = Dask(tmp_path_factory.mktemp("real"))
    dask.scheduler()
    dask.worker("layers.cluster.host")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explore_api, "warm_up", os.getpid)
        pool = Workers(count=1)
        pool.use(Cluster(dask.address))
        until(lambda: len(pool._idle) == 2)
    yield pool
    pool.shutdown()
    dask.end_all()


HOW = {"batch": None, "seed": 3, "source": "normal", "constant": 1.0}
SAME = [
    (explore_api.explore, ("linear", {"units": 7}), HOW),
    (explore_api.explore, ("lstm", {}), HOW),
    (train_api.train, (Subject(name="dense", seed=5), {"steps": 4}), {}),
]


@pytest.mark.parametrize(("function", "arguments", "named"), SAME)
def test_the_cluster_computes_the_same_to_the_last_bit(
    real: Workers, pool: Workers, function: Callable, arguments: tuple, named: dict
):
    there = real.submit(function, *arguments, **named).result(timeout=60)
    here = pool.submit(function, *arguments, **named).result(timeout=60)
    assert pickle.dumps(there) == pickle.dumps(here)


def test_a_training_there_says_how_far_it_is_and_stops_when_asked(real: Workers, tmp_path: Path):
    progress = FileProgress(path=str(tmp_path / "progress"))
    steps = 10_000
    how = {"steps": steps, "learning_rate": 1e-6}
    future = real.submit(train_api.train, Subject(name="dense"), how, progress)
    until(lambda: progress.read() or future.done())
    progress.stop()
    training = future.result(timeout=60)
    assert 0 < len(training.history.losses) < steps
