"""ONNX weights with onnxruntime and tokenizers alone: reading, the model's own outputs, and what is made of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np

from showcard.metadata.reading.files import Folder
from showcard.metadata.tasks.hints import LARGEST
from showcard.metadata.weights.runnable import Plan

from ..engines.base import choice_of, count_of, flag_of
from ..errors import Refusal
from .media import image_of
from .pipelines import Run, labels_of, only, pair, texts
from .pooling import Array, Sentences, features, pair_of, ranked, similarities
from .source import Tell
from .spans import STRIDE, Window, answers, question_of

_ENTAILS = "This example is {}."


class OnnxSession:
    """The model and its tokenizer; it gives the outputs for texts that were read."""

    def __init__(self, root: Path, plan: Plan, tell: Tell) -> None:
        self.folder, self.below = Folder(root), plan.below
        self.config = self.read("config.json")
        tell("Starting onnxruntime")
        import onnxruntime  # noqa: PLC0415

        tell("Reading the weights")
        self.session = onnxruntime.InferenceSession(
            str(self.folder.resolve(plan.weights.files[0])), providers=["CPUExecutionProvider"]
        )
        self.wanted = {given.name for given in self.session.get_inputs()}
        self.labels = {int(n): str(name) for n, name in (self.config.get("id2label") or {}).items()}

    def read(self, name: str) -> dict[str, Any]:
        """A configuration of the folder; empty where there is none."""
        try:
            found = json.loads(self.folder.read(self.below + name, LARGEST))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def tokenizer(self, longest: int | None = None) -> Any:
        """The folder's tokenizer, cutting at what the model reads. Raises Refusal."""
        from tokenizers import Tokenizer  # noqa: PLC0415

        try:
            found = Tokenizer.from_file(str(self.folder.resolve(f"{self.below}tokenizer.json")))
        except OSError:
            raise Refusal("With ONNX weights the tokenizer has to be a tokenizer.json.") from None
        found.no_padding()
        found.enable_truncation(longest or self.longest)
        return found

    @property
    def longest(self) -> int:
        """How many tokens the model reads."""
        held = self.config.get("max_position_embeddings")
        stated = self.read("tokenizer_config.json").get("model_max_length")
        found = [n for n in (held, stated) if isinstance(n, int) and 0 < n < 1_000_000]
        return min(found, default=512)

    def outputs(self, reads: Sequence[Any]) -> list[Array]:
        """The outputs for texts of equal length, each with the texts as its first dimension."""
        given = {
            "input_ids": [read.ids for read in reads],
            "attention_mask": [read.attention_mask for read in reads],
            "token_type_ids": [read.type_ids for read in reads],
        }
        return self.run({name: np.array(rows, np.int64) for name, rows in given.items() if name in self.wanted})

    def run(self, given: Mapping[str, Array]) -> list[Array]:
        """The outputs for inputs by name. Raises Refusal where the model wants others."""
        lacking = self.wanted - given.keys()
        if lacking:
            raise Refusal(f"The model wants {', '.join(sorted(lacking))[:100]}, which this task does not give.")
        return [np.asarray(out) for out in self.session.run(None, dict(given))]


def load_onnx(root: Path, plan: Plan, tell: Tell) -> Run:
    """What runs a task from ONNX weights. Raises Refusal."""
    return _RUNNERS[plan.task](OnnxSession(root, plan, tell))


def softmax(logits: Array) -> Array:
    """Chances that add up to 1 along the last dimension."""
    chances = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return np.asarray(chances / chances.sum(axis=-1, keepdims=True))


def sigmoid(logits: Array) -> Array:
    """A chance for each number by itself."""
    return np.asarray(1 / (1 + np.exp(-logits.astype(np.float64))))


def _rows(session: OnnxSession, logits: Array, parameters: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
    """Labels with their scores, the best first."""
    several = session.config.get("problem_type") == "multi_label_classification" or len(logits) == 1
    default = "sigmoid" if several else "softmax"
    how = choice_of(parameters, "function_to_apply", ("softmax", "sigmoid", "none"), default)
    scores = softmax(logits) if how == "softmax" else sigmoid(logits) if how == "sigmoid" else logits
    best = np.argsort(-scores, kind="stable")[: count_of(parameters, "top_k", most)]
    return [{"label": session.labels.get(int(n), f"LABEL_{n}"), "score": float(scores[n])} for n in best]


def _text_classification(session: OnnxSession) -> Run:
    tokenizer = session.tokenizer()

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        asked = only(parameters, "top_k", "function_to_apply")
        return [_rows(session, session.outputs([tokenizer.encode(*pair(inputs))])[0][0], asked, 10**6)]

    return run


def _zero_shot(session: OnnxSession) -> Run:
    tokenizer = session.tokenizer()
    entails = next(n for n, name in session.labels.items() if name.lower().startswith("entail"))
    # Against its opposite where each label is judged by itself: the label that is farthest from it.
    other = -1 if entails == 0 else 0

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        asked = only(parameters, "candidate_labels", "multi_label", "hypothesis_template")
        labels, template = labels_of(parameters), str(asked.get("hypothesis_template") or _ENTAILS)
        reads = [tokenizer.encode(texts(inputs), template.replace("{}", label)) for label in labels]
        logits = np.array([session.outputs([read])[0][0] for read in reads])
        if flag_of(asked, "multi_label") or len(labels) == 1:
            scores = softmax(logits[:, [other, entails]])[:, 1]
        else:
            scores = softmax(logits[:, entails])
        return [{"label": labels[n], "score": float(scores[n])} for n in np.argsort(-scores, kind="stable")]

    return run


def _text_ranking(session: OnnxSession) -> Run:
    tokenizer = session.tokenizer()

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        only(parameters)
        query, others = pair_of(inputs)
        return [ranked(session.outputs([tokenizer.encode(query, text)])[0][0]) for text in others]

    return run


def _token_classification(session: OnnxSession) -> Run:
    tokenizer = session.tokenizer()

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        asked = only(parameters, "aggregation_strategy", "ignore_labels")
        text, ignored = texts(inputs), asked.get("ignore_labels") or ["O"]
        how = choice_of(asked, "aggregation_strategy", ("none", "simple"), "simple")
        read = tokenizer.encode(text)
        chances = softmax(session.outputs([read])[0][0])
        words = [
            {"entity": session.labels.get(int(row.argmax()), ""), "score": float(row.max()), "index": number,
             "word": read.tokens[number], "start": read.offsets[number][0], "end": read.offsets[number][1]}
            for number, row in enumerate(chances) if not read.special_tokens_mask[number]
        ]  # fmt: skip
        if how == "none":
            return [word for word in words if word["entity"] not in ignored]
        groups = [group for group in _grouped(words, text) if group["entity_group"] not in ignored]
        return groups

    return run


def _grouped(words: Sequence[Mapping[str, Any]], text: str) -> list[dict[str, Any]]:
    """Words of one entity together: those that follow each other with the same label, unless one begins anew (B-)."""
    starts = [n for n, (before, word) in enumerate(pairwise(words), 1) if _begins(before["entity"], word["entity"])]
    edges = [0, *starts, len(words)] if words else []
    return [
        {"entity_group": _kind(group[0]["entity"]), "score": float(np.mean([word["score"] for word in group])),
         "word": text[group[0]["start"] : group[-1]["end"]], "start": group[0]["start"], "end": group[-1]["end"]}
        for group in (words[a:b] for a, b in pairwise(edges))
    ]  # fmt: skip


def _begins(before: str, label: str) -> bool:
    return _kind(before) != _kind(label) or label.startswith("B-")


def _kind(label: str) -> str:
    return label[2:] if label[:2] in ("B-", "I-") else label


def _fill_mask(session: OnnxSession) -> Run:
    tokenizer = session.tokenizer()
    stated = session.read("tokenizer_config.json").get("mask_token") or "[MASK]"
    mask = str(stated.get("content")) if isinstance(stated, dict) else str(stated)

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        asked, text = only(parameters, "top_k"), texts(inputs)
        read = tokenizer.encode(text)
        places = [n for n, token in enumerate(read.tokens) if token == mask]
        if not places:
            raise Refusal(f"The text has no mask; write {mask} where a word is missing.")
        logits = session.outputs([read])[0][0]
        found = [
            _filled(tokenizer, read, place, softmax(logits[place]), count_of(asked, "top_k", 5)) for place in places
        ]
        return found[0] if len(found) == 1 else found

    return run


def _filled(tokenizer: Any, read: Any, place: int, chances: Array, most: int) -> list[dict[str, Any]]:
    rows = []
    for token in np.argsort(-chances, kind="stable")[:most].tolist():
        ids = [*read.ids[:place], token, *read.ids[place + 1 :]]
        rows.append({"score": float(chances[token]), "token": token, "token_str": tokenizer.decode([token]).strip(),
                     "sequence": tokenizer.decode(ids)})  # fmt: skip
    return rows


def _question_answering(session: OnnxSession) -> Run:
    size = min(session.longest, 512)

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        question, context = question_of(inputs)
        asked = only(parameters, "top_k", "max_answer_len", "handle_impossible_answer", "doc_stride", "max_seq_len")
        tokenizer = session.tokenizer()
        length = min(count_of(asked, "max_seq_len", size), size)
        stride = min(count_of(asked, "doc_stride", STRIDE), length // 4)
        tokenizer.enable_truncation(length, stride=stride, strategy="only_second")
        read = tokenizer.encode(question, context)
        windows = []
        for part in (read, *read.overflowing):
            start, end = session.outputs([part])[:2]
            places = [tuple(at) if of == 1 else None for at, of in zip(part.offsets, part.sequence_ids, strict=True)]
            windows.append(Window(start[0], end[0], places))
        return answers(windows, context, asked)

    return run


def _tokens(session: OnnxSession) -> tuple[Callable[[str], Array], Sentences]:
    sentences = Sentences(session.folder)
    tokenizer = session.tokenizer(min(sentences.longest or session.longest, session.longest))
    return (lambda text: session.outputs([tokenizer.encode(text)])[0][0]), sentences


def _feature_extraction(session: OnnxSession) -> Run:
    tokens, sentences = _tokens(session)
    names = ("normalize", "prompt_name", "truncate", "truncation_direction")
    return lambda inputs, parameters, stop: features(tokens, sentences, inputs, only(parameters, *names))


def _sentence_similarity(session: OnnxSession) -> Run:
    tokens, sentences = _tokens(session)
    return lambda inputs, parameters, stop: similarities(tokens, sentences, inputs)


def _image_classification(session: OnnxSession) -> Run:
    prepare = _image_reader(session.read("preprocessor_config.json"))
    (name,) = session.wanted

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        asked = only(parameters, "top_k", "function_to_apply")
        return _rows(session, session.run({name: prepare(image_of(inputs))})[0][0], asked, 5)

    return run


def _image_reader(told: Mapping[str, Any]) -> Callable[[Any], Array]:
    """How a folder's images become numbers: resized, cut to the middle, scaled, and centred, as far as it says."""
    size, crop = told.get("size") or {}, told.get("crop_size")
    size = {"height": size, "width": size} if isinstance(size, int) else size
    crop = {"height": crop, "width": crop} if isinstance(crop, int) else crop

    def prepare(image: Any) -> Array:
        if told.get("do_resize", True):
            image = image.resize(_target(image, size), int(told.get("resample", 2)))
        if told.get("do_center_crop") and crop:
            left, top = (image.width - crop["width"]) // 2, (image.height - crop["height"]) // 2
            image = image.crop((left, top, left + crop["width"], top + crop["height"]))
        found = np.asarray(image, np.float32)
        if told.get("do_rescale", True):
            found = found * np.float32(told.get("rescale_factor", 1 / 255))
        if told.get("do_normalize", True):
            found = (found - np.float32(told.get("image_mean", 0.5))) / np.float32(told.get("image_std", 0.5))
        return np.asarray(found.transpose(2, 0, 1)[None], np.float32)

    return prepare


def _target(image: Any, size: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height to resize to. Raises Refusal."""
    if "height" in size and "width" in size:
        return int(size["width"]), int(size["height"])
    if "shortest_edge" in size:
        scale = int(size["shortest_edge"]) / min(image.size)
        return round(image.width * scale), round(image.height * scale)
    raise Refusal("preprocessor_config.json does not say to which size an image is brought.")


_RUNNERS: Mapping[str, Callable[[OnnxSession], Run]] = {
    "text-classification": _text_classification,
    "zero-shot-classification": _zero_shot,
    "text-ranking": _text_ranking,
    "token-classification": _token_classification,
    "fill-mask": _fill_mask,
    "question-answering": _question_answering,
    "feature-extraction": _feature_extraction,
    "sentence-similarity": _sentence_similarity,
    "image-classification": _image_classification,
}
