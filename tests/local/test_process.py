"""`python -m showcard.local`: one line when it listens, and an end with whoever started it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit
from urllib.request import urlopen

from ..conftest import ROOT, clean_environment, process


def test_help_says_all_options() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "showcard.local", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert all(option in run.stdout for option in ("--host", "--port", "--allow-host", "--pause", "--with-parent"))


def test_prints_its_address_when_it_answers() -> None:
    with process("-m", "showcard.local", "--with-parent") as (_, address):
        assert address.startswith("http://127.0.0.1:")
        with urlopen(f"{address}/health", timeout=10) as reply:
            assert reply.status == 200


def test_an_answer_does_not_wait_for_the_network(engine_url: str) -> None:
    connection = HTTPConnection(urlsplit(engine_url).netloc, timeout=10)
    taken = []
    for _ in range(20):
        started = time.perf_counter()
        connection.request("POST", "/models/showcard/sentiment", b'{"inputs": "I love it"}')
        connection.getresponse().read()
        taken.append(time.perf_counter() - started)
    connection.close()
    assert sorted(taken)[10] < 0.03


def test_stands_by_until_a_line_comes() -> None:
    command = [sys.executable, "-m", "showcard.local", "--standby", "--with-parent"]
    for said in ("\n", ""):
        with subprocess.Popen(
            command, cwd=ROOT, env=clean_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as waiting:
            assert waiting.stdin is not None
            assert waiting.stdout is not None
            waiting.stdin.write(said)
            waiting.stdin.flush()
            if said:
                assert waiting.stdout.readline().startswith("http://127.0.0.1:")
            waiting.stdin.close()
            assert waiting.wait(10) == 0
            assert waiting.stdout.read() == ""
            waiting.stdin = None


def test_ends_when_its_standard_input_ends() -> None:
    with process("-m", "showcard.local", "--with-parent") as (started, _):
        assert started.stdin is not None
        started.stdin.close()
        assert started.wait(10) == 0
        started.stdin = None  # so that the end of the block does not flush it


def test_ends_when_its_parent_is_killed() -> None:
    # The parent gives its child the only writing end of a pipe, and is killed before it can tidy up.
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'showcard.local', '--with-parent'], stdin=subprocess.PIPE)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=clean_environment(), stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    assert parent.stdout.readline().startswith("http://127.0.0.1:")
    parent.kill()
    parent.wait(10)
    # The child holds the other end of standard output: it is at its end when the child is gone.
    assert parent.stdout.read() == ""
    parent.stdout.close()


def test_a_taken_port_is_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        run = subprocess.run(
            [sys.executable, "-m", "showcard.local", "--port", port],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == 1
    assert run.stderr.startswith(f"Can't listen on 127.0.0.1, port {port}: ")
    assert "Traceback" not in run.stderr


def test_no_port_is_a_sentence() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "showcard.local", "--port", "70000"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert "'70000' is no port" in run.stderr
