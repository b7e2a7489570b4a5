"""transformers 5, on this machine. Where it has no pipeline any more, the model is called itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from showcard.metadata.media import Media
from showcard.metadata.tasks.table import Task
from showcard.snippets.files import files_of
from showcard.snippets.literals import SourceCode, plain, python_string
from showcard.snippets.python.script import PythonScript
from showcard.wire.call import CHAT_TASKS
from showcard.wire.request import RequestError

# The arguments of each pipeline, by the input that they take; None: the first one, which has no name.
_TEXT = "text-classification token-classification fill-mask feature-extraction text-generation text-to-speech"
_IMAGE = "image-classification object-detection image-segmentation depth-estimation mask-generation"
_LABELS = ("candidate_labels", "candidate_labels")
_PIPELINES: Mapping[str, tuple[tuple[str | None, str], ...]] = {
    **dict.fromkeys([*_TEXT.split(), "text-to-audio"], ((None, "text"),)),
    **dict.fromkeys([*_IMAGE.split(), "image-feature-extraction"], ((None, "image"),)),
    **dict.fromkeys(["automatic-speech-recognition", "audio-classification"], ((None, "audio"),)),
    **dict.fromkeys(["zero-shot-image-classification", "zero-shot-object-detection"], ((None, "image"), _LABELS)),
    "video-classification": ((None, "video"),),
    "zero-shot-classification": ((None, "text"), _LABELS, ("multi_label", "multi_label")),
    "document-question-answering": (("image", "image"), ("question", "question")),
    "table-question-answering": (("table", "table"), ("query", "query")),
}
# What a pipeline needs beside what is imported: packages, and a program of the system.
NEEDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys([*_IMAGE.split(), "image-feature-extraction", "zero-shot-image-classification"], ("pillow",)),
    **dict.fromkeys(["zero-shot-object-detection", "image-text-to-text", "any-to-any"], ("pillow",)),
    **dict.fromkeys(["image-to-text", "visual-question-answering"], ("pillow",)),
    "document-question-answering": ("pillow", "pytesseract"),
    "table-question-answering": ("pandas",),
    "video-classification": ("av",),
}
_PROGRAMS = {
    **dict.fromkeys(["automatic-speech-recognition", "audio-classification"], "# Sounds are read by ffmpeg.\n"),
    "document-question-answering": "# The text of the image is read by tesseract.\n",
}
_SOUNDS = frozenset({"text-to-speech", "text-to-audio"})


def write(script: PythonScript, model_id: str, row: Task, inputs: Mapping[str, Any]) -> None:
    """The blocks of a script. Raises RequestError where the library does not do the task."""
    if row.id in CHAT_TASKS:
        _chat(script, model_id, row, inputs)
    elif row.id in _PIPELINES:
        _pipeline(script, model_id, row, inputs)
    elif row.id in _MODELS:
        _MODELS[row.id](script, python_string(model_id), inputs)
    else:
        raise RequestError(f"transformers has nothing of its own for {row.name.lower()}.")


def given(inputs: Mapping[str, Any], name: str) -> Any:
    """An input, with the name of its file for media. Raises RequestError where it is missing."""
    value = inputs.get(name)
    if value is None:
        raise RequestError(f'The input "{name}" is missing.')
    if not isinstance(value, Media):
        return plain(value)
    file = files_of(dict(inputs))[value]
    return file.address or file.name


def _pipeline(script: PythonScript, model_id: str, row: Task, inputs: Mapping[str, Any]) -> None:
    script.use("transformers", "pipeline")
    arguments = [
        (argument, given(inputs, name))
        for argument, name in _PIPELINES[row.id]
        if inputs.get(name) is not None or name != "multi_label"
    ]
    if inputs.get("text_pair") is not None:  # the pipeline takes a pair as one input
        arguments[0] = (None, {name: given(inputs, name) for name in ("text", "text_pair")})
    script.blocks.append(script.call("pipeline", [(None, row.id), ("model", model_id)], "pipe = "))
    called = _PROGRAMS.get(row.id, "") + script.call("pipe", arguments, "result = ")
    if row.id not in _SOUNDS:
        script.blocks.append(f"{called}\nprint(result)")
        return
    script.use("soundfile")
    script.blocks.append(f'{called}\nsoundfile.write("output.wav", result["audio"].squeeze(), result["sampling_rate"])')


def _chat(script: PythonScript, model_id: str, row: Task, inputs: Mapping[str, Any]) -> None:
    script.use("transformers", "pipeline")
    name = "text-generation" if row.id == "conversational" else row.id
    script.blocks.append(script.call("pipeline", [(None, name), ("model", model_id)], "pipe = "))
    messages = messages_of(inputs, lambda address: {"type": "image", "url": address})
    asked = script.call("pipe", [("text" if name != "text-generation" else None, messages), ("max_new_tokens", 256)])
    script.blocks.append(f'result = {asked}\nprint(result[0]["generated_text"][-1]["content"])')


def messages_of(inputs: Mapping[str, Any], image: Callable[[str], dict[str, Any]]) -> list[Any]:
    """The messages of a chat; `image` makes the part of a message that shows one, at an address or in a file."""
    files = files_of(dict(inputs))

    def part(value: Any) -> Any:
        url = value.get("image_url") if isinstance(value, Mapping) else None
        address = url.get("url") if isinstance(url, Mapping) else None
        if isinstance(address, Media):
            address = files[address].address or files[address].name
        return image(address) if isinstance(address, str) else plain(value)

    messages = inputs.get("messages")
    if messages is None and isinstance(inputs.get("image"), Media):
        parts = [{"type": "image_url", "image_url": {"url": inputs["image"]}}]
        parts += [{"type": "text", "text": inputs.get("prompt") or ""}]
        messages = [{"role": "user", "content": parts}]
    if not isinstance(messages, list | tuple) or not all(isinstance(one, Mapping) for one in messages):
        raise RequestError('The input "messages" is missing.')
    return [
        {
            key: [part(item) for item in value] if isinstance(value, list | tuple) else value
            for key, value in one.items()
        }
        for one in messages
    ]


def _load(script: PythonScript, model: str, prepares: str, kind: str) -> None:
    """Two lines that load a model and what prepares its inputs."""
    script.use("transformers", prepares, kind)
    variable = "tokenizer" if prepares == "AutoTokenizer" else "processor"
    script.blocks.append(f"{variable} = {prepares}.from_pretrained({model})\nmodel = {kind}.from_pretrained({model})")


def _question(script: PythonScript, model: str, inputs: Mapping[str, Any]) -> None:
    script.use("torch")
    _load(script, model, "AutoTokenizer", "AutoModelForQuestionAnswering")
    asked: list[tuple[str | None, Any]] = [(None, given(inputs, "question")), (None, given(inputs, "context"))]
    asked += [("truncation", "only_second"), ("return_tensors", "pt")]
    script.blocks.append(
        f"{script.call('tokenizer', asked, 'inputs = ')}\n"
        "with torch.no_grad():\n"
        "    outputs = model(**inputs)\n"
        "start, end = outputs.start_logits.argmax(), outputs.end_logits.argmax()\n"
        'print(tokenizer.decode(inputs["input_ids"][0, start : end + 1], skip_special_tokens=True))'
    )


def _rewrite(script: PythonScript, model: str, inputs: Mapping[str, Any]) -> None:
    _load(script, model, "AutoTokenizer", "AutoModelForSeq2SeqLM")
    asked = [(None, given(inputs, "text")), ("truncation", True), ("return_tensors", "pt")]
    script.blocks.append(
        f"{script.call('tokenizer', asked, 'inputs = ')}\n"
        "outputs = model.generate(**inputs, max_new_tokens=256)\n"
        "print(tokenizer.decode(outputs[0], skip_special_tokens=True))"
    )


def _image(script: PythonScript, inputs: Mapping[str, Any]) -> None:
    script.use("transformers.image_utils", "load_image")
    script.blocks.append(script.call("load_image", [(None, given(inputs, "image"))], "image = "))


def _caption(script: PythonScript, model: str, inputs: Mapping[str, Any]) -> None:
    _load(script, model, "AutoProcessor", "AutoModelForImageTextToText")
    _image(script, inputs)
    script.blocks.append(
        'inputs = processor(images=image, return_tensors="pt")\n'
        "outputs = model.generate(**inputs, max_new_tokens=64)\n"
        "print(processor.batch_decode(outputs, skip_special_tokens=True)[0])"
    )


def _visual_question(script: PythonScript, model: str, inputs: Mapping[str, Any]) -> None:
    script.use("torch")
    _load(script, model, "AutoProcessor", "AutoModelForVisualQuestionAnswering")
    _image(script, inputs)
    asked = [("images", SourceCode("image")), ("text", given(inputs, "question")), ("return_tensors", "pt")]
    script.blocks.append(
        f"{script.call('processor', asked, 'inputs = ')}\n"
        "with torch.no_grad():\n"
        "    logits = model(**inputs).logits\n"
        "print(model.config.id2label[logits.argmax(-1).item()])"
    )


def _redraw(script: PythonScript, model: str, inputs: Mapping[str, Any]) -> None:
    script.use("torch")
    script.use("PIL", "Image")
    _load(script, model, "AutoImageProcessor", "AutoModelForImageToImage")
    _image(script, inputs)
    script.blocks.append(
        'inputs = processor(image, return_tensors="pt")\n'
        "with torch.no_grad():\n"
        "    pixels = model(**inputs).reconstruction[0].clamp(0, 1)\n"
        'Image.fromarray((pixels.permute(1, 2, 0) * 255).round().byte().numpy()).save("output.png")'
    )


_MODELS: Mapping[str, Callable[[PythonScript, str, Mapping[str, Any]], None]] = {
    "question-answering": _question,
    "summarization": _rewrite,
    "translation": _rewrite,
    "image-to-text": _caption,
    "visual-question-answering": _visual_question,
    "image-to-image": _redraw,
}
