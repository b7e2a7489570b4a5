"""Models of folders on this machine: each run by a process of its own, which is started, watched and asked to leave.

What is started is said by who makes it; it has to speak as `python -m showcard.local.folder` does."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from showcard.inference.errors import InferenceFailure
from showcard.metadata.reading.files import Folder
from showcard.metadata.weights.memory import available_memory
from showcard.metadata.weights.runnable import ALL_PACKAGES, TORCH_PACKAGES, NotRunnable, Plan, plan_run

FOLDER = "folder"  # the provider of a request to one of them
IDLE, LOADING, READY, FAILED = "idle", "loading", "ready", "failed"
MAX_LINES, LONGEST_LINE = 400, 2_000
_POLL_SECONDS = 0.05
_PATIENCE_SECONDS = 5.0
_SECRET = ("TOKEN", "API_KEY", "SECRET", "PASSWORD", "CREDENTIALS")
_LOOK = "import importlib.util, json; print(json.dumps([n for n in {names!r} if importlib.util.find_spec(n)]))"
_ANEW_SECONDS = 3.0  # after which a Python that lacked something is looked at again


@dataclass(slots=True)
class FolderModel:
    """The model of a folder for one task: its address, kept while the app runs, and how it stands."""

    path: Path
    task: str
    address: str
    held: socket.socket  # bound to the port, never listening
    phase: str = IDLE
    doing: str = ""
    began: float = 0.0
    took: float = 0.0
    used: float = 0.0
    needed: int = 0
    failure: InferenceFailure | None = None
    process: subprocess.Popen[bytes] | None = None
    log: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_LINES))

    @property
    def seconds(self) -> float:
        """How long it has been loading, or took to load."""
        return monotonic() - self.began if self.phase == LOADING else self.took


class Pythons:
    """Which Python runs a model: the app's own where that has torch, else the one that was named."""

    def __init__(self, named: str | None = None) -> None:
        self.named = named
        self._known: dict[str, tuple[float, frozenset[str]]] = {}

    def choose(self) -> tuple[str, Collection[str]]:
        """The Python, and those packages that it has of the ones a model may need. Raises InferenceFailure."""
        own = self.packages(sys.executable)
        if self.named is None or own >= TORCH_PACKAGES:
            return sys.executable, own
        return self.named, self.packages(self.named)

    def packages(self, python: str) -> frozenset[str]:
        """The packages that a Python has. Raises InferenceFailure where it can't be started."""
        known = self._known.get(python)
        if known and (known[1] == frozenset(ALL_PACKAGES) or monotonic() - known[0] < _ANEW_SECONDS):
            return known[1]
        try:
            told = subprocess.run(  # noqa: S603  (named by whoever started the app)
                [python, "-c", _LOOK.format(names=ALL_PACKAGES)], capture_output=True, timeout=30, check=True,
            )  # fmt: skip
            found = frozenset(json.loads(told.stdout))
        except (OSError, subprocess.SubprocessError, ValueError):
            raise InferenceFailure(
                f"The Python that was named for models of folders, {python}, can't be started.",
                "Start the app with another --local-python.",
            ) from None
        self._known[python] = (monotonic(), found)
        return found


class Folders:
    """The models of folders that pages have opened. At most `most` of them run; the least recently used one leaves.

    `module` is what follows the Python on the command line."""

    def __init__(self, module: Sequence[str], pythons: Pythons | None = None, most: int = 1) -> None:
        self.module = module
        self.pythons = pythons or Pythons()
        self.most = max(1, most)
        self._models: dict[str, FolderModel] = {}

    def offer(self, path: Path, task: str) -> str:
        """The address that the model of a folder has, or will have, for a task."""
        for model in self._models.values():
            if (model.path, model.task) == (path, task):
                return model.address
        held = _port()
        address = f"http://127.0.0.1:{held.getsockname()[1]}"
        self._models[address] = FolderModel(path, task, address, held)
        return address

    def find(self, address: str | None) -> FolderModel | None:
        """The model at an address, None where there is none of ours."""
        return self._models.get(address or "")

    def refusal(self, address: str) -> InferenceFailure | None:
        """Why a model can't be run, None where it can or does."""
        model = self.find(address)
        if model is None:
            return InferenceFailure("This folder is not open any more.", "Open it again.")
        if model.phase in (LOADING, READY):
            return None
        try:
            self._plan(model)
        except InferenceFailure as failure:
            return failure
        return None

    def _plan(self, model: FolderModel) -> tuple[str, Plan]:
        """The Python and how it would run the model. Raises InferenceFailure."""
        python, packages = self.pythons.choose()
        free = available_memory()
        if free is not None:  # what has to leave makes room
            free += sum(other.needed for other in self._leaving(model))
        try:
            return python, plan_run(Folder(model.path), model.task, packages, free)
        except NotRunnable as refused:
            raise InferenceFailure(refused.sentence, refused.hint, ways=("place",)) from None

    def _leaving(self, coming: FolderModel) -> list[FolderModel]:
        """The models that leave when another comes, the least recently used first."""
        running = [model for model in self._models.values() if model.process and model is not coming]
        running.sort(key=lambda model: model.used)
        return running[: max(0, len(running) + 1 - self.most)]

    async def ready(self, address: str, tell: Callable[[str], None] = lambda _: None) -> None:
        """Waits until the model at an address answers; starts it where it does not run. `tell` hears what it does.

        Raises InferenceFailure."""
        model = self.find(address)
        if model is None:
            raise InferenceFailure("This folder is not open any more.", "Open it again.")
        model.used = monotonic()
        if model.phase in (IDLE, FAILED):
            python, plan = await asyncio.to_thread(self._plan, model)
            if model.phase in (IDLE, FAILED):  # another page may have been faster
                model.needed = plan.needed
                self._start(model, python)
        while model.phase == LOADING:
            tell(f"Loading your model: {model.doing[:1].lower()}{model.doing[1:]}")
            await asyncio.sleep(_POLL_SECONDS)
        if model.phase != READY:
            raise model.failure or InferenceFailure("The model was stopped.", "Run again to load it.")

    async def explain(self, address: str, failure: InferenceFailure) -> InferenceFailure:
        """The failure of a call as that of the process, where that is what broke off."""
        model = self.find(address)
        until = monotonic() + 1.0
        while model and model.phase == READY and monotonic() < until and failure.retry:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_SECONDS)
        return model.failure if model and model.phase == FAILED and model.failure else failure

    def _start(self, model: FolderModel, python: str) -> None:
        for other in self._leaving(model):
            self.stop(other.address)
        port = str(model.held.getsockname()[1])
        command = [python, *self.module, str(model.path), "--task", model.task, "--port", port, "--with-parent"]
        model.phase, model.doing, model.began, model.failure = LOADING, "Starting Python", monotonic(), None
        model.log.clear()
        try:
            model.process = process = subprocess.Popen(  # noqa: S603  (our own module, by the Python that was chosen)
                command, env=_environment(),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
        except OSError as error:
            model.phase, model.failure = FAILED, InferenceFailure(f"{python} can't be started: {error.strerror}.")
            return
        for listen in (_hear, _note):
            threading.Thread(target=listen, args=(model, process), daemon=True).start()

    def stop(self, address: str) -> None:
        """Asks a model to leave, and sees to it."""
        model = self.find(address)
        process = model.process if model else None
        if model is None or process is None:
            return
        model.process, model.phase, model.took = None, IDLE, 0.0
        _end(process)

    def close(self) -> None:
        """Stops every model, and lets go of their addresses."""
        for model in self._models.values():
            self.stop(model.address)
            model.held.close()
        self._models.clear()


def _port() -> socket.socket:
    """A port of this machine that stays ours, and that our processes can listen on."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "SO_REUSEPORT"):
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind(("127.0.0.1", 0))
    return held


def _environment() -> Mapping[str, str]:
    """This process's environment without anybody's keys; a model has no use for them."""
    kept = {name: value for name, value in os.environ.items() if not any(part in name.upper() for part in _SECRET)}
    if threading.current_thread() is threading.main_thread():
        # The kernel ends the child with the thread that started it: only the main one is sure to last.
        kept["SHOWCARD_PARENT"] = str(os.getpid())
    return kept


def _hear(model: FolderModel, process: subprocess.Popen[bytes]) -> None:
    """Follows what a process says on standard output, to its end."""
    assert process.stdout is not None
    refused: InferenceFailure | None = None
    for line in process.stdout:
        told = _told(line)
        if model.process is not process:
            continue
        if "ready" in told:
            model.took, model.phase = model.seconds, READY
            model.log.append(f"{model.took:6.1f} s  Ready at {model.address}")
        elif "refused" in told:
            refused = InferenceFailure(told["refused"], told.get("hint", ""), ways=("place",))
        elif "doing" in told:
            model.doing = told["doing"]
            model.log.append(f"{model.seconds:6.1f} s  {model.doing}")
    code = process.wait()
    for pipe in filter(None, (process.stdin, process.stdout)):
        pipe.close()
    if model.process is process:
        model.failure = refused or _crash(code)
        model.process, model.phase = None, FAILED


def _told(line: bytes) -> dict[str, str]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return {str(key): str(value)[:LONGEST_LINE] for key, value in found.items()} if isinstance(found, dict) else {}


def _note(model: FolderModel, process: subprocess.Popen[bytes]) -> None:
    """Keeps the last lines of what a process writes to standard error."""
    assert process.stderr is not None
    for line in process.stderr:
        if model.process is process or model.process is None:
            model.log.append(line[:LONGEST_LINE].decode("utf-8", "replace").rstrip())
    process.stderr.close()


def _crash(code: int) -> InferenceFailure:
    hint = "Restart it; its log says more."
    if code == -signal.SIGKILL:
        return InferenceFailure("The process that ran the model was killed, most often for want of memory.", hint)
    how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended by itself (exit code {code})"
    return InferenceFailure(f"The process that ran the model {how}.", hint)


def _end(process: subprocess.Popen[bytes]) -> None:
    """A process that ends with its standard input, in time."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(timeout=_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
