"""The embedded server in this process, over engines of the test's own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from showcard.local.server import create_app

Serve = Callable[..., Any]


@contextmanager
def _serve(*args: Any, **options: Any) -> Iterator[str]:
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            create_app(*args, **options), access_log=False, log_level="critical", lifespan="off",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = uvicorn.Server(config)
        started = threading.Event()
        server.startup = _then(server.startup, started)  # type: ignore[method-assign]
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        assert started.wait(20)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


def _then(startup: Callable[..., Any], started: threading.Event) -> Callable[..., Any]:
    async def start(*args: Any, **options: Any) -> None:
        await startup(*args, **options)
        started.set()

    return start


@pytest.fixture(scope="session")
def serve() -> Serve:
    """`with serve(engines) as url`: a server in this process, for engines and limits of a test's own."""
    return _serve
