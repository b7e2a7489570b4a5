"""Code that runs a card's model on one's own machine, with the library it is made for.

`tests/snippets/test_local_run.py` runs such code beside tiny models, where torch is installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from showcard.metadata.tasks.table import Task
from showcard.snippets.literals import SourceCode, plain, python_string, shell_word
from showcard.snippets.python.script import PythonScript
from showcard.snippets.snippet import Snippet
from showcard.wire.call import CHAT_TASKS
from showcard.wire.checks import check_json, check_model_id
from showcard.wire.request import RequestError

from . import transformers as local_transformers
from .transformers import given, messages_of

_LONGEST_ARGUMENT = 100_000  # Linux takes at most 128 KiB in one argument


@dataclass(frozen=True, slots=True)
class _Model:
    """What is run: the model, its task, the inputs of an example, and the card's tags."""

    id: str
    row: Task
    inputs: Mapping[str, Any]
    tags: Sequence[str]

    @property
    def literal(self) -> str:
        """The model's id in Python."""
        return python_string(self.id)


@dataclass(frozen=True, slots=True)
class _Library:
    """A library: its writer, and what is installed beside what it imports (of a shell: the whole command)."""

    name: str
    write: Callable[[_Model], str | PythonScript]
    install: tuple[str, ...] = ()


def local_snippets(
    model_id: str, library: str | None, row: Task, inputs: Mapping[str, Any], tags: Sequence[str] = ()
) -> tuple[Snippet, ...]:
    """One snippet for each library and app that can run the model; none where no such library is known."""
    names = list(_OF_LIBRARY.get(library or "", ()))
    if library == "transformers" and row.id in (*CHAT_TASKS, "text-generation"):
        names.append("vLLM")
    if library == "gguf" or "gguf" in tags:
        names += [name for name in ("llama.cpp", "Ollama") if name not in names]
    model = _Model(model_id, row, inputs, tags)
    return tuple(_snippet(one, model) for one in _LIBRARIES if one.name in names)


def _snippet(library: _Library, model: _Model) -> Snippet:
    filename = f"local_{library.name.lower().replace('-', '_').replace('.', '_')}"
    language = "sh" if library.name in ("llama.cpp", "Ollama") else "python"
    filename += ".sh" if language == "sh" else ".py"
    try:
        check_model_id(model.id)
        check_json(plain(dict(model.inputs)))
        written = library.write(model)
    except RequestError as error:
        return Snippet(language, library.name, None, str(error), "", filename)
    if isinstance(written, str):
        return Snippet(language, library.name, written, None, " ".join(library.install), filename)
    more = local_transformers.NEEDS.get(model.row.id, ()) if library.name == "transformers" else ()
    return Snippet(language, library.name, written.text(), None, written.install(*library.install, *more), filename)


def _transformers(model: _Model) -> PythonScript:
    script = PythonScript()
    local_transformers.write(script, model.id, model.row, model.inputs)
    return script


def _diffusers(model: _Model) -> PythonScript:
    script, task = PythonScript(), model.row.id
    if task not in ("text-to-image", "image-to-image", "text-to-video", "image-to-video"):
        raise RequestError(f"diffusers does no {model.row.name.lower()}.")
    pipeline = "AutoPipelineForImage2Image" if task == "image-to-image" else "DiffusionPipeline"
    script.use("diffusers", pipeline)
    script.use("torch")
    base = next((tag.partition("base_model:adapter:")[2] for tag in model.tags if "base_model:adapter:" in tag), "")
    loaded = python_string(check_model_id(base)) if base else model.literal
    lines = [f'device = "cuda" if torch.cuda.is_available() else "cpu"\npipe = {pipeline}.from_pretrained({loaded})']
    if base:
        lines.append(f"pipe.load_lora_weights({model.literal})")
    script.blocks.append("\n".join([*lines, "pipe.to(device)"]))
    arguments: list[tuple[str | None, Any]] = []
    prompt = "prompt" if task.startswith("image") else "text"
    if task.startswith("image"):
        script.use("diffusers.utils", "load_image")
        script.blocks.append(script.call("load_image", [(None, given(model.inputs, "image"))], "picture = "))
        arguments.append(("image", SourceCode("picture")))
    if model.inputs.get(prompt) is not None or not arguments:
        arguments.insert(0, ("prompt", given(model.inputs, prompt)))
    called = script.call("pipe", arguments)
    if task.endswith("video"):
        script.use("diffusers.utils", "export_to_video")
        script.blocks.append(f'frames = {called}.frames[0]\nexport_to_video(frames, "output.mp4")')
    else:
        script.blocks.append(f'image = {called}.images[0]\nimage.save("output.png")')
    return script


def _sentence_transformers(model: _Model) -> PythonScript:
    script, task, inputs = PythonScript(), model.row.id, model.inputs
    kind = "CrossEncoder" if task == "text-ranking" else "SentenceTransformer"
    script.use("sentence_transformers", kind)
    script.blocks.append(f"model = {kind}({model.literal})")
    if task == "feature-extraction":
        called = script.call("model.encode", [(None, given(inputs, "text"))], "embedding = ")
        script.blocks.append(f"{called}\nprint(embedding.shape, embedding)")
    elif task == "sentence-similarity":
        texts = [given(inputs, "source_sentence"), *given(inputs, "sentences")]
        called = script.call("model.encode", [(None, texts)], "embeddings = ")
        script.blocks.append(f"{called}\nprint(model.similarity(embeddings[:1], embeddings[1:]))")
    elif task == "text-ranking":
        pair: list[tuple[str | None, Any]] = [
            (None, given(inputs, "source_sentence")),
            (None, given(inputs, "sentences")),
        ]
        called = script.call("model.rank", [*pair, ("return_documents", True)])
        script.blocks.append(f'for item in {called}:\n    print(item["score"], item["text"])')
    else:
        raise RequestError(f"sentence-transformers does no {model.row.name.lower()}.")
    return script


def _timm(model: _Model) -> PythonScript:
    script = PythonScript()
    if model.row.id not in ("image-classification", "image-feature-extraction"):
        raise RequestError(f"timm does no {model.row.name.lower()}.")
    for name in ("timm", "torch"):
        script.use(name)
    script.use("PIL", "Image")
    image = given(model.inputs, "image")
    opened = python_string(image)
    if image.startswith(("http://", "https://")):
        script.use("urllib.request", "urlopen")
        opened = f"urlopen({opened})"
    features = model.row.id == "image-feature-extraction"
    more = ", num_classes=0" if features else ""
    script.blocks.append(
        f"model = timm.create_model({python_string('hf_hub:' + model.id)}, pretrained=True{more}).eval()\n"
        "config = timm.data.resolve_model_data_config(model)\n"
        "transform = timm.data.create_transform(**config, is_training=False)"
    )
    shown = (
        "print(output.shape, output)"
        if features
        else "scores, classes = output.softmax(dim=1).topk(min(5, output.shape[1]))\nprint(scores[0], classes[0])"
    )
    script.blocks.append(
        f'image = Image.open({opened}).convert("RGB")\n'
        "with torch.no_grad():\n"
        "    output = model(transform(image).unsqueeze(0))\n"
        f"{shown}"
    )
    return script


def _vllm(model: _Model) -> PythonScript:
    script = PythonScript()
    script.use("vllm", "LLM", "SamplingParams")
    script.blocks.append(f"llm = LLM(model={model.literal})\nparams = SamplingParams(max_tokens=256)")
    params = (None, SourceCode("params"))
    if model.row.id == "text-generation":
        called = script.call("llm.generate", [(None, given(model.inputs, "text")), params], "outputs = ")
    else:
        called = script.call("llm.chat", [(None, messages_of(model.inputs, _web_image)), params], "outputs = ")
    script.blocks.append(f"{called}\nprint(outputs[0].outputs[0].text)")
    return script


def _web_image(address: str) -> dict[str, Any]:
    if not address.startswith(("http://", "https://", "data:")):
        raise RequestError("vLLM takes images by their address on the web.")
    return {"type": "image_url", "image_url": {"url": address}}


def _prompt(model: _Model) -> str:
    """The text that an app on the command line is asked."""
    if isinstance(model.inputs.get("text"), str):
        text = model.inputs["text"]
    else:
        asked = [one for one in messages_of(model.inputs, _web_image) if one.get("role") == "user"]
        text = asked[-1].get("content") if asked else None
    if not isinstance(text, str):
        raise RequestError("The command line takes a text only.")
    if "\0" in text or len(text.encode()) + 3 * text.count("'") > _LONGEST_ARGUMENT:
        raise RequestError("A command line can't hold this text.")
    return text


# -st: one answer, then back to the shell.
def _llama_cpp(model: _Model) -> str:
    return f"llama-cli -hf {shell_word(model.id)} -st -p {shell_word(_prompt(model))}\n"


def _ollama(model: _Model) -> str:
    # By standard input: as an argument, a text that begins with a dash would be an option.
    return f"printf %s {shell_word(_prompt(model))} | ollama run {shell_word('hf.co/' + model.id)}\n"


_LIBRARIES = (
    _Library("transformers", _transformers, ("torch",)),
    _Library("diffusers", _diffusers, ("transformers", "accelerate")),
    _Library("sentence-transformers", _sentence_transformers),
    _Library("timm", _timm),
    _Library("vLLM", _vllm),
    _Library("llama.cpp", _llama_cpp, ("brew install llama.cpp",)),
    _Library("Ollama", _ollama, ("curl -fsSL https://ollama.com/install.sh | sh",)),
)
_OF_LIBRARY = {
    **{name: (name,) for name in ("transformers", "diffusers", "sentence-transformers", "timm")},
    "llama.cpp": ("llama.cpp", "Ollama"),
    "vllm": ("vLLM",),
    "ollama": ("Ollama",),
}
