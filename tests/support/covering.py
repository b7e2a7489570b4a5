"""A few cases that together have every part that many have: what a browser is shown of a long table."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

Case = TypeVar("Case")


def covering(cases: Iterable[Case], parts: Callable[[Case], set[Hashable]]) -> list[Case]:
    """The cases, in their order, whose parts are all that there are; each has one that was missing before it came."""
    held = list(cases)
    left = set[Hashable]().union(*map(parts, held))
    chosen: list[int] = []
    while left:
        most = max(range(len(held)), key=lambda number: len(parts(held[number]) & left))
        chosen.append(most)
        left -= parts(held[most])
    return [held[number] for number in sorted(chosen)]
