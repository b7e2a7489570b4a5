"""The tool loop in JavaScript: the model asks for functions, reads what they give back, and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from showcard.snippets.literals import WIDTH, SourceCode, javascript
from showcard.snippets.python.script import indented
from showcard.snippets.tool_loop import ROUNDS, STILL_CALLS, is_forced

from .script import JavaScriptScript

_RUN_TOOL = """\
async function runTool(name, args) {
  // Put the real work here: the model reads what comes back.
  return JSON.stringify({ name, args });
}"""
# Pieces of an index are one call; servers that give none, or always the same, begin each with an id and a name.
_GATHER = """\
for (const [position, part] of (delta?.tool_calls ?? []).entries()) {
  const { id, function: { name, arguments: text } } = part;
  const index = part.index ?? position; // not every server numbers its calls
  if (!held[index] || (id && name && (held[index].id || id) !== id)) {
    held[index] = { id, type: "function", function: { name, arguments: "" } };
    calls.push(held[index]);
  }
  held[index].function.arguments += text ?? "";
}"""
_ANSWERS = """\
for (const call of CALLS) {
  const content = await runTool(call.function.name, JSON.parse(call.function.arguments || "{}"));
  messages.push({ role: "tool", tool_call_id: call.id, content });
}"""
_ANSWERS_OF_ITEMS = """\
for (const call of calls) {
  const result = await runTool(call.name, JSON.parse(call.arguments || "{}"));
  messages.push({ type: "function_call_output", call_id: call.call_id, output: result });
}"""


def hoist(script: JavaScriptScript, arguments: Mapping[str, Any]) -> dict[str, Any]:
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
        hoisted[name] = SourceCode(variable)
    script.blocks.append("\n".join(lines))
    return hoisted


def _rounds(body: list[str], forced: bool) -> str:
    lines = [*body, *(['choice = "auto"; // or it would call a tool for ever'] if forced else [])]
    head = f'for (let round = 1; ; round++) {{\n  if (round > {ROUNDS}) throw new Error("{STILL_CALLS}");'
    return f"{head}\n{indented(chr(10).join(lines), 2)}\n}}"


def whole(script: JavaScriptScript, request: str, message: str, forced: bool) -> str:
    """The loop over answers that come whole: `request` is the code that asks, `message` where it has the message."""
    body = [
        request,
        f"message = {message};",
        "messages.push(message);",
        "if (!message.tool_calls?.length) break;",
        _ANSWERS.replace("CALLS", "message.tool_calls"),
    ]
    return f"let message;\n{_rounds(body, forced)}\n{script.show('message.content', True)}"


def streamed(script: JavaScriptScript, request: str, chunks: Callable[[str], str], forced: bool) -> str:
    """The loop over answers that come in pieces: `chunks` goes through them with code that reads each."""
    shown = script.piece('delta?.content ?? ""')
    take = f'const delta = chunk.choices?.[0]?.delta;\ncontent += delta?.content ?? "";\n{shown}\n{_GATHER}'
    body = [
        'let content = "";\nconst calls = [], held = {};',
        request,
        chunks(take),
        "if (!calls.length) break;",
        'messages.push({ role: "assistant", content, tool_calls: calls });',
        _ANSWERS.replace("CALLS", "calls"),
    ]
    return script.streamed(_rounds(body, forced))


def responses(
    script: JavaScriptScript, request: str, chunks: Callable[[str], str] | None, output: str, forced: bool
) -> str:
    """The loop of the Responses API, whose calls are items of their own; `chunks` goes through a stream's events.

    `output`: where a response that comes whole has its items; empty in the case of OpenAI's own client."""
    if chunks:
        take = (
            f'if (chunk.type === "response.output_text.delta") {script.piece("chunk.delta")}\n'
            'if (chunk.type === "response.output_item.done") items.push(chunk.item);'
        )
        heard = [request, "const items = [];", chunks(take)]
    else:
        heard = [request, f"items = {output or 'response.output'};"]
    body = [
        *heard,
        "messages.push(...items);",
        'const calls = items.filter((item) => item.type === "function_call");',
        "if (!calls.length) break;",
        _ANSWERS_OF_ITEMS,
    ]
    loop = _rounds(body, forced)
    if chunks:
        return script.streamed(loop)
    if output:
        return f"let items;\n{loop}\n{items_text(script, 'items')}"
    return f"let response, items;\n{loop}\n{script.show('response.output_text', True)}"


def items_text(script: JavaScriptScript, output: str) -> str:
    """Lines that show the text in the items of a response."""
    texts = 'parts.filter((part) => part.type === "output_text").map((part) => part.text)'
    shown = script.show(f'{texts}.join("")', True)
    return f"const parts = {output}.flatMap((item) => item.content ?? []);\n{shown}"
