"""Python with huggingface_hub: the very call that the app makes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from showcard.metadata.media import Media
from showcard.snippets.asked import SnippetContext
from showcard.snippets.draft import Draft
from showcard.snippets.files import File
from showcard.snippets.literals import plain, python_string
from showcard.snippets.notes import no_token_note
from showcard.snippets.tool_loop import calls_tools, is_forced
from showcard.wire.call import ClientCall
from showcard.wire.media import media_type_of
from showcard.wire.request import RequestError

from . import tools as python_tools
from .script import PythonScript, chat_loop, chunks, embedded

# What is printed of each result, by the method that gave it; `result` is the variable.
_PRINT_ITEM = {
    "fill_mask": "item.score, item.token_str",
    "token_classification": "item.entity_group or item.entity, item.word, item.score",
    "object_detection": "item.label, item.score, item.box",
    "document_question_answering": "item.answer, item.score",
    "visual_question_answering": "item.answer, item.score",
    **dict.fromkeys(
        (
            "text_classification",
            "audio_classification",
            "image_classification",
            "zero_shot_classification",
            "zero_shot_image_classification",
        ),
        "item.label, item.score",
    ),
}
_PRINT = {"question_answering": "result.answer, result.score", "feature_extraction": "result.shape, result"}
_TEXTS = {
    "table_question_answering": "result.answer",
    "translation": "result.translation_text",
    "summarization": "result.summary_text",
    "automatic_speech_recognition": "result.text",
    "image_to_text": "result.generated_text",
    "text_generation": "result",
}
_AS_JSON = {"feature_extraction": "result.tolist()"}
_SAVES_IMAGE = frozenset({"text_to_image", "image_to_image"})
_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tiff")  # Pillow goes by the ending
_SAVES_BYTES = {"text_to_speech": "audio", "text_to_video": "video", "image_to_video": "video"}
_NEEDS = {
    "text_to_image": "pillow",
    "image_to_image": "pillow",
    "image_segmentation": "pillow",
    "feature_extraction": "numpy",
}


def write(asked: SnippetContext) -> Draft:
    """The snippet. Raises RequestError where the client can't do it."""
    call, options = asked.call, asked.options
    if call.verbatim:
        raise RequestError("huggingface_hub would send the JSON schema in a form that most endpoints don't read.")
    script = PythonScript(options.asynchronous, options.save_to, keys=asked.keys)
    client = "AsyncInferenceClient" if options.asynchronous else "InferenceClient"
    script.use("huggingface_hub", client)
    files = asked.call_files
    constructor: list[tuple[str, Any]] = list(call.client.items())
    if call.key_name is not None:
        constructor.insert(1 if call.client else 0, ("api_key", script.key(call.key_name)))
    script.teach_types([file for value, file in files.items() if value in call.arguments.values()])
    script.open(client, constructor, no_token_note(asked.resolved, "#"))
    _read_nested(script, call, files)
    arguments = [(name, expression_of(value, files)) for name, value in call.arguments.items()]
    script.blocks.append(_run(script, asked, arguments))
    return Draft(script.text(), script.install(*filter(None, [_NEEDS.get(call.method)])))


def _read_nested(script: PythonScript, call: ClientCall, files: Mapping[Media, File]) -> None:
    """Media inside messages are read into variables, as base64."""
    nested = [file for media, file in files.items() if media not in call.arguments.values() and not file.address]
    if nested:
        script.blocks.append("\n".join(script.encode(file) for file in nested))


def expression_of(value: Any, files: Mapping[Media, File], nested: bool = False) -> Any:
    """An argument as code: media by the name of their file, inside of messages as their base64."""
    if isinstance(value, Media):
        file = files[value]
        return embedded(f"data:{media_type_of(value)};base64,", file) if nested else file.address or file.name
    if isinstance(value, dict):
        return {key: expression_of(item, files, True) for key, item in value.items()}
    return [expression_of(item, files, True) for item in value] if isinstance(value, list) else plain(value)


def _run(script: PythonScript, asked: SnippetContext, arguments: list[tuple[str, Any]]) -> str:
    call = asked.call
    if calls_tools(asked):
        return _tools(script, call, arguments)
    if call.arguments.get("stream"):
        return _stream(script, call, arguments)

    def result(variable: str) -> str:
        return script.call(f"client.{call.method}", arguments, f"{variable} = {script.wait}")

    if call.method == "chat_completion":
        tools = bool(call.arguments.get("tools"))
        shown = script.show(f"completion.choices[0].message{'' if tools else '.content'}", not tools)
        return f"{result('completion')}\n{shown}"
    if call.method in _SAVES_IMAGE:
        name = asked.answer.output("image")
        kind = "" if name.lower().endswith(_PICTURES) else ', format="PNG"'
        return f"{result('image')}\nimage.save({python_string(name)}{kind})"
    if call.method in _SAVES_BYTES:
        kind = _SAVES_BYTES[call.method]
        return f"{result(kind)}\n{script.path(asked.answer.output(kind))}.write_bytes({kind})"
    return f"{result('result')}\n{_show(script, call)}"


def _show(script: PythonScript, call: ClientCall) -> str:
    if call.method == "image_segmentation":
        return (
            "for number, item in enumerate(result):\n"
            "    print(item.label, item.score)\n"
            '    item.mask.save(f"mask-{number}.png")'
        )
    if call.method == "audio_to_audio":
        script.use("pathlib", "Path")
        return (
            "for number, item in enumerate(result):\n"
            "    print(item.label)\n"
            '    Path(f"output-{number}.wav").write_bytes(item.blob)'
        )
    text = _TEXTS.get(call.method)
    if call.method == "text_generation" and call.arguments.get("details"):
        text = "result.generated_text"
    if text or script.save_to:
        return script.show(text or _AS_JSON.get(call.method, "result"), bool(text))
    top_k = call.arguments.get("top_k")
    if call.method == "question_answering" and isinstance(top_k, int) and top_k > 1:
        return "for item in result if isinstance(result, list) else [result]:\n    print(item.answer, item.score)"
    if call.method in _PRINT_ITEM:
        return f"for item in result:\n    print({_PRINT_ITEM[call.method]})"
    return f"print({_PRINT.get(call.method, 'result')})"


def _tools(script: PythonScript, call: ClientCall, arguments: list[tuple[str, Any]]) -> str:
    hoisted, forced = python_tools.hoist(script, arguments), is_forced(call.arguments.get("tool_choice"))
    stream = bool(call.arguments.get("stream"))
    request = script.call("client.chat_completion", hoisted, f"{'stream' if stream else 'completion'} = {script.wait}")
    if stream:
        return python_tools.streamed(script, request, partial(chunks, script), objects=True, forced=forced)
    return python_tools.whole(script, request, "completion.choices[0].message", kind="strict", forced=forced)


def _stream(script: PythonScript, call: ClientCall, arguments: list[tuple[str, Any]]) -> str:
    start = script.call(f"client.{call.method}", arguments, f"stream = {script.wait}")
    if call.method == "text_generation":
        piece = script.piece("chunk.token.text" if call.arguments.get("details") else "chunk")
        return f"{start}\n{script.streamed(f'{script.each} chunk in stream:{chr(10)}    {piece}')}"
    return f"{start}\n{script.streamed(chat_loop(script))}"
