"""Large answers in pieces: to compress megabytes at once would hold up everybody else for as long."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX = 64 * 2**10  # bytes; compressing them takes about two milliseconds


class Sliced:
    """A middleware, inside of the one that compresses: between two pieces others get their turn."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what the app sends, no more than `MAX` bytes at a time."""

        async def sliced(message: Message) -> None:
            body = message.get("body", b"")
            if message["type"] != "http.response.body" or len(body) <= MAX:
                await send(message)
                return
            for start in range(0, len(body), MAX):
                more = start + MAX < len(body) or message.get("more_body", False)
                await send({**message, "body": bytes(body[start : start + MAX]), "more_body": more})
                await asyncio.sleep(0)

        await self.app(scope, receive, sliced if scope["type"] == "http" else send)
