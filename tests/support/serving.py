"""An app that is really served, in a thread, on a free port of this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from showcard.ui.server.slow import BoundedServer, Connection, uvicorn


@contextmanager
def serving(app: Any, protocol: type[Connection] = Connection, **options: Any) -> Iterator[int]:
    """The port at which an app answers in this block."""
    config = uvicorn.Config(app, port=0, log_level="warning", http=protocol, timeout_graceful_shutdown=1, **options)
    server = BoundedServer(config)
    running = threading.Thread(target=server.run)
    running.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        running.join()
