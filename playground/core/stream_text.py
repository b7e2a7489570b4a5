"""Text that arrives in pieces, made fit to be shown and kept: without lone surrogates, and with keys hidden, also where
a piece ends in the middle of one."""

from __future__ import annotations

from collections.abc import Iterable

from showcard.metadata.visible import whole
from showcard.wire.secrets import SHORTEST_KEY, hidden


class StreamText:
    """Joins what a server cut in two: the halves of a character (JSON writes 😀 as two escapes), and a key of the
    person's that it says back, which is replaced. What may be the beginning of either waits for the next piece."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._keys = tuple(key for key in keys if len(key) >= SHORTEST_KEY)
        self._held = ""

    def feed(self, piece: str) -> str:
        """What a piece adds."""
        text = hidden(self._held + piece, self._keys)
        wait = self._waiting(text)
        self._held = text[len(text) - wait :]
        return whole(text[: len(text) - wait])

    def end(self) -> str:
        """What was still waiting."""
        held, self._held = self._held, ""
        return whole(held)

    def _waiting(self, text: str) -> int:
        """How many characters at the end may be the beginning of something."""
        if "\ud800" <= text[-1:] <= "\udbff":
            return 1
        return max((_begun(text, key) for key in self._keys), default=0)


def _begun(text: str, key: str) -> int:
    """How many characters of a key a text ends with."""
    end = text[-len(key) + 1 :]
    place = end.find(key[0])
    while place >= 0 and not key.startswith(end[place:]):
        place = end.find(key[0], place + 1)
    return len(end) - place if place >= 0 else 0
