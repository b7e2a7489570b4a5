"""Text that grows by pieces."""

from __future__ import annotations


class GrowingText:
    """Pieces that are joined when the text is read, so that a piece costs its own length and not that of the text."""

    def __init__(self, text: str = "") -> None:
        self._pieces = [text]

    def add(self, piece: str) -> None:
        """Append a piece."""
        if piece:
            self._pieces.append(piece)

    def __str__(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0]
