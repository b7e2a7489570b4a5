"""Signing in on a Space, against a scripted Hub on loopback: each person's own token, in memory, and nobody else's."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import gradio as gr
import httpx2
import pytest
import uvicorn

from showcard.inference.resolve import EmbeddedEngine
from showcard.ui.server import signin
from showcard.ui.server.app import build_app
from showcard.ui.server.guard import Access
from showcard.ui.session import visitors
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.person import person_of
from showcard.ui.session.session import Sessions, Site
from tests.support.scripted import Script, Scripted, Talk, scripted

HOST = "me-mine.hf.space"


async def silent(talk: Talk) -> None:
    await talk.gone()


def saying(status: str, body: str) -> Script:
    async def script(talk: Talk) -> None:
        await talk.answer(status, body)

    return script


# What a provider may do to a code.
ODD: dict[str, Script] = {
    "fails": saying("500 Internal Server Error", "oops"),
    "page": saying("200 OK", "<html>"),
    "list": saying("200 OK", "[]"),
    "number": saying("200 OK", "3"),
    "nothing": saying("200 OK", "{}"),
    "empty": saying("200 OK", ""),
    "refuses": saying("400 Bad Request", '{"error": "invalid_grant"}'),
    "odd-token": saying("200 OK", '{"access_token": ["x"], "token_type": "bearer"}'),
    "odd-id": saying("200 OK", '{"access_token": "x", "token_type": "bearer", "id_token": "not.one.x"}'),
    "silent": silent,  # the last, as the clock is set for it
}


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
            if code in ODD:
                await ODD[code](talk)
                return
            found = {"access_token": f"hf_oauth_{code}", "token_type": "bearer", "expires_in": 3600, "scope": "x"}
            await talk.answer("200 OK", json.dumps(found))
        else:
            await talk.answer("404 Not Found", "{}")

    async with scripted(script) as server:
        for name, value in [
            ("OAUTH_CLIENT_ID", "id"), ("OAUTH_CLIENT_SECRET", "secret"), ("OAUTH_SCOPES", "openid inference-api"),
            ("OPENID_PROVIDER_URL", server.url),
        ]:  # fmt: skip
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("SPACE_HOST", HOST)
        yield server


@pytest.fixture
async def app(hub: Scripted) -> AsyncIterator[str]:
    """The address of an app that signs people in, and has one event: whose keys a person's runs have."""
    site = Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore(), shared=True, signs_in=True)
    sessions = Sessions(site)

    def whose(request: gr.Request) -> str:
        held = sessions.of(request)
        return json.dumps([held.keys_for(), held.person.name if held.person else None])

    with gr.Blocks(analytics_enabled=False) as demo:
        gr.Button().click(whose, None, gr.Textbox(), api_name="whose", queue=False)
    bound = socket.create_server(("127.0.0.1", 0))
    made = build_app(demo, site, Access(frozenset((HOST,)), proxies=1))
    server = uvicorn.Server(uvicorn.Config(made, log_level="warning", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve([bound]))
    yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    server.should_exit = True
    await serving


class Browser:
    """A person, who keeps the cookie of the sign-in as a browser does on https."""

    def __init__(self, url: str, address: str = "203.0.113.7") -> None:
        headers = {"host": HOST, "x-forwarded-for": address, "x-forwarded-proto": "https"}
        self.client = httpx2.AsyncClient(base_url=url, headers=headers, timeout=10)
        self.cookie = ""

    async def get(self, path: str) -> httpx2.Response:
        return self._kept(await self.client.get(path, headers={"cookie": self.cookie}))

    def _kept(self, answer: httpx2.Response) -> httpx2.Response:
        for cookie in answer.headers.get_list("set-cookie"):
            if cookie.startswith(f"{signin.COOKIE}="):
                self.cookie = cookie.partition(";")[0]
        return answer

    async def state(self) -> str:
        """The state of a sign-in that has begun."""
        asked = await self.get("/login/huggingface")
        return parse_qs(urlsplit(asked.headers["location"]).query)["state"][0]

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
    assert "was begun in another browser" in answer.text
    assert (await eve.whose())[0] == {}
    await eve.client.aclose()


def is_a_page_with_a_way_back(answer: httpx2.Response) -> bool:
    """Whether somebody who reads an answer knows what happened and how to go on, without any script."""
    assert answer.status_code < 500
    assert answer.headers["content-type"].startswith("text/html")
    assert "<h1>You are not signed in</h1><p>" in answer.text
    assert 'href="/"' in answer.text
    assert 'href="/login/huggingface"' in answer.text
    assert '<meta name="viewport" content="width=device-width' in answer.text
    assert "prefers-color-scheme: dark" in answer.text
    return "<script" not in answer.text


CALLBACKS = (
    "error=access_denied&state=1",
    "error=access_denied",
    "error=%3Cscript%3Ealert(1)%3C/script%3E&state=1",
    "error=server_error&error_description=%00",
    "_nb_redirects=x",
    "_nb_redirects=x&code=1&state=1",
    "_nb_redirects=99&code=1&state=1",
    "",
    "code=1",
    "state=1",
    "code=&state=",
    "code=1&code=2&state=1&state=2",
    "code=1&state=%00%ff%0a",
    "code=1&state=" + "x" * 8000,
    "code=1&state=1&_target_url=http://[",
)


async def test_an_odd_callback_is_a_page_with_a_way_back(app: str, capfd: pytest.CaptureFixture[str]) -> None:
    eve = Browser(app)
    for query in CALLBACKS:
        assert is_a_page_with_a_way_back(await eve.get(f"/login/callback?{query}")), query
    assert "Traceback" not in "".join(capfd.readouterr())
    await eve.client.aclose()


async def test_who_declines_is_told_so_and_may_think_better_of_it(app: str) -> None:
    ann = Browser(app)
    declined = await ann.get(f"/login/callback?error=access_denied&state={await ann.state()}")
    assert is_a_page_with_a_way_back(declined)
    assert "You declined" in declined.text
    await ann.sign_in("ann")
    assert (await ann.whose())[0] == {"HF_TOKEN": "hf_oauth_ann"}
    await ann.client.aclose()


async def test_whatever_the_provider_says_is_a_page_with_a_way_back(
    app: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = Browser(app)
    for code in ODD:
        state = await ann.state()
        if code == "silent":
            monkeypatch.setattr(signin, "SECONDS_OF_PROVIDER", 0.2)
        answer = await ann.get(f"/login/callback?code={code}&state={state}")
        assert is_a_page_with_a_way_back(answer), code
        assert "Hugging Face did not answer" in answer.text, code
    assert (await ann.whose())[0] == {}
    assert "Traceback" not in "".join(capfd.readouterr())
    await ann.client.aclose()


async def test_a_provider_that_is_not_there_is_a_page_too(app: str, hub: Scripted) -> None:
    hub.script = saying("503 Service Unavailable", "")
    ann = Browser(app)
    assert is_a_page_with_a_way_back(await ann.get("/login/huggingface"))
    await ann.client.aclose()


@pytest.mark.parametrize(
    ("target", "there"),
    [
        ("/?model=x#y", "/?model=x#y"),
        ("https://evil.example/a?b=c", "/a?b=c"),
        ("//evil.example", "/"),
        ("////evil.example", "/evil.example"),
        ("\\\\evil.example", "/evil.example"),
        ("http://[", "/"),
        ("javascript:alert(1)", "/alert(1)"),
    ],
)
def test_the_way_back_stays_here(target: str, there: str) -> None:
    assert signin._local(target) == there


async def test_the_cookie_of_the_sign_in_goes_into_a_frame_and_every_other_does_not(app: str) -> None:
    ann = Browser(app)
    given = [*(await ann.get("/login/huggingface")).headers.get_list("set-cookie")]
    given += (await ann.get("/")).headers.get_list("set-cookie")
    flags = {cookie.partition("=")[0]: {*cookie.split("; ")[1:]} for cookie in given}
    assert {"HttpOnly", "Secure", "SameSite=None"} <= flags.pop(signin.COOKIE)
    assert [*flags] == [visitors.COOKIE]
    assert {"HttpOnly", "Secure", "SameSite=Lax"} <= flags[visitors.COOKIE]
    await ann.client.aclose()


async def test_attempts_of_one_address_end_and_everybody_else_signs_in(app: str) -> None:
    eve, ann = Browser(app, "203.0.113.66"), Browser(app)
    for _ in range(signin.ATTEMPTS.each):
        eve.cookie = ""
        assert (await eve.get("/login/huggingface")).status_code == 302
    eve.cookie = ""
    refused = await eve.get("/login/huggingface")
    assert refused.status_code == 429
    assert is_a_page_with_a_way_back(refused)
    assert "You have as many attempts to sign in as one person may (20)" in refused.text
    await ann.sign_in("ann")
    assert (await ann.whose())[0] == {"HF_TOKEN": "hf_oauth_ann"}
    for person in (eve, ann):
        await person.client.aclose()


class InMemory:
    """The sessions alone, without a web: what stands in the session of a cookie, and what becomes of it."""

    def __init__(self) -> None:
        self.sessions = signin.MemorySessions(self._app)
        self.more: dict[str, object] = {}

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        scope["session"].update(self.more)
        self.seen = dict(scope["session"])
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def ask(self, cookie: str = "", **more: object) -> str:
        """The cookie after a request that put `more` into the session."""
        self.more, given = more, [cookie]

        async def send(message: Any) -> None:
            given.extend(value.decode().partition(";")[0] for _, value in message["headers"])

        headers = [(b"cookie", cookie.encode())]
        await self.sessions({"type": "http", "headers": headers}, None, send)  # type: ignore[arg-type]
        return given[-1]


def info(name: str) -> dict[str, object]:
    return {"oauth_info": {"access_token": "t", "userinfo": {"sub": name}}}


async def test_attempts_push_nobody_out_who_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signin, "MAX_ATTEMPTS", 20)
    held = InMemory()
    ann = await held.ask(**info("ann"))
    first = await held.ask(_state_huggingface_x={})
    for _ in range(100):
        await held.ask(_state_huggingface_x={})
    await held.ask(ann)
    assert held.seen == info("ann")
    await held.ask(first)
    assert held.seen == {}
    assert len(held.sessions._attempts) == 20


async def test_one_account_that_signs_in_again_and_again_pushes_out_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signin, "MAX_PEOPLE", 10)
    monkeypatch.setattr(signin, "MAX_OF_ONE", 3)
    held = InMemory()
    ann = await held.ask(**info("ann"))
    eves = [await held.ask(**info("eve")) for _ in range(50)]
    seen = []
    for cookie in (ann, eves[0], eves[-1]):
        await held.ask(cookie)
        seen.append(held.seen)
    assert seen == [info("ann"), {}, info("eve")]


async def test_attempts_that_are_over_are_counted_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    held = InMemory()
    await held.ask(_state_huggingface_x={})
    monkeypatch.setattr(signin, "SECONDS_OF_ATTEMPT", -1)
    await held.ask()
    assert not held.sessions._attempts


@pytest.mark.parametrize("info", [None, 3, {}, {"access_token": ""}, {"access_token": "t", "expires_at": 1}], ids=str)
def test_what_is_no_sign_in(info: object) -> None:
    request = SimpleNamespace(request=SimpleNamespace(scope={"session": {"oauth_info": info}}))
    assert person_of(request) is None  # type: ignore[arg-type]
    assert person_of(SimpleNamespace(request=None)) is None  # type: ignore[arg-type]
