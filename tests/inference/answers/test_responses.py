"""Chat by the Responses API: the same request under other names, its answers, remote tools, and failures."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from showcard.inference import run as client
from showcard.inference.answers.responses import mcp_calls, respond
from showcard.inference.errors import InferenceFailure
from showcard.inference.reply import Usage
from showcard.metadata.outputs.read import ToolCall
from showcard.wire.media import with_bytes
from showcard.wire.request import RequestError
from showcard.wire.responses import responses_request
from tests.inference.test_errors import answering
from tests.support.requests import IMAGE, MESSAGES, TOOLS, at_endpoint, request, routed
from tests.support.scripted import scripted

MCP = {"type": "mcp", "server_label": "docs", "server_url": "https://mcp.example/x", "require_approval": "never"}
FORMAT = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
ANSWER = {
    "output": [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
        {"type": "mcp_list_tools", "server_label": "docs", "tools": []},
        {"type": "mcp_call", "server_label": "docs", "name": "search", "arguments": '{"q": 1}', "output": "found"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello"}]},
    ],
    "usage": {"input_tokens": 3, "output_tokens": 5, "output_tokens_details": {"reasoning_tokens": 2}},
}


def message(*output: object, **more: object) -> str:
    return json.dumps({"output": list(output), **more})


def test_the_request_under_its_other_names() -> None:
    picture = {
        "role": "user",
        "content": [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": IMAGE}}],
    }
    asked = request(
        "conversational", inputs={"messages": [*MESSAGES, picture]}, tools=(*TOOLS, MCP), response_format=FORMAT, bill_to="org",
        parameters={"max_tokens": 0, "temperature": 0, "seed": 1, "reasoning_effort": "low", "top_p": None},
    )  # fmt: skip
    sent, dropped = responses_request(routed(asked))
    assert sent.url == "https://router.huggingface.co/v1/responses"
    assert dropped == ("seed",)
    assert {"max_output_tokens": 0, "temperature": 0, "reasoning": {"effort": "low"}}.items() <= sent.json.items()
    assert [item.get("type", item.get("role")) for item in sent.json["input"]] == [
        "system", "user", "function_call", "function_call_output", "user",
    ]  # fmt: skip
    assert sent.json["input"][-1]["content"][0] == {"type": "input_text", "text": "What?"}
    assert with_bytes(sent.json)["input"][-1]["content"][1]["image_url"].startswith("data:image/png;base64,iVBOR")
    assert sent.json["tools"] == [{"type": "function", **TOOLS[0]["function"]}, MCP]
    assert sent.json["text"]["format"] == {"type": "json_schema", "name": "x", "schema": {"type": "object"}}
    assert "X-HF-Bill-To" in dict(sent.headers)


@pytest.mark.parametrize(
    "route", ["http://127.0.0.1:1", "http://127.0.0.1:1/v1/", "http://127.0.0.1:1/v1/chat/completions"]
)
def test_the_address_at_an_endpoint(route: str) -> None:
    sent, _ = responses_request(at_endpoint(request("conversational"), route))
    assert sent.url == "http://127.0.0.1:1/v1/responses"
    assert "Authorization" not in dict(sent.headers)


async def test_an_answer_with_remote_tools() -> None:
    async with scripted(answering("200 OK", json.dumps(ANSWER))) as server:
        reply = await respond(at_endpoint(request("conversational", tools=(MCP,)), server.url))
    found = client.message_of(reply.output)
    assert (found.content, found.reasoning, found.finish_reason) == ("Hello", "hm", "stop")
    assert reply.usage == Usage(3, 5, 2)
    (call,) = mcp_calls(reply.raw)
    assert (call.server, call.name, call.arguments, call.output, call.error) == (
        "docs",
        "search",
        '{"q": 1}',
        "found",
        "",
    )


async def test_a_call_of_a_function() -> None:
    call = {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}
    async with scripted(answering("200 OK", message(call, None))) as server:
        found = client.message_of((await respond(at_endpoint(request("conversational"), server.url))).output)
    assert found.tool_calls == (ToolCall("a", "f", "{}"),)
    assert found.finish_reason == "tool_calls"


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        ("404 Not Found", "{}", "does not know this model or address"),
        ("200 OK", "<html>", "not JSON"),
        ("200 OK", "[]", "Responses API promises"),
        ("200 OK", '{"error": {"message": "no GPU"}}', "no GPU"),
        ("200 OK", message(), "without a word"),
        ("200 OK", message(incomplete_details={"reason": "max_output_tokens"}), "without a word"),
    ],
)
async def test_failures_are_sentences(status: str, body: str, sentence: str) -> None:
    async with scripted(answering(status, body)) as server:
        with pytest.raises(InferenceFailure, match=sentence):
            await respond(at_endpoint(request("conversational"), server.url))


async def test_the_token_goes_to_the_router_only(elsewhere: Callable[[str], list[str]]) -> None:
    async with scripted(answering("200 OK", json.dumps(ANSWER))) as server:
        asked = elsewhere(server.url)
        await respond(routed(request("conversational")), {"HF_TOKEN": "hf_mine"})
        await respond(at_endpoint(request("conversational"), server.url, key="API_TOKEN"), {"API_TOKEN": "hf_mine"})
        assert ["hf_mine" in head for head in server.heads] == [True, False]
    assert asked == ["https://router.huggingface.co/v1/responses"]


async def test_nobody_listens() -> None:
    with pytest.raises(InferenceFailure, match="Nothing answers"):
        await respond(at_endpoint(request("conversational"), "http://127.0.0.1:9"))


def test_what_has_no_responses() -> None:
    for resolved in (routed(request("text-classification")), routed(request("conversational", provider="groq"))):
        with pytest.raises(RequestError, match="Responses API"):
            responses_request(resolved)
