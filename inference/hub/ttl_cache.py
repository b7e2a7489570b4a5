"""A small memory of what was asked of the Hub: a while long, and never more than so many answers."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")


class TTLCache(Generic[T]):
    """Answers by what was asked and by whom; each is forgotten after `seconds`, the oldest also beyond `most`."""

    def __init__(self, seconds: float = 300.0, most: int = 2_000) -> None:
        self.seconds = seconds
        self.most = most
        self._held: OrderedDict[tuple[str, str], tuple[float, T]] = OrderedDict()

    def get(self, asked: str, token: str | None) -> T | None:
        """The answer of a while ago, if there is one."""
        found = self._held.get((asked, _who(token)))
        return found[1] if found and monotonic() - found[0] < self.seconds else None

    def put(self, asked: str, token: str | None, answer: T) -> T:
        """Keep an answer; it is handed back."""
        self._held.pop((asked, _who(token)), None)
        self._held[asked, _who(token)] = (monotonic(), answer)
        while len(self._held) > self.most:
            self._held.popitem(last=False)
        return answer

    def __len__(self) -> int:
        return len(self._held)

    def clear(self) -> None:
        """Forget everything."""
        self._held.clear()


def _who(token: str | None) -> str:
    """Tells people apart without holding their tokens."""
    return hashlib.sha256(token.encode()).hexdigest() if token else ""
