"""The tool loop of the widget's chat, without a page: a registered function runs when told to, and the chat goes on."""

from __future__ import annotations

import json
from typing import Any

from showcard.inference.resolve import EmbeddedEngine
from showcard.inference.transport import http as transport
from showcard.metadata.model import read_model
from showcard.ui.components.parameters import ParameterPanel
from showcard.ui.components.target_panel import FORGET
from showcard.ui.components.tool_results import pending
from showcard.ui.session.functions import Functions
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Session, Site
from showcard.ui.session.sources import Opened
from showcard.ui.session.target import ENDPOINT
from showcard.widgets.running import WidgetRunner
from showcard.widgets.state import Page
from tests.support.scripted import Talk, scripted

CARD = "---\npipeline_tag: text-generation\ntags: [conversational]\n---\n# x"


def now(zone: str) -> str:
    """The time in a zone"""
    return f"noon in {zone}"


def answer(**message: Any) -> str:
    return json.dumps({"choices": [{"message": {"role": "assistant", **message}, "finish_reason": "stop"}]})


CALLS = [{"id": "1", "type": "function", "function": {"name": "now", "arguments": '{"zone": "Oslo"}'}}]


async def ask(updates: Any) -> list[Any]:
    """The last update of a listener."""
    return [update async for update in updates][-1]


async def test_a_function_runs_when_it_is_told_to_and_not_before() -> None:
    asked: list[dict[str, Any]] = []
    answers = [answer(content=None, tool_calls=CALLS), answer(content="It is noon.")]

    async def script(talk: Talk) -> None:
        asked.append(json.loads(talk.body))
        await talk.answer("200 OK", answers[len(asked) - 1])

    session = Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore(), functions=Functions({"now": now})))
    page = Page(Opened(read_model(CARD, None, "org/m"), None, ""))
    page.choose(None)
    parameters = ParameterPanel("conversational", "p")
    runner = WidgetRunner(page, session, parameters)
    async with scripted(script) as server:
        place = [ENDPOINT, "auto", "", f"{server.url}/v1", "", False, "", "", "", FORGET]
        options = ["", ["now", "evil"], "", '{"min_p": 0.5}', False]
        values = [*place, "What time is it?", *parameters.values({"seed": 1}), ["nonsense"], *options]
        last = await ask(runner.chat(*values))
        assert [turn["role"] for turn in page.turns] == ["user", "assistant"]
        assert last.turns == page.turns
        assert [call.name for call in pending(page.turns)] == ["now"]
        last = await ask(runner.run_call("what was typed", *values))
    await transport.close()
    assert [turn["role"] for turn in page.turns] == ["user", "assistant", "tool", "assistant"]
    assert page.turns[2]["content"] == "noon in Oslo"
    assert last.turns == page.turns
    assert not pending(page.turns)
    assert [tool["function"]["name"] for tool in asked[0]["tools"]] == ["now"]
    assert (asked[0]["min_p"], asked[0]["seed"]) == (0.5, 1)
    assert asked[1]["messages"][-1] == {"role": "tool", "tool_call_id": "1", "name": "now", "content": "noon in Oslo"}
    assert asked[1]["messages"][1]["tool_calls"] == CALLS
    assert "What time is it?" not in [m["content"] for m in asked[1]["messages"][1:]]


async def test_without_a_call_that_waits_nothing_is_sent() -> None:
    session = Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore()))
    page = Page(Opened(read_model(CARD, None, "org/m"), None, ""))
    page.choose(None)
    parameters = ParameterPanel("conversational", "p")
    runner = WidgetRunner(page, session, parameters)
    values = [ENDPOINT, *[""] * 8, FORGET, "", *parameters.values({}), [], "", [], "", "", False]
    for listener in (runner.answer_call, runner.run_call):
        assert await ask(listener("x", *values))
    assert page.turns == []


async def test_a_message_instead_of_a_result_leaves_the_call_out() -> None:
    asked: list[dict[str, Any]] = []

    async def script(talk: Talk) -> None:
        asked.append(json.loads(talk.body))
        await talk.answer(
            "200 OK", answer(content=None, tool_calls=CALLS) if len(asked) == 1 else answer(content="Hm.")
        )

    page = Page(Opened(read_model(CARD, None, "org/m"), None, ""))
    page.choose(None)
    parameters = ParameterPanel("conversational", "p")
    runner = WidgetRunner(page, Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore())), parameters)
    async with scripted(script) as server:
        for text in ("What time is it?", "Never mind."):
            place = [ENDPOINT, "auto", "", f"{server.url}/v1", "", False, "", "", "", FORGET]
            await ask(runner.chat(*place, text, *parameters.values({}), [], "", [], "", "", False))
    await transport.close()
    said = [(message["role"], message["content"]) for message in asked[1]["messages"]]
    assert said == [("user", "What time is it?"), ("user", "Never mind.")]
