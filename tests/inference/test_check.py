"""`app.py check`: an endpoint that keeps its promises, and those that break one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import app
from showcard.inference import check as checking
from showcard.inference.check import ABSENT, BROKEN, KEPT, Report, check
from showcard.inference.sample_inputs import sample
from showcard.inference.transport import http as transport
from showcard.metadata.tasks.table import TASKS
from showcard.wire.call import CHAT_TASKS
from tests.support.recorder import Arrived, recording
from tests.support.scripted import Script, Talk, scripted

from .test_errors import GOOD, answering, chunk

Elsewhere = Callable[[str], list[str]]


def states(report: Report) -> dict[str, str]:
    return {finding.name: finding.state for finding in report.findings}


def answered(message: dict[str, Any], reason: str = "stop") -> str:
    return json.dumps({"choices": [{"message": {"role": "assistant", **message}, "finish_reason": reason}]})


def talking(
    tool: str = '{"city": "Paris"}', city: str = '{"city": "Rome", "population": 3}', usage: bool = True
) -> Script:
    """A chat server that can do everything, or less."""
    call = {"id": "1", "type": "function", "function": {"name": "get_weather", "arguments": tool}}
    counts = 'data: {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}\n\n' if usage else ""

    async def script(talk: Talk) -> None:
        asked = json.loads(talk.body) if talk.body else {}
        if talk.head.startswith("GET"):
            models = {"data": [{"id": "m", "providers": [{"provider": "groq", "supports_tools": True}]}]}
            found = "/v1/models" in talk.head
            await talk.answer("200 OK" if found else "404 Not Found", json.dumps(models) if found else "{}")
        elif asked.get("tools"):
            await talk.answer(
                "200 OK", answered({"content": None, "tool_calls": [call]} if tool else {"content": "Sunny"})
            )
        elif asked.get("response_format"):
            await talk.answer("200 OK", answered({"content": city}))
        elif asked.get("stream"):
            await talk.events()
            await talk.say(chunk(content="Hel") + chunk("stop", content="lo") + counts + "data: [DONE]\n\n")
        else:
            await talk.answer("200 OK", answered({"content": "Hello"}))

    return script


ALL = (
    "reachable",
    "answer",
    "streaming",
    "time to first token",
    "streaming usage",
    "tool calling",
    "structured output",
)


async def test_a_report_leaves_keys_out_of_the_address() -> None:
    for address in ("http://user:secret@127.0.0.1:9/v1", "http://127.0.0.1:9/v1?api-key=secret"):
        report = await check("m", base_url=address)
        assert "secret" not in report.to_text() + json.dumps(report.to_json())


async def test_a_chat_that_keeps_every_promise() -> None:
    async with scripted(talking()) as server:
        report = await check("m", base_url=server.url)
    assert report.task == "conversational"
    assert states(report) == dict.fromkeys(ALL, KEPT)
    assert report.passed
    assert "Every promise is kept." in report.to_text()
    assert all(name in report.to_text() for name in ALL)
    assert report.to_json()["passed"] is True


@pytest.mark.parametrize(
    ("script", "name", "state"),
    [
        (talking(tool=""), "tool calling", ABSENT),
        (talking(tool="{nope"), "tool calling", BROKEN),
        (talking(tool="[]"), "tool calling", BROKEN),
        (talking(city="Rome"), "structured output", ABSENT),
        (talking(usage=False), "streaming usage", ABSENT),
    ],
)
async def test_a_chat_that_keeps_fewer(script: Script, name: str, state: str) -> None:
    """What nobody promised may be absent; what is there has to be right."""
    async with scripted(script) as server:
        report = await check("m", base_url=f"{server.url}/v1", task="conversational")
    assert states(report) == {**dict.fromkeys(ALL, KEPT), name: state}
    assert report.passed is (state == ABSENT)


async def test_what_a_provider_promises_has_to_be_there(elsewhere: Elsewhere) -> None:
    async def script(talk: Talk) -> None:
        if "/api/models/" in talk.head:
            mapping = {"groq": {"providerId": "g", "task": "conversational", "status": "live"}}
            await talk.answer("200 OK", json.dumps({"inferenceProviderMapping": mapping}))
        else:
            await talking(tool="", city="Rome")(talk)

    async with scripted(script) as server:
        elsewhere(server.url)
        report = await check("m", provider="groq", keys={"HF_TOKEN": "hf_mine"})
    assert states(report)["tool calling"] == BROKEN
    assert states(report)["structured output"] == ABSENT
    assert not report.passed


async def test_slowness_is_a_broken_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "FIRST_TOKEN", 0.0)
    monkeypatch.setattr(checking, "ANSWER", 0.0)
    async with scripted(talking()) as server:
        report = await check("m", base_url=server.url)
        assert states(report)["time to first token"] == BROKEN
        server.script = answering("200 OK", GOOD)
        report = await check("m", base_url=server.url, task="text-classification")
    assert states(report) == {"reachable": KEPT, "answer": KEPT, "time to answer": BROKEN}


@pytest.mark.parametrize("task", ["text-classification", "conversational"])
async def test_failures_say_how_far_it_came(task: str) -> None:
    async with scripted(answering("500 Error", "boom")) as server:
        report = await check("m", base_url=server.url, task=task)
    assert states(report) == {"reachable": KEPT, "answer": BROKEN}
    report = await check("m", base_url="http://127.0.0.1:9", task=task)
    assert states(report) == {"reachable": BROKEN}
    assert "Nothing answers" in report.findings[0].sentence


@pytest.mark.parametrize(
    ("model", "options", "sentence"),
    [
        ("m", {"base_url": "http://127.0.0.1:9"}, "Nothing answers"),
        ("m", {"base_url": "nonsense", "task": "conversational"}, "not a base URL"),
        ("m", {"task": "nonsense"}, "not a task"),
        ("m", {"base_url": "http://127.0.0.1:9", "task": "video-classification"}, "nothing to ask"),
        ("org/m", {"provider": "fastest", "task": "text-to-image"}, "Only chat models"),
    ],
)
async def test_what_can_not_be_asked_is_a_sentence(model: str, options: dict[str, Any], sentence: str) -> None:
    report = await check(model, **options)
    assert not report.passed
    assert sentence in report.findings[0].sentence


async def test_a_server_that_does_not_say_what_it_does() -> None:
    async with scripted(answering("404 Not Found", "{}")) as server:
        report = await check("m", base_url=server.url)
    assert "Name it with --task" in report.findings[0].sentence


def test_every_task_that_runs_has_a_sample_but_films() -> None:
    without = {row.id for row in TASKS if row.wire and sample(row) is None}
    assert without == {"video-classification"}
    assert {row.id for row in TASKS if sample(row)} >= CHAT_TASKS


@pytest.mark.parametrize(
    "model",
    [
        "showcard/eliza",
        "showcard/sentiment",
        "showcard/digits",
        "showcard/table-question-answering",
        "showcard/summarization",
    ],
)
def test_the_embedded_engine_by_the_command_line(
    engine_url: str, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.main(["check", "--model", model, "--base-url", engine_url, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["passed"] is True
    assert {finding["state"] for finding in report["findings"]} <= {KEPT, ABSENT}
    assert report["findings"][1]["name"] == "answer"


def test_the_command_line_says_no(capsys: pytest.CaptureFixture[str], saved_token: str) -> None:
    def answer(arrived: Arrived) -> tuple[str, bytes]:
        return "application/json", b'{"weather": "fine"}'

    with recording() as server:
        server.answer = answer
        command = ["check", "--model", "m", "--task", "text-classification", "--base-url", server.url]
        assert app.main(command) == 1
        assert "Not every promise is kept." in capsys.readouterr().out
        assert saved_token not in str([one.headers for one in server.arrived])


async def test_the_bound_that_an_answer_reached_is_named() -> None:
    many = json.dumps([{"label": "A", "score": 0.5}] * 40_000)
    async with scripted(answering("200 OK", many)) as server:
        report = await check("m", base_url=server.url, task="text-classification")
    said = next(finding for finding in report.findings if finding.name == "answer")
    assert said.state == KEPT
    assert said.sentence.endswith("The answer is 1 MB long: of a list of 40,000, the first 1,000 are shown.")


async def test_an_answer_beyond_every_bound_breaks_the_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_BYTES", 2**20)
    async with scripted(answering("200 OK", " " * 2**21)) as server:
        report = await check("m", base_url=server.url, task="text-classification")
    said = next(finding for finding in report.findings if finding.name == "answer")
    assert (said.state, said.sentence) == (
        BROKEN,
        "The answer is larger than 1 MB and was cut off. Ask for less.",
    )
