"""Tiny models as folders, and a folder's server in this process; both made once."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import uvicorn
from fastapi import FastAPI
from PIL import Image

from showcard.local.folder.load import load
from showcard.local.folder.server import ServedFolder, create_app
from showcard.metadata.reading.files import Folder
from showcard.metadata.weights.runnable import ALL_PACKAGES, plan_run

from ...support import tiny


@pytest.fixture(scope="session")
def folder_of(tmp_path_factory) -> Callable[[str], Path]:
    """`folder_of(name)`: the folder of a tiny model."""
    root, made = tmp_path_factory.mktemp("models"), {}

    def find(name: str) -> Path:
        if name not in made:
            made[name] = tiny.make(root / name, name)
        return made[name]

    return find


@pytest.fixture(scope="session")
def hosting() -> Iterator[Callable[[ServedFolder], str]]:
    """`hosting(served)`: the address of a server of that model."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def host(served: ServedFolder) -> str:
        address, *one = _start(create_app(served))
        running.append((one[0], one[1]))
        return address

    yield host
    for server, thread in running:
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="session")
def serving(hosting) -> Callable[[Path, str], str]:
    """`serving(folder, task)`: the address of a server of that folder, over the wire that the app speaks."""
    running: dict[tuple[Path, str], str] = {}

    def serve(path: Path, task: str) -> str:
        if (path, task) not in running:
            plan = plan_run(Folder(path), task, ALL_PACKAGES)
            running[path, task] = hosting(ServedFolder(path.name, task, load(path, plan, lambda _: None)))
        return running[path, task]

    return serve


def _start(app: FastAPI) -> tuple[str, uvicorn.Server, threading.Thread]:
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}", server, thread


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A PNG of coloured noise, 64 by 48."""
    noise = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="session")
def sound() -> bytes:
    """A WAV of one second at 22,050 Hz, in two channels: another rate than any of the models'."""
    wave = np.sin(np.arange(22_050) / 20).astype("float32") * 0.5
    buffer = io.BytesIO()
    soundfile.write(buffer, np.stack([wave, wave * 0.5], axis=1), 22_050, format="WAV")
    return buffer.getvalue()
