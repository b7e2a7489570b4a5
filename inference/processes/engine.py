"""The embedded engine's process: started with the app, replaced when it dies, ended with the app.

A second process stands by with everything imported, so that one that is killed is replaced in a few hundredths of a
second and not in the time that Python takes to start. It costs about 22 MB of memory of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import subprocess
from collections.abc import Callable
from threading import Event, Lock, Thread
from time import monotonic
from urllib.parse import urlsplit

from showcard.inference.errors import InferenceFailure

log = logging.getLogger(__name__)
_POLL_SECONDS, _PATIENCE_SECONDS = 0.02, 20.0
# One that dies at once is started again after longer and longer pauses: up to the first of these seconds where it
# listened, as people are waiting for it; up to the second where it did not come so far.
_SHORTEST_PAUSE, _LONGEST_PAUSES, _LIVED_SECONDS = 0.1, (0.5, 30.0), 1.0
_STANDBY_AFTER = 1.0  # seconds that the engine has listened: the app's own start comes first
_WAITING = "The embedded engine is starting again"

Process = subprocess.Popen[str]


class EngineProcess:
    """An engine that prints its address when it listens and ends with its standard input.

    `command` makes the command line for a port; 0 stands for any. Its address stays when it is started again.
    `standby` is what makes such a process wait, ready to listen, for a line on its standard input; without it none is
    kept."""

    def __init__(self, command: Callable[[int], list[str]], standby: tuple[str, ...] = ()) -> None:
        self._command, self._standby = command, standby
        self._up, self._ended, self._lock = Event(), Event(), Lock()
        self._port, self._pause = 0, 0.0
        self._process = self._start()
        self._spare: Process | None = None
        self._watching: Thread | None = None

    def address(self) -> str:
        """Where it listens, once it does; from then on its life is watched. Raises OSError when it does not start."""
        address = _line(self._process)
        if not address:
            raise OSError("The embedded engine did not start; what it said stands above.")
        self._port = urlsplit(address).port or 0
        self._up.set()
        self._watching = Thread(target=self._watch, name="engine", daemon=True)
        self._watching.start()
        return address

    @property
    def runs(self) -> bool:
        """Whether it listens, as far as its process tells."""
        return self._up.is_set() and self._process.poll() is None

    async def ready(self, tell: Callable[[str], None] = lambda _: None, patience: float = _PATIENCE_SECONDS) -> None:
        """Waits until it listens; `tell` hears what is waited for. Raises InferenceFailure when that takes too long."""
        until = monotonic() + patience
        while not self.runs:
            if monotonic() > until:
                raise InferenceFailure(
                    "The embedded engine has stopped and does not start again.",
                    "Look into the app's log, or restart it.",
                )
            tell(_WAITING)
            await asyncio.sleep(_POLL_SECONDS)
        tell("")

    def close(self) -> None:
        """Ends the process and the one that stands by, and waits for that."""
        self._ended.set()
        with self._lock:
            processes = [process for process in (self._process, self._spare) if process]
        for process in processes:
            if process.stdin is not None:
                with contextlib.suppress(OSError):
                    process.stdin.close()
        for process in processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._watching:
            self._watching.join()
        for process in processes:
            _close_pipes(process)

    def _start(self, *more: str) -> Process:
        # A session of its own: Ctrl+C in the terminal ends the app, and the app ends the engine.
        return subprocess.Popen(  # noqa: S603
            [*self._command(self._port), *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip

    def _watch(self) -> None:
        """Replaces the process each time that it ends, until this is closed."""
        while True:
            began = monotonic()
            self._stand_by()
            code = self._process.wait()
            served = self._up.is_set()
            self._up.clear()
            short = not served or monotonic() - began < _LIVED_SECONDS
            longer = min(max(self._pause * 2, _SHORTEST_PAUSE), _LONGEST_PAUSES[not served])
            self._pause = longer if short else 0.0
            if self._ended.wait(self._pause):
                return
            log.warning("The embedded engine ended (%s); it is started again.", code)
            with self._lock:
                if self._ended.is_set():
                    return
                _close_pipes(self._process)
                self._process = self._next()
            if _line(self._process):
                self._up.set()

    def _next(self) -> Process:
        """The process that stood by, told to listen; a new one where there is none that lives."""
        spare, self._spare = self._spare, None
        if spare and spare.poll() is None and spare.stdin:
            with contextlib.suppress(OSError):
                spare.stdin.write("\n")
                spare.stdin.flush()
                return spare
        if spare:
            _close_pipes(spare)
        return self._start()

    def _stand_by(self) -> None:
        """Starts the process that stands by, unless the engine ends first."""
        if not self._standby or not self._up.is_set():
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_STANDBY_AFTER)
            return
        with self._lock:
            if self._spare is None and not self._ended.is_set():
                self._spare = self._start(*self._standby)


def _line(process: Process) -> str:
    """The next line that a process prints; nothing when it ends without one."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _close_pipes(process: Process) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # closing writes what a process that is gone has not read
                pipe.close()
