"""Whether the model of a folder can be run on this machine, and how: everything that is known before it is loaded.

A loader would find some of this out late, and some never: without a tokenizer, or for a task that its class does not
do, a model loads without a word and answers at random."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from showcard.metadata.reading.files import Folder
from showcard.metadata.tasks.architectures import architecture_task
from showcard.metadata.tasks.hints import LARGEST, Hints, read_hints
from showcard.metadata.tasks.table import Task, find_task

from .files import Weights, WeightsError, find_weights
from .memory import available_memory

TORCH, ONNX = "transformers", "onnxruntime"
EXTRA = "pip install -r requirements-local.txt"
OWN_MEMORY = {TORCH: 600_000_000, ONNX: 150_000_000}  # bytes that the libraries take before any weights
_ROOM = 1.2  # the weights, and what a small input needs beside them


class NotRunnable(ValueError):
    """Why a folder is not run: the check that said so, a sentence, and the way out."""

    def __init__(self, code: str, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Plan:
    """How a folder is run: the task, what loads it, the part of the folder the model is in, and the memory it needs."""

    task: str
    engine: str
    below: str
    weights: Weights
    needed: int


@dataclass(frozen=True, slots=True)
class _Runs:
    """A task that can be run: what its inputs need, the tasks of the classes that do it (none: any class), whether
    ONNX weights do, and the packages that it takes beside those of every task."""

    needs: tuple[str, ...]
    classes: tuple[str, ...] = ()
    onnx: bool = False
    packages: tuple[str, ...] = ()


_TEXT, _SEEN, _HEARD = ("a tokenizer",), ("an image processor",), ("an audio processor",)
_SOUND = ("soundfile", "scipy")
_GENERATES = ("text-generation", "image-text-to-text", "audio-text-to-text", "any-to-any")
RUNS: Mapping[str, _Runs] = {
    "text-classification": _Runs(_TEXT, ("text-classification",), onnx=True),
    "zero-shot-classification": _Runs(_TEXT, ("text-classification",), onnx=True),
    "text-ranking": _Runs(_TEXT, ("text-classification",), onnx=True),
    "token-classification": _Runs(_TEXT, ("token-classification",), onnx=True),
    "question-answering": _Runs(_TEXT, ("question-answering",), onnx=True),
    "table-question-answering": _Runs(_TEXT, ("table-question-answering",), packages=("pandas",)),
    "fill-mask": _Runs(_TEXT, ("fill-mask",), onnx=True),
    "feature-extraction": _Runs(_TEXT, onnx=True),
    "sentence-similarity": _Runs(_TEXT, onnx=True),
    "summarization": _Runs(_TEXT, _GENERATES),
    "translation": _Runs(_TEXT, _GENERATES),
    "text-generation": _Runs(_TEXT, _GENERATES),
    "conversational": _Runs(_TEXT, _GENERATES),
    "image-classification": _Runs(_SEEN, ("image-classification",), onnx=True),
    "object-detection": _Runs(_SEEN, ("object-detection",)),
    "image-segmentation": _Runs(_SEEN, ("image-segmentation",)),
    "depth-estimation": _Runs(_SEEN, ("depth-estimation",)),
    "image-to-image": _Runs(_SEEN, ("image-to-image",)),
    "image-to-text": _Runs(_SEEN + _TEXT, ("image-to-text", "image-text-to-text")),
    "image-text-to-text": _Runs(_SEEN + _TEXT, ("image-text-to-text", "any-to-any")),
    "visual-question-answering": _Runs(_SEEN + _TEXT, ("visual-question-answering",)),
    "document-question-answering": _Runs(_SEEN + _TEXT, ("document-question-answering",)),
    "zero-shot-image-classification": _Runs(_SEEN + _TEXT, ("zero-shot-image-classification",)),
    "zero-shot-object-detection": _Runs(_SEEN + _TEXT, ("zero-shot-object-detection",)),
    "automatic-speech-recognition": _Runs(_HEARD + _TEXT, ("automatic-speech-recognition",), packages=_SOUND),
    "audio-classification": _Runs(_HEARD, ("audio-classification",), packages=_SOUND),
    "text-to-speech": _Runs(_TEXT, ("text-to-audio",), packages=_SOUND[:1]),
    "text-to-audio": _Runs(_TEXT, ("text-to-audio",), packages=_SOUND[:1]),
}  # fmt: skip
_TOKENIZERS = (
    "tokenizer.json", "vocab.txt", "vocab.json", "spiece.model", "tokenizer.model", "sentencepiece.bpe.model",
    "source.spm", "tekken.json", "merges.txt",
)  # fmt: skip
_WITHOUT_VOCABULARY = ("ByT5Tokenizer", "CanineTokenizer", "PerceiverTokenizer")
_PROCESSORS = ("preprocessor_config.json", "processor_config.json")
_CONFIGURATIONS = ("config.json", "tokenizer_config.json", *_PROCESSORS, "video_preprocessor_config.json")


@dataclass(frozen=True, slots=True)
class _Case:
    """What the checks look at."""

    folder: Folder
    hints: Hints
    task: Task
    below: str
    modules: Collection[str]  # the packages that the Python which would run it has
    configurations: Mapping[str, Mapping[str, Any]]

    @property
    def paths(self) -> list[str]:
        """The files of the folder."""
        return sorted(self.hints.paths)

    @property
    def runs(self) -> _Runs:
        return RUNS[self.task.id]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of weights that can be used, the better one first."""
        if not self.runs.onnx:
            return ("safetensors",)
        lacks_torch = not {"torch", "transformers"} <= set(self.modules) and "onnxruntime" in self.modules
        return ("onnx", "safetensors") if lacks_torch else ("safetensors", "onnx")


def holds_model(folder: Folder) -> bool:
    """Whether a folder holds more than a card: a configuration, or weights of any kind."""
    names = {path.rsplit("/", 1)[-1] for path in folder.list()}
    return bool(names & {"config.json", "model_index.json", "modules.json"}) or bool(find_any(folder))


def find_any(folder: Folder) -> str:
    """The kind of the weights in a folder, whole or not; empty where there are none."""
    try:
        return find_weights(folder).kind
    except (WeightsError, OSError):
        return "safetensors"


def plan_run(folder: Folder, task: str, modules: Collection[str], memory: int | None = None) -> Plan:
    """How the model of a folder is run. `modules` are the packages at hand, `memory` the bytes that are free (asked of
    the machine where it is not given). Raises NotRunnable with the first thing that stands in the way."""
    found = find_task(task)
    if found is None or found.id not in RUNS:
        name = found.name.lower() if found else task
        raise NotRunnable("task", f"Showcard can't run {name} from a folder.", "Give an endpoint under Runs on.")
    away = next((path for path in folder.list() if not folder.opens(path)), None)
    if away:  # what loads a model opens files by itself
        told = f"{away} is a link, and what lies outside the folder is not read."
        raise NotRunnable("files", told, "Copy the folder with its files (cp -rL).")
    try:
        hints = read_hints(folder)
        case = _Case(folder, hints, found, _below(folder), modules, _read_configurations(folder))
        for check in _CHECKS:
            check(case)
        weights = _weights(case)
    except WeightsError as error:
        raise NotRunnable("weights", str(error), error.hint) from None
    except OSError as error:
        raise NotRunnable("files", f"It can't be read: {error}", "Copy the folder with its files (cp -rL).") from None
    engine = ONNX if weights.kind == "onnx" else TORCH
    plan = Plan(found.id, engine, case.below, weights, int(weights.size * _ROOM) + OWN_MEMORY[engine])
    _memory(plan, available_memory() if memory is None else memory)
    _extra(case, plan)
    return plan


def _below(folder: Folder) -> str:
    """The part of a sentence-transformers folder that its first module, the transformer, is in."""
    first = next(iter(read_modules(folder)), {})
    path = str(first.get("path") or "")
    return f"{path}/" if path and f"{path}/config.json" in folder.list() else ""


def read_modules(folder: Folder) -> list[Mapping[str, Any]]:
    """The modules of a sentence-transformers folder, in order."""
    found = _json(folder, "modules.json")
    return [module for module in found if isinstance(module, dict)] if isinstance(found, list) else []


def _json(folder: Folder, path: str) -> Any:
    try:
        return json.loads(folder.read(path, LARGEST))
    except (OSError, ValueError, RecursionError):
        return None


def _read_configurations(folder: Folder) -> dict[str, Mapping[str, Any]]:
    """Every configuration of the folder that could name code, by path."""
    named = [path for path in folder.list() if path.rsplit("/", 1)[-1] in _CONFIGURATIONS]
    return {path: value for path in named if isinstance(value := _json(folder, path), dict)}


# -- the checks, in the order in which they speak ----------------------------------------------------------------------


def _remote_code(case: _Case) -> None:
    hint = "Only models whose code is a part of transformers are run, as code from a folder could do anything."
    for path, value in case.configurations.items():
        if value.get("auto_map"):
            raise NotRunnable("remote-code", f"{path} asks for code of its own (auto_map).", hint)
    for module in read_modules(case.folder):
        kind = str(module.get("type") or "")
        if not kind.startswith("sentence_transformers."):
            raise NotRunnable("remote-code", f"modules.json asks for code of its own ({kind[:80]}).", hint)
    code = next((path for path in case.paths if path.endswith((".py", ".pyc", ".so"))), None)
    if code:
        raise NotRunnable("remote-code", f"The folder holds code ({code}), and is not run with it.", f"{hint}"
                          " Move the file elsewhere if the model does not need it.")  # fmt: skip


def _library(case: _Case) -> None:
    if case.hints.pipeline:
        raise NotRunnable("library", "This is a model of diffusers, which is not run here.", _ENDPOINT)
    if case.hints.adapter and not case.hints.config:
        base = case.hints.adapter.get("base_model_name_or_path")
        raise NotRunnable(
            "adapter",
            f"This folder holds an adapter; its base model {str(base or '')[:80]} is not in it.".replace("  ", " "),
            "Merge them (merge_and_unload, then save_pretrained) to run it here.",
        )


_ENDPOINT = "Serve it, and give its address under Runs on."


def _weights_there(case: _Case) -> None:
    found = _weights(case)
    if found.kind in ("safetensors", "onnx"):
        return
    if found.kind == "pickle":
        raise NotRunnable(
            "pickle",
            f"The weights are a pickle ({found.files[0]}), which could run code when it is opened; it is not.",
            'Save them as safetensors: model.save_pretrained("folder").',
        )
    if found.kind == "GGUF":
        raise NotRunnable("format", f"{found.files[0]} holds GGUF weights.", f"Serve it with llama.cpp. {_ENDPOINT}")
    if found.kind:
        raise NotRunnable("format", f"{found.files[0]} holds {found.kind} weights, which are not run here.", _ENDPOINT)
    other = next((path for path in case.paths if path.endswith((".safetensors", ".onnx"))), None)
    if other and other.endswith(".onnx") and not case.runs.onnx:
        raise NotRunnable("format", f"{case.task.name} is not run from ONNX weights.", "Add model.safetensors.")
    if other:
        wanted = "onnx/model.onnx" if other.endswith(".onnx") else "model.safetensors"
        raise NotRunnable(
            "no-weights", f"There is {other}, but no {wanted}, the name that is looked for.", "Rename it."
        )
    if any(path.endswith(".onnx") for path in case.paths):
        raise NotRunnable("format", f"{case.task.name} is not run from ONNX weights.", "Add model.safetensors.")
    raise NotRunnable("no-weights", "The folder holds no weights.", "Add model.safetensors.")


def _weights(case: _Case) -> Weights:
    return find_weights(case.folder, case.below, case.kinds)


def _configuration(case: _Case) -> None:
    config = case.configurations.get(f"{case.below}config.json")
    if config is None:
        raise NotRunnable("no-config", f"There is no readable {case.below}config.json.", "Add the model's config.json.")
    if not isinstance(config.get("model_type"), str):
        raise NotRunnable("no-config", f"{case.below}config.json names no model_type.", "Save the model again.")


def _tokenizer(case: _Case) -> None:
    paths = {path.removeprefix(case.below) for path in case.paths}
    named = str(case.hints.tokenizer.get("tokenizer_class") or "")
    has_tokenizer = bool(paths & set(_TOKENIZERS)) or named.startswith(_WITHOUT_VOCABULARY)
    if "a tokenizer" in case.runs.needs and not has_tokenizer:
        raise NotRunnable(
            "no-tokenizer",
            "The folder holds no tokenizer; without it the model would read other words than yours.",
            "Add it: tokenizer.save_pretrained beside the model.",
        )
    processor = next((need for need in case.runs.needs if need.endswith("processor")), None)
    if processor and not paths & set(_PROCESSORS):
        raise NotRunnable(
            "no-processor",
            f"The folder holds no preprocessor_config.json, so it is not known how {processor} prepares the input.",
            "Add it: processor.save_pretrained beside the model.",
        )


def _architecture(case: _Case) -> None:
    """A class with another head than the task's would be given a new one, with random weights."""
    config = case.configurations[f"{case.below}config.json"]
    named = config.get("architectures")
    first = named[0] if isinstance(named, list) and named and isinstance(named[0], str) else ""
    does = architecture_task(first, config)[0] if first else ""
    if not does or not case.runs.classes or does in case.runs.classes:
        return
    other = find_task(does)
    raise NotRunnable(
        "architecture",
        f"The weights are those of {first}, which does {other.name.lower() if other else does}, not"
        f" {case.task.name.lower()}: an untrained part would answer.",
        "Correct pipeline_tag, or choose the task under Metadata.",
    )


# Tasks, model types, and what these lack that is not in a folder of theirs.
_ELSEWHERE = (
    (("text-to-speech", "text-to-audio"), ("speecht5", "fastspeech2_conformer"),
     "This model writes spectrograms; what makes sounds of them (a vocoder) is another model."),
    (("document-question-answering",), ("layoutlm", "layoutlmv2", "layoutlmv3"),
     "This model wants the words of a page found by another program (Tesseract), which Showcard does not ask."),
)  # fmt: skip


def _alone(case: _Case) -> None:
    kind = case.configurations[f"{case.below}config.json"]["model_type"]
    for tasks, kinds, sentence in _ELSEWHERE:
        if case.task.id in tasks and kind in kinds:
            raise NotRunnable("elsewhere", sentence, _ENDPOINT)


def _labels(case: _Case) -> None:
    """Zero-shot classification asks whether a text entails a sentence; a label has to say so."""
    if case.task.id != "zero-shot-classification":
        return
    labels = case.configurations[f"{case.below}config.json"].get("label2id")
    if not isinstance(labels, dict) or not any(str(label).lower().startswith("entail") for label in labels):
        raise NotRunnable(
            "labels",
            "None of the model's labels is called entailment, so it can't be used for zero-shot classification.",
            "Name the labels in config.json (label2id), or choose another task.",
        )


_CHECKS: tuple[Callable[[_Case], None], ...] = (
    _remote_code,
    _library,
    _weights_there,
    _configuration,
    _tokenizer,
    _architecture,
    _alone,
    _labels,
)


def _memory(plan: Plan, free: int | None) -> None:
    if free is not None and plan.needed > free:
        raise NotRunnable(
            "memory",
            f"The model needs about {plan.needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free.",
            "Close other programs, or serve it on a larger machine and give its address under Runs on.",
        )


_PACKAGES = {
    TORCH: ("torch", "transformers", "numpy", "PIL", "fastapi", "uvicorn", "yaml"),
    ONNX: ("onnxruntime", "tokenizers", "numpy", "PIL", "fastapi", "uvicorn", "yaml"),
}
TORCH_PACKAGES = frozenset(("torch", "transformers"))
ALL_PACKAGES = tuple(sorted({name for names in _PACKAGES.values() for name in names} | {*_SOUND, "pandas"}))
_PIP_NAMES = {"PIL": "pillow", "yaml": "pyyaml"}


def _extra(case: _Case, plan: Plan) -> None:
    wanted = (*_PACKAGES[plan.engine], *case.runs.packages)
    missing = [_PIP_NAMES.get(name, name) for name in wanted if name not in case.modules]
    if missing:
        raise NotRunnable(
            "extra",
            f"Running it needs {_listed(missing)}, which this Python lacks.",
            f"{EXTRA}, or start with --local-python and another Python that has them.",
        )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
