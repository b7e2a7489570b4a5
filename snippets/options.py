"""How code is to be written; what it asks stays the same."""

from __future__ import annotations

from dataclasses import dataclass

from showcard.wire.request import RequestError

_LONGEST_NAME = 1000


@dataclass(frozen=True, slots=True)
class Options:
    """`asynchronous`: Python's asyncio clients. `save_to`: a file for the output instead of the screen."""

    asynchronous: bool = False
    save_to: str | None = None

    def checked(self) -> Options:
        """These options, if every language can open the file that they name. Raises RequestError."""
        name = self.save_to
        if name is not None and (not name.isprintable() or name.strip() in ("", ".", "..") or name.startswith("-")):
            raise RequestError("The output can't be saved under that name.")
        if name is not None and len(name.encode()) > _LONGEST_NAME:
            raise RequestError("The name of the output's file is too long.")
        return self
