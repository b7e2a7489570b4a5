"""Python with requests: the exact HTTP request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metadata.media import Media
from wire.call import CHAT_TASKS
from wire.http import HttpRequest, Key
from wire.media import media_type_of
from wire.request import ResolvedRequest

from .answers import Answer
from .asked import Asked
from .draft import Draft
from .files import File
from .literals import Code, python_string
from .notes import no_token_note
from .python import Script, expression, path_of


def write(asked: Asked) -> Draft:
    """The snippet. Raises RequestError where it can't be written."""
    resolved, sent = asked.resolved, asked.sent
    script = Script()
    script.use("requests")
    if asked.needed:
        read = script.encode if sent.json is not None else script.read
        script.blocks.append("\n".join(read(file) for file in asked.needed))
    arguments: list[tuple[str | None, Any]] = [(None, sent.url)]
    headers = {name: _header(script, value) for name, value in sent.headers if not _is_implied(sent, name, value)}
    if headers:
        arguments.append(("headers", headers))
    arguments += _body(sent, asked.files)
    note = no_token_note(resolved, "#")
    if asked.streams:
        script.blocks.append(note + _stream(script, arguments, resolved))
    else:
        lines = [note + script.call("requests.post", arguments, "response = "), "response.raise_for_status()"]
        script.blocks.append("\n".join([*lines, *_show(script, asked.answer)]))
    return Draft(script.text(), "pip install requests")


def _is_implied(sent: HttpRequest, name: str, value: str | Key) -> bool:
    return sent.json is not None and name == "Content-Type" and value == "application/json"


def _header(script: Script, value: str | Key) -> str | Code:
    if isinstance(value, str):
        return value
    script.use("os")
    return Code(f"f\"{value.scheme} {{os.environ['{value.name}']}}\"")


def _body(sent: HttpRequest, files: Mapping[Media, File]) -> list[tuple[str | None, Any]]:
    if sent.data is not None:
        return [("data", Code(files[sent.data].variable))]
    if sent.form:
        data = {name: value for name, value in sent.form if isinstance(value, str)}
        media = {name: value for name, value in sent.form if isinstance(value, Media)}
        return [("files", {name: _form_file(files[value]) for name, value in media.items()}), ("data", data)]
    return [("json", expression(sent.json, files))]


def _form_file(file: File) -> Code:
    parts = (python_string(file.name), file.variable, python_string(media_type_of(file.media)))
    return Code(f"({', '.join(parts)})")


def _show(script: Script, answer: Answer) -> list[str]:
    value = path_of("response.json()", answer.path)
    if answer.kind == "json":
        return [f"print({value})"]
    script.use("pathlib", "Path")
    if answer.kind == "bytes":
        return [f"Path({python_string(answer.file)}).write_bytes(response.content)"]
    if answer.kind == "base64":
        script.use("base64")
        return [f"Path({python_string(answer.file)}).write_bytes(base64.b64decode({value}))"]
    return [f"Path({python_string(answer.file)}).write_bytes(requests.get({value}).content)"]


def _stream(script: Script, arguments: list[tuple[str | None, Any]], resolved: ResolvedRequest) -> str:
    script.use("json")
    call = script.call("requests.post", [*arguments, ("stream", True)], "with ")
    if resolved.request.task in CHAT_TASKS:
        # The first chunk may hold a role only, the last one (usage) no choice at all.
        show = (
            '        for choice in chunk.get("choices") or []:\n'
            '            print((choice.get("delta") or {}).get("content") or "", end="", flush=True)\n'
        )
    elif resolved.route or resolved.provider in ("auto", "hf-inference"):
        show = '        print(chunk["token"]["text"], end="", flush=True)\n'
    else:
        show = (
            '        for choice in chunk.get("choices") or []:\n'
            '            print(choice.get("text") or "", end="", flush=True)\n'
        )
    return (
        f"{call} as response:\n"
        "    response.raise_for_status()\n"
        "    for line in response.iter_lines():\n"
        '        if not line.startswith(b"data:"):\n'
        "            continue\n"
        '        data = line.removeprefix(b"data:").strip()\n'
        '        if data == b"[DONE]":\n'
        "            break\n"
        "        chunk = json.loads(data)\n"
        f"{show}"
        "print()"
    )
