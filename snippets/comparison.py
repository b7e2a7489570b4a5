"""One script that puts the same question to several models at once: each call is the one that the app makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from showcard.metadata.media import Media
from showcard.snippets.python.huggingface_hub import expression_of
from showcard.snippets.python.openai import constructor_of
from showcard.snippets.python.script import PythonScript, expression, indented
from showcard.wire.call import CHAT_TASKS
from showcard.wire.request import RequestError, ResolvedRequest

from .asked import SnippetContext
from .files import File, files_of
from .keys import Keys
from .literals import SourceCode, python, python_string
from .notes import no_token_note
from .openai_arguments import openai_call
from .snippet import Snippet

_FILENAME = "comparison.py"


def comparison_script(resolved: Mapping[str, ResolvedRequest]) -> Snippet:
    """The script; the names head the answers. Without content, `reason` says why there is none."""
    keys = Keys(*resolved.values())
    try:
        content, install = _write(resolved, keys)
    except RequestError as error:
        return Snippet("python", "huggingface_hub", None, str(error), "", _FILENAME)
    return Snippet("python", "huggingface_hub", content, None, install, _FILENAME, keys.names_in(content))


@dataclass(frozen=True, slots=True)
class _Side:
    """One model's call: the client's constructor, the method, its arguments, and what of the result is text."""

    client: str
    constructor: list[tuple[str | None, Any]]
    method: str
    arguments: dict[str, Any]
    text: str
    note: str


def _write(resolved: Mapping[str, ResolvedRequest], keys: Keys) -> tuple[str, str]:
    if any(one.request.task not in CHAT_TASKS for one in resolved.values()):
        raise RequestError("Only chats can be compared by one script.")
    if not resolved:
        raise RequestError("There is nothing to compare.")
    asked = [SnippetContext(one, keys=keys) for one in resolved.values()]
    script = PythonScript(keys=keys)
    script.use("asyncio")
    # The same media of several sides is one file.
    files = files_of([one.sent.json if _needs_openai(one) else one.call.arguments for one in asked])
    if nested := [script.encode(file) for file in files.values() if file.address is None]:
        script.blocks.append("\n".join(nested))
    sides = [_by_openai(script, one, files) if _needs_openai(one) else _by_hub(script, one, files) for one in asked]
    said = [side.arguments.get("messages") for side in sides]
    if len(sides) > 1 and said[0] is not None and all(one == said[0] for one in said):
        script.blocks.append(f"messages = {python(said[0], 0, 77)}")
        for side in sides:
            side.arguments["messages"] = SourceCode("messages")
    functions = [_function(script, f"ask_{number}", side) for number, side in enumerate(sides, 1)]
    if keys.names_in("".join(functions)):
        script.use("os")
    head = script.text().rstrip("\n")
    return "\n\n\n".join([head, *functions, _main(list(resolved)), "asyncio.run(main())"]) + "\n", script.install()


def _by_hub(script: PythonScript, asked: SnippetContext, files: Mapping[Media, File]) -> _Side:
    call = asked.call
    script.use("huggingface_hub", "AsyncInferenceClient")
    constructor: list[tuple[str | None, Any]] = list(call.client.items())
    if call.key_name is not None:
        constructor.insert(1 if call.client else 0, ("api_key", script.key(call.key_name)))
    arguments = {name: expression_of(value, files) for name, value in call.arguments.items()}
    text = f"str(completion.choices[0].message{'' if call.arguments.get('tools') else '.content'})"
    note = no_token_note(asked.resolved, "#")
    return _Side("AsyncInferenceClient", constructor, "chat_completion", arguments, text, note)


def _needs_openai(asked: SnippetContext) -> bool:
    """Whether it is what only OpenAI's client can send: the Responses API, or a JSON schema to an endpoint."""
    return asked.responds or asked.call.verbatim


def _by_openai(script: PythonScript, asked: SnippetContext, files: Mapping[Media, File]) -> _Side:
    call = openai_call(asked)
    script.use("openai", "AsyncOpenAI")
    arguments = {name: expression(value, files) for name, value in call.arguments.items()}
    arguments |= {"extra_body": expression(dict(call.others), files)} if call.others else {}
    note, constructor = no_token_note(asked.resolved, "#"), constructor_of(script, call)
    text = "completion.output_text"
    if not asked.responds:
        text = f"str(completion.choices[0].message{'' if call.arguments.get('tools') else '.content'})"
    return _Side("AsyncOpenAI", constructor, call.route.method, arguments, text, note)


def _function(script: PythonScript, name: str, side: _Side) -> str:
    opened = f"{side.note}{script.call(side.client, side.constructor, 'async with ')} as client:"
    called = f"client.{side.method}"
    if not side.arguments.get("stream"):
        asked = f"{script.call(called, side.arguments.items(), 'completion = await ')}\nreturn {side.text}"
    else:
        # The first chunk may hold a role only, the last one (usage) no choice at all.
        given, text = ("chunk.choices and chunk.choices[0].delta.content", "chunk.choices[0].delta.content")
        if side.method == "responses.create":
            given, text = 'chunk.type == "response.output_text.delta"', "chunk.delta"
        asked = (
            f"{script.call(called, side.arguments.items(), 'stream = await ')}\n"
            "pieces = []\n"
            "async for chunk in stream:\n"
            f"    if {given}:\n"
            f"        pieces.append({text})\n"
            'return "".join(pieces)'
        )
    return f"async def {name}() -> str:\n{indented(f'{opened}{chr(10)}{indented(asked, 4)}', 4)}"


def _main(names: list[str]) -> str:
    calls = ", ".join(f"ask_{number}()" for number in range(1, len(names) + 1))
    titles = python(names, 4, 60)
    return (
        "async def main() -> None:\n"
        f"    answers = await asyncio.gather({calls}, return_exceptions=True)\n"
        f"    for name, answer in zip({titles}, answers):\n"
        f"        print(name, answer, sep={python_string(chr(10))}, end={python_string(chr(10) * 2)})"
    )
