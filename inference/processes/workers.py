"""Worker processes for what a stranger's text or bytes could make slow or large: they can be killed, the app can't.

A function runs apart from the app with a bound of seconds of the processor, of memory and of what comes back, so that
a busy machine changes nothing but when it ends. Its process has none of the app's keys in its environment, and imports
only what the function's own module does: keep that module light."""

from __future__ import annotations

import asyncio
import gc
import io
import os
import pickle
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from time import monotonic, sleep
from typing import Any, TypeVar

from showcard.start import command

from . import worker
from .threads import start_all

T = TypeVar("T")

MAX_WORKERS = max(2, min(4, os.cpu_count() or 2))
MAX_SECONDS = 8.0  # of the processor
# So many times as long it may take by the clock, which only what waits for something reaches, or a machine that has
# next to no time for us. Windows knows no bound of the processor: there it is the clock's.
PATIENCE = 15 if hasattr(signal, "SIGPROF") else 1
# But nobody is left waiting: what takes longer by the clock ends in a sentence, on a busy machine too.
MAX_WAIT = 9.0
LOOK_SECONDS = 0.05  # between two looks at that clock, while there are calls
MAX_MEMORY = 2**30  # bytes of address space, so also what libraries reserve without using it
MAX_RETURNED = 16 * 2**20
THREADS = "threads"  # who calls from a thread, where nobody knows for whom
MAX_KEPT_MEMORY = 256 * 2**20  # a worker that has taken more is not used again
# All that a worker knows of the app's environment.
_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "TZ", "PYTHONUTF8")


_person: ContextVar[str] = ContextVar("person", default="")


def work_for(whose: str) -> None:
    """What is called from here on, also in threads that are started from here, counts for this person."""
    _person.set(whose)


class WorkerError(Exception):
    """A function did not end as it should have, because of what it was given."""


class TooSlow(WorkerError):
    """It took more of the processor than it may, or far longer, and was ended."""


class TooLarge(WorkerError):
    """It wanted more memory than it may have, or gave back more than may come back."""


class WorkerDied(WorkerError):
    """Its process ended in the middle."""


@dataclass(slots=True, eq=False)
class _Call:
    """A function to call, its bounds, and the worker that does it."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    seconds: float
    memory: int
    most: int
    worker: _Worker | None = None
    ended: bool = False

    def message(self) -> bytes:
        given = pickle.dumps(self.arguments, pickle.HIGHEST_PROTOCOL)
        told = (self.function.__module__, self.function.__qualname__, given, self.memory, self.most, self.seconds)
        return pickle.dumps(told, pickle.HIGHEST_PROTOCOL)

    def begin(self, worker: _Worker) -> None:
        self.worker = worker
        if self.ended:
            raise WorkerDied

    def end(self) -> None:
        """Nobody waits any more: its worker, if it has one, is ended."""
        self.ended = True
        if found := self.worker:
            found.kill()


class _Worker:
    """One process, and one call at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            command("showcard.inference.processes.worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={name: os.environ[name] for name in _KEPT if name in os.environ} | {"OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl+C in the terminal ends the app, and the app ends its workers
        )
        self.taken = 0  # bytes of memory, at most so far
        self._killed = False  # it may take a moment until the process is gone
        self._late = False
        self._until = float("inf")  # by the clock

    @property
    def lives(self) -> bool:
        return not self._killed and self._process.poll() is None and self.taken <= MAX_KEPT_MEMORY

    def answer(self, call: _Call) -> Any:
        """What the function returns. Raises what it raised, or a WorkerError."""
        message = call.message()
        self._until = monotonic() + max(call.seconds, min(call.seconds * PATIENCE, MAX_WAIT))
        assert self._process.stdin is not None
        try:
            with suppress(BrokenPipeError):
                self._process.stdin.write(len(message).to_bytes(worker.HEAD, "big") + message)
                self._process.stdin.flush()
            assert isinstance(self._process.stdout, io.BufferedReader)
            answer = worker.read(self._process.stdout, call.most + 1000)
        except OverflowError:
            self.kill()
            raise TooLarge from None
        finally:
            self._until = float("inf")
        if answer is None:
            self.kill()
            raise TooSlow if self._late or self._process.wait() in worker.SIGNALS_SLOW else WorkerDied
        how, said, self.taken = pickle.loads(answer)  # noqa: S301
        if how == worker.TOO_LARGE:
            raise TooLarge
        found = _loaded(said)
        if how == worker.RAISED:
            raise found
        return found

    def end_if_late(self) -> None:
        """End the process where a call has taken too long by the clock."""
        if monotonic() > self._until:
            self._late = True
            self.kill()

    def kill(self) -> None:
        """End the process at once."""
        self._killed = True
        self._process.kill()

    def close(self) -> None:
        """End the process, and let go of its pipes."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(OSError):
                pipe.close()


def _loaded(said: bytes) -> Any:
    """What a pickle holds. No garbage is collected meanwhile: each time, all that was made so far would be walked
    through for nothing, and nothing else runs until the whole of it is made."""
    was = gc.isenabled()
    gc.disable()
    try:
        return pickle.loads(said)  # noqa: S301
    finally:
        if was:
            gc.enable()


class Workers:
    """A pool of worker processes, each started when it is needed and kept for the next call."""

    def __init__(self, size: int = MAX_WORKERS) -> None:
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="worker")
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._busy: set[_Worker] = set()
        self._any_busy = threading.Event()
        self._watching: threading.Thread | None = None
        self._lock = threading.Lock()
        self._waiting: list[tuple[str, _Call, Future[Any]]] = []
        self._at_work: Counter[str] = Counter()
        self._size, self._each = size, max(1, size // 2)

    async def run(
        self,
        function: Callable[..., T],
        *arguments: Any,
        seconds: float = MAX_SECONDS,
        memory: int = MAX_MEMORY,
        most: int = MAX_RETURNED,
        whose: str = "",
    ) -> T:
        """`run_apart`, in this pool."""
        call = _Call(function, arguments, seconds, memory, most)
        try:
            return await asyncio.wrap_future(self._submit(call, whose or _person.get()))
        finally:
            call.end()

    def run_here(
        self,
        function: Callable[..., T],
        *arguments: Any,
        seconds: float = MAX_SECONDS,
        memory: int = MAX_MEMORY,
        most: int = MAX_RETURNED,
        whose: str = "",
    ) -> T:
        """Run a function in a worker process, for code in a thread of its own, which waits here; see `run`."""
        call = _Call(function, arguments, seconds, memory, most)
        return self._submit(call, whose or _person.get() or THREADS).result()  # type: ignore[no-any-return]

    def start(self) -> None:
        """Start the pool's threads, once; the processes come when they are needed."""
        with self._lock:
            self._start_watching()
        start_all(self._threads, self._size)

    def _start_watching(self) -> None:
        if self._watching is None:
            self._watching = threading.Thread(target=self._watch, name="workers' clock", daemon=True)
            self._watching.start()

    def _submit(self, call: _Call, whose: str) -> Future[Any]:
        future: Future[Any] = Future()
        with self._lock:
            self._start_watching()
            self._waiting.append((whose, call, future))
        self._begin()
        return future

    def _begin(self) -> None:
        """Give the free workers the calls that may have them, in the order in which they came."""
        with self._lock:
            for waiting in list(self._waiting):
                whose, _, future = waiting
                if self._at_work.total() >= self._size:
                    break
                if whose and self._at_work[whose] >= self._each:
                    continue
                self._waiting.remove(waiting)
                try:
                    self._threads.submit(self._work, *waiting)
                    self._at_work[whose] += 1
                except RuntimeError:  # the app ends
                    future.set_exception(WorkerDied())

    def _work(self, whose: str, call: _Call, future: Future[Any]) -> None:
        try:
            if future.set_running_or_notify_cancel():
                future.set_result(self._answer(call))
        except BaseException as error:
            future.set_exception(error)
        finally:
            with self._lock:
                self._at_work[whose] -= 1
                self._at_work += Counter()  # those without a call are forgotten
            self._begin()

    def _answer(self, call: _Call) -> Any:
        found = self._take()
        with self._lock:
            self._busy.add(found)
            self._any_busy.set()
        try:
            call.begin(found)
            return found.answer(call)
        finally:
            call.worker = None
            with self._lock:
                self._busy.discard(found)
            self._give(found)

    def _watch(self) -> None:
        """End what takes too long by the clock, for ever."""
        while self._any_busy.wait():
            for found in list(self._busy):
                found.end_if_late()
            with self._lock:
                if not self._busy:
                    self._any_busy.clear()
            sleep(LOOK_SECONDS)

    def _take(self) -> _Worker:
        with suppress(Empty):
            while not (found := self._idle.get_nowait()).lives:
                found.close()
            return found
        return _Worker()

    def _give(self, found: _Worker) -> None:
        if found.lives:
            self._idle.put(found)
        else:
            found.close()

    def close(self) -> None:
        """End every process, also those that are at work: their calls raise WorkerDied. The pool can be used again."""
        for found in list(self._busy):
            found.kill()
        with suppress(Empty):
            while True:
                self._idle.get_nowait().close()


_workers = Workers()
run_apart_here = _workers.run_here
start = _workers.start
close = _workers.close


async def run_apart(
    function: Callable[..., T],
    *arguments: Any,
    seconds: float = MAX_SECONDS,
    memory: int = MAX_MEMORY,
    most: int = MAX_RETURNED,
    whose: str = "",
) -> T:
    """Call a function of a module's top level in a worker process, and give back what it returns.

    Cancelling ends it at once. `seconds` are of the processor, `memory` is in bytes, `most` bounds the bytes of the
    pickle that comes back, and of those with the same `whose` (else the person of `work_for`) no more than half of the
    workers are used at a time. Raises what the function raises, or TooSlow, TooLarge, WorkerDied."""
    return await _workers.run(function, *arguments, seconds=seconds, memory=memory, most=most, whose=whose)
