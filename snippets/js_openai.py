"""JavaScript with openai, for every service that speaks its protocol."""

from __future__ import annotations

from .answers import OUTPUT_FILES
from .asked import Asked
from .draft import Draft
from .javascript import Script, call, expression, key_of
from .notes import no_token_note
from .openai import NO_KEY, OpenAICall, openai_call


def write(asked: Asked) -> Draft:
    """The snippet. Raises RequestError where the client can't do it."""
    made = openai_call(asked)
    script = Script()
    script.use("openai", "OpenAI")
    constructor = {"baseURL": made.base_url, "apiKey": key_of(made.key) if made.key is not None else NO_KEY}
    if made.headers:
        constructor["defaultHeaders"] = dict(made.headers)  # type: ignore[assignment]
    note = no_token_note(asked.resolved, "//")
    script.blocks.append(f"{note}{call('new OpenAI', constructor, 'const client = ')};")
    if asked.needed:
        script.blocks.append("\n".join(script.read(file, encoded=True) for file in asked.needed))
    # This client sends whatever it is given, named or not.
    arguments = expression({**made.arguments, **made.others}, asked.files)
    script.blocks.append(_run(script, made, arguments))
    return Draft(script.text(), "npm install openai")


def _run(script: Script, made: OpenAICall, arguments: object) -> str:
    method = f"await client.{made.route.method}"
    if made.arguments.get("stream"):
        return (
            f"{call(method, arguments, 'const stream = ')};\n"
            "for await (const chunk of stream) {\n"
            '  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");\n'
            "}\n"
            "console.log();"
        )
    if made.route.result == "message":
        what = "message" if made.arguments.get("tools") else "message.content"
        return f"{call(method, arguments, 'const completion = ')};\nconsole.log(completion.choices[0].{what});"
    start = f"{call(method, arguments, 'const result = ')};\n"
    if made.route.result == "vector":
        return f"{start}console.log(result.data[0].embedding);"
    if made.route.result == "audio":
        return start + script.write_file(OUTPUT_FILES["audio"], "Buffer.from(await result.arrayBuffer())")
    return start + script.write_file(OUTPUT_FILES["image"], 'Buffer.from(result.data[0].b64_json, "base64")')
