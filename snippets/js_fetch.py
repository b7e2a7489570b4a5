"""JavaScript with fetch (Node, and browsers where they open no files): the exact HTTP request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metadata.media import Media
from wire.call import CHAT_TASKS
from wire.http import HttpRequest, Key
from wire.media import media_type_of
from wire.queues import Queue
from wire.request import RequestError

from .answers import Answer
from .asked import Asked
from .draft import Draft
from .files import File
from .javascript import Script, expression, path_of
from .literals import WIDTH, Code, javascript, javascript_string
from .notes import no_token_note


def write(asked: Asked) -> Draft:
    """The snippet. Raises RequestError where it can't be written."""
    sent = asked.sent
    script = Script(asked.options.save_to)
    if asked.needed:
        script.blocks.append("\n".join(script.read(file, sent.json is not None) for file in asked.needed))
    headers: dict[str, Any] = {name: _header(value) for name, value in sent.headers}
    given = f"  headers: {javascript(headers, 2, WIDTH - 12)},"
    if sent.queue:
        script.blocks.append(f"const headers = {javascript(headers, 0, WIDTH - 18)};")
        given = "  headers,"
    body = _body(script, sent, asked.files)
    lines = ['  method: "POST",', given if headers else "", f"  body: {body},"]
    options = "\n".join(["{", *filter(None, lines), "}"])
    script.blocks.append(
        f"{no_token_note(asked.resolved, '//')}"
        f"const response = await fetch({javascript_string(sent.url)}, {options});\n"
        "if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);"
    )
    if asked.streams:
        script.blocks.append(_stream(script, asked))
    elif sent.queue:
        script.blocks.append(f"{_wait(sent.queue)}\n{_show(script, asked.answer)}")
    else:
        read = "" if asked.answer.kind == "bytes" else "const result = await response.json();\n"
        script.blocks.append(read + _show(script, asked.answer))
    return Draft(script.text())


def _header(value: str | Key) -> str | Code:
    return value if isinstance(value, str) else Code(f"`{value.scheme} ${{process.env.{value.name}}}`")


def _body(script: Script, sent: HttpRequest, files: Mapping[Media, File]) -> str:
    if sent.data is not None:
        return files[sent.data].variable
    if not sent.form:
        return f"JSON.stringify({javascript(expression(sent.json, files), 2, WIDTH - 25)})"
    lines = ["const form = new FormData();"]
    for name, value in sent.form:
        if isinstance(value, str):
            if "\n" in value or "\r" in value:
                raise RequestError("JavaScript's forms change the line ends of a text.")
            parts = javascript_string(value)
        else:
            file = files[value]
            kind = javascript({"type": media_type_of(value)})
            parts = f"new Blob([{file.variable}], {kind}), {javascript_string(file.name)}"
        lines.append(f"form.append({javascript_string(name)}, {parts});")
    script.blocks.append("\n".join(lines))
    return "form"


def _wait(queue: Queue) -> str:
    """Asks after a job until it is done; the answer is in `result`."""
    ticket = path_of("(await response.json())", queue.ticket)
    if queue.by_address:
        ticket = f"new URL({ticket}).pathname"
    status = "result" + "".join(f"?.{step}" for step in queue.status)
    waiting = ", ".join(javascript_string(word) for word in queue.pending)
    lines = [
        "// The job waits in a queue: it is asked after until it is done.",
        f"const job = {javascript_string(queue.base)} + {ticket};",
        "const ask = async (address) => {",
        "  const answer = await fetch(address, { headers });",
        "  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);",
        "  return answer.json();",
        "};",
        "let result;",
        "do {",
        f"  await new Promise((resolve) => setTimeout(resolve, {queue.seconds * 1000:g}));",
        f"  result = await ask({_after('job', queue.ask + queue.query)});",
        f"}} while ([{waiting}].includes({status} ?? {javascript_string(queue.pending[0])}));",
        f"if ({status} !== {javascript_string(queue.done)}) throw new Error(JSON.stringify(result));",
    ]
    if queue.apart:
        lines.append(f"result = await ask({_after('job', queue.query)});")
    return "\n".join(lines)


def _after(variable: str, text: str) -> str:
    return f"{variable} + {javascript_string(text)}" if text else variable


def _show(script: Script, answer: Answer) -> str:
    if answer.kind == "bytes":
        return script.write_file(answer.file, "Buffer.from(await response.arrayBuffer())")
    value = path_of("result", answer.path)
    if answer.kind == "json":
        return script.show(value, answer.is_text, deep=not answer.path)
    if answer.kind == "base64":
        return script.write_file(answer.file, f'Buffer.from({value}, "base64")')
    save = script.write_file(answer.file, "Buffer.from(await download.arrayBuffer())")
    return f"const download = await fetch({f'[{value}].flat()[0]' if answer.one_or_list else value});\n{save}"


def _stream(script: Script, asked: Asked) -> str:
    if asked.resolved.request.task in CHAT_TASKS:
        # The first chunk may hold a role only, the last one (usage) no choice at all.
        text = 'chunk.choices?.[0]?.delta?.content ?? ""'
    elif asked.resolved.route or asked.resolved.provider in ("auto", "hf-inference"):
        text = "chunk.token.text"
    else:
        text = 'chunk.choices?.[0]?.text ?? ""'
    loop = (
        "for await (const bytes of response.body) {\n"
        "  buffer += decoder.decode(bytes, { stream: true });\n"
        '  const lines = buffer.split("\\n");\n'
        "  buffer = lines.pop();\n"
        "  for (const line of lines) {\n"
        '    const data = line.startsWith("data:") ? line.slice(5).trim() : "[DONE]";\n'
        '    if (data === "[DONE]") continue;\n'
        "    const chunk = JSON.parse(data);\n"
        "    PIECE;\n"
        "  }\n"
        "}"
    )
    return f'const decoder = new TextDecoder();\nlet buffer = "";\n{script.streamed(loop, text)}'
