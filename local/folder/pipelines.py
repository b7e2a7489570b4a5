"""The tasks that transformers has a pipeline for: a request's inputs and parameters to it, its answer to the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event
from typing import Any

from ..engines.base import count_of, json_name, text_of
from ..errors import Refusal
from .media import image_of, plain, png, sound_of, wav
from .source import Source

LONGEST = 500_000  # characters
Run = Callable[[Any, Mapping[str, Any], Event], Any]


def only(parameters: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The parameters that are set, all of them among `names`. Raises Refusal."""
    found = {name: value for name, value in parameters.items() if value is not None}
    for name in found:
        if name not in names:
            raise Refusal(f'This task takes no "{name[:60]}"; it takes {", ".join(names) or "no parameters"}.')
    return found


def texts(value: Any) -> str:
    """A text of any length that a model may be asked to read. Raises Refusal."""
    return text_of(value, limit=LONGEST)


def pair(value: Any) -> tuple[str, str | None]:
    """A text, and a second one for models that compare two. Raises Refusal."""
    if not isinstance(value, dict):
        return texts(value), None
    second = value.get("text_pair")
    return texts(value.get("text")), None if second is None else texts(second)


def labels_of(parameters: Mapping[str, Any]) -> list[str]:
    """The candidate labels, as a list or with commas between. Raises Refusal."""
    found = parameters.get("candidate_labels")
    found = [part.strip() for part in found.split(",")] if isinstance(found, str) else found
    if not isinstance(found, list) or not found or not all(isinstance(label, str) and label for label in found):
        raise Refusal(f'"candidate_labels" must be a list of labels, but it is {json_name(found)}.')
    return found


def text_classification(source: Source) -> Run:
    """Labels of a text, the best first."""
    tokenizer = source.tokenizer()
    pipe = source.pipeline("text-classification", "AutoModelForSequenceClassification", tokenizer=tokenizer)

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        asked = only(parameters, "top_k", "function_to_apply")
        asked["top_k"] = count_of(asked, "top_k", 0) or None
        text, second = pair(inputs)
        found = pipe({"text": text, "text_pair": second} if second else text, truncation=True, **asked)
        return [plain(found)]

    return run


def token_classification(source: Source) -> Run:
    """Spans of a text with their labels."""
    tokenizer = source.tokenizer()
    pipe = source.pipeline("token-classification", "AutoModelForTokenClassification", tokenizer=tokenizer)

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        asked = {"aggregation_strategy": "simple"} | only(parameters, "aggregation_strategy", "ignore_labels", "stride")
        return plain(pipe(texts(inputs), **asked))

    return run


def fill_mask(source: Source) -> Run:
    """Words for the mask, the likeliest first."""
    tokenizer = source.tokenizer()
    pipe = source.pipeline("fill-mask", "AutoModelForMaskedLM", tokenizer=tokenizer)

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        text = texts(inputs)
        if tokenizer.mask_token not in text:
            raise Refusal(f"The text has no mask; write {tokenizer.mask_token} where a word is missing.")
        return plain(pipe(text, tokenizer_kwargs={"truncation": True}, **only(parameters, "top_k", "targets")))

    return run


def zero_shot_classification(source: Source) -> Run:
    """Labels named by the request."""
    tokenizer = source.tokenizer()
    pipe = source.pipeline("zero-shot-classification", "AutoModelForSequenceClassification", tokenizer=tokenizer)

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        asked = only(parameters, "candidate_labels", "multi_label", "hypothesis_template")
        found = pipe(texts(inputs), **{**asked, "candidate_labels": labels_of(parameters)})
        return [{"label": name, "score": score} for name, score in zip(found["labels"], found["scores"], strict=True)]

    return run


def table_question_answering(source: Source) -> Run:
    """The cells of a table that answer a question."""
    tokenizer = source.tokenizer()
    pipe = source.pipeline("table-question-answering", "AutoModelForTableQuestionAnswering", tokenizer=tokenizer)

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        if not isinstance(inputs, dict) or not isinstance(inputs.get("table"), dict):
            raise Refusal('"inputs" must have "query" and "table".')
        table = {str(name): [str(cell) for cell in cells] for name, cells in inputs["table"].items()}
        found = pipe(table=table, query=texts(inputs.get("query")), **only(parameters, "sequential", "padding"))
        return plain({"coordinates": [], "cells": [], **found})

    return run


def image_classification(source: Source) -> Run:
    """Labels of an image, the best five first."""
    pipe = _sees(source, "image-classification", "AutoModelForImageClassification")

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        return plain(pipe(image_of(inputs), **only(parameters, "top_k", "function_to_apply")))

    return run


def object_detection(source: Source) -> Run:
    """Boxes around things in an image."""
    pipe = _sees(source, "object-detection", "AutoModelForObjectDetection")

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        return plain(pipe(image_of(inputs), **only(parameters, "threshold")))

    return run


def image_segmentation(source: Source) -> Run:
    """Regions of an image; a score is null where the model gives none (semantic segmentation)."""
    names = ("AutoModelForImageSegmentation", "AutoModelForSemanticSegmentation", "AutoModelForInstanceSegmentation",
             "AutoModelForUniversalSegmentation")  # fmt: skip
    pipe = _sees(source, "image-segmentation", *names)
    taken = ("subtask", "threshold", "mask_threshold", "overlap_mask_area_threshold")

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        return plain(pipe(image_of(inputs), **only(parameters, *taken)))

    return run


def depth_estimation(source: Source) -> Run:
    """An image that is brighter where things are nearer or farther, as the model has it."""
    pipe = _sees(source, "depth-estimation", "AutoModelForDepthEstimation")

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        only(parameters)
        return png(pipe(image_of(inputs))["depth"])

    return run


def zero_shot_image_classification(source: Source) -> Run:
    """Labels named by the request, for an image."""
    tokenizer = source.tokenizer()
    pipe = _sees(
        source, "zero-shot-image-classification", "AutoModelForZeroShotImageClassification", tokenizer=tokenizer
    )

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        asked = only(parameters, "candidate_labels", "hypothesis_template")
        return plain(pipe(image_of(inputs), **{**asked, "candidate_labels": labels_of(parameters)}))

    return run


def zero_shot_object_detection(source: Source) -> Run:
    """Boxes around things named by the request."""
    tokenizer = source.tokenizer()
    pipe = _sees(source, "zero-shot-object-detection", "AutoModelForZeroShotObjectDetection", tokenizer=tokenizer)

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        asked = only(parameters, "candidate_labels", "threshold", "top_k")
        return plain(pipe(image_of(inputs), **{**asked, "candidate_labels": labels_of(parameters)}))

    return run


def _sees(source: Source, task: str, *names: str, **parts: Any) -> Any:
    return source.pipeline(task, *names, image_processor=source.processor("AutoImageProcessor"), **parts)


def speech_recognition(source: Source) -> Run:
    """What is said, with times where they are asked for."""
    processor = source.processor("AutoFeatureExtractor")
    names = ("AutoModelForCTC", "AutoModelForTDT", "AutoModelForSpeechSeq2Seq")
    parts = {"feature_extractor": processor, "tokenizer": source.tokenizer()}
    pipe = source.pipeline("automatic-speech-recognition", *names, **parts)

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        asked = only(parameters, "return_timestamps", "generate_kwargs", "generation_parameters")
        kwargs = asked.pop("generation_parameters", None) or asked.pop("generate_kwargs", None)
        asked |= {"generate_kwargs": kwargs} if kwargs else {}
        return plain(pipe(_sound(inputs, processor), **asked))

    return run


def audio_classification(source: Source) -> Run:
    """Labels of a sound, the best five first."""
    processor = source.processor("AutoFeatureExtractor")
    pipe = source.pipeline("audio-classification", "AutoModelForAudioClassification", feature_extractor=processor)

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        return plain(pipe(_sound(inputs, processor), **only(parameters, "top_k", "function_to_apply")))

    return run


def _sound(data: bytes, processor: Any) -> dict[str, Any]:
    rate = int(processor.sampling_rate)
    return {"raw": sound_of(data, rate), "sampling_rate": rate}


def text_to_audio(source: Source) -> Run:
    """A sound, as a WAV file."""
    tokenizer = source.tokenizer()
    pipe = source.pipeline("text-to-audio", "AutoModelForTextToWaveform", tokenizer=tokenizer)

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        found = pipe(texts(inputs), generate_kwargs=dict(parameters)) if parameters else pipe(texts(inputs))
        return wav(found["audio"], int(found["sampling_rate"]))

    return run
