"""Python with huggingface_hub: the very call that the app makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metadata.media import Media
from wire.call import ClientCall
from wire.media import media_type_of

from .answers import OUTPUT_FILES
from .asked import Asked
from .draft import Draft
from .files import File
from .literals import plain
from .notes import no_token_note
from .python import Script, embedded

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
_PRINT = {
    "question_answering": "result.answer, result.score",
    "table_question_answering": "result.answer",
    "translation": "result.translation_text",
    "summarization": "result.summary_text",
    "automatic_speech_recognition": "result.text",
    "image_to_text": "result.generated_text",
    "feature_extraction": "result.shape, result",
}
_SAVES_IMAGE = frozenset({"text_to_image", "image_to_image"})
_SAVES_BYTES = {"text_to_speech": "audio", "text_to_video": "video", "image_to_video": "video"}
_NEEDS = {
    "text_to_image": "pillow",
    "image_to_image": "pillow",
    "image_segmentation": "pillow",
    "feature_extraction": "numpy",
}


def write(asked: Asked) -> Draft:
    """The snippet. Raises RequestError where the client can't do it."""
    call = asked.call
    script = Script()
    script.use("huggingface_hub", "InferenceClient")
    files = asked.call_files
    script.teach_types([file for value, file in files.items() if value in call.arguments.values()])
    constructor: list[tuple[str, Any]] = list(call.client.items())
    if call.key_name is not None:
        constructor.insert(1 if call.client else 0, ("api_key", script.key(call.key_name)))
    script.blocks.append(no_token_note(asked.resolved, "#") + script.call("InferenceClient", constructor, "client = "))
    _read_nested(script, call, files)
    arguments = [(name, _expression(value, files)) for name, value in call.arguments.items()]
    script.blocks.append(_run(script, call, arguments))
    needs = ["huggingface_hub", *filter(None, [_NEEDS.get(call.method)])]
    return Draft(script.text(), f"pip install {' '.join(needs)}")


def _read_nested(script: Script, call: ClientCall, files: Mapping[Media, File]) -> None:
    """Media inside messages are read into variables, as base64."""
    nested = [file for media, file in files.items() if media not in call.arguments.values() and not file.address]
    if nested:
        script.blocks.append("\n".join(script.encode(file) for file in nested))


def _expression(value: Any, files: Mapping[Media, File], nested: bool = False) -> Any:
    if isinstance(value, Media):
        file = files[value]
        return embedded(f"data:{media_type_of(value)};base64,", file) if nested else file.address or file.name
    if isinstance(value, dict):
        return {key: _expression(item, files, True) for key, item in value.items()}
    return [_expression(item, files, True) for item in value] if isinstance(value, list) else plain(value)


def _run(script: Script, call: ClientCall, arguments: list[tuple[str, Any]]) -> str:
    method = f"client.{call.method}"
    if call.arguments.get("stream"):
        return _stream(script, call, arguments)
    if call.method == "chat_completion":
        what = "message" if call.arguments.get("tools") else "message.content"
        return f"{script.call(method, arguments, 'completion = ')}\nprint(completion.choices[0].{what})"
    if call.method in _SAVES_IMAGE:
        return f'{script.call(method, arguments, "image = ")}\nimage.save("{OUTPUT_FILES["image"]}")'
    if call.method in _SAVES_BYTES:
        kind = _SAVES_BYTES[call.method]
        script.use("pathlib", "Path")
        return f'{script.call(method, arguments, f"{kind} = ")}\nPath("{OUTPUT_FILES[kind]}").write_bytes({kind})'
    return f"{script.call(method, arguments, 'result = ')}\n{_show(script, call)}"


def _show(script: Script, call: ClientCall) -> str:
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
    top_k = call.arguments.get("top_k")
    if call.method == "question_answering" and isinstance(top_k, int) and top_k > 1:
        return "for item in result if isinstance(result, list) else [result]:\n    print(item.answer, item.score)"
    if call.method == "text_generation" and call.arguments.get("details"):
        return "print(result.generated_text)"
    if call.method in _PRINT_ITEM:
        return f"for item in result:\n    print({_PRINT_ITEM[call.method]})"
    return f"print({_PRINT.get(call.method, 'result')})"


def _stream(script: Script, call: ClientCall, arguments: list[tuple[str, Any]]) -> str:
    start = script.call(f"client.{call.method}", arguments, "stream = ")
    if call.method == "text_generation":
        text = "chunk.token.text" if call.arguments.get("details") else "chunk"
        return f'{start}\nfor chunk in stream:\n    print({text}, end="", flush=True)\nprint()'
    # The first chunk may hold a role only, the last one (usage) no choice at all.
    return (
        f"{start}\n"
        "for chunk in stream:\n"
        "    if chunk.choices and chunk.choices[0].delta.content:\n"
        '        print(chunk.choices[0].delta.content, end="", flush=True)\n'
        "print()"
    )
