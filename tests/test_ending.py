"""Ending the app while a tab is open."""

from __future__ import annotations

import signal
import subprocess
import sys

import httpx

from tests.conftest import ROOT, clean_environment


def test_the_app_ends_quietly_while_a_tab_is_open() -> None:
    started = subprocess.Popen(
        [sys.executable, "app.py", "--port", "0"],
        cwd=ROOT,
        env=clean_environment(HF_ENDPOINT="http://127.0.0.1:10"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert started.stdout is not None
        address = started.stdout.readline().split()[-1]
        with httpx.stream("GET", f"{address}/gradio_api/heartbeat/tab", timeout=60) as held:
            lines = held.iter_lines()
            assert next(lines).startswith("data:")
            started.send_signal(signal.SIGINT)
            list(lines)  # to its end
        _, said = started.communicate(timeout=60)
    finally:
        started.kill()
    assert said == ""
