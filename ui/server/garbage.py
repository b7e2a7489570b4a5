"""When Python looks for garbage that holds itself: all of it, in a moment in which nobody is served.

A look at everything stops all threads, for a third of a second where people have large cards and chats open, and Python
takes it whenever enough objects have been made: in the middle of somebody's answer. Young objects are looked at as
before, a few at a time."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, process_time

LOOK_SECONDS = 0.5
IDLE = 0.04  # of one processor; an answer that streams takes more
PAUSE_SECONDS = 30.0  # at least, between two looks at everything
MOST_GROWN = 2**30  # bytes of memory, and
LONGEST_SECONDS = 600.0  # after which it can't wait for such a moment
_STATM = Path("/proc/self/statm")


@dataclass(slots=True)
class Moments:
    """Says when to look at everything, from the clock, the processor's time in seconds, and the memory in bytes."""

    at: float
    busy: float
    memory: int
    looked: float

    def due(self, at: float, busy: float, memory: int) -> bool:
        """Whether this is such a moment; call it every half second or so."""
        idle = busy - self.busy < IDLE * (at - self.at)
        self.at, self.busy = at, busy
        waited = at - self.looked
        overdue = waited > LONGEST_SECONDS or memory - self.memory > MOST_GROWN
        if not overdue and not (idle and waited > PAUSE_SECONDS):
            return False
        self.looked = at
        return True


async def collect_when_idle() -> None:
    """Keep at it until cancelled; Python's own times for a look at everything are put back then."""
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, 2**30)
    moments = Moments(monotonic(), process_time(), memory(), monotonic())
    try:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if moments.due(monotonic(), process_time(), memory()):
                gc.collect()
                moments.memory = memory()
    finally:
        gc.set_threshold(young, middle, old)


def memory() -> int:
    """The memory of this process in bytes; 0 where the system does not tell."""
    try:
        return int(_STATM.read_text("ascii").split()[1]) * 4096
    except (OSError, ValueError, IndexError):
        return 0
