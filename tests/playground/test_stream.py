"""Two panes against a scripted server: both stream at once, each stops alone, one failing leaves the other."""

from __future__ import annotations

import asyncio
import json

from inference.resolve import Embedded
from playground.conversation import Pane, Settings
from playground.stream import Race
from tests.support.scripted import Talk, scripted
from ui.session import Session, Site
from ui.shelf import Shelf


def chunk(text: str) -> str:
    return "data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}) + "\n\n"


def race(url: str) -> Race:
    session = Session(Site(Embedded("http://127.0.0.1:1"), Shelf()))
    panes = {name: Pane(Settings(name, base_url=url)) for name in "AB"}
    return Race({name: pane.request("hi") for name, pane in panes.items()}, session)


async def test_both_stream_before_either_ends() -> None:
    both = asyncio.Barrier(2)

    async def script(talk: Talk) -> None:
        await talk.events()
        await talk.say(chunk("first "))
        await both.wait()  # a client that waited for one answer to end would never get here twice
        await talk.say(chunk("second") + "data: [DONE]\n\n")

    async with scripted(script) as server, asyncio.timeout(10):
        held = race(server.url)
        async for _ in held:
            pass
    assert [side.answer.content for side in held.sides.values()] == ["first second"] * 2
    assert all(side.first and side.ended and side.first <= side.ended for side in held.sides.values())


async def test_stopping_one_closes_its_connection_and_the_other_finishes() -> None:
    release, a_left = asyncio.Event(), asyncio.Event()

    async def script(talk: Talk) -> None:
        await talk.events()
        await talk.say(chunk("some"))
        if json.loads(talk.body)["model"] == "A":
            await talk.gone()
            a_left.set()
        else:
            await release.wait()
            await talk.say(chunk(" more") + "data: [DONE]\n\n")

    async with scripted(script) as server, asyncio.timeout(10):
        held = race(server.url)
        async for _ in held:
            if all(side.answer.content for side in held.sides.values()) and not held.sides["A"].answer.ended:
                held.stop("A")
                await a_left.wait()
                release.set()
    a, b = held.sides["A"].answer, held.sides["B"].answer
    assert (a.content, a.stopped, a.error) == ("some", True, None)
    assert (b.content, b.stopped) == ("some more", False)


async def test_one_failing_leaves_the_other() -> None:
    async def script(talk: Talk) -> None:
        if json.loads(talk.body)["model"] == "A":
            await talk.answer("429 Too Many", "{}")
        else:
            await talk.events()
            await talk.say(chunk("fine") + "data: [DONE]\n\n")

    async with scripted(script) as server, asyncio.timeout(10):
        held = race(server.url)
        async for _ in held:
            pass
    assert "too many" in str(held.sides["A"].answer.error)
    assert held.sides["B"].answer.content == "fine"
