"""The tasks that transformers has no pipeline for any more, or never had: question answering, embeddings, ranking,
questions about images, captions and images made of images."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event
from typing import Any

import numpy as np

from ..bodies import decoded
from ..engines.base import count_of
from ..errors import Refusal
from .media import image_of, plain, png
from .pipelines import Run, only, texts
from .pooling import Array, Sentences, features, pair_of, ranked, similarities
from .source import Source
from .spans import STRIDE, Window, answers, question_of

_EMBEDDING = ("normalize", "prompt_name", "truncate", "truncation_direction")


LONGEST_SENTENCE = 8192  # tokens, where nothing else is said
LONGEST = 512  # tokens of a window, where the model would read more


def question_answering(source: Source) -> Run:
    """The span of a text that answers a question."""
    tokenizer, model = source.tokenizer(), source.model("AutoModelForQuestionAnswering")
    most = min(tokenizer.model_max_length, LONGEST)

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        question, context = question_of(inputs)
        asked = only(parameters, "top_k", "max_answer_len", "handle_impossible_answer", "doc_stride", "max_seq_len",
                     "max_question_len", "align_to_words")  # fmt: skip
        size = min(count_of(asked, "max_seq_len", most), most)
        stride = min(count_of(asked, "doc_stride", STRIDE), size // 4)
        read = tokenizer(
            question, context, truncation="only_second", max_length=size, stride=stride,
            return_overflowing_tokens=True, return_offsets_mapping=True, padding=True, return_tensors="pt",
        )  # fmt: skip
        given = {name: read[name] for name in tokenizer.model_input_names if name in read}
        with source.torch.inference_mode():
            found = model(**{name: value.to(source.device) for name, value in given.items()})
        windows = []
        for number, offsets in enumerate(read["offset_mapping"].tolist()):
            places = [(at[0], at[1]) if part == 1 else None
                      for at, part in zip(offsets, read.sequence_ids(number), strict=True)]  # fmt: skip
            start, end = plain_array(found.start_logits[number]), plain_array(found.end_logits[number])
            windows.append(Window(start, end, places))
        return answers(windows, context, asked)

    return run


def plain_array(tensor: Any) -> Array:
    """A tensor as an array of 32 bit floats."""
    return np.asarray(tensor.float().cpu().numpy())


def _embedder(source: Source) -> tuple[Any, Sentences]:
    """What turns a text into the vectors of its tokens, and what the folder says about sentences."""
    sentences = Sentences(source.folder)
    tokenizer, model = source.tokenizer(), source.model("AutoModel", headless=True)
    # Of a model with an encoder and a decoder only the first reads.
    reads = model.get_encoder() if getattr(source.config, "is_encoder_decoder", False) else model
    most = min(sentences.longest or LONGEST_SENTENCE, tokenizer.model_max_length)

    def tokens(text: str) -> Array:
        read = tokenizer(text, truncation=True, max_length=most, return_tensors="pt").to(source.device)
        with source.torch.inference_mode():
            return plain_array(reads(**read).last_hidden_state[0])

    return tokens, sentences


def feature_extraction(source: Source) -> Run:
    """A text's vector, or its tokens'."""
    tokens, sentences = _embedder(source)
    return lambda inputs, parameters, stop: features(tokens, sentences, inputs, only(parameters, *_EMBEDDING))


def sentence_similarity(source: Source) -> Run:
    """How close sentences are."""
    tokens, sentences = _embedder(source)

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        only(parameters)
        return similarities(tokens, sentences, inputs)

    return run


def text_ranking(source: Source) -> Run:
    """A score for each text, in their order: between 0 and 1 where the model gives one number a pair."""
    tokenizer, model = source.tokenizer(), source.model("AutoModelForSequenceClassification")

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        query, others = pair_of(inputs)
        only(parameters)
        scores = []
        for text in others:
            read = tokenizer(query, text, truncation=True, return_tensors="pt").to(source.device)
            with source.torch.inference_mode():
                logits = plain_array(model(**read).logits[0])
            scores.append(ranked(logits))
        return scores

    return run


def visual_question_answering(source: Source) -> Run:
    """Answers to a question about an image: from a list that the model knows, or in its own words."""
    processor = source.processor()
    classes = source.transformers.AutoModelForVisualQuestionAnswering._model_mapping
    chooses = type(source.config) in classes and not _writes(source)
    model = source.model("AutoModelForVisualQuestionAnswering", "AutoModelForImageTextToText")

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        asked = only(parameters, "question", "image", "top_k")
        image, question = image_of(inputs), texts(asked.get("question"))
        read = processor(images=image, text=question, return_tensors="pt").to(source.device)
        with source.torch.inference_mode():
            if not chooses:
                found = model.generate(**read, max_new_tokens=30, do_sample=False)
                return [{"answer": processor.decode(found[0], skip_special_tokens=True).strip(), "score": None}]
            chances = plain_array(model(**read).logits[0].float().sigmoid())
        best = np.argsort(-chances)[: count_of(asked, "top_k", 5)]
        return [{"answer": model.config.id2label[int(at)], "score": float(chances[at])} for at in best]

    return run


def _writes(source: Source) -> bool:
    """Whether the class that the folder names answers in words."""
    named = (getattr(source.config, "architectures", None) or [""])[0]
    return hasattr(getattr(source.transformers, named, None), "generate") and "Vilt" not in named


def image_to_text(source: Source) -> Run:
    """What an image shows or says, in words."""
    processor = source.processor()
    model = source.model("AutoModelForImageTextToText", "AutoModelForMultimodalLM")

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        asked = only(parameters, "max_new_tokens", "max_length", "num_beams")
        read = processor(images=image_of(inputs), return_tensors="pt").to(source.device)
        with source.torch.inference_mode():
            found = model.generate(**read, **({"max_new_tokens": 50} | asked))
        return [{"generated_text": processor.decode(found[0], skip_special_tokens=True).strip()}]

    return run


def image_to_image(source: Source) -> Run:
    """An image made of an image: larger, cleaner, as the model has it."""
    processor, model = source.processor("AutoImageProcessor"), source.model("AutoModelForImageToImage")

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        from PIL import Image  # noqa: PLC0415

        read = processor(images=image_of(inputs), return_tensors="pt").to(source.device)
        with source.torch.inference_mode():
            found = plain_array(model(**read).reconstruction[0])
        return png(Image.fromarray((np.clip(found, 0, 1).transpose(1, 2, 0) * 255).round().astype(np.uint8)))

    return run


def document_question_answering(source: Source) -> Run:
    """Answers to a question about a page, by a model that reads it by itself (Donut)."""
    processor, tokenizer = source.processor("AutoImageProcessor"), source.tokenizer()
    pipe = source.pipeline(
        "document-question-answering", "AutoModelForImageTextToText", image_processor=processor, tokenizer=tokenizer
    )

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        if not isinstance(inputs, dict):
            raise Refusal('"inputs" must have "image" and "question".')
        only(parameters)
        return plain(pipe(image=image_of(decoded(inputs.get("image"))), question=texts(inputs.get("question"))))

    return run
