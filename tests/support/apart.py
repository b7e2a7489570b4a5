"""What the tests run in worker processes."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path


def process() -> int:
    return os.getpid()


def fails(words: str) -> None:
    raise ValueError(words)


class Odd(Exception):
    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


def fails_oddly() -> None:
    raise Odd("of its", "own")


def holds() -> None:
    while True:
        pass


def holds_whatever_it_is_given(*_: object) -> None:
    holds()


def holds_in_c_without_a_timer() -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    sum(range(10**15))


def sleeps(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def tells_and_holds(path: str) -> None:
    Path(path).write_text(f"{os.getpid()}.")
    holds()


def takes(size: int) -> int:
    return len(bytearray(size))


def text(size: int) -> str:
    return "x" * size


def dies() -> None:
    os._exit(3)


def surroundings() -> tuple[dict[str, str], set[str]]:
    return dict(os.environ), {name.split(".")[0] for name in sys.modules}
