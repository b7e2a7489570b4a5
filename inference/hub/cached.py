"""The models that lie in the Hub's cache on this machine: what can be opened without a network."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from huggingface_hub import constants, scan_cache_dir
from huggingface_hub.errors import CacheNotFound

from showcard.inference.errors import InferenceFailure
from showcard.metadata.reading.files import Folder

MAX_NAMED = 5
CACHED = "cached"  # a revision: whichever lies in the cache


@dataclass(frozen=True, slots=True)
class CachedModel:
    """A snapshot of a model repo in the cache: its commit, and the branches and tags that point there."""

    id: str
    commit: str
    refs: tuple[str, ...]
    path: Path


class Snapshot(Folder):
    """The files of a snapshot; they are links to the repo's own store in the cache, and nothing beyond is read."""

    def __init__(self, model: CachedModel) -> None:
        super().__init__(model.path)
        self.revision = model.commit
        self._name = model.id
        self._store = model.path.resolve().parent.parent

    @property
    def name(self) -> str:
        """The repo's id."""
        return self._name

    def resolve(self, path: str) -> Path:
        """The file's place on disk. Raises FileNotFoundError for what is missing, no file, or outside the repo."""
        pure = PurePosixPath(path)
        if "\0" in path or "\\" in path or pure.is_absolute() or ".." in pure.parts:
            raise FileNotFoundError(f"{path!r} is not a path inside the repo.")
        target = (self.root / pure).resolve()
        if not target.is_relative_to(self._store) or not target.is_file():
            raise FileNotFoundError(f"There is no file {path!r} in the cached repo.")
        return target


def is_offline() -> bool:
    """Whether this machine is set to work without the Hub."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")


async def cached_models() -> tuple[CachedModel, ...]:
    """The snapshots in the cache that hold a card, by id."""
    return await asyncio.to_thread(_scan)


async def open_cached(repo: str, revision: str = "main") -> tuple[str, Snapshot]:
    """The card and the files of a cached model. Raises InferenceFailure."""
    held = await cached_models()
    of_repo = [model for model in held if model.id == repo]
    found = next((m for m in of_repo if revision in (*m.refs, CACHED) or m.commit.startswith(revision)), None)
    if found is None:
        names = list(dict.fromkeys(model.id for model in held))
        here = ", ".join(names[:MAX_NAMED]) + (" and others" if len(names) > MAX_NAMED else "")
        which = f"{repo} is" if not of_repo else f"{repo} at {revision} is"
        raise InferenceFailure(
            f"{which} not in the cache, and this machine is set to work offline.",
            f"In the cache: {here}." if names else "Unset HF_HUB_OFFLINE, or open a folder.",
            links=tuple((f"Open {name}", f"/?model={quote(name)}") for name in names[:MAX_NAMED]),
        )
    files = Snapshot(found)
    return await asyncio.to_thread(_card, files), files


def _scan() -> tuple[CachedModel, ...]:
    try:
        repos = scan_cache_dir(constants.HF_HUB_CACHE).repos
    except (CacheNotFound, ValueError, OSError):
        return ()
    return tuple(
        CachedModel(repo.repo_id, revision.commit_hash, tuple(sorted(revision.refs)), revision.snapshot_path)
        for repo in sorted(repos, key=lambda repo: repo.repo_id)
        if repo.repo_type == "model"
        for revision in sorted(repo.revisions, key=lambda revision: -revision.last_modified)
        if any(file.file_name == "README.md" for file in revision.files)
    )


def _card(files: Snapshot) -> str:
    try:
        return files.read("README.md", 5 * 2**20).decode("utf-8", "replace")
    except (FileNotFoundError, ValueError):
        return ""
