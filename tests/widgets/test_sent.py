"""What a Run of the widget puts on the wire: the headers that are ticked, and what its status says was left out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from showcard.inference.resolve import EmbeddedEngine
from showcard.inference.transport import http as transport
from showcard.metadata.model import read_model
from showcard.ui.components.headers import header_ticks
from showcard.ui.components.parameters import ParameterPanel
from showcard.ui.components.target_panel import FORGET
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Session, Site
from showcard.ui.session.sources import Opened
from showcard.ui.session.target import ENDPOINT
from showcard.widgets.running import RunView, WidgetRunner
from showcard.widgets.state import Page
from tests.inference.test_errors import answering
from tests.support.scripted import Scripted, Talk, scripted

LABELS = '[[{"label": "JOY", "score": 0.75}, {"label": "FEAR", "score": 0.25}]]'
MESSAGE = '{"choices": [{"message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}]}'


def lines(server: Scripted) -> list[str]:
    return server.heads[-1].lower().splitlines()


async def run(server: Scripted, tags: str, text: str, ticked: Any, parameters: dict[str, Any]) -> RunView:
    """The last update of a Run at a server, of a card with these first lines."""
    page = Page(Opened(read_model(f"---\n{tags}\n---\n# x", None, "org/m"), None, ""))
    page.choose(None)
    assert page.row is not None
    panel = ParameterPanel(page.row.id, "p")
    runner = WidgetRunner(page, Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore())), panel)
    place = [ENDPOINT, "auto", "", server.url, "", False, "", "", "", FORGET]
    options = ["", [], "", "", False] if runner.options else []
    others = [""] * (len(page.row.fields) - 1)
    values = [*place, text, *others, *panel.values(parameters), ticked, *options]
    listener = runner.chat if runner.options else runner.run
    last = [update async for update in listener(*values)][-1]
    await transport.close()
    return last


TASKS = {"pipeline_tag: text-classification": LABELS, "pipeline_tag: text-generation\ntags: [conversational]": MESSAGE}


@pytest.mark.parametrize("tags", [*TASKS], ids=["a plain call", "a chat"])
async def test_what_is_ticked_is_sent_as_headers(tags: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.answer("200 OK", TASKS[tags])

    cache, wait = (choice for _, choice in header_ticks("in").choices)
    async with scripted(script) as server:
        await run(server, tags, "Hi", [cache, wait], {})
        assert {"x-use-cache: false", "x-wait-for-model: true"} <= set(lines(server))
        await run(server, tags, "Hi", [wait, "x-evil: 1", 3], {})
        assert "x-wait-for-model: true" in lines(server)
        assert not [line for line in lines(server) if line.startswith(("x-use-cache", "x-evil"))]
        await run(server, tags, "Hi", "nonsense", {})
        assert not [line for line in lines(server) if line.startswith(("x-use-cache", "x-wait-for-model"))]


async def test_the_status_names_the_parameters_that_could_not_be_sent() -> None:
    bodies: list[dict[str, Any]] = []

    async def script(talk: Talk) -> None:
        bodies.append(json.loads(talk.body))
        await talk.answer("200 OK", LABELS)

    async with scripted(script) as server:
        given = {"top_k": 2, "return_<b>all": True, "padding": 1}
        last = await run(server, "pipeline_tag: text-classification", "Hi", [], given)
        assert bodies[-1]["parameters"]["top_k"] == 2
        assert "padding" not in json.dumps(bodies[-1])
        status = last.status
        assert "not sent, as this call has no place for it: return_&lt;b&gt;all, padding" in str(status)
        last = await run(server, "pipeline_tag: text-classification", "Hi", [], {"top_k": 2})
        assert "not sent" not in str(last.status)


@pytest.mark.parametrize("tags", [*TASKS], ids=["a plain call", "a chat"])
@pytest.mark.parametrize("body", ["[" * 5_000, '{"error": ' * 5_000, "", "<html>", "null"], ids=lambda body: body[:8])
async def test_an_answer_without_a_bottom_ends_in_its_sentence(tags: str, body: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.answer("200 OK", body)

    async with scripted(script) as server:
        assert 'role="alert"' in str((await run(server, tags, "Hi", [], {})).result)
        server.script = answering("200 OK", TASKS[tags])
        assert 'role="alert"' not in str((await run(server, tags, "Hi", [], {})).result)


@pytest.mark.unforeseen
@pytest.mark.parametrize("tags", [*TASKS], ids=["a plain call", "a chat"])
async def test_an_unforeseen_failure_is_logged_with_what_was_asked(
    tags: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(*_: Any) -> None:
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr("showcard.ui.session.calls.resolved_for", fails)
    async with scripted(answering("200 OK", LABELS)) as server:
        shown = await run(server, tags, "Something private", [], {})
    assert 'role="alert"' in str(shown.result)
    [record] = caplog.records
    assert "by org/m at 127.0.0.1; inputs: " in record.getMessage()
    assert "private" not in record.getMessage()
