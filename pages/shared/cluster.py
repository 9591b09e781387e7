"""The workers of a cluster: a Dask scheduler somewhere, and Dask workers with TensorFlow.

Each takes part in the server's pool as one ``Place``. Where the scheduler is not there, is gone or
does not answer, there are no places, and the pool goes on without them. Nothing else here waits for
it: one thread talks to the scheduler, and looks every second whom it has.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import dask
from distributed import Client, KilledWorker

from layers.cluster import host
from layers.cluster.call import packed, result_of
from layers.cluster.versions import different
from layers.training.progress import FileProgress
from layers.worker import DIED, ComputationLostError, IdleDeathError, Worker, too_slow
from pages.shared.settings import MOST_WORKERS

LOOK = 1.0
"""Seconds between two looks at which workers there are, and between two attempts to connect."""
PATIENCE = 2.0
"""Seconds within which a computation must have begun; else this machine computes it."""
_ANSWER = 5.0
"""Seconds within which a scheduler must answer."""
_GRACE = 10.0
"""Seconds beyond the time limit, which the workers keep: for the result's way."""
_SETTINGS = {
    "distributed.client.scheduler-info-interval": "1h",  # we look ourselves
    "distributed.admin.large-graph-warning-threshold": "1 TiB",  # a training's history is large
}
_LOG = logging.getLogger("layerscope")


class _UnusableError(Exception):
    """The cluster cannot be used; a sentence."""


@dataclass
class _Computation:
    """One computation that the cluster has.

    Attributes:
        begun: how often a worker has begun it.
        changed: set as soon as one has.
        progress: where to write how far it is, and where somebody may ask to stop it.
    """

    progress: FileProgress | None
    begun: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Place(Worker):
    """One worker of the cluster; the scheduler chooses which of them computes."""

    is_elsewhere = True

    def __init__(self, cluster: Cluster) -> None:
        self.runs = 0
        self._cluster = cluster

    def run(
        self,
        function: Callable[..., Any],
        /,
        *arguments: Any,
        time_limit: float,
        memory_limit: int,
        **named: Any,
    ) -> Any:
        """Run a function there; errors as ``Worker.run``.

        Raises:
            IdleDeathError: it was not begun, or the scheduler is gone: it can be computed here.
        """
        return self._cluster.run(function, arguments, named, (time_limit, memory_limit))

    def is_large(self, memory_limit: int) -> bool:  # noqa: ARG002 (a Worker's signature)
        """Return that it is not: there they look after it themselves."""
        return False

    def kill(self) -> None:
        """Leave it alone: it serves others, too."""


class Cluster:
    """The scheduler, as long as there is one."""

    def __init__(self, address: str) -> None:
        self.said = f"The cluster is looked for at {address}."
        """In one sentence how it is; for the log and for whoever asks for the server's health."""
        self._address = address
        self._arrange: Callable[[Collection[Worker]], None] = lambda _: None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Client | None = None
        self._places: dict[str, Place] = {}
        self._computations: dict[str, _Computation] = {}
        self._left: set[asyncio.Future] = set()
        self._ended = False

    def start(self, arrange: Callable[[Collection[Worker]], None]) -> None:
        """Look for the scheduler from now on.

        Args:
            arrange: told which places there are, whenever it may have changed.
        """
        self._arrange = arrange
        dask.config.set(_SETTINGS)
        for name in ("distributed", "distributed.client", "tornado"):
            # What they say is said here, in a sentence.
            logging.getLogger(name).setLevel(logging.CRITICAL)
        threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True).start()

    def end(self) -> None:
        """Leave the cluster; what it computes is lost."""
        self._ended = True

    def run(
        self, function: Callable[..., Any], arguments: tuple, named: dict, limits: tuple[float, int]
    ) -> Any:
        """Run a function on the cluster, and wait; errors as ``Place.run``."""
        progress = next((each for each in arguments if isinstance(each, FileProgress)), None)
        call = packed(function, arguments, named)
        if self._loop is None or self._client is None:
            raise IdleDeathError
        computing = self._computed(self._client, call, progress, limits)
        try:
            answer = asyncio.run_coroutine_threadsafe(computing, self._loop).result()
        except (CancelledError, RuntimeError):  # the loop has ended with the server
            raise IdleDeathError from None
        return result_of(answer)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        while not self._ended:
            try:
                async with Client(
                    self._address, asynchronous=True, timeout=_ANSWER, set_as_default=False
                ) as client:
                    try:
                        await self._serve(client)
                    finally:  # before it is closed, which a scheduler that hangs makes long
                        self._client = None
                        self._places = {}
                        self._arrange(())
            except _UnusableError as reason:
                self._say(str(reason))
            except Exception as error:  # noqa: BLE001 (whatever Dask raises, we go on without it)
                silent = isinstance(error, (OSError, TimeoutError, asyncio.TimeoutError))
                what = "no answer" if silent else f"{type(error).__name__} ({error})"
                self._say(self._refusal("a Dask scheduler", what, "Start it"))
            await asyncio.sleep(LOOK)

    async def _serve(self, client: Client) -> None:
        """Tell the pool which workers there are, as long as the same scheduler answers."""
        packages = (await self._asked(client, "versions"))["packages"]
        if wrong := different({"Dask": packages["distributed"]}, parts=["Dask"]):
            raise _UnusableError(self._mismatch("a scheduler", wrong))
        client.subscribe_topic(client.id, self._heard)
        first = await self._asked(client, "identity")
        while not self._ended:
            now = await self._asked(client, "identity")
            if now["id"] != first["id"] or client.status != "running":
                raise OSError("word that it was started anew")
            self._client = client
            self._look_at(now["workers"])
            await asyncio.sleep(LOOK)

    @staticmethod
    async def _asked(client: Client, question: str) -> dict[str, Any]:
        return await asyncio.wait_for(getattr(client.scheduler, question)(), _ANSWER)

    def _look_at(self, workers: Mapping[str, Mapping[str, Any]]) -> None:
        """Take part those workers that compute the same numbers, and say what the others have."""
        wrong = {
            address: found
            for address, worker in workers.items()
            if (found := different(worker.get(host.NAME) or {}))
        }
        usable = [
            address
            for address, worker in workers.items()
            if address not in wrong and worker["status"] == "running"
        ][:MOST_WORKERS]
        self._places = {each: self._places.get(each) or Place(self) for each in usable}
        self._arrange(self._places.values())
        if wrong:
            self._say(self._mismatch("each worker", next(iter(wrong.values()))))
        elif not workers:
            self._say(self._refusal("workers", "a scheduler without any", "Start some for it"))
        else:
            self._say(f"The cluster at {self._address} computes. Workers: {len(workers)}.")

    async def _computed(
        self,
        client: Client,
        call: bytes,
        progress: FileProgress | None,
        limits: tuple[float, int],
    ) -> bytes:
        """Return the outcome of a call, still packed; errors as ``Place.run``."""
        name = f"layerscope-{uuid4().hex}"
        computation = self._computations[name] = _Computation(progress=progress)
        future = client.submit(
            host.compute,
            *(name, call, client.id, limits),
            key=name,
            workers=list(self._places),
            allow_other_workers=False,
            pure=False,
        )
        answer = asyncio.ensure_future(client.gather(future))
        try:
            await self._wait(client, answer, name, computation, limits[0])
            outcome = answer.result()
        except KilledWorker:
            raise _lost(computation) from None
        except (IdleDeathError, ComputationLostError):
            raise
        except Exception as error:  # noqa: BLE001 (Dask's own: the function's are in the outcome)
            _LOG.info("The cluster did not compute: %s. This machine does.", error)
            raise IdleDeathError from None
        finally:
            del self._computations[name]
            future.release()  # which cancels it, where it is not done
            self._leave(answer)
        if outcome is None:  # it was not begun
            raise IdleDeathError
        return outcome

    async def _wait(
        self,
        client: Client,
        answer: asyncio.Future,
        name: str,
        computation: _Computation,
        time_limit: float,
    ) -> None:
        """Wait for an answer, as long as it may take."""
        begun = asyncio.ensure_future(computation.changed.wait())
        await asyncio.wait({answer, begun}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        begun.cancel()
        if not answer.done() and not computation.begun:
            raise IdleDeathError
        deadline = time.monotonic() + time_limit + _GRACE
        while not (await asyncio.wait({answer}, timeout=0.2))[0]:
            if computation.begun > 1:  # its worker died, and the scheduler has tried another
                raise ComputationLostError(DIED)
            if time.monotonic() > deadline:
                raise too_slow(time_limit)
            if computation.progress is not None and computation.progress.stopped():
                self._leave(asyncio.ensure_future(client.run(host.stop, name, on_error="ignore")))

    def _leave(self, waiting: asyncio.Future) -> None:
        """Let something end by itself: a scheduler that is gone would not answer."""

        def ended(done: asyncio.Future) -> None:
            self._left.discard(done)
            _ = done.cancelled() or done.exception()  # nobody else asks

        self._left.add(waiting)
        waiting.add_done_callback(ended)

    def _heard(self, event: tuple[float, Mapping[str, Any]]) -> None:
        """Hear from a worker that a computation has begun, or how far it is."""
        message = event[1]
        if computation := self._computations.get(message.get(host.BEGUN, "")):
            computation.begun += 1
            computation.changed.set()
        computation = self._computations.get(message.get(host.TAKEN, ""))
        if computation and computation.progress is not None:
            computation.progress(message["step"], message["loss"])

    def _mismatch(self, what: str, wrong: Mapping[str, tuple[str, str]]) -> str:
        expected = ", ".join(f"{name} {here}" for name, (here, _) in wrong.items())
        received = ", ".join(f"{name} {there}" for name, (_, there) in wrong.items())
        remedy = "Start it from this server's files and requirements"
        return self._refusal(f"{what} with {expected}", received, remedy)

    def _refusal(self, expected: str, received: str, remedy: str) -> str:
        return (
            f"The cluster at {self._address} cannot be used: expected {expected}. Received "
            f"{received}. {remedy}; until then this machine computes."
        )

    def _say(self, sentence: str) -> None:
        """Note how the cluster is, and log it where it is new."""
        if sentence != self.said:
            self.said = sentence
            _LOG.warning(sentence)


def _lost(computation: _Computation) -> Exception:
    """Return the error of a computation whose worker died: one that had not begun is not lost."""
    return ComputationLostError(DIED) if computation.begun else IdleDeathError()
