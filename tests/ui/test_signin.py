"""Signing in on a Space, against a scripted Hub on loopback: each person's own token, in memory, and nobody else's."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator
from types import SimpleNamespace
from urllib.parse import parse_qs, quote, urlsplit

import gradio as gr
import gradio.oauth
import httpx2
import pytest
import uvicorn

from inference.resolve import Embedded
from tests.support.scripted import Scripted, Talk, scripted
from ui.server import Access, build_app
from ui.session import Sessions, Site
from ui.shelf import Shelf
from ui.signin import person_of

HOST = "me-mine.hf.space"


@pytest.fixture
async def hub(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scripted]:
    """A Hub that gives the token `hf_oauth_<code>` for a code."""

    async def script(talk: Talk) -> None:
        if "openid-configuration" in talk.head:
            found = {"issuer": server.url, "authorization_endpoint": f"{server.url}/oauth/authorize",
                     "token_endpoint": f"{server.url}/oauth/token", "jwks_uri": f"{server.url}/jwks"}  # fmt: skip
            await talk.answer("200 OK", json.dumps(found))
        elif "/oauth/token" in talk.head:
            code = parse_qs(talk.body.decode())["code"][0]
            found = {"access_token": f"hf_oauth_{code}", "token_type": "bearer", "expires_in": 3600, "scope": "x"}
            await talk.answer("200 OK", json.dumps(found))
        else:
            await talk.answer("404 Not Found", "{}")

    async with scripted(script) as server:
        for name, value in [
            ("OAUTH_CLIENT_ID", "id"), ("OAUTH_CLIENT_SECRET", "secret"), ("OAUTH_SCOPES", "openid inference-api"),
            ("OPENID_PROVIDER_URL", server.url),
        ]:  # fmt: skip
            monkeypatch.setattr(gradio.oauth, name, value)
        monkeypatch.setenv("SPACE_HOST", HOST)
        yield server


@pytest.fixture
async def app(hub: Scripted) -> AsyncIterator[str]:
    """The address of an app that signs people in, and has one event: whose keys a person's runs have."""
    site = Site(Embedded("http://127.0.0.1:1"), Shelf(), shared=True, signs_in=True)
    sessions = Sessions(site)

    def whose(request: gr.Request) -> str:
        held = sessions.of(request)
        return json.dumps([held.keys_for(), held.person.name if held.person else None])

    with gr.Blocks(analytics_enabled=False) as demo:
        gr.Button().click(whose, None, gr.Textbox(), api_name="whose", queue=False)
    bound = socket.create_server(("127.0.0.1", 0))
    made = build_app(demo, site, Access(frozenset((HOST,))))
    server = uvicorn.Server(uvicorn.Config(made, log_level="warning", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve([bound]))
    yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    server.should_exit = True
    await serving


class Browser:
    """A person, who keeps the cookie as a browser does on https."""

    def __init__(self, url: str) -> None:
        self.client = httpx2.AsyncClient(base_url=url, headers={"host": HOST}, timeout=10)
        self.cookie = ""

    async def get(self, path: str) -> httpx2.Response:
        return self._kept(await self.client.get(path, headers={"cookie": self.cookie}))

    def _kept(self, answer: httpx2.Response) -> httpx2.Response:
        self.cookie = answer.headers.get("set-cookie", self.cookie).partition(";")[0]
        return answer

    async def sign_in(self, code: str) -> httpx2.Response:
        asked = await self.get("/login/huggingface?_target_url=%2F%3Fmodel%3Dx")
        there = parse_qs(urlsplit(asked.headers["location"]).query)
        assert there["redirect_uri"][0].startswith(f"https://{HOST}/login/callback?")
        target = quote(parse_qs(urlsplit(there["redirect_uri"][0]).query)["_target_url"][0])
        return await self.get(f"/login/callback?code={code}&state={there['state'][0]}&_target_url={target}")

    async def whose(self) -> list[object]:
        asked = {"data": [], "session_hash": secrets.token_hex()}
        answer = await self.client.post("/gradio_api/run/whose", json=asked, headers={"cookie": self.cookie})
        return json.loads(answer.json()["data"][0])


async def test_each_person_runs_with_their_own_token(app: str) -> None:
    ann, ben, eve = Browser(app), Browser(app), Browser(app)
    back = await ann.sign_in("ann")
    assert back.headers["location"] == "/?model=x"
    await ben.sign_in("ben")
    assert (await ann.whose())[0] == {"HF_TOKEN": "hf_oauth_ann"}
    assert (await ben.whose())[0] == {"HF_TOKEN": "hf_oauth_ben"}
    assert await eve.whose() == [{}, None]
    await ann.get("/logout")
    assert (await ann.whose())[0] == {}
    assert (await ben.whose())[0] == {"HF_TOKEN": "hf_oauth_ben"}
    for person in (ann, ben, eve):
        await person.client.aclose()


async def test_the_browser_gets_a_name_and_never_the_token(app: str) -> None:
    ann = Browser(app)
    before = (await ann.get("/login/huggingface")).headers["set-cookie"]
    back = await ann.sign_in("ann")
    cookie = back.headers["set-cookie"]
    assert {"HttpOnly", "Secure", "SameSite=None"} <= set(cookie.split("; "))
    assert cookie.split(";")[0] != before.split(";")[0], "who knew the name before knows it no longer"
    held = back.text + str(back.headers)
    assert "hf_oauth_ann" not in held
    page = await ann.get("/")
    assert "hf_oauth_ann" not in page.text + str(page.headers)
    await ann.client.aclose()


@pytest.mark.parametrize("cookie", ["showcard=guess", "showcard=", "showcard=x; showcard=y", "=;;="])
async def test_a_made_up_cookie_is_nobody(app: str, cookie: str) -> None:
    eve = Browser(app)
    eve.cookie = cookie
    assert await eve.whose() == [{}, None]
    await eve.client.aclose()


async def test_a_callback_that_nobody_asked_for_signs_nobody_in(app: str) -> None:
    eve = Browser(app)
    answer = await eve.get("/login/callback?code=ann&state=made-up")
    assert answer.status_code in (302, 307)
    assert (await eve.whose())[0] == {}
    await eve.client.aclose()


@pytest.mark.parametrize("info", [None, 3, {}, {"access_token": ""}, {"access_token": "t", "expires_at": 1}], ids=str)
def test_what_is_no_sign_in(info: object) -> None:
    request = SimpleNamespace(request=SimpleNamespace(scope={"session": {"oauth_info": info}}))
    assert person_of(request) is None  # type: ignore[arg-type]
    assert person_of(SimpleNamespace(request=None)) is None  # type: ignore[arg-type]
