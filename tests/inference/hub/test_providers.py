"""Who serves a model: the Hub's mapping and the router's offers, as each person sees them and not for long."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from showcard.inference.errors import InferenceFailure
from showcard.inference.hub import offers, providers
from showcard.inference.hub.offers import Offer
from showcard.inference.hub.providers import ProviderMapping, choose, read_mappings
from showcard.inference.hub.ttl_cache import TTLCache
from showcard.inference.keys import own_key_name
from showcard.inference.resolve import resolve, resolve_offline, standing
from showcard.wire.http import http_request
from showcard.wire.request import Request, RequestError
from tests.inference.test_errors import answering
from tests.support.requests import request
from tests.support.scripted import Scripted, Talk, scripted

Elsewhere = Callable[[str], list[str]]
LIVE = ProviderMapping("groq", "groq/m", "conversational", "live")
MODELS = {
    "data": [
        {
            "id": "org/m",
            "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
            "providers": [
                {"provider": "groq", "status": "live", "context_length": 131072, "pricing": {"input": 0.1, "output": 0.5},
                 "supports_tools": True, "supports_structured_output": False, "first_token_latency_ms": 250, "throughput": 90},
                {"provider": "sambanova", "status": "staging"},
            ],
        },
        {"id": "org/alone"},
    ]
}  # fmt: skip


def mapping(**found: dict[str, str]) -> str:
    return json.dumps({"inferenceProviderMapping": {name.replace("_", "-"): row for name, row in found.items()}})


def chat(model: str = "org/m", **more: object) -> Request:
    return request("conversational", model=model, **more)


@pytest.mark.parametrize(
    ("said", "meant"),
    [(0, 0.0), ("0.25", 0.25), (None, None), ("free", None), (-1, None), ("-1", None), (True, None), ([1], None),
     ("NaN", None), (float("inf"), None), (10**400, None)],
)  # fmt: skip
async def test_a_price_is_a_number_or_not_known(
    said: object, meant: float | None, internet: Callable[[Scripted], list[str]]
) -> None:
    row = {"provider": "groq", "context_length": None, "pricing": {"input": said, "output": said}}
    async with scripted(answering("200 OK", json.dumps({"data": [{"id": "org/m", "providers": [row]}]}))) as server:
        internet(server)
        (found,) = (await offers.offers())["org/m"]
    assert (found.input_price, found.output_price, found.context_length) == (meant, meant, None)


@pytest.fixture
def internet(elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> Callable[[Scripted], list[str]]:
    """The scripted server is the Hub and the router."""

    def redirect(server: Scripted) -> list[str]:
        return elsewhere(server.url)

    return redirect


# -- the mapping -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "provider", "task", "chosen"),
    [
        ([LIVE], "auto", "conversational", "groq"),
        ([replace(LIVE, status="staging"), replace(LIVE, provider="novita")], "auto", "conversational", "novita"),
        ([replace(LIVE, status="error"), replace(LIVE, provider="novita", status="staging")], "auto", "conversational", "novita"),
        ([replace(LIVE, provider="sambanova"), LIVE], "auto", "conversational", "groq"),
        ([replace(LIVE, provider="sambanova")], "auto", "conversational", "sambanova"),
        ([replace(LIVE, status="error")], "groq", "conversational", "groq"),
        ([LIVE], "auto", "image-text-to-text", "groq"),
        ([LIVE, replace(LIVE, provider="novita", task="text-generation")], "auto", "text-generation", "novita"),
    ],
)  # fmt: skip
def test_the_best_mapping_is_chosen(found: list[ProviderMapping], provider: str, task: str, chosen: str) -> None:
    assert choose(tuple(found), provider, task, "org/m").provider == chosen


def test_a_model_that_nobody_serves_is_a_sentence() -> None:
    with pytest.raises(InferenceFailure, match="No Inference Provider serves org/m") as caught:
        choose((), "auto", "text-to-image", "org/m")
    assert "https://huggingface.co/org/m" in caught.value.hint
    with pytest.raises(InferenceFailure, match="not for text-generation"):
        choose((LIVE,), "auto", "text-generation", "org/m")
    with pytest.raises(InferenceFailure, match="novita does not serve org/m") as caught:
        choose((LIVE,), "novita", "conversational", "org/m")
    assert "groq" in caught.value.hint
    unknown = ProviderMapping("nebius", "n", "text-to-image", "live")
    with pytest.raises(InferenceFailure, match="huggingface_hub does not know how to ask it"):
        choose((unknown,), "auto", "text-to-image", "org/m")


def test_a_mapping_in_words() -> None:
    assert LIVE.sentence == "groq serves it for conversational."
    assert "on trial" in replace(LIVE, status="staging").sentence
    assert "last check" in replace(LIVE, status="error").sentence
    assert "does not know sambanova" in replace(LIVE, provider="sambanova").sentence
    assert not replace(LIVE, task="text-to-image").known


async def test_the_mapping_decides(internet: Callable[[Scripted], list[str]]) -> None:
    body = mapping(
        fal_ai={"providerId": "fal-ai/flux", "task": "text-to-image", "status": "staging"},
        nscale={"providerId": "ns/flux", "task": "text-to-image", "status": "live"},
    )
    async with scripted(answering("200 OK", body)) as server:
        asked = internet(server)
        found = await resolve(request("text-to-image", model="org/flux"), None, {"HF_TOKEN": "hf_mine"})
        assert (found.provider, found.provider_model, found.key_name) == ("nscale", "ns/flux", "HF_TOKEN")
        assert asked == ["https://huggingface.co/api/models/org/flux?expand=inferenceProviderMapping"]
        assert "authorization: bearer hf_mine" in server.heads[0].lower()


async def test_weights_and_lists_are_read(internet: Callable[[Scripted], list[str]]) -> None:
    rows = [{"provider": "fal-ai", "providerId": "fal-ai/lora", "task": "text-to-image", "adapterWeightsPath": "x.safetensors"},
            {"provider": "odd"}, "nonsense"]  # fmt: skip
    async with scripted(answering("200 OK", json.dumps({"inferenceProviderMapping": rows}))) as server:
        internet(server)
        found = await resolve(request("text-to-image", provider="fal-ai"), None, {"HF_TOKEN": "hf_mine"})
    assert (found.adapter, found.provider_model) == ("x.safetensors", "fal-ai/lora")


@pytest.mark.parametrize(
    "odd",
    [3, "text", [3, None, []], {"groq": "text", "novita": None}, [{"provider": "groq"}], {"groq": {"task": "x"}},
     {"groq": {"providerId": "g", "task": ["x"], "status": {}, "adapterWeightsPath": [1]}}],
)  # fmt: skip
def test_odd_mappings_are_passed_over(odd: object) -> None:
    found = read_mappings({"inferenceProviderMapping": odd})
    assert all(isinstance(one.task, str) and one.adapter is None for one in found)
    assert read_mappings(odd) == ()


@pytest.mark.parametrize("model", ["../../x", "org/..", "org/m/../../x", "a b", "org/m?x", ""])
async def test_what_is_no_id_of_a_model_is_not_asked_for(internet: Callable[[Scripted], list[str]], model: str) -> None:
    async with scripted(answering("200 OK", "{}")) as server:
        asked = internet(server)
        with pytest.raises(InferenceFailure, match="is not an id of a model"):
            await providers.mappings(model, "hf_mine")
    assert not asked


async def test_what_is_known_is_each_persons_own_and_grows_old(internet: Callable[[Scripted], list[str]]) -> None:
    async with scripted(answering("200 OK", mapping())) as server:
        asked = internet(server)
        assert await providers.mappings("org/m", "hf_one") == ()
        server.script = answering("200 OK", mapping(groq={"providerId": "g", "task": "conversational"}))
        assert await providers.mappings("org/m", "hf_one") == ()
        assert len(asked) == 1
        assert [m.provider for m in await providers.mappings("org/m", "hf_two")] == ["groq"]
        assert await providers.mappings("org/m", "hf_one", fresh=True)
        assert await providers.mappings("org/m", "hf_one")
        assert len(asked) == 3


def test_a_memory_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("showcard.inference.hub.ttl_cache.monotonic", lambda: now[0])
    kept: TTLCache[int] = TTLCache(seconds=10, most=2)
    for number, asked in enumerate("abc"):
        kept.put(asked, None, number)
    assert [kept.get(asked, None) for asked in "abc"] == [None, 1, 2]
    assert len(kept) == 2
    assert kept.get("b", "hf_other") is None
    now[0] = 10
    assert kept.get("b", None) is None


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        ("404 Not Found", "{}", "no model org/m that can be seen"),
        ("401 Unauthorized", "{}", "no model org/m that can be seen"),
        ("500 Error", "boom", "failed while"),
        ("200 OK", "<html>", "not JSON"),
        ("200 OK", "[]", "No Inference Provider serves"),
        ("200 OK", '{"inferenceProviderMapping": null}', "No Inference Provider serves"),
    ],
)
async def test_a_hub_that_says_no(
    internet: Callable[[Scripted], list[str]], status: str, body: str, sentence: str
) -> None:
    async with scripted(answering(status, body)) as server:
        internet(server)
        with pytest.raises(InferenceFailure, match=sentence):
            await resolve(request("text-to-image", model="org/m"), None, {"HF_TOKEN": "hf_mine"})


# -- where it goes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "model"),
    [
        (chat(), "org/m"),
        (chat("org/m:fastest"), "org/m:fastest"),
        (chat("org/m:sambanova"), "org/m:sambanova"),
        (chat(provider="fastest"), "org/m:fastest"),
        (chat(provider="cheapest"), "org/m:cheapest"),
    ],
)
async def test_chat_is_routed_by_what_follows_the_model(asked: Request, model: str) -> None:
    """No lookup: the router decides."""
    found = await resolve(asked, None, {"HF_TOKEN": "hf_mine"})
    built = http_request(found)
    assert built.url == "https://router.huggingface.co/v1/chat/completions"
    assert built.json["model"] == model
    assert found.request.provider == "auto"


async def test_a_provider_the_library_does_not_know_is_asked_through_the_router(
    internet: Callable[[Scripted], list[str]],
) -> None:
    body = mapping(sambanova={"providerId": "S", "task": "conversational", "status": "live"})
    async with scripted(answering("200 OK", body)) as server:
        internet(server)
        found = await resolve(chat(provider="sambanova"), None, {"HF_TOKEN": "hf_mine"})
    assert http_request(found).json["model"] == "org/m:sambanova"


async def test_other_tasks_take_no_policy() -> None:
    with pytest.raises(RequestError, match="Only chat models"):
        await resolve(request("text-to-image", model="org/m:cheapest"), None, {})
    with pytest.raises(RequestError, match="Only chat models"):
        resolve_offline(request("text-to-image", provider="fastest"))


async def test_a_providers_own_key_goes_to_its_own_host(internet: Callable[[Scripted], list[str]]) -> None:
    body = mapping(groq={"providerId": "llama", "task": "conversational", "status": "live"})
    async with scripted(answering("200 OK", body)) as server:
        internet(server)
        found = await resolve(
            chat(provider="groq", bill_to="my-org"), None, {"GROQ_API_KEY": "own", "HF_TOKEN": "hf_x"}
        )
        assert (found.host, found.key_name) == ("api.groq.com", "GROQ_API_KEY")
        assert http_request(found).url.startswith("https://api.groq.com/")
        assert "own" not in server.heads[0]
        by_router = await resolve(chat(provider="groq", bill_to="my-org"), None, {"HF_TOKEN": "hf_x"})
        assert (by_router.host, by_router.key_name) == ("router.huggingface.co", "HF_TOKEN")
        assert ("X-HF-Bill-To", "my-org") in http_request(by_router).headers


async def test_openai_is_asked_by_its_own_ids() -> None:
    found = await resolve(chat("gpt-x", provider="openai"), None, {"OPENAI_API_KEY": "own"})
    assert (found.host, found.key_name, found.provider_model) == ("api.openai.com", own_key_name("openai"), "gpt-x")


# -- the router's offers ---------------------------------------------------------------------------------------------


async def test_offers_have_prices_and_abilities(internet: Callable[[Scripted], list[str]]) -> None:
    async with scripted(answering("200 OK", json.dumps(MODELS))) as server:
        asked = internet(server)
        found = await offers.offers("hf_mine")
        await offers.offers("hf_mine")
        assert asked == ["https://router.huggingface.co/v1/models"]
        assert await offers.served_by("sambanova", "hf_mine") == {"org/m": Offer("sambanova", "staging", images=True)}
    assert found["org/m"][0] == Offer("groq", "live", 131072, 0.1, 0.5, True, False, 0.25, 90, True)
    assert found["org/alone"] == ()
    assert found["org/m"][0].sentence == "groq, $0.1 in, $0.5 out a million tokens, 131,072 tokens of context, tools"
    assert found["org/m"][1].sentence == "sambanova (staging)"


@pytest.mark.parametrize(
    "body", ["<html>", "[]", '{"data": 3}', '{"data": [{"id": 1, "providers": ["x"]}]}', "[" * 100_000]
)
async def test_odd_offers_are_a_sentence(internet: Callable[[Scripted], list[str]], body: str) -> None:
    async with scripted(answering("200 OK", body)) as server:
        internet(server)
        with pytest.raises(InferenceFailure, match="can't be read"):
            await offers.offers()


async def test_availability_says_who_and_what_it_costs(internet: Callable[[Scripted], list[str]]) -> None:
    async def both(talk: Talk) -> None:
        served = mapping(groq={"providerId": "g", "task": "conversational", "status": "live"})
        await talk.answer("200 OK", json.dumps(MODELS) if "/v1/models" in talk.head else served)

    async with scripted(both) as server:
        internet(server)
        keys = {"HF_TOKEN": "hf_mine"}
        assert "groq, $0.1 in" in (await standing(chat(), None, keys)).availability.sentence
        assert "sambanova" not in (await standing(chat(provider="groq"), None, keys)).availability.sentence
        wrong = (await standing(request("text-to-image", model="org/m"), None, keys)).availability
        assert (wrong.runs, wrong.sentence) == (False, "groq serves org/m for conversational, not for text-to-image.")
        providers.forget()
        server.script = answering("200 OK", mapping())
        none = (await standing(chat(), None, keys)).availability
        assert (none.runs, none.sentence) == (False, "No Inference Provider serves org/m.")
        assert not (await standing(chat(), None, {})).availability.runs
        assert (await standing(chat(base_url="http://x/v1"), None, {})).availability.runs


async def test_availability_without_a_network_is_not_a_no(elsewhere: Elsewhere) -> None:
    elsewhere("http://127.0.0.1:9")
    found = (await standing(chat(), None, {"HF_TOKEN": "hf_mine"})).availability
    assert found.runs
    assert "not known now" in found.sentence
