"""`python -m showcard.local.folder`: what it says while it loads, what it refuses, and how it ends; with real models."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ...conftest import ROOT, clean_environment

pytestmark = pytest.mark.torch


@contextmanager
def started(path: Path, task: str) -> Iterator[tuple[subprocess.Popen[str], list[dict[str, Any]]]]:
    """The process of a folder, and what it said until it was ready or had ended."""
    command = [sys.executable, "-m", "showcard.local.folder", str(path), "--task", task, "--with-parent"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=clean_environment(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    said: list[dict[str, Any]] = []
    while not (said and "ready" in said[-1]) and (line := process.stdout.readline()):
        said.append(json.loads(line))
    try:
        yield process, said
    finally:
        process.kill()
        process.communicate()


def test_it_says_what_it_does_then_where_it_is(folder_of):
    with started(folder_of("bert-classifier"), "text-classification") as (process, said):
        doings = [line["doing"] for line in said if "doing" in line]
        assert doings[:2] == ["Checking the folder", "Starting torch and transformers"]
        assert {"Reading the tokenizer", "Reading the weights"} <= set(doings)
        assert doings[-1] == "Warming up"
        connection = HTTPConnection(urlsplit(said[-1]["ready"]).netloc, timeout=20)
        connection.request("POST", "/", b'{"inputs": "the cat"}', {"content-type": "application/json"})
        answer = connection.getresponse()
        assert (answer.status, len(json.loads(answer.read())[0])) == (200, 3)
        # Another name for this machine is refused, as by the embedded server.
        connection.request("POST", "/", b"{}", {"host": "evil.example"})
        refused = connection.getresponse()
        assert (refused.status, b"its own names only" in refused.read()) == (403, True)
        connection.close()
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0
        process.stdin = None


def test_a_missing_head_is_found_after_the_weights_are_read(folder_of, tmp_path):
    import shutil

    path = shutil.copytree(folder_of("bert-encoder"), tmp_path / "headless")
    config = json.loads((path / "config.json").read_text())
    config["architectures"] = ["BertForSequenceClassification"]
    (path / "config.json").write_text(json.dumps(config))
    with started(path, "text-classification") as (process, said):
        assert said[-1]["refused"].startswith("The weights lack 2 tensors that the task needs, such as classifier.")
        assert process.wait(20) == 1


def test_an_unknown_kind_of_model_is_a_sentence(folder_of, tmp_path):
    import shutil

    path = shutil.copytree(folder_of("bert-classifier"), tmp_path / "unknown")
    config = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps(config | {"model_type": "nobody-knows", "architectures": []}))
    with started(path, "text-classification") as (_, said):
        assert said[-1]["refused"].startswith("The model can't be loaded: ")
        assert "nobody-knows" in said[-1]["refused"]


def test_it_reaches_no_other_machine():
    code = (
        "import socket, sys\nfrom showcard.local.folder.__main__ import _no_network\nsys.addaudithook(_no_network)\n"
        "for attempt in (lambda: socket.create_connection(('192.0.2.1', 80), 1), "
        "lambda: socket.getaddrinfo('huggingface.co', 443)):\n"
        "    try: attempt()\n    except PermissionError as error: print(error)\n"
        "with socket.socket() as server:\n    server.bind(('127.0.0.1', 0)); server.listen()\n"
        "    socket.create_connection(server.getsockname(), 1).close(); print('here')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "No network: 192.0.2.1 was not asked.", "No network: huggingface.co was not asked.", "here",
    ]  # fmt: skip


STARTS = """
import asyncio, sys
from pathlib import Path
from showcard.inference.processes.folder import Folders
from showcard.start import command
async def main():
    folders = Folders(command("showcard.local.folder")[1:])
    address = folders.offer(Path(sys.argv[1]), sys.argv[2])
    await folders.ready(address)
    print(folders.find(address).process.pid, address, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


@contextmanager
def an_app(path: Path, task: str) -> Iterator[tuple[subprocess.Popen[str], int, str]]:
    """A process that runs a folder's model as the app does: itself, its child, and the model's address."""
    command = [sys.executable, "-c", STARTS, str(path), task]
    app = subprocess.Popen(command, cwd=ROOT, env=clean_environment(), stdout=subprocess.PIPE, text=True)
    assert app.stdout is not None
    pid, address = app.stdout.readline().split()
    try:
        yield app, int(pid), address
    finally:
        app.kill()
        app.wait(20)
        app.stdout.close()


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_it_ends_when_the_app_is_killed_in_the_middle_of_an_answer(folder_of):
    with an_app(folder_of("llama-chat"), "conversational") as (app, pid, address):
        connection = HTTPConnection(urlsplit(address).netloc, timeout=20)
        body = {"messages": [{"role": "user", "content": "hello"}], "stream": True, "max_tokens": 200}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"content-type": "application/json"})
        assert connection.getresponse().read(1)
        os.kill(app.pid, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while is_running(pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not is_running(pid)
        connection.close()


async def test_who_leaves_a_stream_ends_the_work(folder_of):
    """The model's lock is free again, although it was asked for very many words."""
    from showcard.local.folder.load import load
    from showcard.metadata.reading.files import Folder
    from showcard.metadata.weights.runnable import ALL_PACKAGES, plan_run

    path = folder_of("gpt2")
    plan = plan_run(Folder(path), "text-generation", ALL_PACKAGES)
    model = load(path, plan, lambda _: None)
    words = model.write("the cat", {})
    next(words)
    assert model.writer.source.lock.locked()
    await asyncio.to_thread(words.close)
    assert not model.writer.source.lock.locked()
    assert threading.active_count() < 50
