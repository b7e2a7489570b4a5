"""Where requests go, and what is said when they can't."""

from __future__ import annotations

import pytest

from showcard.inference import run as client
from showcard.inference.errors import InferenceFailure
from showcard.inference.hub.providers import ProviderMapping, choose
from showcard.inference.resolve import EmbeddedEngine, availability, discover, resolve, resolve_offline
from showcard.metadata.outputs.read import Answers, Entities, Labels
from showcard.wire.request import Request, RequestError
from tests.support.scripted import Talk, scripted


def chat(model: str = "org/m", **more: object) -> Request:
    return Request("conversational", model, {"messages": [{"role": "user", "content": "hi"}]}, **more)  # type: ignore[arg-type]


@pytest.fixture
async def embedded(engine_url: str) -> EmbeddedEngine:
    return await discover(engine_url)


async def test_the_engine_says_what_it_serves(embedded: EmbeddedEngine) -> None:
    served = {model.task.id for model in embedded.models.values()}
    assert {"text-classification", "token-classification", "question-answering", "conversational"} <= served


@pytest.mark.parametrize(
    ("task", "model", "inputs", "kind"),
    [
        ("text-classification", "showcard/sentiment", {"text": "What a lovely day"}, Labels),
        ("token-classification", "showcard/entities", {"text": "Sarah lives in London"}, Entities),
        (
            "question-answering",
            "showcard/question-answering",
            {"question": "Where does Sarah live?", "context": "Sarah lives in London."},
            Answers,
        ),
    ],
)
async def test_the_engine_answers(
    embedded: EmbeddedEngine, task: str, model: str, inputs: dict[str, str], kind: type
) -> None:
    reply = await client.run(await resolve(Request(task, model, inputs), embedded))
    assert isinstance(reply.output, kind)
    assert reply.output.items
    assert reply.raw


async def test_the_engine_streams(embedded: EmbeddedEngine) -> None:
    pieces = [d async for d in client.stream(await resolve(chat("showcard/eliza", stream=True), embedded))]
    assert len([p for p in pieces if p.content]) > 2
    assert pieces[-1].usage
    assert pieces[-1].usage.completion_tokens > 2


def test_an_endpoint_of_ones_own() -> None:
    found = resolve_offline(chat(base_url="http://127.0.0.1:8080/v1/"))
    assert (found.provider, found.route, found.key_name) == ("endpoint", "http://127.0.0.1:8080/v1", None)
    assert resolve_offline(chat(base_url="https://my.host/v1")).key_name == "API_TOKEN"
    assert resolve_offline(chat(base_url="https://router.huggingface.co/v1")).key_name == "HF_TOKEN"


@pytest.mark.parametrize("url", ["nonsense", "ftp://x/y", "http://", "http://[::1"])
def test_what_is_no_base_url(url: str) -> None:
    with pytest.raises(RequestError, match="not a base URL"):
        resolve_offline(chat(base_url=url))


async def test_the_mapping_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hub(talk: Talk) -> None:
        assert "authorization: bearer hf_mine" in talk.head.lower()
        await talk.answer(
            "200 OK",
            '{"inferenceProviderMapping": {"fal-ai": {"providerId": "fal-ai/flux", "task": "text-to-image", '
            '"status": "staging"}, "nscale": {"providerId": "ns/flux", "task": "text-to-image", "status": "live"}}}',
        )

    request = Request("text-to-image", "org/flux", {"text": "a cat"})
    async with scripted(hub) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        found = await resolve(request, None, {"HF_TOKEN": "hf_mine"})
    assert (found.provider, found.provider_model, found.key_name) == ("nscale", "ns/flux", "HF_TOKEN")


def test_a_model_that_nobody_serves_is_a_sentence() -> None:
    with pytest.raises(InferenceFailure, match="No Inference Provider serves"):
        choose((), "auto", "text-to-image", "org/m")
    served = (ProviderMapping("groq", "x", "conversational", "live"),)
    with pytest.raises(InferenceFailure, match="not for text-generation"):
        choose(served, "auto", "text-generation", "org/m")
    with pytest.raises(InferenceFailure, match="does not serve"):
        choose(served, "novita", "conversational", "org/m")


async def test_availability_says_where_or_why_not(embedded: EmbeddedEngine) -> None:
    def said(request: Request, keys: dict[str, str]) -> tuple[bool, str]:
        found = availability(request, embedded, keys)
        return found.runs, found.sentence

    assert said(Request("text-classification", "showcard/sentiment", {}), {})[0]
    assert said(Request("text-to-image", "org/m", {}), {})[0] is False
    assert said(Request("text-to-image", "org/m", {}), {"HF_TOKEN": "x"})[0]
    assert "No service runs" in said(Request("graph-ml", "org/m", {}), {"HF_TOKEN": "x"})[1]


@pytest.mark.parametrize(
    "url", ["http://192.168.200.10:8080/v1", "http://host.docker.internal:11434/v1", "https://my.host/v1"]
)
def test_an_endpoint_gets_a_key_only_where_one_was_given(url: str) -> None:
    assert resolve_offline(chat(base_url=url), keys={}).key_name is None
    assert resolve_offline(chat(base_url=url), keys={"API_TOKEN": "x"}).key_name == "API_TOKEN"
