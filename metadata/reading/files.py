"""The files beside a card: a protocol, and the folder that implements it."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import Protocol, runtime_checkable


class Files(Protocol):
    """The files of a model repo. Paths are POSIX, relative to its root."""

    @property
    def name(self) -> str:
        """The repo's id, or the folder's name."""

    @property
    def revision(self) -> str | None:
        """The commit or branch the files are read at, where there is one."""

    def list(self) -> list[str]:
        """The paths of all files, sorted."""

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a file. Raises FileNotFoundError, or ValueError when it is longer than `limit` bytes."""


@runtime_checkable
class PartialFiles(Files, Protocol):
    """Files whose first bytes can be read without the rest, as the headers of large weights are."""

    def head(self, path: str, size: int) -> bytes:
        """At most the first `size` bytes of a file. Raises FileNotFoundError."""


class Folder:
    """The files of a folder on this machine; nothing outside of it is ever read. A snapshot in the Hub's cache is made
    of links to the store beside it: those lead nowhere else."""

    MAX_FILES = 5_000

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.revision: str | None = None
        self._blobs = _blobs_of(self.root)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.root.name

    def list(self) -> list[str]:
        """The paths of the files, sorted; hidden folders are left out, and so is what comes after 5,000."""
        found: list[str] = []
        for directory, names, files in os.walk(self.root):
            names[:] = sorted(n for n in names if not n.startswith("."))
            found.extend((Path(directory) / f).relative_to(self.root).as_posix() for f in files)
            if len(found) > self.MAX_FILES:
                break
        return sorted(found[: self.MAX_FILES])

    def opens(self, path: str) -> bool:
        """Whether a listed file can be read: it may be a link that leads nowhere, or out of the folder."""
        target = self.root / path
        if not target.is_symlink():
            return True
        try:
            return target.exists() and bool(self.resolve(path))
        except OSError:
            return False

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a file. Raises FileNotFoundError, or ValueError when it is longer than `limit` bytes."""
        target = self.resolve(path)
        if target.stat().st_size > limit:
            raise ValueError(f"{path} is larger than {limit:,} bytes.")
        return target.read_bytes()

    def head(self, path: str, size: int) -> bytes:
        """At most the first `size` bytes of a file. Raises FileNotFoundError."""
        with self.resolve(path).open("rb") as file:
            return file.read(size)

    def resolve(self, path: str) -> Path:
        """The file's place on disk. Raises FileNotFoundError for what is missing, no file, or outside the folder."""
        pure = PurePosixPath(path)
        if "\0" in path or "\\" in path or pure.is_absolute():
            raise FileNotFoundError(f"{path!r} is not a path inside the folder.")
        try:
            target = (self.root / pure).resolve()
            inside = any(target.is_relative_to(place) for place in (self.root, self._blobs) if place)
            if inside and target.is_file():
                return target
        except (OSError, RuntimeError):  # a name that is too long, or links in a circle
            pass
        raise FileNotFoundError(f"There is no file {path!r} in the folder.")


def _blobs_of(root: Path) -> Path | None:
    """The store of files that a snapshot (`models--org--name/snapshots/COMMIT`) is made of; None for other folders."""
    repo = root.parent.parent
    store = repo / "blobs"
    is_snapshot = root.parent.name == "snapshots" and repo.name.startswith("models--")
    return store if is_snapshot and store.is_dir() and not store.is_symlink() else None
