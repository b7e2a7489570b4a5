"""How the work of a function grows with the length of what it is given, in processor time of this thread."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from time import thread_time
from typing import Any

from showcard.metadata.reading.yaml12 import uncollected

LINEAR = 3.0  # doubling the length may take so many times as long; with the square it is four
LONGEST = 8_192  # pieces: the square of these is seen far above noise
QUICK = 0.002  # seconds: a length that takes less tells nothing
SLOW = 0.006  # seconds: what was linear up to here is linear
REPEATS = 5
STEPS = 64  # pieces up to which a length grows in small steps


def seconds(call: Callable[[Any], object], given: Any) -> float:
    """What a call takes of the processor. An exception ends it: a refusal is an answer, too.

    Without the garbage collector, which walks through all that the process holds whenever enough was made: what that
    takes says nothing of the call, and falls on one length and not on another."""
    with uncollected():
        began = thread_time()
        with contextlib.suppress(Exception):
            call(given)
        return thread_time() - began


def grows(
    call: Callable[[Any], object], make: Callable[[int], Any], longest: int = LONGEST, quick: float = QUICK
) -> str | None:
    """Why the work is more than linear in `n` of `make(n)`; None where it is linear, or too quick to tell at `longest`.

    The length grows in small steps at first, so that what doubles with each character is stopped in time."""
    for length in _lengths(longest):
        taken = seconds(call, make(length))
        if taken > quick and (said := _compared(call, make, length)):
            return said
        if taken > SLOW:
            return None
    return None


def _lengths(longest: int) -> Iterator[int]:
    length = 2
    while length <= longest:
        yield length
        length += max(2, length // 8) if length < STEPS else length
    if length != 2 * longest:
        yield longest


def _compared(call: Callable[[Any], object], make: Callable[[int], Any], length: int) -> str | None:
    """Why the work grows too fast to a length from half of it, and to twice of it as well: what is done once more from
    some length on is a step, and no growth. Lengths that grow in small steps are short ones: twice of them may be more
    than can be waited for."""
    said = _doubled(call, make, length)
    return said and (_doubled(call, make, 2 * length) if length >= STEPS else said)


def _doubled(call: Callable[[Any], object], make: Callable[[int], Any], length: int) -> str | None:
    """A length against half of it, each the quickest of some tries: what is only noise goes away with more of them."""
    whole, half = make(length), make(length // 2)
    most = least = float("inf")
    for _ in range(REPEATS):
        most, least = min(most, seconds(call, whole)), min(least, seconds(call, half))
        if most <= LINEAR * least:
            return None
    return f"{length // 2:,}: {least * 1000:.1f} ms, {length:,}: {most * 1000:.1f} ms"
