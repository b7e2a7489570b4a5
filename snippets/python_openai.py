"""Python with openai, for every service that speaks its protocol."""

from __future__ import annotations

from typing import Any

from .answers import OUTPUT_FILES
from .asked import Asked
from .draft import Draft
from .notes import no_token_note
from .openai import NO_KEY, OpenAICall, openai_call
from .python import Script, expression


def write(asked: Asked) -> Draft:
    """The snippet. Raises RequestError where the client can't do it."""
    call = openai_call(asked)
    script = Script()
    script.use("openai", "OpenAI")
    constructor: list[tuple[str | None, Any]] = [("base_url", call.base_url)]
    constructor.append(("api_key", script.key(call.key) if call.key is not None else NO_KEY))
    if call.headers:
        constructor.append(("default_headers", dict(call.headers)))
    script.blocks.append(no_token_note(asked.resolved, "#") + script.call("OpenAI", constructor, "client = "))
    if asked.needed:
        script.blocks.append("\n".join(script.encode(file) for file in asked.needed))
    arguments = [(name, expression(value, asked.files)) for name, value in call.arguments.items()]
    if call.others:
        arguments.append(("extra_body", expression(dict(call.others), asked.files)))
    script.blocks.append(_run(script, call, arguments))
    return Draft(script.text(), "pip install openai")


def _run(script: Script, call: OpenAICall, arguments: list[tuple[str, Any]]) -> str:
    method = f"client.{call.route.method}"
    if call.arguments.get("stream"):
        # The first chunk may hold a role only, the last one (usage) no choice at all.
        return (
            f"{script.call(method, arguments, 'stream = ')}\n"
            "for chunk in stream:\n"
            "    if chunk.choices and chunk.choices[0].delta.content:\n"
            '        print(chunk.choices[0].delta.content, end="", flush=True)\n'
            "print()"
        )
    if call.route.result == "message":
        what = "message" if call.arguments.get("tools") else "message.content"
        return f"{script.call(method, arguments, 'completion = ')}\nprint(completion.choices[0].{what})"
    if call.route.result == "vector":
        return f"{script.call(method, arguments, 'result = ')}\nprint(result.data[0].embedding)"
    script.use("pathlib", "Path")
    if call.route.result == "audio":
        return (
            f'{script.call(method, arguments, "audio = ")}\nPath("{OUTPUT_FILES["audio"]}").write_bytes(audio.content)'
        )
    script.use("base64")
    image = "base64.b64decode(result.data[0].b64_json)"
    return f'{script.call(method, arguments, "result = ")}\nPath("{OUTPUT_FILES["image"]}").write_bytes({image})'
