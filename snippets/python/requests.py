"""Python with requests, or httpx where it is asynchronous: the exact HTTP request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from showcard.metadata.media import Media
from showcard.snippets.answers import AnswerShape
from showcard.snippets.asked import SnippetContext
from showcard.snippets.draft import Draft
from showcard.snippets.files import File
from showcard.snippets.literals import WIDTH, SourceCode, python, python_string
from showcard.snippets.notes import no_token_note
from showcard.snippets.tool_loop import calls_tools, is_forced
from showcard.wire.call import CHAT_TASKS
from showcard.wire.http import HttpRequest, Key
from showcard.wire.queues import Queue

from . import tools as python_tools
from .script import PythonScript, expression, form_file, indented, path_of

_QUEUE_NOTE = "# The job waits in a queue: it is asked after until it is done."
_FETCHED = """\
async def fetched(client: httpx.AsyncClient, url: str) -> bytes:
    response = await client.get(url)
    response.raise_for_status()
    return response.content"""
# The lines of httpx end at more characters than the line end.
_LINES_OF = """\
async def lines_of(response):
    buffer = b""
    async for received in response.aiter_bytes():
        *lines, buffer = (buffer + received).split(b"\\n")
        for line in lines:
            yield line
    yield buffer"""


@dataclass(slots=True)
class _Requests(PythonScript):
    """A script whose calls go through requests, or a client of httpx."""

    def fetch(self, address: str) -> str:
        """The bytes at an address, which is Python too."""
        if not self.asynchronous:
            return PythonScript.fetch(self, address)
        self.define(_FETCHED)
        return f"await fetched(client, {address})"

    def get(self, address: str, options: str) -> str:
        """The answer of a GET."""
        return f"{self.wait}{'client' if self.asynchronous else 'requests'}.get({address}{options})"


def write(asked: SnippetContext) -> Draft:
    """The snippet. Raises RequestError where it can't be written."""
    sent, options = asked.sent, asked.options
    script = _Requests(options.asynchronous, options.save_to, keys=asked.keys)
    script.use("httpx" if options.asynchronous else "requests")
    if options.asynchronous:
        # Unlike requests, httpx gives up after five seconds and follows no redirects.
        script.client = "async with httpx.AsyncClient(timeout=None, follow_redirects=True)"
    if asked.needed:
        read = script.encode if sent.json is not None else script.read
        script.blocks.append("\n".join(read(file) for file in asked.needed))
    headers = {name: _header(script, value) for name, value in sent.headers if not _is_implied(sent, name, value)}
    arguments: list[tuple[str | None, Any]] = [(None, sent.url)]
    if headers:
        arguments.append(("headers", SourceCode("headers") if sent.queue else headers))
    if headers and sent.queue:
        script.blocks.append(f"headers = {python(headers, 0, WIDTH - 10)}")
    arguments += _body(script, sent, asked.files)
    note = no_token_note(asked.resolved, "#")
    if calls_tools(asked):
        script.blocks.append(_tools(script, arguments, note))
    elif asked.streams:
        script.blocks.append(note + script.streamed(_events(script, arguments, _pieces(script, asked), asked.responds)))
    else:
        post = "client.post" if options.asynchronous else "requests.post"
        called = script.call(post, arguments, f"response = {script.wait}")
        script.blocks.append(f"{note}{called}\nresponse.raise_for_status()")
        if sent.queue:
            script.blocks.append(_wait(script, sent.queue, bool(headers)))
        script.blocks[-1] += "\n" + "\n".join(_show(script, asked.answer))
    return Draft(script.text(), script.install())


def _is_implied(sent: HttpRequest, name: str, value: str | Key) -> bool:
    return sent.json is not None and name == "Content-Type" and value == "application/json"


def _header(script: PythonScript, value: str | Key) -> str | SourceCode:
    if isinstance(value, str):
        return value
    script.use("os")
    return SourceCode(f"f\"{value.scheme} {{os.environ['{value.name}']}}\"")


def _body(script: PythonScript, sent: HttpRequest, files: Mapping[Media, File]) -> list[tuple[str | None, Any]]:
    if sent.data is not None:
        return [("content" if script.asynchronous else "data", SourceCode(files[sent.data].variable))]
    if sent.form:
        data = {name: value for name, value in sent.form if isinstance(value, str)}
        media = {name: value for name, value in sent.form if isinstance(value, Media)}
        return [("files", {name: form_file(files[value]) for name, value in media.items()}), ("data", data)]
    return [("json", expression(sent.json, files))]


def _wait(script: _Requests, queue: Queue, has_headers: bool) -> str:
    """Asks after a job until it is done."""
    sleep = "asyncio.sleep" if script.asynchronous else "time.sleep"
    if not script.asynchronous:
        script.use("time")
    ticket = path_of("response.json()", queue.ticket)
    if queue.by_address:
        script.use("urllib.parse", "urlparse")
        ticket = f"urlparse({ticket}).path"
    options = ", headers=headers" if has_headers else ""
    status = path_of("response.json()", queue.status[:-1])
    first = python_string(queue.pending[0])
    waiting = ", ".join(python_string(word) for word in queue.pending)
    lines = [
        _QUEUE_NOTE,
        f"job = {python_string(queue.base)} + {ticket}",
        f"status = {first}",
        f"while status in [{waiting}]:",
        f"    {script.wait}{sleep}({queue.seconds:g})",
        f"    response = {script.get(_after('job', queue.ask + queue.query), options)}",
        "    response.raise_for_status()",
        f"    status = {status}.get({python_string(str(queue.status[-1]))}, {first})",
        f"if status != {python_string(queue.done)}:",
        "    raise SystemExit(response.text)",
    ]
    if queue.apart:
        lines.append(f"response = {script.get(_after('job', queue.query), options)}")
        lines.append("response.raise_for_status()")
    return "\n".join(lines)


def _after(variable: str, text: str) -> str:
    return f"{variable} + {python_string(text)}" if text else variable


def _show(script: _Requests, answer: AnswerShape) -> list[str]:
    value = path_of("response.json()", answer.path)
    if answer.kind == "items":
        return [python_tools.items_text(script, value)]
    if answer.kind == "json":
        return [script.show(value, answer.is_text)]
    file = script.path(answer.file)
    if answer.kind == "bytes":
        return [f"{file}.write_bytes(response.content)"]
    if answer.kind == "base64":
        script.use("base64")
        return [f"{file}.write_bytes(base64.b64decode({value}))"]
    if answer.one_or_list:
        return [
            f"output = {value}",
            "url = output if isinstance(output, str) else output[0]",
            f"{file}.write_bytes({script.fetch('url')})",
        ]
    if answer.or_data:
        script.use("base64")
        return [
            f"url = {value}",
            'if url.startswith("data:"):',
            '    data = base64.b64decode(url.partition(",")[2])',
            "else:",
            f"    data = {script.fetch('url')}",
            f"{file}.write_bytes(data)",
        ]
    return [f"{file}.write_bytes({script.fetch(value)})"]


def _tools(script: _Requests, arguments: list[tuple[str | None, Any]], note: str) -> str:
    *others, (_, body) = arguments
    forced, stream = is_forced(body.get("tool_choice")), body.get("stream") is True
    arguments = [*others, ("json", dict(python_tools.hoist(script, body.items())))]
    post = "client.post" if script.asynchronous else "requests.post"
    request = f"{script.call(post, arguments, f'response = {script.wait}')}\nresponse.raise_for_status()"

    def events(inner: str) -> str:
        return _events(script, arguments, inner, "input" in body)

    def deltas(inner: str) -> str:
        head = 'for choice in chunk.get("choices") or []:\n    delta = choice.get("delta") or {}\n'
        return events(head + indented(inner, 4))

    if "input" in body:
        heard, request = (events, "") if stream else (None, request)
        return note + python_tools.responses(script, request, heard, objects=False, forced=forced)
    if stream:
        return note + python_tools.streamed(script, "", deltas, objects=False, forced=forced)
    message = 'response.json()["choices"][0]["message"]'
    return note + python_tools.whole(script, request, message, kind="json", forced=forced)


def _events(script: PythonScript, arguments: list[tuple[str | None, Any]], inner: str, responds: bool) -> str:
    """The way through the events of a stream, with the code that reads each as `chunk`."""
    script.use("json")
    if script.asynchronous:
        script.define(_LINES_OF)
        opened = script.call("client.stream", [(None, "POST"), *arguments], "async with ")
    else:
        opened = script.call("requests.post", [*arguments, ("stream", True)], "with ")
    lines = "lines_of(response)" if script.asynchronous else "response.iter_lines()"
    failed = ' or chunk["type"] in ("error", "response.failed")' if responds else ""
    chunk = (
        'data = line.removeprefix(b"data:").strip()\n'
        'if not line.startswith(b"data:") or data == b"[DONE]":\n'
        "    continue\n"
        "chunk = json.loads(data)\n"
        f'if chunk.get("error"){failed}:\n'
        "    raise SystemExit(data.decode())\n" + inner
    )
    head = f"{opened} as response:\n    response.raise_for_status()\n    {script.each} line in {lines}:\n"
    return head + indented(chunk, 8)


def _pieces(script: PythonScript, asked: SnippetContext) -> str:
    resolved = asked.resolved
    if asked.responds:
        piece = script.piece('chunk["delta"]')
        return f'if chunk["type"] == "response.output_text.delta":\n    {piece}'
    if resolved.request.task in CHAT_TASKS:
        # The first chunk may hold a role only, the last one (usage) no choice at all.
        piece = script.piece('(choice.get("delta") or {}).get("content") or ""')
    elif resolved.route or resolved.provider in ("auto", "hf-inference"):
        return script.piece('chunk["token"]["text"]')
    else:
        piece = script.piece('choice.get("text") or ""')
    return f'for choice in chunk.get("choices") or []:\n    {piece}'
