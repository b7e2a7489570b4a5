"""Which known name a misspelt one was meant to be."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache


def closest(word: str, known: Collection[str]) -> str | None:
    """The known name within a few slips of a word: one for each four letters, counting swapped neighbours as one."""
    return _closest(word.lower()[:100], frozenset(known))


@lru_cache(maxsize=1_000)
def _closest(word: str, known: frozenset[str]) -> str | None:
    best, least = None, max(1, len(word) // 4) + 1
    for name in sorted(known):
        if abs(len(name) - len(word)) < least:
            slips = distance(word, name.lower())
            if slips < least:
                best, least = name, slips
    return best


def distance(one: str, other: str) -> int:
    """How many letters have to be added, dropped, replaced or swapped to turn one word into the other."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, a in enumerate(one, start=1):
        line = [row]
        for column, b in enumerate(other, start=1):
            cost = min(above[column] + 1, line[-1] + 1, above[column - 1] + (a != b))
            if row > 1 and column > 1 and a == other[column - 2] and one[row - 2] == b:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, above = above, line
    return above[-1]
