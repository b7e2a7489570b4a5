"""The server in the place of the Hub and its router: the client's production path, with only the host replaced."""

from __future__ import annotations

import json
import subprocess
import sys

from ..conftest import ROOT, clean_environment

# The Hub's address is read at import, hence a process of its own.
CODE = """
import json, os, sys
import httpx2
from huggingface_hub import InferenceClient, set_client_factory

ENGINE = httpx2.URL(os.environ["HF_ENDPOINT"])

class ToEngine(httpx2.HTTPTransport):
    def handle_request(self, request):
        assert request.url.host in ("router.huggingface.co", ENGINE.host), request.url
        request.url = request.url.copy_with(scheme="http", host=ENGINE.host, port=ENGINE.port)
        request.headers["host"] = f"{ENGINE.host}:{ENGINE.port}"
        return super().handle_request(request)

set_client_factory(lambda: httpx2.Client(transport=ToEngine()))
client = InferenceClient(token="hf_dummy")
named = InferenceClient(token="hf_dummy", provider="hf-inference")
said = [{"role": "user", "content": "hello"}]
print(json.dumps([
    client.text_classification("I love it", model="showcard/sentiment")[0].label,
    client.token_classification("I live in London", model="showcard/entities")[0].word,
    client.sentence_similarity("a cat", ["a cat"], model="showcard/sentence-similarity"),
    client.feature_extraction("a cat", model="showcard/sentence-similarity").shape,
    client.chat_completion(said, model="showcard/eliza").choices[0].message.content,
    client.chat_completion(said, model="showcard/eliza:hf-inference").choices[0].message.content,
    named.chat_completion(said, model="showcard/eliza").choices[0].message.content,
]))
"""


def test_the_clients_own_path_through_hub_and_router(engine_url: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, env=clean_environment(HF_ENDPOINT=engine_url), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    hello = "Hello. What would you like to talk about?"
    expected = ["POSITIVE", "London", [1.0], [128], hello, hello, hello]
    got = json.loads(run.stdout)
    got[2] = [round(got[2][0], 3)]
    assert got == expected
