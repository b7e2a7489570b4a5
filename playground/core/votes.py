"""Votes of blind comparisons: counted by pair of models and by tag, kept on this machine and nowhere else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

MAX_VOTES = 10_000
MAX_KEPT_IN_BROWSER = 2_000
MAX_TEXT = 300
MAX_TAG = 60
BUSY_SECONDS = 5.0  # that another program may have the file
COLUMNS = ("first", "second", "choice", "tag", "at")
_INSERT = "INSERT INTO votes (first, second, choice, tag, at) VALUES (?, ?, ?, ?, ?)"
_FOUND = "SELECT 1 FROM votes WHERE first = ? AND second = ? AND choice = ? AND tag = ? AND at = ?"
_NEWEST = "SELECT first, second, choice, tag, at FROM votes ORDER BY rowid DESC LIMIT ?"
Z = 1.96  # 95 %

Choice = Literal["first", "second", "tie", "both bad"]
CHOICES: tuple[Choice, ...] = get_args(Choice)


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote between two answers, in the order they stood on the screen; `at` is an ISO time, UTC."""

    first: str
    second: str
    choice: Choice
    tag: str = ""
    at: str = ""

    def to_json(self) -> list[str]:
        """The vote as a row."""
        return [self.first, self.second, self.choice, self.tag, self.at]


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes between two models: wins of each, ties, and both bad; `tag` is empty for those of all tags."""

    left: str
    right: str
    tag: str
    left_wins: int = 0
    right_wins: int = 0
    ties: int = 0
    both_bad: int = 0

    @property
    def votes(self) -> int:
        """How many votes there are."""
        return self.left_wins + self.right_wins + self.ties + self.both_bad

    @property
    def interval(self) -> tuple[float, float, float] | None:
        """The share of decided votes that the left model won, with its Wilson interval (95 %): (low, share, high)."""
        decided = self.left_wins + self.right_wins
        return wilson(self.left_wins, decided) if decided else None


def new_vote(first: str, second: str, choice: Choice, tag: str = "") -> Vote:
    """A vote of now."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Vote(first[:MAX_TEXT], second[:MAX_TEXT], choice, " ".join(tag.split())[:MAX_TAG], now)


def wilson(wins: int, count: int) -> tuple[float, float, float]:
    """A share with its Wilson score interval at 95 %: (low, share, high). Raises ZeroDivisionError for no votes."""
    share = wins / count
    middle = (share + Z * Z / (2 * count)) / (1 + Z * Z / count)
    margin = Z / (1 + Z * Z / count) * sqrt(share * (1 - share) / count + Z * Z / (4 * count * count))
    return max(0.0, middle - margin), share, min(1.0, middle + margin)


def tallies(votes: Iterable[Vote]) -> tuple[Tally, ...]:
    """The tally of each pair of models, most votes first, each followed by those of its tags."""
    counts: dict[tuple[str, str, str], list[int]] = {}
    for vote in votes:
        left, right = sorted((vote.first, vote.second))
        swapped = left != vote.first
        place = CHOICES.index(vote.choice)
        place = 1 - place if swapped and place < 2 else place
        for tag in {"", vote.tag}:
            counts.setdefault((left, right, tag), [0, 0, 0, 0])[place] += 1
    found = [Tally(*key, *count) for key, count in counts.items()]
    total = {(tally.left, tally.right): tally.votes for tally in found if not tally.tag}
    return tuple(sorted(found, key=lambda t: (-total[t.left, t.right], t.left, t.right, t.tag != "", t.tag)))


def read_votes(value: Any) -> tuple[Vote, ...]:
    """Votes from plain data, such as a browser gives back; what is no vote is left out."""
    rows = value if isinstance(value, list) else []
    return tuple(vote for row in rows[-MAX_VOTES:] if (vote := _vote(row)) is not None)


def _vote(row: Any) -> Vote | None:
    if not isinstance(row, list | tuple) or len(row) != 5 or not all(isinstance(cell, str) for cell in row):
        return None
    first, second, choice, tag, at = row
    if choice not in CHOICES or not first or not second or max(len(first), len(second)) > MAX_TEXT:
        return None
    return Vote(first, second, choice, tag[:MAX_TAG], at[:40])


class Votes(Protocol):
    """Where votes are kept."""

    def all(self) -> Sequence[Vote]:
        """Every vote, oldest first."""

    def add(self, vote: Vote) -> None:
        """Keep a vote."""

    def clear(self) -> None:
        """Forget all."""


class VotesError(Exception):
    """Votes can't be kept in a file, or read from it. The sentences say why, and what to do."""


class FileVotes:
    """Votes in an SQLite file, `votes.sqlite3` in a folder of the person's. Everything raises VotesError."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "votes.sqlite3"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = "it is a file" if isinstance(error, FileExistsError) else error.strerror
            raise VotesError(f"{folder} can't be used: {why}. Name another folder.") from None
        if self.path.exists() and not self.path.is_file():
            raise VotesError(f"{self.path} is no regular file. Move it away, or name another folder.")
        with self._opened() as file:
            file.execute(f"CREATE TABLE IF NOT EXISTS votes ({', '.join(f'{name} TEXT' for name in COLUMNS)})")
            found = [str(row[1]) for row in file.execute("PRAGMA table_info(votes)")]
            file.execute("BEGIN IMMEDIATE")  # can it be written to
            if missing := [name for name in COLUMNS if name not in found]:
                raise VotesError(
                    f"{self.path} holds votes of another kind, without {' and '.join(missing)}; it is left as it is. "
                    "Move it away, or name another folder."
                )

    def all(self) -> Sequence[Vote]:
        """Every vote, oldest first."""
        with self._opened() as file:
            newest = file.execute(_NEWEST, (MAX_VOTES,)).fetchall()
        return read_votes([list(row) for row in reversed(newest)])

    def add(self, vote: Vote) -> None:
        """Keep a vote."""
        with self._opened() as file:
            file.execute(_INSERT, vote.to_json())

    def take(self, votes: Iterable[Vote]) -> None:
        """Keep votes that were held elsewhere meanwhile, all or none; those that are here already are left out."""
        with self._opened() as file:
            for vote in votes:
                if not file.execute(_FOUND, vote.to_json()).fetchone():
                    file.execute(_INSERT, vote.to_json())

    def clear(self) -> None:
        """Forget all."""
        with self._opened() as file:
            file.execute("DELETE FROM votes")

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The file, in one transaction."""
        try:
            with closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS)) as file, file:
                yield file
        except sqlite3.Error as error:
            raise VotesError(f"{self.path} {_trouble(error)}") from None


def folder_trouble(folder: Path) -> str:
    """A sentence where votes can't be kept in a folder; empty where they can."""
    try:
        FileVotes(folder)
    except VotesError as error:
        return f"--data-dir: {error} Until then votes are kept in the browser."
    return ""


def _trouble(error: sqlite3.Error) -> str:
    """What is wrong with the file, in words."""
    name = getattr(error, "sqlite_errorname", "")
    said = next((said for begins, said in _TROUBLES.items() if name.startswith(begins)), None)
    return said or f"can't be used: {error}. Move it away, or name another folder."


_TROUBLES = {
    "SQLITE_BUSY": "is in use by another program. Close that, and vote again.",
    "SQLITE_LOCKED": "is in use by another program. Close that, and vote again.",
    "SQLITE_FULL": "can't grow, as the disk is full. Make room, and vote again.",
    "SQLITE_IOERR": "can't be written to or read: the disk is full or damaged. Make room, and vote again.",
    "SQLITE_READONLY": "can't be written to. Change that, or name another folder.",
    "SQLITE_PERM": "can't be written to. Change that, or name another folder.",
    "SQLITE_CANTOPEN": "can't be opened or made. Look at who may write in its folder, or name another one.",
    "SQLITE_NOTADB": "is no file of votes; it is left as it is. Move it away, or name another folder.",
    "SQLITE_CORRUPT": "is damaged; it is left as it is. Move it away, or name another folder.",
}


class HeldVotes:
    """Votes that the browser keeps: given by it, changed here, and handed back."""

    def __init__(self, value: Any) -> None:
        self._votes = list(read_votes(value))

    def all(self) -> Sequence[Vote]:
        """Every vote, oldest first."""
        return self._votes

    def add(self, vote: Vote) -> None:
        """Keep a vote; the oldest leave."""
        self._votes = [*self._votes, vote][-MAX_KEPT_IN_BROWSER:]

    def clear(self) -> None:
        """Forget all."""
        self._votes = []

    def to_json(self) -> list[list[str]]:
        """What the browser keeps."""
        return [vote.to_json() for vote in self._votes]
