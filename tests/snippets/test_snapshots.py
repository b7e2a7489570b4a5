"""What the snippets look like: files that a reviewer reads. `UPDATE_SNAPSHOTS=1` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from showcard.metadata.media import Media
from showcard.snippets import snippets_for
from showcard.wire.request import ResolvedRequest
from tests.support.requests import PARAMETERS, at_endpoint, request, routed

FOLDER = Path(__file__).resolve().parents[1] / "snapshots"
LLAMA = "meta-llama/Llama-3.1-8B-Instruct"
HI = {"messages": [{"role": "user", "content": "Why is the sky blue?"}]}
WEATHER = {"messages": [{"role": "user", "content": "What is the weather in Paris?"}]}
_CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = (
    {
        "type": "function",
        "function": {"name": "get_weather", "description": "The weather of a city.", "parameters": _CITY},
    },
)
LOCAL = "http://127.0.0.1:8123"


def provider(
    task: str, name: str, model: str | None = None, key: str = "HF_TOKEN", **options: object
) -> ResolvedRequest:
    return routed(request(task, provider=name, **options), model, key)


CASES: dict[str, ResolvedRequest] = {
    "text-classification": provider("text-classification", "hf-inference", parameters={"top_k": 3}),
    "token-classification-local": at_endpoint(request("token-classification"), f"{LOCAL}/models/showcard/entities"),
    "question-answering": provider("question-answering", "hf-inference"),
    "table-question-answering": provider("table-question-answering", "hf-inference"),
    "zero-shot-classification": provider("zero-shot-classification", "hf-inference"),
    "feature-extraction-scaleway": provider("feature-extraction", "scaleway", "bge-multilingual-gemma2"),
    "text-generation-stream": at_endpoint(
        request("text-generation", stream=True), "https://abc.endpoints.example", key="API_TOKEN"
    ),
    "image-classification": provider("image-classification", "hf-inference"),
    "image-classification-parameters": provider("image-classification", "hf-inference", parameters={"top_k": 3}),
    "image-to-image-fal": provider("image-to-image", "fal-ai", "fal-ai/flux/dev/image-to-image"),
    "text-to-image-fal-own-key": provider(
        "text-to-image", "fal-ai", "fal-ai/flux/dev", "FAL_KEY", parameters={"width": 512, "height": 256, "seed": 0}
    ),
    "text-to-image-together": provider("text-to-image", "together", "black-forest-labs/FLUX.1-schnell"),
    "text-to-speech": provider("text-to-speech", "hf-inference"),
    "speech-recognition": provider("automatic-speech-recognition", "hf-inference"),
    "speech-recognition-remote": provider(
        "automatic-speech-recognition",
        "hf-inference",
        inputs={"audio": Media.from_reference("https://example.org/a.flac")},
    ),
    "speech-recognition-deepinfra": provider("automatic-speech-recognition", "deepinfra", "openai/whisper-large-v3"),
    "chat": routed(request("conversational", inputs=HI, model=LLAMA)),
    "chat-stream": routed(
        request(
            "conversational",
            inputs=HI,
            model=f"{LLAMA}:fastest",
            stream=True,
            bill_to="my-org",
            parameters={"temperature": 0},
        )
    ),
    "chat-local-stream": at_endpoint(
        request("conversational", inputs=HI, stream=True), f"{LOCAL}/v1", "showcard/eliza"
    ),
    "chat-image": provider("image-text-to-text", "groq", "meta-llama/llama-4-scout"),
    "chat-history": routed(request("conversational", model=LLAMA)),
    "chat-tools": routed(request("conversational", inputs=WEATHER, model=LLAMA, tools=TOOLS)),
    "chat-tools-stream": routed(request("conversational", inputs=WEATHER, model=LLAMA, tools=TOOLS, stream=True)),
    "chat-structured": provider("conversational", "together", "m", parameters=PARAMETERS["conversational"]),
    "chat-quotes": at_endpoint(
        request(
            "conversational", inputs={"messages": [{"role": "user", "content": 'It\'s "quoted"\n$(id) `id` 日本語'}]}
        ),
        f"{LOCAL}/v1",
    ),
    "long": at_endpoint(request("text-classification", inputs={"text": "Once upon a time. " * 6000}), f"{LOCAL}/m"),
}


def rendered(resolved: ResolvedRequest) -> str:
    blocks = []
    for snippet in snippets_for(resolved):
        head = f"=== {snippet.language} {snippet.client}" + (f" ({snippet.install})" if snippet.install else "")
        blocks.append(f"{head}\n{snippet.content if snippet.content is not None else f'--- {snippet.reason}{chr(10)}'}")
    return "\n".join(blocks).replace("Once upon a time. " * 6000, "Once upon a time. [...]")


@pytest.mark.parametrize("name", CASES)
def test_the_snippets_read_as_before(name):
    path = FOLDER / f"{name}.txt"
    text = rendered(CASES[name])
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_no_snapshot_is_left_over():
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(CASES)
