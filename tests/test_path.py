"""The whole path, for six kinds of task that the embedded engine serves: a card's example becomes a request; the app runs it; the
code of the same request is pasted and run; the engine gets the same from all of them, and answers the same."""

from __future__ import annotations

import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from showcard.inference import run as client
from showcard.inference.resolve import EmbeddedEngine, discover, resolve
from showcard.inference.transport import http as transport
from showcard.inference.transport.assets import load
from showcard.metadata.media import Media
from showcard.metadata.model import source_model
from showcard.snippets import snippets_for
from showcard.wire.request import Request, ResolvedRequest
from tests.support.execute import environment, run_python, run_shell
from tests.support.recorder import Arrived, Recorder, recording

EXAMPLES = Path(__file__).parent.parent / "examples"
CARDS = ["sentiment", "entities", "question-answering", "digits", "eliza", "card-helper"]
CLIENTS = ["huggingface_hub", "requests", "curl"]


@pytest.fixture
def engine(engine_url: str) -> Iterator[Recorder]:
    """The embedded engine, behind a recorder that passes everything on."""

    def forward(arrived: Arrived) -> tuple[str, bytes]:
        headers = {"content-type": arrived.headers.get("content-type", "application/octet-stream")}
        asked = urllib.request.Request(engine_url + arrived.path, arrived.body, headers, method="POST")
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.headers["content-type"], answer.read()

    with recording() as recorder:
        recorder.answer = forward
        yield recorder


@pytest.fixture(autouse=True)
async def _no_connection_outlives_a_test() -> AsyncIterator[None]:
    yield
    await transport.close()


async def first_request(card: str, engine: Recorder, engine_url: str) -> ResolvedRequest:
    model = source_model(EXAMPLES / card)
    row = model.guess.widget
    assert row
    inputs = {
        name: await load(value, model.files) if isinstance(value, Media) else value
        for name, value in model.examples[0].inputs.items()
    }
    request = Request(row.id, f"showcard/{card}", inputs, stream=row.output == "message")
    served = await discover(engine_url)
    return await resolve(request, EmbeddedEngine(engine.url, served.models))


def heart(arrived: Arrived) -> tuple[str, Any]:
    """The path and the body of what arrived; JSON by its value."""
    try:
        return arrived.path, arrived.json
    except ValueError:
        return arrived.path, arrived.body


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize("card", CARDS)
async def test_the_code_asks_what_the_app_asks(
    card: str, name: str, engine: Recorder, engine_url: str, tmp_path: Path
) -> None:
    resolved = await first_request(card, engine, engine_url)
    said = ""
    if resolved.request.stream:
        said = "".join([delta.content async for delta in client.stream(resolved)])
    else:
        assert (await client.run(resolved)).raw
    [sent] = engine.posts()
    assert "authorization" not in sent.headers

    snippet = next(found for found in snippets_for(resolved) if found.client == name)
    assert snippet.content, snippet.reason
    for value in resolved.request.inputs.values():
        if isinstance(value, Media) and value.data and value.name:
            (tmp_path / value.name).write_bytes(value.data)
    file = tmp_path / snippet.filename
    file.write_text(snippet.content, encoding="utf-8")
    [ran] = (
        run_shell("sh", [file], environment(tmp_path)) if name == "curl" else run_python([file], environment(tmp_path))
    )
    assert ran.error is None, ran.error

    again = engine.posts()[1]
    assert heart(again) == heart(sent)
    assert "authorization" not in again.headers
    assert (said.strip() if name != "curl" else '"') in ran.printed
    assert ran.printed.strip()
