"""Signing in with Hugging Face, on a Space; what is learnt is kept in this server's memory.

The browser holds a cookie with a random name of the session and nothing else: no token is ever sent to it. Attempts to
sign in, which anybody can begin, are held apart from the people who did.

Gradio's own OAuth would put the token into the cookie, and fails where a sign-in is declined. Its LoginButton needs
`unsafe-eval`, which the policy of the pages forbids, so they have a plain link."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from showcard.ui.session.bounds import LATER, Bound, HeldShare
from showcard.ui.session.person import INFO, account_of
from showcard.ui.session.visitors import NOBODY, Visitor, cookie_in, visitor_of

from .notice import notice

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

COOKIE = "showcard"
SAID = ("OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "OAUTH_SCOPES", "OPENID_PROVIDER_URL")  # by a Space
LOGIN, CALLBACK, LOGOUT = "/login/huggingface", "/login/callback", "/logout"
MAX_PEOPLE = 20_000
MAX_OF_ONE = 20  # browsers that one person is signed in with
SECONDS_KEPT = 24 * 3600
MAX_ATTEMPTS = 20_000
SECONDS_OF_ATTEMPT = 15 * 60
SECONDS_OF_PROVIDER = 20.0
ATTEMPTS = Bound("attempts to sign in", LATER, each=20, near=80)
# What a provider may say (RFC 6749, 4.1.2.1); anybody can write anything else into the address.
ERRORS = re.compile(
    "invalid_request|unauthorized_client|unsupported_response_type|invalid_scope|server_error|temporarily_unavailable"
)


@dataclass(slots=True)
class _Held:
    values: dict[str, Any] = field(default_factory=dict)
    seen: float = field(default_factory=monotonic)
    visitor: Visitor = NOBODY


class MemorySessions:
    """Gives each request its `session`, by the random name in a cookie; what is in it never leaves this process.

    Of people, who was not seen for longest leaves first; of attempts, the oldest."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app
        self._people: OrderedDict[str, _Held] = OrderedDict()
        self._attempts: OrderedDict[str, _Held] = OrderedDict()
        self._counted = HeldShare(ATTEMPTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request with its session; one that signed in gets a new name."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        self._let_go_of_attempts()
        name = cookie_in(scope, COOKIE)
        held = self._find(name)
        before = INFO in held.values
        scope["session"], scope["attempts"] = held.values, self._counted

        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                given = self._keep(name, held, before, visitor_of(scope))
                if given != name:
                    cookie = f"{COOKIE}={given}; Path=/; HttpOnly; Secure; SameSite=None; Max-Age={SECONDS_KEPT}"
                    message = {**message, "headers": [*message.get("headers", []), (b"set-cookie", cookie.encode())]}
            await send(message)

        await self.app(scope, receive, sending)

    def _find(self, name: str) -> _Held:
        found = self._people.get(name) or self._attempts.get(name)
        lasts = SECONDS_KEPT if name in self._people else SECONDS_OF_ATTEMPT
        if found is None or monotonic() - found.seen > lasts:
            return _Held()
        if name in self._people:
            found.seen = monotonic()
            self._people.move_to_end(name)
        return found

    def _keep(self, name: str, held: _Held, before: bool, visitor: Visitor) -> str:
        """The name of the session from now on; where there is nothing to keep, the one there was."""
        known = name in self._people or name in self._attempts
        if held.values and known and before == (INFO in held.values):
            return name
        self._forget(name)
        if not held.values:
            return name
        given = secrets.token_urlsafe(24)
        held.seen = monotonic()
        if INFO in held.values:
            self._people[given] = held
            self._let_go_of_people(account_of(held.values))
        else:
            self._attempts[given], held.visitor = held, visitor
            self._counted.add(visitor)
            self._let_go_of_attempts()
        return given

    def _forget(self, name: str) -> None:
        self._people.pop(name, None)
        if attempt := self._attempts.pop(name, None):
            self._counted.add(attempt.visitor, -1)

    def _let_go_of_people(self, account: str) -> None:
        """The oldest leave, where there are too many: of one person first."""
        theirs = [name for name, held in self._people.items() if account_of(held.values) == account]
        for name in theirs[:-MAX_OF_ONE]:
            del self._people[name]
        while len(self._people) > MAX_PEOPLE:
            self._people.popitem(last=False)

    def _let_go_of_attempts(self) -> None:
        while self._attempts:
            name, oldest = next(iter(self._attempts.items()))
            if len(self._attempts) <= MAX_ATTEMPTS and monotonic() - oldest.seen <= SECONDS_OF_ATTEMPT:
                return
            self._forget(name)


def attach(app: FastAPI) -> None:
    """Add /login/huggingface, /login/callback and /logout. Raises ValueError where the Space has no hf_oauth."""
    provider = _provider()

    @app.get(LOGIN)
    async def login(request: Request) -> Response:
        attempts: HeldShare = request.scope["attempts"]
        if level := attempts.full(visitor_of(request.scope)):
            return _failed(attempts.bound.sentence(level), 429)
        params = dict(request.query_params)
        target = params.get("_target_url") or "/?" + urlencode(params)
        try:
            async with asyncio.timeout(SECONDS_OF_PROVIDER):
                return await provider.authorize_redirect(request, _callback(request, target))  # type: ignore[no-any-return]
        except Exception as error:  # whatever the provider says, or does not, is no failure of ours
            return _explained(error)

    @app.get(CALLBACK)
    async def callback(request: Request) -> Response:
        params = request.query_params
        if params.get("error"):
            return _refused(request)
        if not params.get("code") or not params.get("state"):
            return _failed("The address that you came back by is not whole. Sign in again.")
        try:
            async with asyncio.timeout(SECONDS_OF_PROVIDER):
                found = await provider.authorize_access_token(request)
        except Exception as error:  # as above
            return _explained(error)
        if not isinstance(found, Mapping) or not isinstance(found.get("access_token"), str):
            return _failed(NO_ANSWER)
        request.session[INFO] = dict(found)
        return RedirectResponse(_local(params.get("_target_url", "/")))

    @app.get(LOGOUT)
    async def logout(request: Request) -> Response:
        request.session.pop(INFO, None)
        return RedirectResponse(_local(request.query_params.get("_target_url", "/")))


NO_ANSWER = "Hugging Face did not answer as it should. Try again in a moment."


def _provider() -> Any:
    """Hugging Face, as a Space's environment says it. Raises ValueError where something lacks.

    https://huggingface.co/docs/hub/spaces-oauth names the variables."""
    from authlib.integrations.starlette_client import OAuth  # type: ignore[import-untyped] # noqa: PLC0415 for a Space

    said = {name: os.environ.get(name) for name in SAID}
    for name, value in said.items():
        if value is None:
            raise ValueError(f"{name} is not set: does the Space's README say `hf_oauth: true`?")
    held = OAuth()
    held.register(
        name="huggingface",
        client_id=said["OAUTH_CLIENT_ID"],
        client_secret=said["OAUTH_CLIENT_SECRET"],
        client_kwargs={"scope": said["OAUTH_SCOPES"]},
        server_metadata_url=f"{said['OPENID_PROVIDER_URL']}/.well-known/openid-configuration",
    )
    return held.huggingface


def _callback(request: Request, target: str) -> str:
    """Where Hugging Face leads back to: on a Space always its own host, which is what Hugging Face knows."""
    query = urlencode({"_target_url": target})
    host = os.environ.get("SPACE_HOST", "").split(",")[0].strip()
    return f"https://{host}{CALLBACK}?{query}" if host else f"{request.base_url}{CALLBACK[1:]}?{query}"


def _refused(request: Request) -> Response:
    """The page for who was not let in; the attempt is over."""
    params = request.query_params
    request.session.pop(f"_state_huggingface_{params.get('state')}", None)
    error = params.get("error", "")
    if error == "access_denied":
        return _failed("You declined to let this app know who you are. Everything that needs no account works.")
    said = f" ({error})" if ERRORS.fullmatch(error) else ""
    return _failed(f"Hugging Face did not sign you in{said}.")


def _explained(error: Exception) -> Response:
    """The page for an attempt that failed."""
    from authlib.integrations.base_client.errors import MismatchingStateError  # type: ignore[import-untyped] # noqa: PLC0415

    if isinstance(error, MismatchingStateError):
        return _failed("It took too long, or was begun in another browser. Sign in again.")
    if isinstance(error, TimeoutError):
        return _failed("Hugging Face did not answer in time. Try again in a moment.")
    return _failed(NO_ANSWER)


def _failed(sentence: str, status: int = 400) -> Response:
    """The page for who did not get in. Never a 502 or 504: proxies put pages of their own in the place of those."""
    return notice("You are not signed in", sentence, {"Back to Showcard": "/", "Sign in again": LOGIN}, status)


def _local(target: str) -> str:
    """The path and query of an address, on this host whatever it says."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return "/"
    path = "/" + parts.path.lstrip("/\\")
    return path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
