"""Every task of a folder through InferenceClient over HTTP, beside what transformers answers when it is called directly."""

from __future__ import annotations

import base64
import io
import json
import math
from typing import Any
from urllib.request import Request as Post
from urllib.request import urlopen

import numpy as np
import pytest
from huggingface_hub import InferenceClient
from huggingface_hub.errors import BadRequestError
from PIL import Image

pytestmark = pytest.mark.torch

CONTEXT = "my name is sarah and i live in london . the cat sat on the mat"


@pytest.fixture
def client(folder_of, serving):
    """`client(name, task)`: the Hub's client on the server of a tiny model."""

    def make(name: str, task: str) -> InferenceClient:
        return InferenceClient(base_url=serving(folder_of(name), task), headers={"authorization": None})

    return make


def direct(task: str, path, **parts: Any) -> Any:
    """transformers' own pipeline over the folder."""
    from transformers import pipeline

    return pipeline(task, model=str(path), device="cpu", **parts)


def near(value: float) -> Any:
    return pytest.approx(value, abs=1e-5)


def post(url: str, body: Any) -> Any:
    with urlopen(Post(url, json.dumps(body).encode(), {"content-type": "application/json"}), timeout=60) as answer:
        raw = answer.read()
        return json.loads(raw) if "json" in answer.headers["content-type"] else raw


@pytest.mark.parametrize("name", ["bert-classifier", "distilbert"])
def test_text_classification(client, folder_of, name):
    found = client(name, "text-classification").text_classification("the cat is good")
    expected = direct("text-classification", folder_of(name))("the cat is good", top_k=None)
    assert [(row.label, row.score) for row in found] == [(row["label"], near(row["score"])) for row in expected]
    assert len(client(name, "text-classification").text_classification("the cat", top_k=1)) == 1
    assert client(name, "text-classification").text_classification("good " * 1000)  # longer than it reads


def test_a_pair_of_texts_is_read_as_one_input(folder_of, serving):
    path, asked = folder_of("bert-classifier"), {"text": "the cat", "text_pair": "a dog"}
    (found,) = post(serving(path, "text-classification"), {"inputs": asked})
    expected = direct("text-classification", path)(asked, top_k=None)
    assert [(row["label"], near(row["score"])) for row in found] == [(row["label"], row["score"]) for row in expected]
    assert found != post(serving(path, "text-classification"), {"inputs": "the cat"})[0]


def test_token_classification(client, folder_of):
    text = "my name is sarah and i live in paris"
    found = client("bert-tokens", "token-classification").token_classification(text)
    expected = direct("token-classification", folder_of("bert-tokens"), aggregation_strategy="simple")(text)
    assert found
    assert [(row.entity_group, row.score, row.start, row.end) for row in found] == [
        (row["entity_group"], near(row["score"]), row["start"], row["end"]) for row in expected
    ]


@pytest.mark.parametrize(("name", "text"), [("bert-mask", "the [MASK] sat"), ("roberta-mask", "the <mask> sat")])
def test_fill_mask(client, folder_of, name, text):
    found = client(name, "fill-mask").fill_mask(text, top_k=3)
    expected = direct("fill-mask", folder_of(name))(text, top_k=3)
    assert [(row.token_str, row.score) for row in found] == [(r["token_str"], near(r["score"])) for r in expected]


def test_a_text_without_a_mask_is_a_sentence(client):
    with pytest.raises(BadRequestError) as refused:
        client("bert-mask", "fill-mask").fill_mask("the cat sat")
    assert refused.value.server_message == "The text has no mask; write [MASK] where a word is missing."


def test_zero_shot_classification(client, folder_of):
    asked = {"candidate_labels": ["cat", "dog", "mat"], "multi_label": True}
    found = client("bert-nli", "zero-shot-classification").zero_shot_classification("the cat sat", **asked)
    expected = direct("zero-shot-classification", folder_of("bert-nli"))("the cat sat", **asked)
    assert [(row.label, row.score) for row in found] == [
        (label, near(score)) for label, score in zip(expected["labels"], expected["scores"], strict=True)
    ]


def test_question_answering_finds_the_best_span(client, folder_of):
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    question, path = "where do i live ?", folder_of("bert-answers")
    found = client("bert-answers", "question-answering").question_answering(question, CONTEXT)
    tokenizer = AutoTokenizer.from_pretrained(path)
    read = tokenizer(question, CONTEXT, return_tensors="pt", return_offsets_mapping=True)
    offsets = read.pop("offset_mapping")[0].tolist()
    with torch.no_grad():
        told = AutoModelForQuestionAnswering.from_pretrained(path)(**read)
    inside = [n for n, part in enumerate(read.sequence_ids(0)) if part == 1]
    allowed = torch.tensor([-1e9] * len(offsets))
    allowed[[0, *inside]] = 0.0
    begins, ends = ((logits[0] + allowed).softmax(-1) for logits in (told.start_logits, told.end_logits))
    score, first, last = max((float(begins[a] * ends[b]), a, b) for a in inside for b in inside if a <= b < a + 15)
    assert (found.start, found.end, found.score) == (offsets[first][0], offsets[last][1], near(score))
    assert found.answer == CONTEXT[found.start : found.end]


def test_question_answering_in_windows(client):
    ask = client("bert-answers", "question-answering").question_answering
    long = "the cat sat . " * 300 + CONTEXT
    several = ask("where do i live ?", long, top_k=4)
    assert len({(row.start, row.end) for row in several}) == 4
    assert [row.score for row in several] == sorted((row.score for row in several), reverse=True)
    assert all(long[row.start : row.end] == row.answer for row in several)


def test_features_of_a_plain_model_are_those_of_its_tokens(client, folder_of):
    found = client("bert-encoder", "feature-extraction").feature_extraction("the cat sat")
    expected = direct("feature-extraction", folder_of("bert-encoder"))("the cat sat")
    np.testing.assert_allclose(found, np.array(expected), atol=1e-5)


def test_sentences_are_pooled_as_their_library_does(client, folder_of):
    from sentence_transformers import SentenceTransformer

    texts = ["the cat sat on the mat", "a dog", "hello , my name is sarah"]
    library = SentenceTransformer(str(folder_of("sentences")), device="cpu")
    vectors = library.encode(texts)
    found = client("sentences", "feature-extraction").feature_extraction(texts[0])
    np.testing.assert_allclose(found, vectors[0], atol=1e-5)
    scores = client("sentences", "sentence-similarity").sentence_similarity(texts[0], texts[1:])
    np.testing.assert_allclose(scores, library.similarity(vectors[:1], vectors[1:])[0], atol=1e-5)


def test_ranking_scores_each_pair(folder_of, serving):
    from sentence_transformers import CrossEncoder

    path = folder_of("bert-ranker")
    pairs = [("the cat", "a dog"), ("the cat", "the cat sat on the mat")]
    inputs = {"source_sentence": "the cat", "sentences": [text for _, text in pairs]}
    found = post(serving(path, "text-ranking"), {"inputs": inputs})
    np.testing.assert_allclose(found, CrossEncoder(str(path), device="cpu").predict(pairs), atol=1e-5)


def generated(path, text: str, auto: str, prefix: str = "", **more: Any) -> str:
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(path)
    model = getattr(transformers, auto).from_pretrained(path)
    read = tokenizer(prefix + text, return_tensors="pt")
    tokens = model.generate(**read, do_sample=False, **{"max_new_tokens": 12} | more)[0]
    given = 0 if model.config.is_encoder_decoder else read["input_ids"].shape[1]
    return str(tokenizer.decode(tokens[given:], skip_special_tokens=True))


@pytest.mark.parametrize("name", ["gpt2", "llama-chat", "t5"])
def test_text_generation(client, folder_of, name):
    auto = "AutoModelForSeq2SeqLM" if name == "t5" else "AutoModelForCausalLM"
    ask = client(name, "text-generation").text_generation
    # A character whose other bytes were not written any more is not shown.
    expected = generated(folder_of(name), "the cat", auto).rstrip("\ufffd")
    answer = ask("the cat", max_new_tokens=12)
    assert answer.rstrip("\ufffd") == expected
    assert "".join(ask("the cat", max_new_tokens=12, stream=True)) == answer
    details = ask("the cat", max_new_tokens=12, details=True, top_n_tokens=2)
    assert (details.generated_text, details.details.generated_tokens) == (answer, 12)
    assert 0 > details.details.tokens[0].logprob == near(details.details.top_tokens[0][0]["logprob"])
    if name != "t5":
        assert ask("the cat", max_new_tokens=12, return_full_text=True) == "the cat" + answer


def test_drawn_words_depend_on_the_seed(client):
    ask = client("gpt2", "text-generation").text_generation
    asked = {"max_new_tokens": 20, "temperature": 1.5, "do_sample": True}
    assert ask("the cat", **asked, seed=1) == ask("the cat", **asked, seed=1) != ask("the cat", **asked, seed=2)


@pytest.mark.parametrize("name", ["t5", "bart"])
def test_summaries_and_translations(client, folder_of, name):
    path, limit = folder_of(name), {"max_new_tokens": 12}
    prefix = {"t5": ("summarize: ", "translate: "), "bart": ("", "")}[name]
    summary = client(name, "summarization").summarization("the cat sat", generate_parameters=limit)
    assert summary.summary_text == generated(path, "the cat sat", "AutoModelForSeq2SeqLM", prefix[0]).strip()
    translated = client(name, "translation").translation("the cat", generate_parameters=limit)
    assert translated.translation_text == generated(path, "the cat", "AutoModelForSeq2SeqLM", prefix[1]).strip()


@pytest.mark.parametrize(
    ("name", "task"),
    [("bart", "summarization"), ("t5", "translation"), ("bert-classifier", "text-classification"),
     ("bert-tokens", "token-classification"), ("roberta-mask", "fill-mask"), ("bert-encoder", "feature-extraction")],
)  # fmt: skip
def test_a_text_longer_than_the_model_reads_is_cut(folder_of, serving, name, task):
    text = ("the <mask> sat . " if name == "roberta-mask" else "the cat sat . ") + "the cat is good . " * 500
    assert post(serving(folder_of(name), task), {"inputs": text})


def test_chat_plain_and_streamed(client, folder_of):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    path, said = folder_of("llama-chat"), [{"role": "user", "content": "hello"}]
    tokenizer, model = AutoTokenizer.from_pretrained(path), AutoModelForCausalLM.from_pretrained(path)
    read = tokenizer.apply_chat_template(said, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    tokens = model.generate(**read, do_sample=False, max_new_tokens=10)[0][read["input_ids"].shape[1] :]
    # A character whose other bytes were not written any more is not shown.
    expected = tokenizer.decode(tokens, skip_special_tokens=True).rstrip("\ufffd")
    ask = client("llama-chat", "conversational").chat_completion
    answer = ask(said, max_tokens=10, temperature=0)
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == (expected, "length")
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (read["input_ids"].shape[1], 10)
    chunks = list(ask(said, max_tokens=10, temperature=0, stream=True, stream_options={"include_usage": True}))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == expected
    assert (chunks[-1].choices, chunks[-1].usage.completion_tokens) == ([], 10)


@pytest.mark.parametrize("task", ["conversational", "image-text-to-text"])
def test_a_chat_about_an_image(client, folder_of, picture, task):
    from transformers import AutoModelForImageTextToText, AutoProcessor

    path = folder_of("llava-chat")
    url = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    parts = [{"type": "text", "text": "hello"}, {"type": "image_url", "image_url": {"url": url}}]
    answer = client("llava-chat", task).chat_completion(
        [{"role": "user", "content": parts}], max_tokens=8, temperature=0
    )
    processor, model = AutoProcessor.from_pretrained(path), AutoModelForImageTextToText.from_pretrained(path)
    read = processor(text="<|user|> <image>hello <|assistant|>", images=Image.open(io.BytesIO(picture)).convert("RGB"),
                     return_tensors="pt")  # fmt: skip
    tokens = model.generate(**read, do_sample=False, max_new_tokens=8)[0][read["input_ids"].shape[1] :]
    expected = processor.decode(tokens, skip_special_tokens=True)
    assert answer.choices[0].message.content.rstrip("\ufffd") == expected.rstrip("\ufffd")


def test_an_image_by_its_address_is_not_fetched(client):
    part = {"type": "image_url", "image_url": {"url": "https://example.org/x.png"}}
    with pytest.raises(BadRequestError) as refused:
        client("llava-chat", "image-text-to-text").chat_completion([{"role": "user", "content": [part]}])
    assert "send it as a data: address" in refused.value.server_message


def opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture)).convert("RGB")


def test_image_classification(client, folder_of, picture):
    found = client("vit", "image-classification").image_classification(picture, top_k=3)
    expected = direct("image-classification", folder_of("vit"))(opened(picture), top_k=3)
    assert [(row.label, row.score) for row in found] == [(row["label"], near(row["score"])) for row in expected]


def test_object_detection(client, folder_of, picture):
    found = client("yolos", "object-detection").object_detection(picture, threshold=0.0)
    expected = direct("object-detection", folder_of("yolos"))(opened(picture), threshold=0.0)
    assert len(found) == len(expected) == 5
    assert [(row.label, row.score, vars(row.box)) for row in found] == [
        (row["label"], near(row["score"]), row["box"]) for row in expected
    ]


def test_image_segmentation(client, folder_of, picture):
    found = client("segformer", "image-segmentation").image_segmentation(picture)
    expected = direct("image-segmentation", folder_of("segformer"))(opened(picture))
    assert [row.label for row in found] == [row["label"] for row in expected]
    for row, other in zip(found, expected, strict=True):
        assert np.array_equal(np.asarray(row.mask), np.asarray(other["mask"]))


def test_depth_estimation(folder_of, serving, picture):
    path = folder_of("dpt")
    found = post(serving(path, "depth-estimation"), {"inputs": base64.b64encode(picture).decode()})
    expected = direct("depth-estimation", path)(opened(picture))["depth"]
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(found))), np.asarray(expected))


def test_zero_shot_image_classification(client, folder_of, picture):
    labels = ["a cat", "a dog"]
    found = client("clip", "zero-shot-image-classification").zero_shot_image_classification(picture, labels)
    expected = direct("zero-shot-image-classification", folder_of("clip"))(opened(picture), candidate_labels=labels)
    assert {row.label: row.score for row in found} == {row["label"]: near(row["score"]) for row in expected}


def test_visual_question_answering(client, folder_of, picture):
    import torch
    from transformers import ViltForQuestionAnswering, ViltProcessor

    path = folder_of("vilt")
    found = client("vilt", "visual-question-answering").visual_question_answering(picture, "what is it ?", top_k=2)
    read = ViltProcessor.from_pretrained(path)(images=opened(picture), text="what is it ?", return_tensors="pt")
    with torch.no_grad():
        chances = ViltForQuestionAnswering.from_pretrained(path)(**read).logits[0].sigmoid()
    best = chances.argsort(descending=True)[:2].tolist()
    names = {0: "bad", 1: "good", 2: "fair"}
    assert [(row.answer, row.score) for row in found] == [(names[n], near(float(chances[n]))) for n in best]


def test_an_answer_about_an_image_in_the_models_own_words(client, folder_of, picture):
    from transformers import BlipForQuestionAnswering, BlipProcessor

    path = folder_of("blip-answers")
    (found,) = client("blip-answers", "visual-question-answering").visual_question_answering(picture, "what is it ?")
    processor = BlipProcessor.from_pretrained(path)
    read = processor(images=opened(picture), text="what is it ?", return_tensors="pt")
    tokens = BlipForQuestionAnswering.from_pretrained(path).generate(**read, max_new_tokens=30, do_sample=False)
    assert (found.answer, found.score) == (processor.decode(tokens[0], skip_special_tokens=True).strip(), None)


def test_document_question_answering(client, folder_of, picture):
    ask = client("donut", "document-question-answering").document_question_answering
    found = ask(picture, "what is the total ?")
    expected = direct("document-question-answering", folder_of("donut"))(opened(picture), "what is the total ?")
    assert [row.answer for row in found] == [row["answer"] for row in expected]


def test_zero_shot_object_detection(folder_of, serving, picture):
    path, asked = folder_of("owlvit"), {"candidate_labels": ["a cat", "a dog"], "threshold": 0.0}
    body = {"inputs": base64.b64encode(picture).decode(), "parameters": asked}
    found = post(serving(path, "zero-shot-object-detection"), body)
    expected = direct("zero-shot-object-detection", path)(opened(picture), **asked)
    assert found
    assert found == [row | {"score": near(row["score"])} for row in expected]


def test_image_to_image(client, folder_of, picture):
    import torch
    from transformers import Swin2SRForImageSuperResolution, Swin2SRImageProcessor

    path = folder_of("swin2sr")
    found = client("swin2sr", "image-to-image").image_to_image(picture)
    read = Swin2SRImageProcessor.from_pretrained(path)(images=opened(picture), return_tensors="pt")
    with torch.no_grad():
        made = Swin2SRForImageSuperResolution.from_pretrained(path)(**read).reconstruction[0]
    expected = (made.clamp(0, 1).permute(1, 2, 0).numpy() * 255).round()
    assert found.width >= 2 * opened(picture).width
    assert np.array_equal(np.asarray(found), expected)


def test_table_question_answering(client, folder_of):
    table = {"name": ["sarah", "dog"], "live": ["1", "20"]}
    ask = client("tapas", "table-question-answering").table_question_answering
    expected = direct("table-question-answering", folder_of("tapas"))(table=table, query="where do i live ?")
    found = ask(table, "where do i live ?")
    assert (found.answer, found.coordinates) == (expected["answer"], [list(at) for at in expected["coordinates"]])
    assert (found.cells, found.aggregator) == (expected["cells"], expected["aggregator"])


def test_image_to_text(client, folder_of, picture):
    from transformers import BlipForConditionalGeneration, BlipProcessor

    path = folder_of("blip")
    found = client("blip", "image-to-text").image_to_text(picture)
    processor = BlipProcessor.from_pretrained(path)
    read = processor(images=opened(picture), return_tensors="pt")
    tokens = BlipForConditionalGeneration.from_pretrained(path).generate(**read, max_new_tokens=50)
    assert found.generated_text == processor.decode(tokens[0], skip_special_tokens=True).strip()


def decoded(sound: bytes, rate: int = 16_000) -> dict[str, Any]:
    """The sound as a person would prepare it: mixed down, and resampled by SciPy."""
    import soundfile
    from scipy.signal import resample_poly

    samples, own = soundfile.read(io.BytesIO(sound), dtype="float32", always_2d=True)
    common = math.gcd(own, rate)
    return {"raw": resample_poly(samples.mean(axis=1), rate // common, own // common), "sampling_rate": rate}


@pytest.mark.parametrize("name", ["wav2vec2-ctc", "whisper"])
def test_speech_recognition(client, folder_of, sound, name):
    found = client(name, "automatic-speech-recognition").automatic_speech_recognition(sound)
    expected = direct("automatic-speech-recognition", folder_of(name))(decoded(sound))
    assert found.text == expected["text"] != ""


def test_audio_classification(client, folder_of, sound):
    found = client("wav2vec2-classifier", "audio-classification").audio_classification(sound)
    expected = direct("audio-classification", folder_of("wav2vec2-classifier"))(decoded(sound))
    assert [(row.label, row.score) for row in found] == [(row["label"], near(row["score"])) for row in expected]


def test_text_to_speech(client, folder_of):
    import soundfile

    found = client("vits", "text-to-speech").text_to_speech("the cat sat")
    samples, rate = soundfile.read(io.BytesIO(found), dtype="float32")
    expected = direct("text-to-speech", folder_of("vits"))("the cat sat")
    assert rate == expected["sampling_rate"]
    np.testing.assert_allclose(samples, np.clip(np.squeeze(expected["audio"]), -1, 1), atol=1e-4)


def test_what_is_no_image_and_no_sound_is_a_sentence(client):
    for name, task, method, words in (
        ("vit", "image-classification", "image_classification", "not an image"),
        ("wav2vec2-ctc", "automatic-speech-recognition", "automatic_speech_recognition", "not a sound"),
    ):
        with pytest.raises(BadRequestError) as refused:
            getattr(client(name, task), method)(b"GIF8 nothing")
        assert words in refused.value.server_message


def test_a_parameter_that_does_not_exist_is_named(client):
    with pytest.raises(BadRequestError) as refused:
        client("t5", "summarization").summarization("the cat", generate_parameters={"no_such_thing": 1})
    assert refused.value.server_message == '"no_such_thing" is no parameter of this model.'
