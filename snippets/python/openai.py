"""Python with openai, for every service that speaks its protocol."""

from __future__ import annotations

from functools import partial
from typing import Any

from showcard.metadata.media import Media
from showcard.snippets.asked import SnippetContext
from showcard.snippets.draft import Draft
from showcard.snippets.notes import no_token_note
from showcard.snippets.openai_arguments import NO_KEY, OpenAICall, openai_call
from showcard.snippets.tool_loop import calls_tools, is_forced

from . import tools as python_tools
from .script import PythonScript, chat_loop, chunks, expression, form_file, indented


def write(asked: SnippetContext) -> Draft:
    """The snippet. Raises RequestError where the client can't do it."""
    call, options = openai_call(asked), asked.options
    script = PythonScript(options.asynchronous, options.save_to, keys=asked.keys)
    client = "AsyncOpenAI" if options.asynchronous else "OpenAI"
    script.use("openai", client)
    script.open(client, constructor_of(script, call), no_token_note(asked.resolved, "#"))
    if asked.needed:
        read = script.read if asked.sent.form else script.encode
        script.blocks.append("\n".join(read(file) for file in asked.needed))
    arguments = [(name, _argument(value, asked)) for name, value in call.arguments.items()]
    if call.others:
        arguments.append(("extra_body", expression(dict(call.others), asked.files)))
    script.blocks.append(_run(script, asked, call, arguments))
    return Draft(script.text(), script.install())


def constructor_of(script: PythonScript, call: OpenAICall) -> list[tuple[str | None, Any]]:
    """The arguments that make the client."""
    constructor: list[tuple[str | None, Any]] = [("base_url", call.base_url)]
    constructor.append(("api_key", script.key(call.key) if call.key is not None else NO_KEY))
    return [*constructor, ("default_headers", dict(call.headers))] if call.headers else constructor


def _argument(value: Any, asked: SnippetContext) -> Any:
    return form_file(asked.files[value]) if isinstance(value, Media) else expression(value, asked.files)


def _run(script: PythonScript, asked: SnippetContext, call: OpenAICall, arguments: list[tuple[str, Any]]) -> str:
    if calls_tools(asked):
        return _tools(script, call, arguments)

    def result(variable: str) -> str:
        return script.call(f"client.{call.route.method}", arguments, f"{variable} = {script.wait}")

    tools = bool(call.arguments.get("tools"))
    if call.arguments.get("stream"):
        loop = _events(script, _piece(script)) if call.route.result == "response" else chat_loop(script)
        return f"{result('stream')}\n{script.streamed(loop)}"
    if call.route.result == "audio":
        return f"{result('audio')}\n{script.path(asked.answer.output('audio'))}.write_bytes(audio.content)"
    if call.route.result == "image":
        script.use("base64")
        data = "base64.b64decode(result.data[0].b64_json)"
        return f"{result('result')}\n{script.path(asked.answer.output('image'))}.write_bytes({data})"
    variable, text, other = _SHOWN[call.route.result]
    plain = bool(text) and not tools
    value = text if plain else f"{other}.model_dump()" if tools and script.save_to else other
    return f"{result(variable)}\n{script.show(value, plain)}"


def _tools(script: PythonScript, call: OpenAICall, arguments: list[tuple[str, Any]]) -> str:
    hoisted, forced = python_tools.hoist(script, arguments), is_forced(call.arguments.get("tool_choice"))
    stream, answer = bool(call.arguments.get("stream")), call.route.result
    variable = "stream" if stream else {"message": "completion"}.get(answer, answer)
    request = script.call(f"client.{call.route.method}", hoisted, f"{variable} = {script.wait}")
    if answer == "response":
        events = partial(_events, script) if stream else None
        return python_tools.responses(script, request, events, objects=True, forced=forced)
    if stream:
        return python_tools.streamed(script, request, partial(chunks, script), objects=True, forced=forced)
    return python_tools.whole(script, request, "completion.choices[0].message", kind="object", forced=forced)


# The variable of the result, what is text in it, and what is shown where there is none (or tools may be called).
_SHOWN = {
    "message": ("completion", "completion.choices[0].message.content", "completion.choices[0].message"),
    "response": ("response", "response.output_text", "response"),
    "vector": ("result", "", "result.data[0].embedding"),
    "transcript": ("result", "result.text", ""),
}


def _events(script: PythonScript, inner: str) -> str:
    return f"{script.each} event in stream:\n{indented(inner, 4)}"


def _piece(script: PythonScript) -> str:
    return f'if event.type == "response.output_text.delta":\n    {script.piece("event.delta")}'
