"""Pictures of other hosts: fetched once for all who wait, and never at the cost of somebody's call."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator

import httpx2
import pytest
from PIL import Image

from showcard.inference.transport import assets
from showcard.inference.transport import http as transport
from showcard.inference.transport.assets import AssetError
from showcard.inference.transport.http import client
from showcard.metadata.media import Media
from showcard.ui.session.media_store import MediaStore, SessionMedia
from tests.support.scripted import Scripted, Talk, scripted


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(buffer, "PNG")
    return buffer.getvalue()


class Slow:
    """A host of pictures that answers when it is told to, and everything else at once."""

    def __init__(self) -> None:
        self.answer = asyncio.Event()
        self.asked = asyncio.Semaphore(0)
        self.status = "200 OK"

    async def __call__(self, talk: Talk) -> None:
        if "/slow" in talk.head:
            self.asked.release()
            await self.answer.wait()
        await talk.answer(self.status, png(), "image/png")


@pytest.fixture
async def slow() -> Slow:
    return Slow()


@pytest.fixture
async def host(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scripted]:
    """The host of pictures, for one of the Internet."""

    async def public_address(host: str, port: int) -> str:
        return "127.0.0.1"

    monkeypatch.setattr(assets, "public_address", public_address)
    async with scripted(slow) as server:
        yield server
        slow.answer.set()


async def test_many_readers_of_a_picture_are_one_connection_and_calls_go_on(host: Scripted, slow: Slow) -> None:
    media_store = MediaStore()
    address = media_store.part("ann").put(Media.from_reference(f"{host.url}/slow.png")).removeprefix("/media/")
    readers = [asyncio.create_task(media_store.get(address)) for _ in range(420)]
    async with asyncio.timeout(20), client() as call:
        await slow.asked.acquire()
        assert (await call.get(f"{host.url}/call")).status_code == 200
        slow.answer.set()
        found = await asyncio.gather(*readers)
    assert {media.data for media in found if media} == {png()}
    assert len([head for head in host.heads if "/slow" in head]) == 1


async def test_a_reader_that_leaves_takes_nothing_from_the_others(host: Scripted, slow: Slow) -> None:
    part = SessionMedia("ann")
    name = part.put(Media.from_reference(f"{host.url}/slow.png")).rpartition(".")[2]
    first, second = asyncio.create_task(part.get(name)), asyncio.create_task(part.get(name))
    await slow.asked.acquire()
    first.cancel()
    await asyncio.wait([first])
    slow.answer.set()
    assert (await second).data == png()  # type: ignore[union-attr]
    assert len(host.heads) == 1


async def test_one_that_failed_is_tried_again_by_whoever_asks_next(host: Scripted, slow: Slow) -> None:
    part = SessionMedia("ann")
    name = part.put(Media.from_reference(f"{host.url}/x.png")).rpartition(".")[2]
    slow.status = "500 Error"
    for outcome in await asyncio.gather(part.get(name), part.get(name), return_exceptions=True):
        assert isinstance(outcome, AssetError)
    slow.status = "200 OK"
    assert (await part.get(name)).data == png()  # type: ignore[union-attr]
    assert len(host.heads) == 2


async def test_slow_pictures_take_no_connection_of_calls(
    host: Scripted, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = httpx2.Limits(max_connections=2)
    monkeypatch.setattr(transport, "LIMITS", few)
    monkeypatch.setattr(transport, "PICTURES", few)
    part = SessionMedia("ann")
    names = [part.put(Media.from_reference(f"{host.url}/slow{n}.png")).rpartition(".")[2] for n in range(4)]
    readers = [asyncio.create_task(part.get(name)) for name in names]
    async with asyncio.timeout(20), client() as call:
        await slow.asked.acquire()
        await slow.asked.acquire()
        assert (await call.get(f"{host.url}/call")).status_code == 200
        slow.answer.set()
        assert all(await asyncio.gather(*readers))
