"""JavaScript with openai, for every service that speaks its protocol."""

from __future__ import annotations

from typing import Any

from showcard.metadata.media import Media
from showcard.snippets.asked import SnippetContext
from showcard.snippets.draft import Draft
from showcard.snippets.literals import SourceCode, javascript, javascript_string
from showcard.snippets.notes import no_token_note
from showcard.snippets.openai_arguments import NO_KEY, OpenAICall, openai_call
from showcard.snippets.tool_loop import calls_tools, is_forced
from showcard.wire.media import media_type_of

from . import tools as js_tools
from .script import JavaScriptScript, call, chunks, expression, key_of


def write(asked: SnippetContext) -> Draft:
    """The snippet. Raises RequestError where the client can't do it."""
    made = openai_call(asked)
    script = JavaScriptScript(asked.options.save_to)
    script.use("openai", "OpenAI")
    constructor = {"baseURL": made.base_url, "apiKey": key_of(made.key) if made.key is not None else NO_KEY}
    if made.headers:
        constructor["defaultHeaders"] = dict(made.headers)  # type: ignore[assignment]
    note = no_token_note(asked.resolved, "//")
    script.blocks.append(f"{note}{call('new OpenAI', constructor, 'const client = ')};")
    if asked.needed:
        encoded = not asked.sent.form
        script.blocks.append("\n".join(script.read(file, encoded) for file in asked.needed))
    # This client sends whatever it is given, named or not.
    given = {**made.arguments, **made.others}
    arguments = {name: _argument(value, asked) for name, value in given.items()}
    script.blocks.append(_run(script, asked, made, arguments))
    return Draft(script.text(), "npm install openai")


def _argument(value: Any, asked: SnippetContext) -> Any:
    if not isinstance(value, Media):
        return expression(value, asked.files)
    file, kind = asked.files[value], javascript({"type": media_type_of(value)})
    return SourceCode(f"new File([{file.variable}], {javascript_string(file.name)}, {kind})")


def _tools(script: JavaScriptScript, made: OpenAICall, arguments: dict[str, Any]) -> str:
    hoisted, forced = js_tools.hoist(script, arguments), is_forced(made.arguments.get("tool_choice"))
    answer, stream = made.route.result, bool(made.arguments.get("stream"))
    kept = "response = " if answer == "response" else "const completion = "
    request = call(f"await client.{made.route.method}", hoisted, "const stream = " if stream else kept) + ";"
    if answer == "response":
        return js_tools.responses(script, request, chunks if stream else None, "", forced)
    if stream:
        return js_tools.streamed(script, request, chunks, forced)
    return js_tools.whole(script, request, "completion.choices[0].message", forced)


def _run(script: JavaScriptScript, asked: SnippetContext, made: OpenAICall, arguments: dict[str, Any]) -> str:
    if calls_tools(asked):
        return _tools(script, made, arguments)

    def result(variable: str) -> str:
        return call(f"await client.{made.route.method}", arguments, f"const {variable} = ") + ";\n"

    tools, kind = bool(made.arguments.get("tools")), made.route.result
    if made.arguments.get("stream"):
        if kind == "response":
            piece = f'if (chunk.type === "response.output_text.delta") {script.piece("chunk.delta")}'
            return result("stream") + script.streamed(chunks(piece))
        return result("stream") + script.streamed(chunks(script.piece('chunk.choices[0]?.delta?.content ?? ""')))
    if kind == "audio":
        return result("result") + script.write_file(
            asked.answer.output("audio"), "Buffer.from(await result.arrayBuffer())"
        )
    if kind == "image":
        return result("result") + script.write_file(
            asked.answer.output("image"), 'Buffer.from(result.data[0].b64_json, "base64")'
        )
    variable, text, other = _SHOWN[kind]
    plain = bool(text) and not tools
    return result(variable) + script.show(text if plain else other, plain, deep=tools)


# The variable of the result, what is text in it, and what is shown where there is none (or tools may be called).
_SHOWN = {
    "message": ("completion", "completion.choices[0].message.content", "completion.choices[0].message"),
    "response": ("response", "response.output_text", "response.output"),
    "vector": ("result", "", "result.data[0].embedding"),
    "transcript": ("result", "result.text", ""),
}
