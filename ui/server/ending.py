"""The end of the app: soon, whatever people hold open, and without a word about it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from time import monotonic
from typing import Any

import uvicorn
from starlette.requests import ClientDisconnect

from .slow import BoundedServer

GRACE_SECONDS = 0.8  # that an answer under way has to come to its end
LEAVING_SECONDS = 0.5  # that what is cut off has to notice, twice
_POLL_SECONDS = 0.02

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Quiet:
    """Takes a request that nobody waits for any more as ended; the server would write a traceback of it."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.closing = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        try:
            await self.app(scope, receive, send)
        except ClientDisconnect:
            return  # its sender left before it was whole
        except asyncio.CancelledError:
            if not self.closing:
                raise


class Server(BoundedServer):
    """Uvicorn with an end of its own: connections are cut off after a moment, and what served them ends by that.

    `begin_end` is called first, for what holds requests open to let go of them."""

    def __init__(self, config: uvicorn.Config, quiet: Quiet, begin_end: Callable[[], None]) -> None:
        super().__init__(config)
        self.quiet, self.begin_end = quiet, begin_end

    async def shutdown(self, sockets: Any = None) -> None:
        """Take no more connections, end those there are, then let the app tidy up."""
        self.quiet.closing = True
        self.watching.cancel()
        self.begin_end()
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        held = self.server_state
        for connection in list(held.connections):
            connection.shutdown()
        await self._until(lambda: not held.connections and not held.tasks, GRACE_SECONDS)
        for connection in list(held.connections):
            connection.transport.abort()
        await self._until(lambda: not held.tasks, LEAVING_SECONDS)
        for task in list(held.tasks):
            task.cancel()
        await self._until(lambda: not held.tasks, LEAVING_SECONDS)
        if not self.force_exit:
            await self.lifespan.shutdown()

    async def _until(self, ended: Callable[[], bool], seconds: float) -> None:
        """Wait until something has ended, for some seconds at most; a second Ctrl+C does not wait."""
        until = monotonic() + seconds
        while not ended() and monotonic() < until and not self.force_exit:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_SECONDS)
