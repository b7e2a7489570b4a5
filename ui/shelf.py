"""What the page shows by address: media under names nobody can guess, opened when a browser asks for them."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass

from inference.assets import load
from metadata.files import Files
from metadata.media import Media

MOST_BYTES = 256 * 2**20
MOST_ITEMS = 5_000

# What a browser may show in place; everything else is only ever downloaded.
SHOWN = ("image/", "audio/", "video/", "model/")


@dataclass(frozen=True, slots=True)
class _Item:
    media: Media
    files: Files | None
    repo: str | None


class Shelf:
    """Media by unguessable name; the least recently used leave when it is full."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._held: OrderedDict[str, _Item] = OrderedDict()
        self._bytes = 0
        self._most = most_bytes

    def put(self, media: Media, files: Files | None = None, repo: str | None = None) -> str:
        """Keep media, with its bytes or as a reference that is opened on demand; its address on this server."""
        name = secrets.token_urlsafe(18)
        self._hold(name, _Item(media, files, repo))
        return f"/media/{name}"

    async def get(self, name: str) -> Media | None:
        """The media of a name with its bytes, None where the name is unknown or has left. Raises AssetError."""
        item = self._held.get(name)
        if item is None:
            return None
        self._held.move_to_end(name)
        if item.media.data is not None:
            return item.media
        loaded = await load(item.media, item.files, item.repo)
        self._hold(name, _Item(loaded, item.files, item.repo))
        return loaded

    def _hold(self, name: str, item: _Item) -> None:
        before = self._held.pop(name, None)
        self._bytes += len(item.media.data or b"") - (len(before.media.data or b"") if before else 0)
        self._held[name] = item
        while (self._bytes > self._most or len(self._held) > MOST_ITEMS) and len(self._held) > 1:
            _, gone = self._held.popitem(last=False)
            self._bytes -= len(gone.media.data or b"")
