"""Large answers are sent in pieces, between which others get their turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from showcard.ui.server.slices import MAX, Sliced

WHOLE = bytes(range(256)) * 4_001


def app(streams: bool = False) -> FastAPI:
    made = FastAPI()
    made.add_middleware(Sliced)
    made.add_middleware(GZipMiddleware, minimum_size=2_000)

    async def parts() -> AsyncIterator[bytes]:
        for part in (WHOLE, b"", b"end"):
            yield part

    @made.get("/")
    async def large() -> Response:
        return StreamingResponse(parts()) if streams else Response(WHOLE)

    return made


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("streams", [False, True])
async def test_all_of_it_comes_and_others_get_their_turn(streams: bool, encoding: str) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(other())
    sent: list[int] = []

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        async def note(message: Message) -> None:
            sent.append(len(message.get("body", b"")))
            await send(message)

        await app(streams)(scope, receive, note)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(noting), base_url="http://app") as client:
        found = await client.get("/", headers={"accept-encoding": encoding})
    counting.cancel()
    assert found.content == WHOLE + (b"end" if streams else b"")
    assert max(sent) <= MAX
    assert turns > len(WHOLE) // MAX
