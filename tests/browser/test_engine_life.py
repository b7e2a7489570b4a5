"""The embedded engine dies under the open page: `/health` says so, and the next Run is answered."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import process


@pytest.fixture(scope="module")
def app_and_url() -> Iterator[tuple[subprocess.Popen[str], str]]:
    with process("app.py", "--port", "0", HF_ENDPOINT="http://127.0.0.1:10") as (started, address):
        yield started, address


@pytest.fixture(scope="module")
def app_url(app_and_url: tuple[subprocess.Popen[str], str]) -> str:
    return app_and_url[1]


def engine_of(app: int) -> int:
    """The process id of the engine that an app started."""
    told = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(app)], capture_output=True, text=True, check=True
    )
    return next(int(line.split()[0]) for line in told.stdout.splitlines() if "showcard.local " in line)


def health(url: str) -> int:
    try:
        with urlopen(f"{url}/health", timeout=10) as reply:
            return int(reply.status)
    except HTTPError as error:
        error.close()
        return error.code


def test_the_next_run_is_answered(page: Page, app_and_url: tuple[subprocess.Popen[str], str]) -> None:
    app, url = app_and_url
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    assert health(url) == 200
    engine = engine_of(app.pid)
    os.kill(engine, signal.SIGSTOP)  # it lives, but does not answer
    assert health(url) == 503
    os.kill(engine, signal.SIGKILL)
    page.locator("#in-text textarea").fill("This is terrible, I hate it.")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .badge")).to_have_text("Live")
    expect(page.locator("#result .bars li").first).to_contain_text(re.compile("NEGATIVE"))
    assert engine_of(app.pid) != engine
    assert health(url) == 200
