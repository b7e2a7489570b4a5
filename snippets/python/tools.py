"""The tool loop in Python: the model asks for functions, reads what they give back, and answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from showcard.snippets.literals import WIDTH, SourceCode, python
from showcard.snippets.tool_loop import ROUNDS, STILL_CALLS, is_forced

from .script import PythonScript, indented

_RUN_TOOL = """\
def run_tool(name: str, arguments: dict) -> str:
    # Put the real work here: the model reads what comes back.
    return json.dumps({"name": name, "arguments": arguments})"""

# The same call as an object of a library, and as JSON.
_OBJECT = ("call.function.name", "call.function.arguments", "call.id")
_JSON = ('call["function"]["name"]', 'call["function"]["arguments"]', 'call["id"]')
# Pieces of an index are one call; servers that give none, or always the same, begin each with an id and a name.
_GATHER_OBJECTS = """\
for position, part in enumerate(delta.tool_calls or []):
    # Not every server numbers its calls.
    index = position if part.index is None else part.index
    key, name, text = part.id, part.function.name, part.function.arguments
"""
_GATHER_JSON = """\
for position, part in enumerate(delta.get("tool_calls") or []):
    # Not every server numbers its calls.
    index = position if part.get("index") is None else part["index"]
    key, name, text = part.get("id"), part["function"].get("name"), part["function"].get("arguments")
"""
_GATHER = """\
    call = held.get(index)
    if call is None or (key and name and (call["id"] or key) != key):
        function = {"name": name, "arguments": ""}
        call = held[index] = {"id": key, "type": "function", "function": function}
        calls.append(call)
    call["function"]["arguments"] += text or \"\""""

_SENT_BACK = (
    "calls = []",
    "for call in message.tool_calls:",
    '    function = {"name": call.function.name, "arguments": call.function.arguments}',
    '    calls.append({"id": call.id, "type": "function", "function": function})',
    'messages.append({"role": "assistant", "content": message.content, "tool_calls": calls})',
)


def hoist(script: PythonScript, arguments: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The arguments, with the conversation and the tools in variables; one that forces a tool forces it once."""
    script.use("json")
    script.functions.append(_RUN_TOOL)
    lines, hoisted = [], []
    for name, value in arguments:
        kept = name in ("messages", "tools", "input") or (name == "tool_choice" and is_forced(value))
        variable = "messages" if name == "input" else name
        if kept:
            lines.append(f"{variable} = {python(value, 0, WIDTH - len(variable) - 3)}")
        hoisted.append((name, SourceCode(variable) if kept else value))
    script.blocks.append("\n".join(lines))
    return hoisted


def _rounds(body: Sequence[str], forced: bool) -> str:
    lines = [*body, *(['tool_choice = "auto"  # or it would call a tool for ever'] if forced else [])]
    return (
        f"for _ in range({ROUNDS}):  # so often at most\n{indented(chr(10).join(lines), 4)}\n"
        f'else:\n    raise SystemExit("{STILL_CALLS}")'
    )


def _answers(calls: str, call: tuple[str, str, str]) -> list[str]:
    """Runs what was asked for, and adds what comes back to the conversation."""
    name, arguments, identity = call
    return [
        f"for call in {calls}:",
        f'    result = run_tool({name}, json.loads({arguments} or "{{}}"))',
        f'    messages.append({{"role": "tool", "tool_call_id": {identity}, "content": result}})',
    ]


def whole(script: PythonScript, request: str, message: str, *, kind: str, forced: bool) -> str:
    """The loop over answers that come whole: `request` is the code that asks, `message` where it has the message.

    `kind`: the message is "json", an "object" that can be sent back, or a "strict" one, which would send more."""
    body = [request, f"message = {message}"]
    if kind == "strict":
        body += ["if not message.tool_calls:", "    break", *_SENT_BACK, *_answers("calls", _JSON)]
    elif kind == "object":
        body += ["messages.append(message)", "if not message.tool_calls:", "    break"]
        body += _answers("message.tool_calls", _OBJECT)
    else:
        body += ["messages.append(message)", 'if not message.get("tool_calls"):', "    break"]
        body += _answers('message["tool_calls"]', _JSON)
    shown = script.show('message["content"]' if kind == "json" else "message.content", True)
    return f"{_rounds(body, forced)}\n{shown}"


def streamed(script: PythonScript, request: str, chunks: Callable[[str], str], *, objects: bool, forced: bool) -> str:
    """The loop over answers that come in pieces: `chunks` goes through them with code that reads each `delta`."""
    given, text = ("delta.content",) * 2 if objects else ('delta.get("content")', 'delta["content"]')
    take = f"if {given}:\n    content += {text}\n    {script.piece(text)}\n"
    body = [
        'content, calls, held = "", [], {}',
        *filter(None, [request]),
        chunks(take + (_GATHER_OBJECTS if objects else _GATHER_JSON) + _GATHER),
        "if not calls:",
        "    break",
        'asked = {"role": "assistant", "content": content, "tool_calls": calls}',
        "messages.append(asked)",
        *_answers("calls", _JSON),
    ]
    return script.streamed(_rounds(body, forced))


def responses(
    script: PythonScript, request: str, chunks: Callable[[str], str] | None, *, objects: bool, forced: bool
) -> str:
    """The loop of the Responses API, whose calls are items of their own; `chunks` goes through a stream's events."""

    def of(thing: str, name: str) -> str:
        return f"{thing}.{name}" if objects else f'{thing}["{name}"]'

    event, item = ("event", "event.item") if objects else ("chunk", 'chunk["item"]')
    output = "response.output" if objects else "output"
    whole = [
        request,
        *([] if objects else ['output = response.json()["output"]']),
        f"messages += {output}",
        f'calls = [item for item in {output} if {of("item", "type")} == "function_call"]',
    ]
    take = (
        f'if {of(event, "type")} == "response.output_text.delta":\n'
        f"    {script.piece(of(event, 'delta'))}\n"
        f'elif {of(event, "type")} == "response.output_item.done":\n'
        f"    messages.append({item})\n"
        f'    calls += [{item}] if {of(item, "type")} == "function_call" else []'
    )
    body = [
        *([*filter(None, [request]), "calls = []", chunks(take)] if chunks else whole),
        "if not calls:",
        "    break",
        "for call in calls:",
        f'    result = run_tool({of("call", "name")}, json.loads({of("call", "arguments")} or "{{}}"))',
        f'    done = {{"type": "function_call_output", "call_id": {of("call", "call_id")}, "output": result}}',
        "    messages.append(done)",
    ]
    loop = _rounds(body, forced)
    if chunks:
        return script.streamed(loop)
    return f"{loop}\n{script.show('response.output_text', True) if objects else items_text(script, output)}"


def items_text(script: PythonScript, output: str) -> str:
    """Lines that show the text in the items of a response."""
    text = '"".join(part["text"] for part in parts if part["type"] == "output_text")'
    return f'parts = [part for item in {output} for part in item.get("content") or []]\n{script.show(text, True)}'
