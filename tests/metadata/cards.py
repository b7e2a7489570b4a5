"""The shared cards that tests read where they are there, and small ways to read a card in a test."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from showcard.metadata.model import Model, read_model

SHARED = Path(__file__).resolve().parents[3] / "shared"
CARDS = SHARED / "cards"
REAL = CARDS / "real"

needs_cards = pytest.mark.skipif(not REAL.is_dir(), reason="../shared/cards is missing")


def real_cards() -> list[Path]:
    """The real cards, byte for byte as they were."""
    return sorted(REAL.glob("*.md"))


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines, packed or not."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    yield from map(json.loads, filter(None, text.split("\n")))


def card(front: str, body: str = "") -> str:
    """A card's text from its front matter."""
    return f"---\n{front.strip()}\n---\n{body}"


def model(front: str, **more: Any) -> Model:
    """The model of a card with this front matter."""
    return read_model(card(front), **more)


class Repo:
    """Files held in memory, as a Hub repo would give them."""

    name = "org/model"
    revision: str | None = "main"

    def __init__(self, files: dict[str, bytes | str | dict[str, Any] | list[Any]]) -> None:
        self.files = {path: _bytes(held) for path, held in files.items()}

    def list(self) -> list[str]:
        return sorted(self.files)

    def read(self, path: str, limit: int) -> bytes:
        if path not in self.files:
            raise FileNotFoundError(path)
        if len(self.files[path]) > limit:
            raise ValueError(f"{path} is larger than {limit} bytes.")
        return self.files[path]

    def head(self, path: str, size: int) -> bytes:
        return self.files[path][:size]


def _bytes(held: object) -> bytes:
    if isinstance(held, bytes):
        return held
    return (held if isinstance(held, str) else json.dumps(held)).encode()
