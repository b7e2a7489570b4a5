"""What the app's own runner sends is what the client's call says, which is what the snippets are compared with."""

from __future__ import annotations

import subprocess
import sys

import pytest

from showcard.inference.run import run
from showcard.wire.call import OWN_ENDPOINT_CANT, has_method
from tests.support.answers import answer
from tests.support.execute import ROOT
from tests.support.recorder import recording
from tests.support.requests import INPUTS, PARAMETERS, at_endpoint, request, sent_by_client

TASKS = sorted(task for task in INPUTS if has_method(task) and task not in OWN_ENDPOINT_CANT)


@pytest.fixture(scope="module")
def recorder():
    with recording() as recorder:
        yield recorder


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("parameters", ["none", "all"])
async def test_the_app_sends_byte_for_byte_what_the_call_says(recorder, task, parameters):
    chosen = PARAMETERS.get(task, {}) if parameters == "all" else {}
    resolved = at_endpoint(request(task, parameters=chosen), f"{recorder.url}/m", key="API_TOKEN")
    recorder.answer = lambda arrived: answer(resolved, arrived)
    before = len(recorder.arrived)
    await run(resolved, {"API_TOKEN": "secret"})
    (got,) = recorder.arrived[before:]
    wanted = sent_by_client(resolved, "secret")
    # The app also says in words that it does not stream; the method, and so the code, leaves that to the default.
    assert got.body.replace(b',"stream":false', b"" if task == "text-generation" else b',"stream":false') == wanted.body
    for name in ("content-type", "authorization"):
        assert got.headers.get(name) == wanted.headers.get(name)


OFFLINE = """
import socket, sys

def forbidden(*args, **kwargs):
    raise AssertionError("a socket was opened")

socket.socket.connect = socket.getaddrinfo = socket.create_connection = forbidden
sys.modules["gradio"] = sys.modules["httpx"] = None
from tests.support.requests import INPUTS, request, routed
from showcard.snippets import snippets_for
for task in INPUTS:
    for provider in ("auto", "hf-inference", "fal-ai", "together"):
        assert snippets_for(routed(request(task, provider=provider)))
"""


def test_no_socket_and_no_gradio():
    subprocess.run([sys.executable, "-c", OFFLINE], cwd=ROOT, check=True)
