"""What many tests share: the embedded engine and the app as real processes, and Chromium."""

from __future__ import annotations

import importlib.util
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from hypothesis import settings

settings.register_profile("showcard", deadline=None)  # a busy machine is slow, not wrong
settings.load_profile("showcard")

ROOT = Path(__file__).parent.parent
UNFORESEEN = "Unforeseen failure"  # how such a line begins in the log (`inference/unforeseen.py`)


def clean_environment(**more: str) -> dict[str, str]:
    """This machine's environment without any token or proxy, and with an empty home for the Hub's files."""
    kept = {k: v for k, v in os.environ.items() if not k.upper().startswith(("HF_", "HUGGING", "HTTP", "ALL_PROXY"))}
    return {**kept, "HF_HOME": str(ROOT / "tests" / "artifacts" / "hf-home"), **more}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of real models are skipped where torch is missing: they have an environment of their own."""
    if importlib.util.find_spec("torch") is None:
        skip = pytest.mark.skip(reason="torch is not installed: make test-local")
        for item in items:
            if item.get_closest_marker("torch"):
                item.add_marker(skip)


@pytest.fixture(autouse=True)
def nothing_unforeseen(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test in which something failed that nobody foresaw, but where that is what it tries (`unforeseen`)."""
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    log = logging.getLogger("showcard.inference.unforeseen")
    log.addHandler(handler)
    yield
    log.removeHandler(handler)
    assert not said or request.node.get_closest_marker("unforeseen"), "\n".join(said)


@contextmanager
def process(*command: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process of ours, and the address in the first line it prints; it ends with the block."""
    with serving([sys.executable, *command], ROOT, **environment) as found:
        yield found


@contextmanager
def serving(command: list[str], folder: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The same for any command, started in a folder."""
    with tempfile.TemporaryFile("w+") as log:
        started = subprocess.Popen(
            command,
            cwd=folder,
            env=clean_environment(**environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            yield started, _address(started.stdout)
        finally:
            started.terminate()
            started.communicate(timeout=20)
            log.seek(0)
            said = log.read()
            sys.stderr.write(said)
    assert UNFORESEEN not in said, f"the log of {command} has a failure that nobody foresaw:\n{said}"


def _address(stream: IO[str] | None) -> str:
    assert stream is not None
    line = stream.readline().strip()
    address = next((word for word in line.split() if word.startswith("http://")), "")
    assert address, f"the process said {line!r} instead of its address"
    return address


@pytest.fixture(scope="session")
def engine_url() -> Iterator[str]:
    """The address of an embedded engine."""
    with process("-m", "showcard.local", "--port", "0", "--with-parent", "--pause", "0.002") as (_, address):
        yield address


def chromium() -> str:
    """The path of Chromium."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "Chromium is missing; sh tests/chromium.sh installs it or says how"
    return found
