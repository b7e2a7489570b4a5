"""The clients that people use, unchanged, against the real server."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest
from huggingface_hub import HfApi, InferenceClient
from huggingface_hub.errors import BadRequestError

SEVEN = Path(__file__).parents[2] / "examples" / "digits" / "images" / "seven.png"
NO_TOKEN = {"authorization": None}


def client(engine_url: str, name: str) -> InferenceClient:
    """The Hub's client on one engine, without any token."""
    return InferenceClient(model=f"{engine_url}/models/showcard/{name}", headers=NO_TOKEN)  # type: ignore[arg-type]


def test_text_classification_gives_all_labels(engine_url: str) -> None:
    labels = client(engine_url, "sentiment").text_classification("I love football so much")
    assert [label.label for label in labels] == ["POSITIVE", "NEUTRAL", "NEGATIVE"]
    assert sum(label.score for label in labels) == pytest.approx(1, abs=1e-3)
    assert len(client(engine_url, "sentiment").text_classification("I love it", top_k=1)) == 1


def test_token_classification_counts_code_points(engine_url: str) -> None:
    text = "😀 My name is Sarah and I live in London"
    found = client(engine_url, "entities").token_classification(text)
    assert [(entity.entity_group, text[entity.start : entity.end]) for entity in found] == [
        ("PER", "Sarah"),
        ("LOC", "London"),
    ]
    words = client(engine_url, "entities").token_classification("I live in New York", aggregation_strategy="none")
    assert [(word.entity, word.word) for word in words] == [("B-LOC", "New"), ("I-LOC", "York")]


def test_question_answering_gives_an_object_or_a_list(engine_url: str) -> None:
    ask = client(engine_url, "question-answering").question_answering
    context = "My name is Sarah and I live in London"
    one = ask(question="Where do I live?", context=context)
    assert not isinstance(one, list)
    assert one.answer == "London" == context[one.start : one.end]
    several = ask(question="Where do I live?", context=context, top_k=3)
    assert isinstance(several, list)
    assert several[0] == one
    assert [answer.score for answer in several] == sorted((answer.score for answer in several), reverse=True)


def test_image_classification_takes_bytes_and_base64(engine_url: str) -> None:
    raw = client(engine_url, "digits").image_classification(SEVEN.read_bytes())
    assert raw[0].label == "7"
    assert len(raw) == 5
    with_parameters = client(engine_url, "digits").image_classification(SEVEN.read_bytes(), top_k=2)
    assert [label.label for label in with_parameters] == [label.label for label in raw[:2]]


def test_similarity_and_features_answer_for_each_other(engine_url: str) -> None:
    for name in ("sentence-similarity", "feature-extraction"):
        scores = client(engine_url, name).sentence_similarity("a happy person", ["a happy dog", "a car"])
        assert scores[0] > scores[1]
        url = f"{name}/pipeline/feature-extraction"
        vector = client(engine_url, url).feature_extraction("a happy person", normalize=False)
        assert vector.shape == (128,)


def test_summarization_and_table_question_answering(engine_url: str) -> None:
    summary = client(engine_url, "summarization").summarization("A cat sat. A cat ran. A dog came. It rained.")
    assert summary.summary_text == "A cat sat."
    table = {"City": ["Bern", "Basel"], "People": ["134000", "178000"]}
    ask = client(engine_url, "table-question-answering").table_question_answering
    found = ask(table, "Which city has the most people?")  # type: ignore[arg-type]
    assert (found.answer, found.cells, found.coordinates) == ("Basel", ["Basel"], [[1, 0]])


def test_chat_through_the_hubs_client(engine_url: str) -> None:
    chat = client(engine_url, "eliza").chat_completion
    messages = [{"role": "user", "content": "My name is Julien"}]
    answer = chat(messages)
    assert answer.choices[0].message.content == "Pleased to meet you, Julien. What brings you here?"
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (4, 12)
    chunks = list(chat(messages, stream=True, stream_options={"include_usage": True}))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == (
        answer.choices[0].message.content
    )
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == 12
    short = chat(messages, max_tokens=3)
    assert short.choices[0].message.content == "Pleased to meet"
    assert short.choices[0].finish_reason == "length"


@pytest.fixture
def openai_client(engine_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{engine_url}/v1", api_key="-", max_retries=0) as made:
        yield made


def test_openais_client_lists_and_streams(openai_client: openai.OpenAI) -> None:
    listed = {model.id: model for model in openai_client.models.list()}
    assert listed["showcard/eliza"].model_dump()["task"] == "conversational"
    assert listed["showcard/eliza"].model_dump()["context_length"] == 4096
    assert listed["showcard/sentiment"].model_dump()["task"] == "text-classification"
    with openai_client.chat.completions.create(
        model="showcard/card-helper",
        messages=[{"role": "user", "content": "What is a model card?"}],
        stream=True,
        stream_options={"include_usage": True},
        max_tokens=12,
    ) as stream:
        chunks = list(stream)
    content = [c.choices[0].delta.content for c in chunks if c.choices and c.choices[0].delta.content]
    assert len(content) == 12 == chunks[-1].usage.completion_tokens  # type: ignore[union-attr]
    assert "".join(content).startswith("A **model card**")
    assert chunks[-2].choices[0].finish_reason == "length"
    assert chunks[-1].choices == []


def test_openais_client_raises_its_own_errors(openai_client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as unknown:
        openai_client.chat.completions.create(model="org/none", messages=[{"role": "user", "content": "hi"}])
    assert unknown.value.body == "There is no model 'org/none' here. GET /v1/models lists the models."
    with pytest.raises(openai.BadRequestError) as empty:
        openai_client.chat.completions.create(model="showcard/eliza", messages=[])
    assert '"messages" must be a list' in str(empty.value.body)


def test_the_hubs_client_raises_its_own_errors(engine_url: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        client(engine_url, "sentiment").text_classification("x", top_k=0)
    assert refused.value.server_message == '"top_k" must be a whole number above 0, but it is 0.'


def test_the_hubs_api_reads_the_provider_mapping(engine_url: str) -> None:
    api = HfApi(endpoint=engine_url, token=False)
    info = api.model_info("showcard/eliza", expand=["inferenceProviderMapping"])
    assert info.inference_provider_mapping is not None
    (mapping,) = info.inference_provider_mapping
    assert (mapping.provider, mapping.provider_id, mapping.task, mapping.status) == (
        "hf-inference", "showcard/eliza", "conversational", "live",
    )  # fmt: skip
    whole = api.model_info("showcard/eliza")
    assert whole.pipeline_tag == "text-generation"
    assert "conversational" in (whole.tags or [])
    assert [model.id for model in api.list_models(pipeline_tag="question-answering")] == ["showcard/question-answering"]


@pytest.mark.parametrize("prefix", ["/models", "/hf-inference/models"])
def test_curl(engine_url: str, prefix: str) -> None:
    # curl's own content type is that of a form.
    said = curl(f"{engine_url}{prefix}/showcard/sentiment", "-d", '{"inputs": "I hate it"}')
    assert said[0][0]["label"] == "NEGATIVE"
    assert curl(f"{engine_url}{prefix}/showcard/digits", "--data-binary", f"@{SEVEN}")[0]["label"] == "7"
    body = '{"inputs": "I hate it"}'
    assert curl(f"{engine_url}{prefix}/showcard/sentiment/pipeline/sentiment-analysis", "-d", body) == said
    body = '{"model": "anything", "messages": [{"role": "user", "content": "hello"}]}'
    chat = curl(f"{engine_url}{prefix}/showcard/eliza/v1/chat/completions", "-d", body)
    assert chat["model"] == "showcard/eliza"


def curl(url: str, *more: str) -> object:
    """What curl gets, read as JSON."""
    run = subprocess.run([shutil.which("curl") or "curl", "-sS", url, *more], capture_output=True, check=True)
    return json.loads(run.stdout)
