"""Stopping a call closes its connection at once, wherever it stands, and leaves the next call alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from showcard.inference import run as client
from showcard.wire.request import ResolvedRequest
from tests.support.requests import at_endpoint, request
from tests.support.scripted import Scripted, Talk, scripted

from .test_errors import GOOD_CHAT, GOOD_STREAM, answering, chunk

AT_ONCE = 0.3  # seconds


class Stages:
    """A server that stops at one stage of its answer until its client leaves; `there` says when it stands there."""

    def __init__(self, before: str) -> None:
        self.before = before
        self.there = asyncio.Event()

    async def __call__(self, talk: Talk) -> None:
        await talk.say(self.before)
        self.there.set()
        await talk.gone()


HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n"
EVENTS = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
BEFORE = {"before the head": "", "behind the head": HEAD, "in the middle of the body": HEAD + "[[{"}
REFUSING = "HTTP/1.1 500 Error\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"


@asynccontextmanager
async def left_at_once(stages: Stages) -> AsyncIterator[Scripted]:
    async with scripted(stages) as server:
        yield server
        await asyncio.wait_for(server.left.wait(), AT_ONCE)


def to(server: Scripted, name: str, stream: bool = False) -> ResolvedRequest:
    return at_endpoint(request(name, stream=stream), server.url)


async def stopped(task: asyncio.Task[object]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("name", ["text-classification", "text-to-image", "conversational", "depth-estimation"])
@pytest.mark.parametrize("stage", [*BEFORE.values(), REFUSING], ids=[*BEFORE, "in the middle of a refusal"])
async def test_a_plain_call(name: str, stage: str) -> None:
    stages = Stages(stage)
    async with left_at_once(stages) as server:
        task: asyncio.Task[object] = asyncio.create_task(client.run(to(server, name)))
        await asyncio.wait_for(stages.there.wait(), 5)
        await stopped(task)


@pytest.mark.parametrize("stage", ["", EVENTS, EVENTS + chunk(content="Hel"), EVENTS + 'data: {"cho', REFUSING])
async def test_a_stream_that_is_waited_for(stage: str) -> None:
    stages = Stages(stage)

    async def listen(resolved: ResolvedRequest) -> None:
        async for _ in client.stream(resolved):
            pass

    async with left_at_once(stages) as server:
        task: asyncio.Task[object] = asyncio.create_task(listen(to(server, "conversational", True)))
        await asyncio.wait_for(stages.there.wait(), 5)
        await stopped(task)


async def test_a_stream_that_is_left_between_two_pieces() -> None:
    async with left_at_once(Stages(EVENTS + chunk(content="Hel"))) as server:
        deltas = client.stream(to(server, "conversational", True))
        assert (await anext(deltas)).content == "Hel"
        await deltas.aclose()  # type: ignore[attr-defined]


async def test_the_next_call_works_and_the_others_go_on() -> None:
    """Of two streams one is stopped; the other one is answered, and so is a new call on the same connections."""
    go_on = asyncio.Event()

    async def patient(talk: Talk) -> None:
        await talk.events()
        await talk.say(chunk(content="Hel"))
        await go_on.wait()
        await talk.say(GOOD_STREAM.replace("Hel", ""))

    async with scripted(patient) as server:
        one, two = client.stream(to(server, "conversational", True)), client.stream(to(server, "conversational", True))
        assert (await anext(one)).content == (await anext(two)).content == "Hel"
        await one.aclose()  # type: ignore[attr-defined]
        go_on.set()
        assert "".join([delta.content async for delta in two]) == "lo"
        server.script = answering("200 OK", GOOD_CHAT)
        assert client.message_of((await client.run(to(server, "conversational"))).output).content == "Hello"
