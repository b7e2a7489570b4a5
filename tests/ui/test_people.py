"""Two people at one app, over HTTP: who has as much as one may is told so, and the other notices nothing."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import gradio as gr
import httpx2
import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from showcard.inference.errors import InferenceFailure
from showcard.inference.resolve import EmbeddedEngine
from showcard.inference.transport import assets
from showcard.metadata.media import Media
from showcard.ui.server import uploads
from showcard.ui.server.app import build_app
from showcard.ui.server.guard import Access
from showcard.ui.session import calls as asking
from showcard.ui.session import session
from showcard.ui.session.bounds import MUCH_LATER, Bound, HeldShare, shared_out
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Session, Sessions, Site
from showcard.ui.session.visitors import COOKIE, NOBODY, Visitor, visitor
from showcard.wire.request import Request
from tests.support.scripted import Talk, scripted

MEGABYTE = uploads.MEGABYTE
ANN, BEN = "203.0.113.7", "203.0.113.8"
names = count()


class App:
    """An app for many people with two listeners: one says whose tab it is, one waits until it is let go."""

    def __init__(self, site: Site) -> None:
        self.site, self.gate, self.url = site, asyncio.Event(), ""
        self.begun = asyncio.Semaphore(0)

    def laid_out(self, access: Access) -> Any:
        sessions = Sessions(self.site)
        with gr.Blocks(analytics_enabled=False) as demo:
            said = gr.Textbox()

            def who(request: gr.Request) -> str:
                return sessions.of(request).id

            async def waits() -> str:
                self.begun.release()
                await self.gate.wait()
                return "gone"

            gr.Button().click(who, None, said, api_visibility="private")
            gr.Button().click(waits, None, said, api_visibility="private")
        self.demo = demo
        return build_app(demo, self.site, access)


@asynccontextmanager
async def served(site: Site, proxies: int | None = 1) -> AsyncIterator[App]:
    app = App(site)
    bound = socket.create_server(("127.0.0.1", 0))
    made = app.laid_out(Access(proxies=proxies))
    server = uvicorn.Server(uvicorn.Config(made, log_level="warning", timeout_graceful_shutdown=1, proxy_headers=False))
    serving = asyncio.create_task(server.serve([bound]))
    app.url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    try:
        yield app
    finally:
        app.gate.set()
        made.state.closing.set()
        server.should_exit = True
        await serving


def shared(**more: Any) -> Site:
    return Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore(), shared=True, **more)


class Browser:
    """A person's browser, behind the trusted proxy unless it has no address."""

    def __init__(self, app: App, address: str = "") -> None:
        headers = {"x-forwarded-for": f"198.51.100.{next(names) % 250}, {address}"} if address else {}
        self.app, self.client = app, httpx2.AsyncClient(base_url=app.url, headers=headers, timeout=20)

    async def __aenter__(self) -> Browser:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def post(self, tab: str, listener: int = 0) -> httpx2.Response:
        asked = {"fn_index": listener, "data": [], "session_hash": tab}
        return await self.client.post("/gradio_api/queue/join", json=asked)

    async def come(self, tab: str = "") -> str:
        """What a tab is told when it first says something: its name, or why not."""
        tab = tab or f"tab{next(names)}"
        joined = await self.post(tab)
        if joined.status_code != 200:
            return str(joined.json()["detail"])
        async with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": tab}) as answer:
            async for line in answer.aiter_lines():
                said = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if said.get("msg") == "process_completed":
                    return str(said["output"].get("error") or said["output"]["data"][0])
        return ""

    async def upload(self, size: int, files: int = 1) -> httpx2.Response:
        data = [("files", (f"{next(names)}.bin", os.urandom(size))) for _ in range(files)]
        return await self.client.post("/gradio_api/upload", files=data)


async def test_the_tabs_of_one_person_end_before_those_of_all() -> None:
    async with served(shared(most_tabs=8, tabs_each=2)) as app, Browser(app, ANN) as ann, Browser(app, BEN) as ben:
        mine = [await ann.come(), await ann.come()]
        assert len(set(mine)) == 2
        assert await ann.come() == "You have as many open tabs as one person may (2). Try again in some minutes."
        assert len(await ben.come()) == len(mine[0])
        idle = next(tab for tab in app.site.tabs.values() if tab.id == mine[0])
        idle.seen -= session.SECONDS_IDLE
        assert len(await ann.come()) == len(mine[0]), "an idle one of theirs makes room"
        assert idle.closed
        assert len(app.site.tabs) == 3


async def test_a_tab_that_was_left_makes_room_at_once() -> None:
    async with served(shared(most_tabs=8, tabs_each=2)) as app, Browser(app, ANN) as ann:
        first, second = await ann.come(), await ann.come()
        tab = next(tab for tab in app.site.tabs.values() if tab.id == first)
        await ann.client.post(f"/left/{tab.feed.name}")
        assert await ann.come() not in (first, second)
        assert tab.closed


async def test_cookies_of_one_address_hold_a_few_peoples_share_and_no_more() -> None:
    async with served(shared(most_tabs=40, tabs_each=2)) as app, Browser(app, BEN) as ben, AsyncExitStack() as stack:
        told = []
        for _ in range(6):
            minted = await stack.enter_async_context(Browser(app, ANN))
            await minted.client.get("/")
            assert COOKIE in minted.client.cookies
            told += [await minted.come() for _ in range(2)]
        refused = [one for one in told if "from your address" in one]
        assert (
            refused == ["As many open tabs come from your address as one may have (8). Try again in some minutes."] * 4
        )
        assert "as" not in (await ben.come()).split()


async def test_people_of_one_address_are_told_apart_by_their_cookies() -> None:
    async with served(shared(most_tabs=40, tabs_each=2)) as app, Browser(app, ANN) as ann, Browser(app, ANN) as ben:
        for person in (ann, ben):
            await person.client.get("/")
        assert ann.client.cookies[COOKIE] != ben.client.cookies[COOKIE]
        await ann.come()
        await ann.come()
        assert (await ann.come()).startswith("You have as many")
        assert not (await ben.come()).startswith("You have as many")


async def test_behind_a_proxy_that_nobody_named_only_the_bound_of_all_holds() -> None:
    site = shared(most_tabs=4, tabs_each=2)
    async with served(site, proxies=None) as app, Browser(app, ANN) as ann, Browser(app) as direct:
        told = [await ann.come() for _ in range(3)]
        assert not any(one.startswith("You have") for one in told)
        assert not (await direct.come()).startswith(("You have", "This server"))
        assert (await ann.come()).startswith("This server holds as many open tabs as it may (4)")


async def test_reached_directly_the_senders_own_address_counts_whatever_it_says() -> None:
    site = shared(most_tabs=8, tabs_each=2)
    async with served(site, proxies=0) as app, Browser(app, ANN) as ann, Browser(app, BEN) as ann_as_ben:
        await ann.come()
        await ann_as_ben.come()
        assert (await ann_as_ben.come()).startswith("You have as many open tabs")


async def test_what_gradio_holds_for_a_tab_is_pushed_out_by_no_other_person() -> None:
    async with served(shared(most_tabs=8, tabs_each=2)) as app, Browser(app, ANN) as ann, Browser(app, BEN) as ben:
        await ben.come("ben")
        queue, states = app.demo._queue, app.demo.state_holder
        for number in range(30):
            await ann.come(f"ann{number}")
        assert "ben" in queue.pending_messages_per_session
        assert "ben" in states.session_data
        assert sum(tab.startswith("ann") for tab in queue.pending_messages_per_session) <= 12
        assert sum(tab.startswith("ann") for tab in states.session_data) <= 12


async def test_the_queue_is_not_one_persons() -> None:
    async with served(shared(most_tabs=2_000)) as app, Browser(app, ANN) as ann, Browser(app, BEN) as ben:
        most = app.site.bounds.events.each
        answers = await asyncio.gather(*(ann.post("ann", listener=1) for _ in range(most)))
        assert {answer.status_code for answer in answers} == {200}
        refused = await ann.post("ann", listener=1)
        assert (refused.status_code, refused.json()) == (
            429,
            {"detail": f"You have as many requests in line as one person may ({most}). Try again in a moment."},
        )
        assert len(await ben.come()) > 10
        for _ in range(most):
            await app.begun.acquire()
        app.gate.set()
        async with asyncio.timeout(20):
            while (await ann.post("ann")).status_code != 200:
                pass


async def test_uploads_of_one_person_end_before_those_of_all() -> None:
    site = shared(most_uploads=10 * MEGABYTE, uploads_each=2 * MEGABYTE)
    async with served(site) as app, Browser(app, ANN) as ann, Browser(app, BEN) as ben:
        first = await ann.upload(MEGABYTE * 9 // 10)
        assert first.status_code == 200
        assert (await ann.upload(MEGABYTE * 9 // 10)).status_code == 200
        refused = await ann.upload(MEGABYTE * 9 // 10)
        said = "You have as many files as one person may (2 MB). Try again in an hour."
        assert (refused.status_code, refused.text) == (507, said)
        theirs = await ben.upload(MEGABYTE * 9 // 10)
        assert theirs.status_code == 200
        long_ago = [Path(path) for path in (*first.json(), *theirs.json())]
        for path in long_ago:
            os.utime(path, (0, 0))
        assert (await ann.upload(MEGABYTE * 9 // 10)).status_code == 200
        assert [path.exists() for path in long_ago] == [False, True], "room is made by one's own"


async def test_the_number_of_files_has_an_end_too() -> None:
    site = shared(most_uploads=100 * MEGABYTE)
    object.__setattr__(site, "bounds", replace(site.bounds, files=Bound("uploaded files", MUCH_LATER, each=5, near=20)))
    async with served(site) as app, Browser(app, ANN) as ann, Browser(app, BEN) as ben:
        assert (await ann.upload(1, files=3)).status_code == 200
        assert (await ann.upload(1, files=2)).status_code == 200
        refused = await ann.upload(1)
        said = "You have as many uploaded files as one person may (5). Try again in an hour."
        assert (refused.status_code, refused.text) == (507, said)
        assert (await ben.upload(1)).status_code == 200


async def test_an_upload_that_failed_takes_no_room() -> None:
    site = shared(most_uploads=10 * MEGABYTE, uploads_each=2 * MEGABYTE)
    async with served(site) as app, Browser(app, ANN) as ann:
        for _ in range(4):
            body, kind = b"x" * MEGABYTE, {"content-type": "multipart/form-data; boundary=none"}
            assert (await ann.client.post("/gradio_api/upload", content=body, headers=kind)).status_code >= 400
        assert (await ann.upload(MEGABYTE)).status_code == 200


async def test_open_connections_of_one_person_end() -> None:
    async with served(shared(most_tabs=8, tabs_each=1)) as app, AsyncExitStack() as stack, Browser(app, ANN) as ann:
        mine = await ann.come()
        feed = next(tab for tab in app.site.tabs.values() if tab.id == mine).feed
        feed.open("held")

        async def opened(address: str) -> ClientConnection:
            there, via = f"{app.url.replace('http', 'ws')}/live/{feed.name}", {"x-forwarded-for": address}
            return await stack.enter_async_context(connect(there, additional_headers=via))

        async def again() -> bool:
            try:
                return bool(await opened(ANN))
            except InvalidStatus:
                return False

        held = [await opened(ANN) for _ in range(app.site.bounds.streams.bound.each)]
        with pytest.raises(InvalidStatus):
            await opened(ANN)
        await opened(BEN)
        await held[0].close()
        async with asyncio.timeout(20):
            while not await again():  # the server may not have seen yet that one has closed
                pass


async def test_requests_of_one_person_end() -> None:
    async with served(shared(most_tabs=8, tabs_each=1)) as app, Browser(app, ANN) as ann, Browser(app, BEN) as ben:
        tab = "held"
        await ann.post(tab, listener=1)
        async with AsyncExitStack() as stack:
            for _ in range(app.site.bounds.requests.bound.each):
                asked = ann.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": tab})
                assert (await stack.enter_async_context(asked)).status_code == 200
            refused = await ann.client.get("/back/x")
            said = "You have as many requests under way as one person may (32). Try again in a moment."
            assert (refused.status_code, refused.json()["error"]) == (429, said)
            assert (await ben.client.get("/back/x")).status_code == 200


async def test_pictures_on_their_way_of_one_person_end(monkeypatch: pytest.MonkeyPatch) -> None:
    answer, asked = asyncio.Event(), asyncio.Semaphore(0)

    async def slow(talk: Talk) -> None:
        asked.release()
        await answer.wait()
        await talk.answer("404 Not Found", "")

    async def public_address(host: str, port: int) -> str:
        return "127.0.0.1"

    monkeypatch.setattr(assets, "public_address", public_address)
    async with scripted(slow) as host, served(shared(most_tabs=8)) as app, Browser(app) as ann:
        anns, bens = (Session(app.site, visitor=visitor("", "", address)) for address in (ANN, BEN))
        most = app.site.bounds.fetches.bound.each
        pictures = [anns.media_store.put(Media.from_reference(f"{host.url}/{n}.png")) for n in range(most + 1)]
        waiting = [asyncio.create_task(ann.client.get(picture)) for picture in pictures[:most]]
        for _ in range(most):
            await asked.acquire()
        refused = await ann.client.get(pictures[-1])
        said = (
            f"You have as many pictures of other hosts on their way as one person may ({most}). Try again in a moment."
        )
        assert (refused.status_code, refused.json()["error"]) == (429, said)
        bens_own = asyncio.create_task(
            ann.client.get(bens.media_store.put(Media.from_reference(f"{host.url}/ben.png")))
        )
        await asked.acquire()
        answer.set()
        assert (await bens_own).status_code == 404
        await asyncio.gather(*waiting)


async def test_calls_of_one_person_end_before_those_of_all() -> None:
    answer, asked = asyncio.Event(), asyncio.Semaphore(0)

    async def slow(talk: Talk) -> None:
        asked.release()
        await answer.wait()
        said = {"choices": [{"message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}]}
        await talk.answer("200 OK", json.dumps(said))

    async with scripted(slow) as server:
        site = shared(most_calls=8, calls_each=2, endpoints=(server.url,))
        ann, ben = (Session(site, visitor=visitor("", "", address)) for address in (ANN, BEN))
        messages = {"messages": [{"role": "user", "content": "Hi"}]}
        request = Request("conversational", "org/m", messages, base_url=f"{server.url}/v1")

        async def run(whose: Session) -> Any:
            return await asking.run(whose, await asking.resolved_for(whose, request))

        async def stream(whose: Session) -> Any:
            return [delta async for delta in asking.stream(whose, await asking.resolved_for(whose, request))]

        under_way = [asyncio.create_task(run(ann)) for _ in range(2)]
        for _ in range(2):
            await asked.acquire()
        for refused in (run, stream):
            with pytest.raises(InferenceFailure, match=r"You have as many calls under way as one person may \(2\)\."):
                await refused(ann)
        other = asyncio.create_task(run(ben))
        await asked.acquire()
        under_way[0].cancel()
        await asyncio.wait(under_way[:1])
        again = asyncio.create_task(run(ann))
        await asked.acquire()
        answer.set()
        assert {reply.output.content for reply in await asyncio.gather(other, again, under_way[1])} == {"Hello"}


def test_alone_on_a_machine_nothing_has_an_end() -> None:
    site = Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore(), tabs_each=1, calls_each=1, uploads_each=1)
    bounds = site.bounds
    held = (bounds.calls, bounds.fetches, bounds.requests, bounds.streams)
    assert not any([*bound.levels(Visitor("x", "y"))] for bound in (bounds.tabs, bounds.uploads, bounds.files))
    assert not any([*one.bound.levels(Visitor("x", "y"))] for one in held)


@pytest.mark.parametrize(
    ("most", "each", "expected"),
    [(2_000, None, (100, 400)), (2, None, (1, 1)), (100, None, (20, 75)), (100, 90, (90, 90)), (0, None, (0, 0)),
     (0, 5, (5, 20)), (2_000, 0, (0, 0))],
)  # fmt: skip
def test_what_is_left_for_each(most: int, each: int | None, expected: tuple[int, int]) -> None:
    bound = shared_out("tabs", "", most, each, 20, 20)
    assert (bound.each, bound.near, bound.all) == (*expected, most)


def test_what_is_let_go_is_counted_no_more() -> None:
    held = HeldShare(Bound("things", each=1, near=2, all=3))
    ann, ben = Visitor("ann", "here"), Visitor("ben", "here")
    with held.one(ann), held.one(ben):
        assert held.full(Visitor("cleo", "here")).key == "at here"  # type: ignore[union-attr]
        assert held.full(NOBODY) is None
    assert not any(map(held.full, (ann, ben, NOBODY)))
