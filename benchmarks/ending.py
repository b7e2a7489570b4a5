"""How soon the app ends while 300 requests are held open, by SIGTERM and by Ctrl+C: `python -m benchmarks.ending`."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx

from benchmarks.support.holding import KINDS, Held, silent
from tests.conftest import ROOT, clean_environment
from tests.support.scripted import scripted

REQUESTS, MAX_SECONDS = 300, 3.0


async def end(app: subprocess.Popen[str], sent: signal.Signals) -> tuple[float, str]:
    """The seconds from the signal to the end, and what the app wrote."""
    assert app.stdout is not None
    address = (await asyncio.to_thread(app.stdout.readline)).split()[-1]
    limits = httpx.Limits(max_connections=None)
    async with scripted(silent) as model, httpx.AsyncClient(timeout=120, limits=limits) as client:
        await client.post(f"{address}/gradio_api/upload", files={"files": ("mine.txt", b"mine")})
        held = Held(client, address, f"{model.url}/v1", REQUESTS // KINDS)
        await held.take()
        started = perf_counter()
        app.send_signal(sent)
        _, said = await asyncio.to_thread(app.communicate)
        took = perf_counter() - started
        await held.end()
    return took, said


def measure(sent: signal.Signals, folder: str) -> bool:
    """Whether an app that keeps its files in a folder ended as it should; prints how."""
    environment = clean_environment(HF_ENDPOINT="http://127.0.0.1:10", TMPDIR=folder)
    command, pipe = [sys.executable, "app.py", "--port", "0"], subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True) as app:
        try:
            took, said = asyncio.run(end(app, sent))
        finally:
            app.kill()
    left = sum(path.is_file() for path in Path(folder).rglob("*"))
    lines = said.count("\n")
    print(
        f"{sent.name} with {REQUESTS} requests held: {took:.1f} s (limit {MAX_SECONDS:g}), exit code "
        f"{app.returncode}, {lines} lines of log, {left} files left"
    )
    return took <= MAX_SECONDS and not lines and not left


def main() -> int:
    """Print the figures; 1 where one misses its limit."""
    held = []
    for sent in (signal.SIGTERM, signal.SIGINT):
        with tempfile.TemporaryDirectory() as folder:
            held.append(measure(sent, folder))
    return int(not all(held))


if __name__ == "__main__":
    sys.exit(main())
