"""Ending the app while it is in use: soon, without a word, and with nothing of anybody left on the disk."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from benchmarks.support.holding import Held, silent
from tests.conftest import ROOT, clean_environment
from tests.support.scripted import scripted


async def end(app: subprocess.Popen[str], sent: signal.Signals, folder: Path) -> str:
    """What the app writes after a signal that comes while much is held open."""
    assert app.stdout is not None
    address = (await asyncio.to_thread(app.stdout.readline)).split()[-1]
    async with scripted(silent) as model, httpx.AsyncClient(timeout=60) as client:
        answer = await client.post(f"{address}/gradio_api/upload", files={"files": ("mine.txt", b"mine")})
        assert Path(answer.json()[0]).is_relative_to(folder)
        held = Held(client, address, f"{model.url}/v1", 3)
        await held.take()
        app.send_signal(sent)
        _, said = await asyncio.to_thread(app.communicate, None, 60)
        await held.end()
    return said


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGTERM, -signal.SIGTERM), pytest.param(signal.SIGINT, 0, marks=pytest.mark.slow)]
)
def test_the_app_ends_quietly_whatever_is_held_open(sent: signal.Signals, code: int, tmp_path: Path) -> None:
    """How soon is measured with 300 requests by benchmarks/ending.py."""
    environment = clean_environment(HF_ENDPOINT="http://127.0.0.1:10", TMPDIR=str(tmp_path))
    command, pipe = [sys.executable, "app.py", "--port", "0"], subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True) as app:
        try:
            said = asyncio.run(end(app, sent, tmp_path))
        finally:
            app.kill()
    assert said == ""
    assert app.returncode == code
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
