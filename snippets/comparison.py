"""One script that puts the same question to several models at once: each call is the one that the app makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wire.call import CHAT_TASKS, ClientCall, client_call
from wire.request import RequestError, ResolvedRequest

from .files import files_of
from .literals import Code, python, python_string
from .notes import no_token_note
from .python import Script, indented
from .python_huggingface_hub import expression_of
from .snippet import Snippet

_FILENAME = "comparison.py"


def comparison_script(resolved: Mapping[str, ResolvedRequest]) -> Snippet:
    """The script; the names head the answers. Without content, `reason` says why there is none."""
    try:
        content, install = _write(resolved)
    except RequestError as error:
        return Snippet("python", "huggingface_hub", None, str(error), "", _FILENAME)
    return Snippet("python", "huggingface_hub", content, None, install, _FILENAME)


def _write(resolved: Mapping[str, ResolvedRequest]) -> tuple[str, str]:
    if any(one.request.task not in CHAT_TASKS for one in resolved.values()):
        raise RequestError("Only chats can be compared by one script.")
    if not resolved:
        raise RequestError("There is nothing to compare.")
    calls = [client_call(one) for one in resolved.values()]
    script = Script()
    script.use("asyncio")
    script.use("huggingface_hub", "AsyncInferenceClient")
    files = files_of([call.arguments for call in calls])
    if nested := [script.encode(file) for file in files.values() if file.address is None]:
        script.blocks.append("\n".join(nested))
    written = [{name: expression_of(value, files) for name, value in call.arguments.items()} for call in calls]
    if len(calls) > 1 and all(one["messages"] == written[0]["messages"] for one in written):
        script.blocks.append(f"messages = {python(written[0]['messages'], 0, 77)}")
        for one in written:
            one["messages"] = Code("messages")
    functions = [
        _function(script, f"ask_{number}", call, arguments, no_token_note(one, "#"))
        for number, (call, arguments, one) in enumerate(zip(calls, written, resolved.values(), strict=True), 1)
    ]
    head = script.text().rstrip("\n")
    return "\n\n\n".join([head, *functions, _main(list(resolved)), "asyncio.run(main())"]) + "\n", script.install()


def _function(script: Script, name: str, call: ClientCall, arguments: dict[str, Any], note: str) -> str:
    constructor: list[tuple[str | None, Any]] = list(call.client.items())
    if call.key_name is not None:
        constructor.insert(1 if call.client else 0, ("api_key", script.key(call.key_name)))
    opened = f"{note}{script.call('AsyncInferenceClient', constructor, 'async with ')} as client:"
    if call.arguments.get("stream"):
        # The first chunk may hold a role only, the last one (usage) no choice at all.
        asked = (
            f"{script.call('client.chat_completion', arguments.items(), 'stream = await ')}\n"
            "pieces = []\n"
            "async for chunk in stream:\n"
            "    if chunk.choices and chunk.choices[0].delta.content:\n"
            "        pieces.append(chunk.choices[0].delta.content)\n"
            'return "".join(pieces)'
        )
    else:
        what = "message" if call.arguments.get("tools") else "message.content"
        asked = (
            f"{script.call('client.chat_completion', arguments.items(), 'completion = await ')}\n"
            f"return str(completion.choices[0].{what})"
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
