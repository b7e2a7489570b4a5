"""What a worker process does: calls the functions it is told to, one after another, within limits of memory and time.

`workers.py` starts this module alone, so that nothing else of the app is loaded: only what a function's own module
imports. A message is its length in eight bytes, and a pickle."""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import signal
import sys
from typing import BinaryIO

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

HEAD = 8  # bytes that say how long a message is
RETURNED, RAISED, TOO_LARGE = "returned", "raised", "too large"
# How a process ends that used more of the processor than it may: the system ends it, whatever it is at.
SIGNALS_SLOW = {-getattr(signal, name) for name in ("SIGPROF", "SIGXCPU") if hasattr(signal, name)}
LEAST_SECONDS = 0.001  # 0 would be no bound


def main() -> None:
    """Answer calls on standard input until it ends."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)  # the app answers people meanwhile
    calls, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdin, sys.stdout = open(os.devnull), sys.stderr  # noqa: SIM115
    while message := read(calls):
        answer = pickle.dumps(_answer(*pickle.loads(message)), pickle.HIGHEST_PROTOCOL)  # noqa: S301
        try:
            answers.write(len(answer).to_bytes(HEAD, "big") + answer)
            answers.flush()
        except BrokenPipeError:
            os._exit(0)  # the app has ended, and nobody waits; leaving otherwise would try to write once more


def read(stream: BinaryIO, most: int | None = None) -> bytes | None:
    """The next message; None at the end of the stream. Raises OverflowError where it is longer than `most` bytes."""
    length = int.from_bytes(stream.read(HEAD), "big")
    if most is not None and length > most:
        raise OverflowError(f"a message of {length} bytes")
    data = stream.read(length)
    return data if length and len(data) == length else None


def _answer(module: str, name: str, arguments: bytes, memory: int, most: int, seconds: float) -> tuple[str, bytes, int]:
    """How a call ended, the pickle of what it gave, and the memory that this process has taken, in bytes."""
    _limit(memory, seconds)
    try:
        found = getattr(importlib.import_module(module), name)(*pickle.loads(arguments))  # noqa: S301
        how, said = RETURNED, pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
        if len(said) > most:
            how, said = TOO_LARGE, b""
    except MemoryError:
        how, said = TOO_LARGE, b""
    except Exception as error:
        how, said = RAISED, _carried(error)
    if resource is not None:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return how, said, _taken()


def _carried(error: Exception) -> bytes:
    """An exception as a pickle; where it can't be one, a RuntimeError with its words."""
    try:
        said = pickle.dumps(error, pickle.HIGHEST_PROTOCOL)
        pickle.loads(said)  # noqa: S301
    except Exception:
        said = pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"[:1000]))
    return said


def _limit(memory: int, seconds: float) -> None:
    """Bound what this process may take: bytes of memory, and seconds of the processor.

    The limit of a process counts from its start and in whole seconds: it is there should the timer be switched off."""
    if resource is None:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (memory, hard))
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + 2 * seconds) + 1, hard))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, max(seconds, LEAST_SECONDS))


def _taken() -> int:
    """The most memory that this process has had, in bytes.

    What `getrusage` says of it on Linux includes that of the app, whose memory it has until it begins."""
    try:
        with open("/proc/self/status", encoding="ascii") as told:
            high = next(line for line in told if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 if resource else 0
    return int(high.split()[1]) * 1024


if __name__ == "__main__":
    main()
