"""What the page shows by address: media under names nobody can guess, opened when a browser asks for them.

Each person has a part of their own: what one puts there never pushes out what belongs to another.

The name (two random parts, 216 bits, gone with its tab) is the whole check. A session is a tab, which events of
Gradio alone can name: an `img` has no cookie that could say whose it is. A picture of another host is fetched once
for all who wait for it, over a pool that is not that of calls."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from showcard.inference.transport.assets import AssetError, is_remote, load
from showcard.metadata.media import Media
from showcard.metadata.reading.files import Files
from showcard.ui.session.bounds import Reached

MAX_BYTES = 64 * 2**20  # of one person
MAX_ITEMS = 2_000
MAX_IN_ALL = 1024 * 2**20

# What a browser may show in place; everything else is only ever downloaded.
SHOWN = ("image/", "audio/", "video/", "model/")

Holding = Callable[[], AbstractContextManager[None]]  # a fetch under way, counted; raises Reached


class Crowded(AssetError):
    """A reference that is not opened now, as its person, or all, have as many on their way as they may."""


@dataclass(frozen=True, slots=True)
class _Item:
    media: Media
    files: Files | None
    repo: str | None


class SessionMedia:
    """One person's media by unguessable name; the least recently used leave when it is full.

    Within `fetching` something is fetched from another host."""

    def __init__(self, name: str, most_bytes: int = MAX_BYTES, fetching: Holding = nullcontext) -> None:
        self.name = name
        self.fetching = fetching
        self.bytes = 0
        self._held: OrderedDict[str, _Item] = OrderedDict()
        self._loading: dict[str, asyncio.Task[Media]] = {}
        self._most = most_bytes

    def put(self, media: Media, files: Files | None = None, repo: str | None = None) -> str:
        """Keep media, with its bytes or as a reference that is opened on demand; its address on this server."""
        name = secrets.token_urlsafe(18)
        self._hold(name, _Item(media, files, repo))
        return f"/media/{self.name}.{name}"

    def holds(self, address: str) -> bool:
        """Whether what is at an address is still here."""
        return address.removeprefix(f"/media/{self.name}.") in self._held

    async def get(self, name: str) -> Media | None:
        """The media of a name with its bytes, None where the name is unknown or has left. Raises AssetError.

        It is loaded once for all who wait for it; one that leaves takes nothing from the others."""
        item = self._held.get(name)
        if item is None:
            return None
        self._held.move_to_end(name)
        if item.media.data is not None:
            return item.media
        loading = self._loading.get(name)
        if loading is None:
            loading = self._loading[name] = asyncio.create_task(self._load(name, item))
            loading.add_done_callback(lambda ended: self._loaded(name, ended))
        return await asyncio.shield(loading)

    async def load(self, media: Media, files: Files | None, repo: str | None = None) -> Media:
        """The media with its bytes, which are not kept here. Raises AssetError."""
        try:
            with self.fetching() if media.data is None and is_remote(media.source or "") else nullcontext():
                return await load(media, files, repo)
        except Reached as reached:
            raise Crowded(str(reached)) from None

    async def _load(self, name: str, item: _Item) -> Media:
        loaded = await self.load(item.media, item.files, item.repo)
        if name in self._held:
            self._hold(name, _Item(loaded, item.files, item.repo))
        return loaded

    def _loaded(self, name: str, ended: asyncio.Task[Media]) -> None:
        del self._loading[name]
        if not ended.cancelled():
            ended.exception()  # looked at, as those who waited for it may all have left

    def drop_oldest(self) -> None:
        """Let go of what was not used for longest."""
        _, gone = self._held.popitem(last=False)
        self.bytes -= len(gone.media.data or b"")

    def _hold(self, name: str, item: _Item) -> None:
        before = self._held.pop(name, None)
        self.bytes += len(item.media.data or b"") - (len(before.media.data or b"") if before else 0)
        self._held[name] = item
        while (self.bytes > self._most or len(self._held) > MAX_ITEMS) and len(self._held) > 1:
            self.drop_oldest()


class MediaStore:
    """The parts of all people; where all together are too large, the largest part lets go first."""

    def __init__(self, most_bytes: int = MAX_BYTES, most_in_all: int = MAX_IN_ALL) -> None:
        self._parts: dict[str, SessionMedia] = {}
        self._most = most_bytes
        self._most_in_all = most_in_all
        self.own = self.part("")  # of the app itself: its example cards

    def part(self, owner: str, fetching: Holding = nullcontext) -> SessionMedia:
        """The part of a person, by what only their session knows; new where there is none."""
        if owner not in self._parts:
            self._parts[owner] = SessionMedia(secrets.token_urlsafe(9), self._most, fetching)
        self._shrink()
        return self._parts[owner]

    def close(self, owner: str) -> None:
        """Let go of all that a person put here."""
        self._parts.pop(owner, None)

    async def get(self, address: str) -> Media | None:
        """The media behind the last part of an address, None where there is none. Raises AssetError."""
        name, _, rest = address.partition(".")
        part = next((part for part in self._parts.values() if part.name == name), None)
        return await part.get(rest) if part else None

    def _shrink(self) -> None:
        while sum(part.bytes for part in self._parts.values()) > self._most_in_all:
            max(self._parts.values(), key=lambda part: part.bytes).drop_oldest()
