"""Sentence embeddings: the modules of a sentence-transformers folder after the transformer, in NumPy."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from showcard.metadata.reading.files import Folder
from showcard.metadata.tasks.hints import LARGEST
from showcard.metadata.weights.files import WEIGHTS, read_header
from showcard.metadata.weights.runnable import read_modules

from ..engines.base import flag_of, text_of
from ..errors import Refusal

Array = np.ndarray[Any, np.dtype[Any]]
Step = Callable[[Array], Array]
_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}
_LONGEST = 500_000  # characters
_DEFAULT = ({"pooling_mode_mean_tokens": True},)


def _mean(tokens: Array) -> Array:
    return np.asarray(tokens.mean(axis=0))


def _weighted(tokens: Array) -> Array:
    weights = np.arange(1, len(tokens) + 1)[:, None]
    return np.asarray((tokens * weights).sum(axis=0) / weights.sum())


# How a folder calls the ways to make one vector of the tokens', of which it may take several.
_WAYS: Mapping[str, Callable[[Array], Array]] = {
    "cls": lambda tokens: tokens[0],
    "max": lambda tokens: tokens.max(axis=0),
    "mean": _mean,
    "mean_sqrt_len": lambda tokens: tokens.sum(axis=0) / np.sqrt(len(tokens)),
    "weightedmean": _weighted,
    "lasttoken": lambda tokens: tokens[-1],
}
_OLD_NAMES = {"cls_token": "cls", "max_tokens": "max", "mean_tokens": "mean", "mean_sqrt_len_tokens": "mean_sqrt_len",
              "weightedmean_tokens": "weightedmean"}  # fmt: skip
_ACTIVATIONS: Mapping[str, Step] = {
    "Tanh": np.tanh,
    "Identity": lambda vector: vector,
    "ReLU": lambda vector: np.maximum(vector, 0),
    "Sigmoid": lambda vector: 1 / (1 + np.exp(-vector)),
}


class Sentences:
    """What a folder says about sentences: how their tokens become a vector, how many tokens, what stands before."""

    def __init__(self, folder: Folder) -> None:
        modules = read_modules(folder)
        self.pools = bool(modules)
        self.steps = [step for module in modules[1:] if (step := _step(folder, module))] or [_pooling({})]
        below = f"{modules[0].get('path')}/" if modules and modules[0].get("path") else ""
        told = _read(folder, f"{below}sentence_bert_config.json")
        longest = told.get("max_seq_length")
        self.longest = longest if isinstance(longest, int) else None
        told = _read(folder, "config_sentence_transformers.json")
        prompts = told.get("prompts")
        self.prompts: dict[str, Any] = prompts if isinstance(prompts, dict) else {}
        self.prompt = told.get("default_prompt_name")

    def prompted(self, text: str, name: str | None = None) -> str:
        """A text behind its prompt. Raises Refusal for a prompt that the folder does not have."""
        if name is not None and name not in self.prompts:
            raise Refusal(f'"prompt_name" must be one of {", ".join(self.prompts) or "none"}, but it is {name[:60]!r}.')
        return str(self.prompts.get(str(name or self.prompt)) or "") + text

    def vector(self, tokens: Array) -> Array:
        """One vector from those of the tokens (tokens × dimensions, none of them padding)."""
        found = tokens.astype(np.float32)
        for step in self.steps:
            found = step(found)
        return found


def _step(folder: Folder, module: Mapping[str, Any]) -> Step | None:
    kind, path = str(module.get("type")).rsplit(".", 1)[-1], str(module.get("path") or "")
    told = _read(folder, f"{path}/config.json")
    if kind == "Pooling":
        return _pooling(told)
    if kind == "Normalize":
        return normalised
    if kind == "Dense":
        return _dense(folder, path, told)
    if kind == "Dropout":
        return None
    raise Refusal(f"modules.json names {kind[:60]}, which is not run here.")


def _pooling(told: Mapping[str, Any]) -> Step:
    stated = told.get("pooling_mode")
    names = [stated] if isinstance(stated, str) else list(stated or ())
    names += [name for name in (key.removeprefix("pooling_mode_") for key, on in told.items() if on is True)
              if _OLD_NAMES.get(name, name) in _WAYS]  # fmt: skip
    ways = [_OLD_NAMES.get(name, name) for name in names] or ["mean"]
    if not set(ways) <= set(_WAYS):
        raise Refusal(f"The pooling {', '.join(ways)[:60]} is not known here.")
    # Several ways stand side by side, in the order of the library.
    return lambda tokens: np.concatenate([_WAYS[way](tokens) for way in _WAYS if way in ways])


def _dense(folder: Folder, path: str, told: Mapping[str, Any]) -> Step:
    weight, bias = (read_tensor(folder, f"{path}/{WEIGHTS}", f"linear.{name}") for name in ("weight", "bias"))
    name = str(told.get("activation_function") or "Identity").rsplit(".", 1)[-1]
    if weight is None or name not in _ACTIVATIONS:
        raise Refusal(f"The layer in {path} can't be used: its weights or its function ({name[:40]}) are unknown.")
    activation = _ACTIVATIONS[name]
    return lambda vector: activation(weight @ vector + (0 if bias is None else bias))


def read_tensor(folder: Folder, path: str, name: str) -> Array | None:
    """A tensor of a safetensors file as 32 bit floats, None where it is not there. Raises WeightsError."""
    told = read_header(folder, path).get(name)
    if told is None or told.get("dtype") not in _TYPES:
        return None
    data = folder.resolve(path).read_bytes()
    begin, end = (8 + int.from_bytes(data[:8], "little") + int(offset) for offset in told["data_offsets"])
    return np.frombuffer(data[begin:end], _TYPES[told["dtype"]]).reshape(told["shape"]).astype(np.float32)


def _read(folder: Folder, path: str) -> dict[str, Any]:
    try:
        found = json.loads(folder.read(path.lstrip("/"), LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def normalised(vector: Array) -> Array:
    """A vector of length 1."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12))


# -- the two tasks, over anything that turns a text into the vectors of its tokens -------------------------------------

Tokens = Callable[[str], Array]


def features(tokens: Tokens, sentences: Sentences, inputs: Any, parameters: Mapping[str, Any]) -> Any:
    """One vector a text where the folder says how to make it, else one a token; a list for a list of texts."""
    if isinstance(inputs, list):
        return [features(tokens, sentences, item, parameters) for item in inputs]
    found = tokens(sentences.prompted(text_of(inputs, limit=_LONGEST), parameters.get("prompt_name")))
    if not sentences.pools:
        return [found.astype(np.float32).tolist()]
    vector = sentences.vector(found)
    return (normalised(vector) if flag_of(parameters, "normalize") else vector).tolist()


def similarities(tokens: Tokens, sentences: Sentences, inputs: Any) -> list[float]:
    """The cosine of the angle between a sentence's vector and those of others."""
    source, others = pair_of(inputs)
    first, *rest = (normalised(sentences.vector(tokens(sentences.prompted(text)))) for text in (source, *others))
    return [float(first @ other) for other in rest]


def pair_of(inputs: Any) -> tuple[str, Sequence[str]]:
    """The source sentence and those to compare it with. Raises Refusal."""
    told = inputs if isinstance(inputs, dict) else {}
    source, others = told.get("source_sentence"), told.get("sentences")
    if not isinstance(others, list) or not others:
        raise Refusal('"inputs" must have "source_sentence" and a list of "sentences".')
    return text_of(source, "inputs.source_sentence"), [text_of(item, "inputs.sentences") for item in others]


def ranked(logits: Array) -> float:
    """The score of a pair: of one number its sigmoid, of two the chance of the second."""
    if len(logits) == 1:
        return float(1 / (1 + np.exp(-logits[0])))
    if len(logits) == 2:
        return float(1 / (1 + np.exp(logits[0] - logits[1])))
    raise Refusal("A model with more than two labels does not rank texts.")
