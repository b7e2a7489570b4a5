"""Requests and sockets under way, bounded for each person: nobody holds all connections of the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import ExitStack
from typing import Any

from starlette.responses import JSONResponse

from showcard.ui.session.bounds import Bounds, Reached
from showcard.ui.session.visitors import visitor_of

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

TRY_AGAIN_LATER = 1013  # a WebSocket's code


class OpenRequests:
    """Refuses a request or a WebSocket of who has as many under way as they may."""

    def __init__(self, app: App, bounds: Bounds) -> None:
        self.app, self.bounds = app, bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it with one sentence."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        held = self.bounds.requests if scope["type"] == "http" else self.bounds.streams
        with ExitStack() as holding:
            try:
                holding.enter_context(held.one(visitor_of(scope)))
            except Reached as reached:
                await _refuse(str(reached), scope, receive, send)
            else:
                await self.app(scope, receive, send)


async def _refuse(sentence: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": TRY_AGAIN_LATER, "reason": sentence})
        return
    answer = JSONResponse({"error": sentence, "detail": sentence}, 429, {"retry-after": "5"})
    await answer(scope, receive, send)
