"""How soon the app ends while 300 requests are held open, by SIGTERM and by Ctrl+C: `python -m benchmarks.ending`.

The peer is its own start in the same run, which it may not take longer than: ending is at most as much work. That the
requests are held is seen before the signal is sent."""

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
from benchmarks.support.report import Report, parser, run
from tests.conftest import ROOT, clean_environment
from tests.support.scripted import scripted

REQUESTS = 300


async def end(app: subprocess.Popen[str], sent: signal.Signals, requests: int) -> tuple[float, float, int, str]:
    """The seconds of the start and from the signal to the end, how many requests were held, and what the app wrote."""
    assert app.stdout is not None
    started = perf_counter()
    address = (await asyncio.to_thread(app.stdout.readline)).split()[-1]
    start = perf_counter() - started
    limits = httpx.Limits(max_connections=None)
    async with scripted(silent) as model, httpx.AsyncClient(timeout=120, limits=limits) as client:
        await client.post(f"{address}/gradio_api/upload", files={"files": ("mine.txt", b"mine")})
        held = Held(client, address, f"{model.url}/v1", requests // KINDS)
        await held.take()
        count = len(held.reading) + len(held.connections) + len(held.sockets)
        started = perf_counter()
        app.send_signal(sent)
        _, said = await asyncio.to_thread(app.communicate)
        took = perf_counter() - started
        await held.end()
    return start, took, count, said


def measure(sent: signal.Signals, folder: str, report: Report) -> None:
    """How an app that keeps its files in a folder ends."""
    requests = KINDS if report.small else REQUESTS
    environment = clean_environment(HF_ENDPOINT="http://127.0.0.1:10", TMPDIR=folder)
    command, pipe = [sys.executable, "app.py", "--port", "0"], subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True) as app:
        try:
            start, took, count, said = asyncio.run(end(app, sent, requests))
        finally:
            app.kill()
    left = sum(path.is_file() for path in Path(folder).rglob("*"))
    report.proof(f"{sent.name}: {count} of {requests} requests were held", count == requests)
    report.proof(f"{sent.name}: it wrote nothing, left no file and ended with {app.returncode}", not said and not left)
    report.figure(f"{sent.name}: from the signal to the end", took, "s")
    report.ratio(f"{sent.name}: the same, of the start", took, start, most=1)


def main() -> int:
    """Print the figures; 1 where one misses its limit."""
    report = Report(parser(__doc__).parse_args().small)
    for sent in (signal.SIGTERM,) if report.small else (signal.SIGTERM, signal.SIGINT):
        with tempfile.TemporaryDirectory() as folder:
            measure(sent, folder, report)
    return report.end()


if __name__ == "__main__":
    run(main)
