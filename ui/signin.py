"""Signing in with Hugging Face, on a Space: Gradio's own routes, with what they learn kept in this server's memory.

The browser holds a cookie with a random name of the session and nothing else: no token is ever sent to it."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from time import monotonic, time
from typing import Any

import gradio as gr
from fastapi import FastAPI

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

COOKIE = "showcard"
INFO = "oauth_info"  # under which Gradio's routes keep what they learnt
MOST_PEOPLE = 20_000
SECONDS_KEPT = 24 * 3600


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in, and their token."""

    name: str
    token: str


@dataclass(slots=True)
class _Held:
    values: dict[str, Any] = field(default_factory=dict)
    seen: float = field(default_factory=monotonic)


class MemorySessions:
    """Gives each request its `session`, by the random name in a cookie; what is in it never leaves this process."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app
        self._held: OrderedDict[str, _Held] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request with its session; one that signed in gets a new name."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        name = _cookie(scope)
        held = self._find(name)
        before = INFO in held.values
        scope["session"] = held.values

        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                given = self._keep(name, held, before)
                if given != name:
                    cookie = f"{COOKIE}={given}; Path=/; HttpOnly; Secure; SameSite=None; Max-Age={SECONDS_KEPT}"
                    message = {**message, "headers": [*message.get("headers", []), (b"set-cookie", cookie.encode())]}
            await send(message)

        await self.app(scope, receive, sending)

    def _find(self, name: str) -> _Held:
        found = self._held.get(name)
        if found is None or monotonic() - found.seen > SECONDS_KEPT:
            return _Held()
        found.seen = monotonic()
        self._held.move_to_end(name)
        return found

    def _keep(self, name: str, held: _Held, before: bool) -> str:
        """The name of the session from now on; where there is nothing to keep, the one there was."""
        if not held.values:
            self._held.pop(name, None)
            return name
        if name in self._held and before == (INFO in held.values):
            return name
        self._held.pop(name, None)
        given = secrets.token_urlsafe(24)
        self._held[given] = held
        while len(self._held) > MOST_PEOPLE:
            self._held.popitem(last=False)
        return given


def attach(app: FastAPI) -> None:
    """Add /login/huggingface, /login/callback and /logout. Raises ValueError where the Space has no hf_oauth."""
    from gradio.oauth import _add_oauth_routes  # noqa: PLC0415 only a Space has what it needs

    _add_oauth_routes(app)
    app.add_middleware(MemorySessions)


def person_of(request: gr.Request) -> Person | None:
    """Who sent a request, where they signed in and that still holds."""
    scope = getattr(getattr(request, "request", None), "scope", None)
    session = scope.get("session") if isinstance(scope, Mapping) else None
    found = session.get(INFO) if isinstance(session, Mapping) else None
    if not isinstance(found, Mapping) or not found.get("access_token"):
        return None
    until = found.get("expires_at")
    if isinstance(until, int | float) and until < time():
        return None
    user = found.get("userinfo")
    name = user.get("preferred_username") if isinstance(user, Mapping) else None
    return Person(str(name or "you"), str(found["access_token"]))


def _cookie(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                found = SimpleCookie(value.decode("latin-1")).get(COOKIE)
            except CookieError:
                continue
            if found is not None:
                return found.value
    return ""
