"""Text that grows by pieces."""

from __future__ import annotations


class GrowingText:
    """Pieces that are joined when the text is read, so that a piece costs its own length and not that of the text."""

    def __init__(self, text: str = "") -> None:
        self._pieces = [text]
        self._size = len(text)

    def __len__(self) -> int:
        return self._size

    def add(self, piece: str) -> None:
        """Append a piece."""
        if piece:
            self._pieces.append(piece)
            self._size += len(piece)

    def end(self, characters: int) -> str:
        """The last so many characters, or all where there are fewer; what stands before them is not looked at."""
        found: list[str] = []
        for piece in reversed(self._pieces):
            if characters <= 0:
                break
            found.append(piece[-characters:])
            characters -= len(piece)
        return "".join(reversed(found))

    def __str__(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0]
