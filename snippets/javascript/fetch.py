"""JavaScript with fetch (Node, and browsers where they open no files): the exact HTTP request."""

from __future__ import annotations

from functools import partial
from typing import Any

from showcard.snippets.answers import AnswerShape
from showcard.snippets.asked import SnippetContext
from showcard.snippets.draft import Draft
from showcard.snippets.literals import WIDTH, SourceCode, javascript, javascript_string
from showcard.snippets.notes import no_token_note
from showcard.snippets.python.script import indented
from showcard.snippets.tool_loop import calls_tools, is_forced
from showcard.wire.call import CHAT_TASKS
from showcard.wire.http import Key
from showcard.wire.media import media_type_of
from showcard.wire.queues import Queue
from showcard.wire.request import RequestError

from . import tools as js_tools
from .script import JavaScriptScript, expression, path_of

_LINES_OF = """\
async function* linesOf(response) {
  const decoder = new TextDecoder();
  let buffer = "";
  for await (const bytes of response.body) {
    const lines = (buffer + decoder.decode(bytes, { stream: true })).split("\\n");
    buffer = lines.pop();
    yield* lines;
  }
  yield buffer;
}"""


def write(asked: SnippetContext) -> Draft:
    """The snippet. Raises RequestError where it can't be written."""
    sent = asked.sent
    script = JavaScriptScript(asked.options.save_to)
    if asked.streams:
        script.blocks.append(_LINES_OF)
    if asked.needed:
        script.blocks.append("\n".join(script.read(file, sent.json is not None) for file in asked.needed))
    headers: dict[str, Any] = {name: _header(value) for name, value in sent.headers}
    given = f"  headers: {javascript(headers, 2, WIDTH - 12)},"
    if sent.queue:
        script.blocks.append(f"const headers = {javascript(headers, 0, WIDTH - 18)};")
        given = "  headers,"
    loops = calls_tools(asked)
    body = _json(js_tools.hoist(script, expression(sent.json, asked.files))) if loops else _body(script, asked)
    lines = ['  method: "POST",', given if headers else "", f"  body: {body},"]
    options = "\n".join(["{", *filter(None, lines), "}"])
    note = no_token_note(asked.resolved, "//")
    request = (
        f"const response = await fetch({javascript_string(sent.url)}, {options});\n"
        "if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);"
    )
    if loops:
        script.blocks.append(note + _tools(script, asked, request))
        return Draft(script.text())
    script.blocks.append(note + request)
    if asked.streams:
        script.blocks.append(script.streamed(_events(script.piece(_text_of(asked)), asked.responds)))
    elif sent.queue:
        script.blocks.append(f"{_wait(sent.queue)}\n{_show(script, asked.answer)}")
    else:
        read = "" if asked.answer.kind == "bytes" else "const result = await response.json();\n"
        script.blocks.append(read + _show(script, asked.answer))
    return Draft(script.text())


def _header(value: str | Key) -> str | SourceCode:
    return value if isinstance(value, str) else SourceCode(f"`{value.scheme} ${{process.env.{value.name}}}`")


def _json(body: Any) -> str:
    return f"JSON.stringify({javascript(body, 2, WIDTH - 25)})"


def _body(script: JavaScriptScript, asked: SnippetContext) -> str:
    sent, files = asked.sent, asked.files
    if sent.data is not None:
        return files[sent.data].variable
    if not sent.form:
        return _json(expression(sent.json, files))
    lines = ["const form = new FormData();"]
    for name, value in sent.form:
        if isinstance(value, str):
            if "\n" in value or "\r" in value:
                raise RequestError("JavaScript's forms change the line ends of a text.")
            parts = javascript(value)
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


def _show(script: JavaScriptScript, answer: AnswerShape) -> str:
    if answer.kind == "bytes":
        return script.write_file(answer.file, "Buffer.from(await response.arrayBuffer())")
    value = path_of("result", answer.path)
    if answer.kind == "items":
        return js_tools.items_text(script, value)
    if answer.kind == "json":
        return script.show(value, answer.is_text, deep=not answer.path)
    if answer.kind == "base64":
        return script.write_file(answer.file, f'Buffer.from({value}, "base64")')
    save = script.write_file(answer.file, "Buffer.from(await download.arrayBuffer())")
    fetched = script.fetch(f"[{value}].flat()[0]" if answer.one_or_list else value)
    return f"const download = {fetched};\n{save}"


def _tools(script: JavaScriptScript, asked: SnippetContext, request: str) -> str:
    forced = is_forced(asked.sent.json.get("tool_choice"))
    if asked.responds:
        heard = partial(_events, responds=True) if asked.streams else None
        return js_tools.responses(script, request, heard, "(await response.json()).output", forced)
    if asked.streams:
        return js_tools.streamed(script, request, _events, forced)
    return js_tools.whole(script, request, "(await response.json()).choices[0].message", forced)


def _text_of(asked: SnippetContext) -> str:
    """The piece of text in an event of a stream."""
    if asked.responds:
        return 'chunk.type === "response.output_text.delta" ? chunk.delta : ""'
    if asked.resolved.request.task in CHAT_TASKS:
        # The first chunk may hold a role only, the last one (usage) no choice at all.
        return 'chunk.choices?.[0]?.delta?.content ?? ""'
    if asked.resolved.route or asked.resolved.provider in ("auto", "hf-inference"):
        return "chunk.token.text"
    return 'chunk.choices?.[0]?.text ?? ""'


def _events(inner: str, responds: bool = False) -> str:
    """The way through the events of a stream, with the code that reads each as `chunk`."""
    failed = ' || ["error", "response.failed"].includes(chunk.type)' if responds else ""
    return (
        "for await (const line of linesOf(response)) {\n"
        '  const data = line.startsWith("data:") ? line.slice(5).trim() : "[DONE]";\n'
        '  if (data === "[DONE]") continue;\n'
        "  const chunk = JSON.parse(data);\n"
        f"  if (chunk.error{failed}) throw new Error(data);\n"
        f"{indented(inner, 2)}\n"
        "}"
    )
