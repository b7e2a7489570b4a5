"""The tool loop in JavaScript: the model asks for functions, reads what they give back, and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .javascript import Script
from .literals import WIDTH, Code, javascript
from .python import indented
from .tools import ROUNDS, is_forced

_RUN_TOOL = """\
async function runTool(name, args) {
  // Put the real work here: the model reads what comes back.
  return JSON.stringify({ name, args });
}"""
_GATHER = """\
for (const part of delta?.tool_calls ?? []) {
  calls[part.index] ??= { id: part.id, type: "function", function: { name: part.function.name, arguments: "" } };
  calls[part.index].function.arguments += part.function.arguments ?? "";
}"""
_ANSWERS = """\
for (const call of CALLS) {
  const content = await runTool(call.function.name, JSON.parse(call.function.arguments || "{}"));
  messages.push({ role: "tool", tool_call_id: call.id, content });
}"""
_ANSWERS_OF_ITEMS = """\
for (const call of calls) {
  const output = await runTool(call.name, JSON.parse(call.arguments || "{}"));
  messages.push({ type: "function_call_output", call_id: call.call_id, output });
}"""


def hoist(script: Script, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, with the conversation and the tools in variables; one that forces a tool forces it once."""
    script.blocks.append(_RUN_TOOL)
    lines: list[str] = []
    hoisted: dict[str, Any] = {}
    for name, value in arguments.items():
        variable = {"messages": "messages", "input": "messages", "tools": "tools", "tool_choice": "choice"}.get(name)
        if variable is None or (name == "tool_choice" and not is_forced(value)):
            hoisted[name] = value
            continue
        word = "let" if variable == "choice" else "const"
        lines.append(f"{word} {variable} = {javascript(value, 0, WIDTH - len(variable) - 10)};")
        hoisted[name] = Code(variable)
    script.blocks.append("\n".join(lines))
    return hoisted


def _rounds(body: list[str], forced: bool) -> str:
    lines = [*body, *(['choice = "auto"; // or it would call a tool for ever'] if forced else [])]
    head = f"for (let round = 0; round < {ROUNDS}; round++) {{ // so often at most"
    return f"{head}\n{indented(chr(10).join(lines), 2)}\n}}"


def whole(script: Script, request: str, message: str, forced: bool) -> str:
    """The loop over answers that come whole: `request` is the code that asks, `message` where it has the message."""
    body = [
        request,
        f"message = {message};",
        "messages.push(message);",
        "if (!message.tool_calls?.length) break;",
        _ANSWERS.replace("CALLS", "message.tool_calls"),
    ]
    return f"let message;\n{_rounds(body, forced)}\n{script.show('message.content', True)}"


def streamed(script: Script, request: str, chunks: Callable[[str], str], forced: bool) -> str:
    """The loop over answers that come in pieces: `chunks` goes through them with code that reads each."""
    shown = script.piece('delta?.content ?? ""')
    take = f'const delta = chunk.choices?.[0]?.delta;\ncontent += delta?.content ?? "";\n{shown}\n{_GATHER}'
    body = [
        'let content = "";\nconst calls = [];',
        request,
        chunks(take),
        "if (!calls.length) break;",
        'messages.push({ role: "assistant", content, tool_calls: calls });',
        _ANSWERS.replace("CALLS", "calls"),
    ]
    return script.streamed(_rounds(body, forced))


def responses(script: Script, request: str, stream: bool, forced: bool) -> str:
    """The loop of the Responses API, whose calls are items of their own."""
    calls = '.filter((item) => item.type === "function_call")'
    heard = (
        [
            request,
            "const items = [];",
            "for await (const event of stream) {",
            f'  if (event.type === "response.output_text.delta") {script.piece("event.delta")}',
            '  if (event.type === "response.output_item.done") items.push(event.item);',
            "}",
            "messages.push(...items);",
            f"const calls = items{calls};",
        ]
        if stream
        else [request, "messages.push(...response.output);", f"const calls = response.output{calls};"]
    )
    loop = _rounds([*heard, "if (!calls.length) break;", _ANSWERS_OF_ITEMS], forced)
    if stream:
        return script.streamed(loop)
    return f"let response;\n{loop}\n{script.show('response.output_text', True)}"
