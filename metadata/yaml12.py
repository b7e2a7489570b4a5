"""YAML 1.2 core schema over PyYAML's C parser, with line and column of every value."""

from __future__ import annotations

from dataclasses import dataclass

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the file; line and column count from 1."""

    line: int
    column: int


class Marks:
    """Where the values of a document stand, found on demand."""

    def at(self, path: KeyPath) -> Mark:
        """The place of the value at a key path; of the nearest parent where the path leads nowhere."""
        raise NotImplementedError
