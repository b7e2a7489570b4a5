"""The server process: uvicorn over a socket that is already bound."""

from __future__ import annotations

import socket
from collections.abc import Iterable

import uvicorn

from .server import create_app


class _Announced(uvicorn.Server):
    """Prints where it listens, as soon as it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, then prints the address as the one line on standard output."""
        await super().startup(sockets)
        for listener in sockets or ():
            host, port = listener.getsockname()[:2]
            print(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}", flush=True)  # noqa: T201


def serve(listener: socket.socket, *, hosts: Iterable[str] = (), pause: float | None = None) -> None:
    """Serves the embedded engines on this socket until the process is asked to stop."""
    config = uvicorn.Config(
        create_app(hosts=hosts, pause=pause),
        access_log=False,
        log_level="warning",
        lifespan="off",
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    _Announced(config).run(sockets=[listener])
