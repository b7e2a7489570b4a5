"""Tools, structured output and the rest of what a chat is asked with: read from what a person types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from showcard.inference.reply import McpCall
from showcard.metadata.outputs.read import ToolCall
from showcard.ui.components.chat_options import ChatOptionsPanel, verdict_sentence
from showcard.ui.components.tool_results import pending, result_turn
from showcard.ui.markup.chat import calls_of, mcp_html, turn_html, wire_calls
from showcard.ui.session.functions import Functions, load_functions
from showcard.ui.session.tool_schemas import read_format, read_tools
from showcard.wire.request import Request, RequestError, without_open_calls


def read(tools: Any = "", offered: Any = (), schema: Any = "", extra: Any = "", responses: Any = False) -> Any:
    return ChatOptionsPanel("x", Functions({"now": now})).read([tools, offered, schema, extra, responses])


def now(zone: str = "UTC") -> str:
    """The time in a zone"""
    return f"noon in {zone}"


SIGNATURE = 'def weather(city: str, days: int = 1, unit: Literal["C", "F"] = "C") -> str:\n    """The weather"""'


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "weather"}',
        '[{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]',
        SIGNATURE,
        "def weather(city: str)",
        "async def weather(city) -> dict[str, int]:",
    ],
)
def test_a_tool_in_every_spelling(text: str) -> None:
    (tool,) = read_tools(text)
    assert tool["type"] == "function"
    assert tool["function"]["name"] == "weather"


def test_a_signature_is_a_schema() -> None:
    (tool,) = read_tools(SIGNATURE)
    assert tool["function"] == {
        "name": "weather",
        "description": "The weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}, "unit": {"enum": ["C", "F"]}},
            "required": ["city"],
        },
    }


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"tools": "[1]"}, "Tool 1 is not a JSON object"),
        ({"tools": "{"}, "Tools: not JSON"),
        ({"tools": '{"name": "a b"}'}, "is no name"),
        ({"tools": '[{"name": "a"}, {"name": "a"}]'}, "Two tools are called a"),
        ({"tools": '{"name": "a", "parameters": {"type": "objekt"}}'}, "not a valid JSON schema at"),
        ({"tools": '{"name": "a", "parameters": 3}'}, "not a JSON schema"),
        ({"tools": "def f(:"}, "not Python"),
        (
            {"tools": "@a\n" * 20_000 + "def f(): ..."},
            "signatures of more than 30,000 characters are not read; write JSON",
        ),
        ({"tools": "# nothing"}, "no function in it"),
        ({"tools": '{"type": "mcp"}'}, 'without its "server_url"'),
        ({"tools": '{"type": "mcp", "server_url": "https://x"}'}, "need the Responses API"),
        ({"schema": "[]"}, "not a JSON object"),
        ({"schema": '{"type": "objekt"}'}, "not a valid JSON schema"),
        ({"schema": '{"type": "json_schema"}'}, "needs an object"),
        ({"extra": "[]"}, "Extra body is not a JSON object"),
        ({"extra": "["}, "Extra body: not JSON"),
        ({"tools": "[" * 100_000}, "Tools: not JSON"),
        ({"tools": "x" * 200_001}, "too long"),
    ],
)
def test_what_is_wrong_is_a_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RequestError, match=sentence):
        read(**options)


@pytest.mark.parametrize("junk", [None, 3, [], {}, True])
def test_what_is_posted_may_be_anything(junk: Any) -> None:
    assert read(junk, [junk, "evil"] if not isinstance(junk, dict) else {}, junk, junk, "yes").tools == ()


async def test_options_reach_the_request() -> None:
    asked = Request("conversational", "m", {"messages": []}, parameters={"top_p": 1}, extra={"a": 1})
    mcp = '{"type": "mcp", "server_label": "x", "server_url": "https://x"}'
    made = read(mcp, ["now"], '{"title": "A city!", "type": "object"}', '{"min_p": 0}', True).of(asked)
    assert made.api == "responses"
    assert made.extra == {"a": 1, "min_p": 0}
    assert made.tools[0]["type"] == "mcp"
    assert made.tools[1]["function"]["description"] == "The time in a zone"
    assert made.response_format["json_schema"]["name"] == "A_city_"
    assert Request.from_json(json.loads(json.dumps(made.to_json()))) == made
    assert await verdict_sentence("{}", made) == (True, "The answer fits the schema.")
    assert await verdict_sentence("{}", asked) is None
    assert read_format("json_object") == {"type": "json_object"}


async def test_a_registered_function_runs_and_its_failures_are_results(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "import time\nfrom json import dumps\ndef add(a: int, b: int = 2) -> int:\n    return a + b\n"
        "def fails() -> None:\n    raise ValueError('no')\ndef _hidden(): ...\nasync def later(x: str) -> dict:\n    return {'x': x}\n"
    )
    held = load_functions(file)
    assert held.names == ("add", "fails", "later")
    assert await held.call("add", '{"a": 3}') == "5"
    assert await held.call("later", '{"x": "é"}') == '{"x": "é"}'
    for name, arguments, said in [
        ("add", '{"a": "x"}', "a: Input should be a valid integer"),
        ("add", "{}", "a: Missing required argument"),
        ("add", "[1]", "not a JSON object"),
        ("add", "{", "JSONDecodeError"),
        ("fails", "", "ValueError: no"),
        ("_hidden", "", "There is no function _hidden"),
    ]:
        assert said in json.loads(await held.call(name, arguments))["error"]
    with pytest.raises(ImportError):
        load_functions(tmp_path / "nothing.py")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\ny = x / 0\n", "line 2: ZeroDivisionError: division by zero"),
        ("def f(:\n", "line 1: SyntaxError: invalid syntax"),
        ("raise SystemExit(3)", "line 1: SystemExit: 3"),
        ("import nothing_of_that_name", "line 1: ModuleNotFoundError: No module named 'nothing_of_that_name'"),
    ],
)
def test_a_file_of_functions_that_fails_is_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "mine.py"
    file.write_text(text)
    with pytest.raises(ImportError) as caught:
        load_functions(file)
    assert str(caught.value) == said


def test_one_odd_function_leaves_the_others(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "import socket\ndef good(a: int): ...\ndef odd(s: socket.socket): ...\ndef bare(x, /): ...\ndef many(*args, **kw): ...\n"
    )
    held = load_functions(file)
    assert held.names == ("good",)
    assert [next(held.tools(["good"]))["function"]["name"]] == ["good"]
    assert [sentence.partition(" ")[0] for sentence in held.left_out] == ["odd", "bare", "many"]


def test_the_calls_that_wait() -> None:
    calls = (ToolCall("1", "now", "{}"), ToolCall("2", "now", "nonsense"))
    turns: list[dict[str, Any]] = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": "", "tool_calls": wire_calls(calls)},
    ]
    assert pending(turns) == calls
    turns.append(result_turn(calls[0], "noon"))
    assert pending(turns) == calls[1:]
    turns.append(result_turn(calls[1], "noon"))
    assert pending(turns) == ()
    assert pending([]) == ()


@pytest.mark.parametrize(
    "calls", [None, 3, [3], [{}], [{"function": 3}], [{"function": {"name": None, "arguments": {"a": 1}}}]]
)
def test_a_card_s_calls_may_be_anything(calls: Any) -> None:
    assert all(isinstance(call, ToolCall) for call in calls_of({"tool_calls": calls}))
    turn_html({"role": "assistant", "content": "", "tool_calls": calls})


def test_calls_are_shown_and_hostile_ones_stay_text() -> None:
    bad = "<img src=x onerror=alert(1)>"
    turn = {"role": "assistant", "tool_calls": wire_calls([ToolCall(bad, bad, bad)])}
    shown = (
        turn_html(turn)
        + turn_html(result_turn(ToolCall("1", bad, ""), bad))
        + mcp_html(McpCall(bad, bad, bad, bad, bad))
    )
    assert "<img" not in shown
    assert shown.count("&lt;img") >= 6


def test_calls_that_got_no_result_are_not_sent() -> None:
    call, other = ({"id": name, "type": "function", "function": {"name": "f", "arguments": "{}"}} for name in "ab")
    ask, result = {"role": "user", "content": "?"}, {"role": "tool", "tool_call_id": "a", "content": "1"}
    model = {"role": "assistant", "content": None, "tool_calls": [call, other]}
    assert without_open_calls([ask, model, ask]) == [ask, ask]
    assert without_open_calls([ask, {**model, "content": "Let me look"}, ask])[1] == {
        "role": "assistant",
        "content": "Let me look",
    }
    assert without_open_calls([ask, model, result, ask]) == [ask, {**model, "tool_calls": [call]}, result, ask]
    whole = [ask, model, result, {**result, "tool_call_id": "b"}, {"role": "assistant", "content": ""}, ask]
    assert without_open_calls(whole) == whole
    for odd in ("x", 3, {"a": 1}, [3, None], [{"id": ["a"]}], None):
        assert without_open_calls([{**model, "tool_calls": odd}, result]) == [result]


def test_a_schema_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Any] = []
    check = jsonschema.Draft202012Validator.check_schema

    def noted(schema: Any) -> None:
        looked.append(schema)
        check(schema)

    monkeypatch.setattr(jsonschema.Draft202012Validator, "check_schema", noted)
    for _ in range(3):
        assert read_format('{"title": "once", "type": "object"}')
        with pytest.raises(RequestError, match="not a valid JSON schema"):
            read_format('{"title": "once", "type": 3}')
    assert len(looked) == 2
