"""JavaScript with huggingface.js (@huggingface/inference)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from showcard.metadata.media import Media
from showcard.snippets.asked import SnippetContext
from showcard.snippets.draft import Draft
from showcard.snippets.files import File
from showcard.snippets.literals import WIDTH, SourceCode, javascript, javascript_string
from showcard.snippets.notes import no_token_note
from showcard.snippets.tool_loop import calls_tools, is_forced
from showcard.wire.call import CHAT_TASKS, ClientCall
from showcard.wire.media import media_type_of
from showcard.wire.request import RequestError, ResolvedRequest

from . import tools as js_tools
from .script import JavaScriptScript, chunks, expression, key_of


@dataclass(frozen=True, slots=True)
class _Method:
    """A method: what its `inputs` are (one argument of the Python call, or several under other names)."""

    name: str
    inputs: str | Mapping[str, str]
    show: str = ""  # the field of the result that is shown; empty: all of it
    saves: str = ""  # the kind of media that it gives
    bytes: str = ""  # the argument that travels as bytes: "data" (alone) or "inputs" (with parameters)
    root: bool = False  # parameters stand beside the inputs
    defaults: tuple[tuple[str, Any], ...] = ()  # what the Python client sends although nobody set it


_METHODS: dict[str, _Method] = {
    "text-classification": _Method("textClassification", "text"),
    "token-classification": _Method("tokenClassification", "text"),
    "question-answering": _Method("questionAnswering", {"question": "question", "context": "context"}),
    "table-question-answering": _Method("tableQuestionAnswering", {"query": "query", "table": "table"}),
    "zero-shot-classification": _Method("zeroShotClassification", "text", defaults=(("multi_label", False),)),
    "translation": _Method("translation", "text", show="translation_text"),
    "summarization": _Method("summarization", "text", show="summary_text"),
    "feature-extraction": _Method("featureExtraction", "text", root=True),
    "fill-mask": _Method("fillMask", "text"),
    "sentence-similarity": _Method(
        "sentenceSimilarity", {"source_sentence": "sentence", "sentences": "other_sentences"}
    ),
    "text-to-speech": _Method("textToSpeech", "text", saves="audio"),
    "text-to-image": _Method("textToImage", "prompt", saves="image"),
    "automatic-speech-recognition": _Method("automaticSpeechRecognition", "audio", show="text", bytes="data"),
    "audio-classification": _Method("audioClassification", "audio", bytes="data"),
    "image-classification": _Method("imageClassification", "image", bytes="data"),
    "object-detection": _Method("objectDetection", "image", bytes="data"),
    "image-to-image": _Method("imageToImage", "image", saves="image", bytes="inputs"),
    "document-question-answering": _Method("documentQuestionAnswering", {"question": "question", "image": "image"}),
}
# Where the library sends what huggingface_hub sends, as the tests found; elsewhere it renames parameters differently.
_SAME_ELSEWHERE = frozenset(
    {
        ("deepinfra", "feature-extraction"),
        ("deepinfra", "text-to-speech"),
        ("fal-ai", "text-to-speech"),
        ("replicate", "automatic-speech-recognition"),
        ("replicate", "image-to-image"),
        ("replicate", "text-to-image"),
        ("replicate", "text-to-speech"),
        ("together", "feature-extraction"),
        ("together", "text-to-image"),
        ("together", "text-to-speech"),
    }
)
_SAME_WITHOUT_PARAMETERS = frozenset({("nscale", "text-to-image"), ("scaleway", "feature-extraction")})


def write(asked: SnippetContext) -> Draft:
    """The snippet. Raises RequestError where the library can't do it, or does something else."""
    resolved, call = asked.resolved, asked.call
    _check(resolved, call)
    script = JavaScriptScript(asked.options.save_to)
    script.use("@huggingface/inference", "InferenceClient")
    script.blocks.append(_client(resolved, call))
    files = asked.call_files
    read = [script.read(file, encoded=True) for media, file in files.items() if media not in call.arguments.values()]
    if read:
        script.blocks.append("\n".join(read))
    chat = resolved.request.task in CHAT_TASKS
    script.blocks.append(_chat(script, asked, files) if chat else _task(script, asked, files))
    return Draft(script.text(), "npm install @huggingface/inference")


def _check(resolved: ResolvedRequest, call: ClientCall) -> None:
    task_id = resolved.request.task
    if resolved.request.headers:
        raise RequestError("huggingface.js can't send headers of one's own.")
    if task_id in CHAT_TASKS:
        if resolved.route and "?" in resolved.route:
            raise RequestError("huggingface.js can't send an address with a ? part.")
        if resolved.provider == "openai":
            raise RequestError("huggingface.js wants this provider's ids with its name before them.")
        return
    method = _METHODS.get(task_id)
    if method is None:
        raise RequestError(f"huggingface.js does {resolved.request.row.name.lower()} in another way, or not at all.")
    others = [name for name in call.arguments if name not in ("model", method.inputs)]
    if not resolved.route and resolved.provider not in ("auto", "hf-inference"):
        pair = (resolved.provider, task_id)
        if pair not in _SAME_ELSEWHERE and (others or pair not in _SAME_WITHOUT_PARAMETERS):
            raise RequestError(f"huggingface.js asks {resolved.provider} for this in another way, or not at all.")
    if method.bytes == "data" and others:
        raise RequestError("huggingface.js can't send parameters together with a file.")
    if method.bytes == "inputs" and not others:
        raise RequestError("huggingface.js can't send this image without a prompt or a parameter.")


def _client(resolved: ResolvedRequest, call: ClientCall) -> str:
    key = javascript(key_of(call.key_name)) if call.key_name is not None else ""
    if not resolved.route:
        return f"const client = new InferenceClient({key});"
    options = javascript({"endpointUrl": call.client.get("base_url")}, 0, WIDTH - 60)
    return f"{no_token_note(resolved, '//')}const client = new InferenceClient({key or 'undefined'}, {options});"


def _arguments(asked: SnippetContext) -> dict[str, Any]:
    resolved, call = asked.resolved, asked.call
    arguments: dict[str, Any] = {}
    if not resolved.route:
        arguments["provider"] = resolved.provider
    model = call.arguments.get("model", call.client.get("model"))
    return {**arguments, "model": model} if model else arguments


def _options(asked: SnippetContext) -> str:
    bill_to = asked.call.client.get("bill_to")
    return f", {javascript({'billTo': bill_to})}" if bill_to is not None else ""


def _chat(script: JavaScriptScript, asked: SnippetContext, files: Mapping[Media, File]) -> str:
    call, sent = asked.call, asked.sent.json
    # The body, not the arguments: this library does not shape messages and formats as huggingface_hub does.
    rest = {name: value for name, value in sent.items() if name not in ("model", "stream")}
    where = {"model": sent["model"]} if asked.resolved.route else _arguments(asked)
    given, options = {**where, **expression(rest, files)}, _options(asked)
    if calls_tools(asked):
        return _tools(script, asked, given, options)
    value = javascript(given, 0, 50)
    if not call.arguments.get("stream"):
        tools = bool(rest.get("tools"))
        shown = script.show(f"completion.choices[0].message{'' if tools else '.content'}", not tools)
        return f"const completion = await client.chatCompletion({value}{options});\n{shown}"
    loop = script.streamed(chunks(script.piece('chunk.choices?.[0]?.delta?.content ?? ""')))
    return f"const stream = client.chatCompletionStream({value}{options});\n{loop}"


def _tools(script: JavaScriptScript, asked: SnippetContext, given: dict[str, Any], options: str) -> str:
    hoisted, forced = js_tools.hoist(script, given), is_forced(given.get("tool_choice"))
    value = javascript(hoisted, 0, 50)
    if asked.call.arguments.get("stream"):
        request = f"const stream = client.chatCompletionStream({value}{options});"
        return js_tools.streamed(script, request, chunks, forced)
    request = f"const completion = await client.chatCompletion({value}{options});"
    return js_tools.whole(script, request, "completion.choices[0].message", forced)


def _task(script: JavaScriptScript, asked: SnippetContext, files: Mapping[Media, File]) -> str:
    call, method = asked.call, _METHODS[asked.resolved.request.task]
    names = (
        {method.inputs: ""} if isinstance(method.inputs, str) else {name: key for key, name in method.inputs.items()}
    )
    held = {name: _blob(script, value, files) for name, value in call.arguments.items() if name in names}
    inputs = held[method.inputs] if isinstance(method.inputs, str) else {key: held[name] for name, key in names.items()}
    parameters = {k: v for k, v in call.arguments.items() if k not in names and k not in ("model", "extra_body")}
    parameters = dict(method.defaults) | parameters | (call.arguments.get("extra_body") or {})
    arguments = {**_arguments(asked), "data" if method.bytes == "data" else "inputs": inputs}
    if parameters:
        arguments |= parameters if method.root else {"parameters": parameters}
    value = javascript(expression(arguments, {}), 0, 50)
    start = f"const result = await client.{method.name}({value}{_options(asked)});\n"
    if method.saves:
        return start + script.write_file(asked.answer.output(method.saves), "Buffer.from(await result.arrayBuffer())")
    return start + (script.show(f"result.{method.show}", True) if method.show else script.show("result", False, True))


def _blob(script: JavaScriptScript, value: Any, files: Mapping[Media, File]) -> Any:
    if not isinstance(value, Media):
        return value
    file, kind = files[value], javascript({"type": media_type_of(value)})
    if file.address is not None:
        return SourceCode(f"await ({script.fetch(javascript_string(file.address))}).blob()")
    script.use("node:fs/promises", "readFile")
    return SourceCode(f"new Blob([await readFile({javascript_string(file.name)})], {kind})")
