"""Bytes that the page shows by address: images, sounds and videos under names nobody can guess, for a while."""

from __future__ import annotations

import secrets
from collections import OrderedDict

from metadata.media import Media

MOST_BYTES = 256 * 2**20

# What a browser may show in place; everything else is only ever downloaded.
SHOWN = ("image/", "audio/", "video/", "model/")


class Shelf:
    """Media by unguessable name; the least recently used leave when it is full."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._held: OrderedDict[str, Media] = OrderedDict()
        self._bytes = 0
        self._most = most_bytes

    def put(self, media: Media) -> str:
        """Keep media that has its bytes; its address on this server."""
        name = secrets.token_urlsafe(18)
        self._held[name] = media
        self._bytes += len(media.data or b"")
        while self._bytes > self._most and len(self._held) > 1:
            _, gone = self._held.popitem(last=False)
            self._bytes -= len(gone.data or b"")
        return f"/media/{name}"

    def get(self, name: str) -> Media | None:
        """The media of a name, or None when it is unknown or has left."""
        if name in self._held:
            self._held.move_to_end(name)
        return self._held.get(name)
