"""The embedded engine's process: started with the app, started again when it dies, ended with the app."""

from __future__ import annotations

import asyncio
import logging
import subprocess
from collections.abc import Callable
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from urllib.parse import urlsplit

from .errors import InferenceFailure

log = logging.getLogger(__name__)
_POLL_SECONDS, _PATIENCE_SECONDS = 0.05, 20.0
# An engine that dies at once is started again after longer and longer pauses.
_SHORTEST_PAUSE, _LONGEST_PAUSE, _LIVED_SECONDS = 0.1, 30.0, 10.0


class EngineProcess:
    """An engine that prints its address when it listens and ends with its standard input.

    `command` makes the command line for a port; 0 stands for any. Its address stays when it is started again."""

    def __init__(self, command: Callable[[int], list[str]], root: Path) -> None:
        self._command, self._root = command, root
        self._up, self._ended, self._lock = Event(), Event(), Lock()
        self._port = 0
        self._process = self._start()
        self._began = monotonic()
        self._watching: Thread | None = None

    def address(self) -> str:
        """Where it listens, once it does; from then on its life is watched. Raises OSError when it does not start."""
        assert self._process.stdout is not None
        address = self._process.stdout.readline().strip()
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

    async def ready(self, patience: float = _PATIENCE_SECONDS) -> None:
        """Waits until it listens. Raises InferenceFailure when that takes too long."""
        until = monotonic() + patience
        while not self.runs:
            if monotonic() > until:
                raise InferenceFailure(
                    "The embedded engine has stopped and does not start again.",
                    "Look into the app's log, or restart it.",
                )
            await asyncio.sleep(_POLL_SECONDS)

    def close(self) -> None:
        """Ends the process, and waits for that."""
        self._ended.set()
        with self._lock:
            process = self._process
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._watching:
            self._watching.join()
        _close_pipes(process)

    def _start(self) -> subprocess.Popen[str]:
        # A session of its own: Ctrl+C in the terminal ends the app, and the app ends the engine.
        return subprocess.Popen(  # noqa: S603
            self._command(self._port), cwd=self._root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip

    def _watch(self) -> None:
        pause = _SHORTEST_PAUSE
        while True:
            code = self._process.wait()
            self._up.clear()
            lived = monotonic() - self._began
            pause = _SHORTEST_PAUSE if lived > _LIVED_SECONDS else min(pause * 2, _LONGEST_PAUSE)
            if self._ended.wait(pause):
                return
            log.warning("The embedded engine ended (%s); it is started again.", code)
            with self._lock:
                if self._ended.is_set():
                    return
                _close_pipes(self._process)
                self._process = self._start()
            self._began = monotonic()
            assert self._process.stdout is not None
            if self._process.stdout.readline().strip():
                self._up.set()


def _close_pipes(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
