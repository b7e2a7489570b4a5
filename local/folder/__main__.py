"""`python -m showcard.local.folder FOLDER --task TASK`: serves the model of a folder on this machine.

Standard output carries one JSON object a line: {"doing"} while it loads, then {"ready"} with the address, or
{"refused"} with a sentence. What the libraries say goes to standard error."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import importlib.util
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
}
# Threads that wait for others by turning in a circle take the processor from those they wait for: on a busy machine a
# pass of 25 ms took ten times as long.
_PATIENT = {"OMP_WAIT_POLICY": "PASSIVE"}
_LOOPBACK = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "", None)  # noqa: S104  (names that lead nowhere else)
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str] | None = None) -> int:
    """Loads the model, then serves it until the process is asked to stop; 1 when it can't be run."""
    options = _parser().parse_args(arguments)
    os.environ.update(_QUIET | {name: os.environ.get(name, value) for name, value in _PATIENT.items()})
    say = _own_output()
    sys.addaudithook(_no_network)
    if options.with_parent:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the app, which closes our standard input
        _end_with_parent()
    from showcard.metadata.weights.runnable import ALL_PACKAGES, NotRunnable, plan_run  # noqa: PLC0415

    from ..errors import Refusal, first_line  # noqa: PLC0415
    from .load import load  # noqa: PLC0415

    try:
        listener = _listen(options.port)
        say(doing="Checking the folder")
        modules = {name for name in ALL_PACKAGES if importlib.util.find_spec(name)}
        folder = Path(options.folder).resolve()
        from showcard.metadata.reading.files import Folder  # noqa: PLC0415

        plan = plan_run(Folder(folder), options.task, modules)
        model = load(folder, plan, lambda doing: say(doing=doing))
    except NotRunnable as refused:
        say(refused=refused.sentence, hint=refused.hint)
        return 1
    except Refusal as refusal:
        say(refused=refusal.sentence)
        return 1
    except Exception as error:
        say(refused=f"The model can't be loaded: {first_line(error)}", hint="The log below says more.")
        raise
    return _serve(listener, folder, plan.task, model, say)


def _serve(listener: socket.socket, folder: Path, task: str, model: Any, say: Callable[..., None]) -> int:
    import uvicorn  # noqa: PLC0415

    from .server import ServedFolder, create_app  # noqa: PLC0415
    from .warm import warm_up  # noqa: PLC0415

    class Announced(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            port = listener.getsockname()[1]
            say(doing="Warming up")
            await asyncio.to_thread(warm_up, port, task)
            say(ready=f"http://127.0.0.1:{port}")

    config = uvicorn.Config(
        create_app(ServedFolder(folder.name, task, model)), log_level="warning", access_log=False, lifespan="off",
        server_header=False, timeout_keep_alive=60, timeout_graceful_shutdown=1,
    )  # fmt: skip
    with contextlib.suppress(KeyboardInterrupt):
        Announced(config).run(sockets=[listener])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m showcard.local.folder", description="Serve the model of a folder.")
    parser.add_argument("folder", help="the model's folder")
    parser.add_argument("--task", required=True, help="its pipeline tag, or conversational")
    parser.add_argument("--port", type=int, default=0, help="port to bind (default: a free one)")
    parser.add_argument("--with-parent", action="store_true", help="exit when standard input ends")
    return parser


def _own_output() -> Callable[..., None]:
    """Keeps standard output for our own lines: whatever a library prints goes to standard error."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)

    def say(**told: Any) -> None:
        print(json.dumps(told, ensure_ascii=False), file=own, flush=True)

    return say


def _listen(port: int) -> socket.socket:
    # Named, so that asyncio turns Nagle's algorithm off; shared, as the app holds the port for us without listening.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "SO_REUSEPORT"):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def _no_network(event: str, given: tuple[Any, ...]) -> None:
    """An audit hook: nothing is asked of another machine, whatever a library has in mind."""
    if event in ("socket.connect", "socket.sendto") and isinstance(given[1], tuple):
        host = given[1][0]
    elif event == "socket.getaddrinfo":
        host = given[0]
    else:
        return
    if (host.decode("ascii", "replace") if isinstance(host, bytes) else host) not in _LOOPBACK:
        raise PermissionError(f"No network: {host} was not asked.")


def _end_with_parent() -> None:
    """Ends the process when whoever holds the other end of standard input closes it or dies."""
    if sys.platform == "linux" and os.environ.get("SHOWCARD_PARENT") == str(os.getppid()):
        # Also where a library holds the interpreter; the parent's main thread started us, so the signal means its end.
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    def wait() -> None:
        with contextlib.suppress(OSError, ValueError):
            while os.read(0, 4096):
                pass
        os._exit(0)

    Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
