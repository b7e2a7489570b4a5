"""Where a run goes, as data: what a place makes of a Request, what a browser may remember, and which keys go where."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from showcard.inference.hub import offers, providers
from showcard.inference.resolve import EmbeddedEngine, EngineModel
from showcard.inference.transport import http as transport
from showcard.metadata.tasks.table import task
from showcard.playground.core.state import Settings
from showcard.playground.page import ComparePage
from showcard.playground.view.heads import where
from showcard.ui.components.target_panel import FORGET, PlacePanel
from showcard.ui.session import calls as asking
from showcard.ui.session.availability import TypedTarget, first_place, look, places, recall, remembered_by
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Session, Site
from showcard.ui.session.target import EMBEDDED, ENDPOINT, PROVIDERS, Target
from showcard.wire.request import Request
from tests.inference.conftest import _Elsewhere, public
from tests.support.scripted import Talk, scripted

CHAT = task("conversational")
ENGINES = EmbeddedEngine("http://127.0.0.1:1", {"showcard/eliza": EngineModel("showcard/eliza", CHAT)})
SPACE = "https://me-mine.hf.space/v1"


def session(**more: Any) -> Session:
    return Session(Site(ENGINES, MediaStore(), **more))


def asked(**more: Any) -> Request:
    return Request("conversational", "org/m", {"messages": [{"role": "user", "content": "Hi"}]}, **more)


def test_a_place_sends_a_request_there() -> None:
    assert Target(EMBEDDED + "showcard/eliza").of(asked()).model == "showcard/eliza"
    there = Target(ENDPOINT, " http://h/v1 ", provider="groq", bill_to="org", named="llama3").of(asked())
    assert (there.base_url, there.provider, there.bill_to, there.model) == ("http://h/v1", "auto", None, "llama3")
    there = Target(PROVIDERS, "http://h/v1", provider="groq", bill_to=" org ").of(asked())
    assert (there.base_url, there.provider, there.bill_to, there.model) == (None, "groq", "org", "org/m")


def test_a_browser_remembers_places_and_no_key() -> None:
    one, two = session(), session()
    typed = PlacePanel.read([ENDPOINT, "auto", "named", SPACE, "key-e", True, "hf_token", "key-p", "org", FORGET])
    assert typed == TypedTarget(Target(ENDPOINT, SPACE, "auto", "org", True, "named"), "hf_token", "key-p", "key-e")
    typed.keep(one)
    one.remembered["model"] = typed.place
    stored = remembered_by(one)
    assert not {"key-e", "key-p", "hf_token"} & {str(v) for v in stored["model"].values()}
    recall(two, stored)
    assert first_place(CHAT, "org/m", two, "model") == Target(ENDPOINT, SPACE, "auto", "org", True)
    assert first_place(CHAT, "showcard/eliza", two, "model").choice == EMBEDDED + "showcard/eliza"
    assert not two.keys_for(SPACE)
    assert not two.trusts(SPACE)
    assert one.holds_keys
    one.forget_keys()
    assert not one.holds_keys
    assert not one.keys_for(SPACE)


@pytest.mark.parametrize(
    "stored", [None, 3, [], {"model": 3}, {"model": {}}, {"model": {"choice": 7}}, {"model": {"choice": "x" * 9_999}},
               {3: {"choice": "endpoint"}}, {"model": {"choice": "nowhere"}}],
)  # fmt: skip
def test_what_a_browser_holds_may_be_anything(stored: Any) -> None:
    mine = session()
    recall(mine, stored)
    assert first_place(CHAT, "org/m", mine, "model").choice == places(CHAT, "org/m", mine)[0][1]


@pytest.mark.parametrize("junk", [[None] * 10, [3, [], {}, b"", 7, 1, 2, 3, 4, 5]])
def test_what_is_posted_may_be_anything(junk: list[Any]) -> None:
    assert PlacePanel.read(junk) == TypedTarget(Target())


@pytest.mark.parametrize(
    ("listed", "named", "said"),
    [
        (["llama3"], "llama3", False),
        (["org/m"], "", False),
        (["a", "org/m"], "", False),
        (["a", "b"], "", True),
        ([], "", False),
        (None, "", False),
    ],
)
async def test_a_chat_is_asked_of_a_model_that_the_endpoint_has(listed: Any, named: str, said: bool) -> None:
    async def models(talk: Talk) -> None:
        rows = [{"id": name} for name in listed] if listed is not None else "odd"
        await talk.answer("200 OK", json.dumps({"data": rows}))

    mine = session()
    async with scripted(models) as server:
        found = await look(CHAT, "org/m", mine, Target(ENDPOINT, f"{server.url}/v1"))
        assert found.named == named
        assert ("Name the model there: a, b." in found.availability.sentence) is said
        assert PlacePanel("", mine).changes(Target(ENDPOINT, server.url), found)["named"].get("value", "") == named
        seen = len(server.heads)
        await look(CHAT, "org/m", mine, Target(ENDPOINT, server.url, named="mine"))
        await look(task("text-classification"), "org/m", mine, Target(ENDPOINT, server.url))
        assert len(server.heads) == seen == 1
        shared = session(shared=True)
        await look(CHAT, "org/m", shared, Target(ENDPOINT, server.url))
        assert len(server.heads) == 1
    gone = await look(CHAT, "org/m", mine, Target(ENDPOINT, server.url))
    assert (gone.named, gone.availability.runs) == ("", True)


@pytest.mark.parametrize("choice", [ENDPOINT, PROVIDERS])
def test_a_model_that_is_typed_has_no_second_name(choice: str) -> None:
    shown = [
        PlacePanel("", session(), renames).changes(Target(choice, SPACE))["named"]["visible"]
        for renames in (True, False)
    ]
    assert shown == [True, False]


def test_a_token_goes_to_a_space_only_when_ticked_for_it() -> None:
    mine = session()
    for base_url, ticked, trusted in [
        (SPACE, False, False), (SPACE, True, True), ("https://x.endpoints.huggingface.cloud", True, True),
        ("http://me-mine.hf.space", True, False), ("https://evil.example/.hf.space", True, False),
        ("https://evil-hf.space", True, False), ("https://me.hf.space.evil.example", True, False),
    ]:  # fmt: skip
        TypedTarget(Target(ENDPOINT, base_url, trusted=ticked), "hf_mine").keep(mine)
        assert mine.trusts(base_url) is trusted, base_url
        resolved = asking.resolved_offline(mine, asked(base_url=base_url))
        assert resolved.key_name == ("HF_TOKEN" if trusted else None), base_url
    TypedTarget(Target(ENDPOINT, SPACE, trusted=False)).keep(mine)
    assert not mine.trusts(SPACE)
    assert not session(shared=True).trusts(SPACE)


ANSWER = '{"choices": [{"message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}]}'


@pytest.fixture
async def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`elsewhere(url)`: from now on the Internet is the server at `url`."""
    pools = []

    def redirect(url: str) -> list[str]:
        there = _Elsewhere(url)
        pools.append(there.pool)
        monkeypatch.setattr(transport, "_pool", lambda: there)
        monkeypatch.delenv("HF_ENDPOINT", raising=False)
        public(monkeypatch)
        return there.asked

    yield redirect
    for pool in pools:
        await pool.aclose()


async def test_the_ticked_token_arrives_there_and_nowhere_else(elsewhere: Callable[[str], list[str]]) -> None:
    async def answer(talk: Talk) -> None:
        await talk.answer("200 OK", ANSWER)

    mine = session()
    async with scripted(answer) as server:
        elsewhere(server.url)
        for ticked, base_url in [(True, SPACE), (False, SPACE), (True, "https://other.example/v1")]:
            TypedTarget(Target(ENDPOINT, base_url, trusted=ticked), "hf_mine").keep(mine)
            await asking.run(mine, await asking.resolved_for(mine, asked(base_url=base_url)))
    assert ["hf_mine" in head for head in server.heads] == [True, False, False]


async def test_the_page_says_who_serves_a_model_in_what_state_at_what_price(
    elsewhere: Callable[[str], list[str]],
) -> None:
    mapping = (
        '{"inferenceProviderMapping": {"groq": {"providerId": "g", "task": "conversational", "status": "live"},'
        '"nebius": {"providerId": "n", "task": "conversational", "status": "staging"}}}'
    )
    served = (
        '{"data": [{"id": "org/m", "providers": [{"provider": "groq", "status": "live", "context_length": 8192,'
        '"pricing": {"input": 0.1, "output": 0.4}, "supports_tools": true}]}]}'
    )
    none = False

    async def hub(talk: Talk) -> None:
        models = "/v1/models" in talk.head
        await talk.answer("200 OK", served if models else '{"inferenceProviderMapping": {}}' if none else mapping)

    providers.forget()
    offers.forget()
    mine = session()
    mine.keep_hub_token("hf_mine")
    async with scripted(hub) as server:
        elsewhere(server.url)
        found = await look(CHAT, "org/m", mine, Target(PROVIDERS))
        assert found.availability.runs
        labels = {name: label for label, name in found.choices}
        assert labels["groq"] == "groq · $0.1 in, $0.4 out a million tokens · 8,192 tokens of context · tools"
        assert labels["nebius"] == "nebius · staging · not known to huggingface_hub"
        assert {"auto", "fastest", "cheapest"} < set(labels)
        none = True
        kept = await look(CHAT, "org/m", mine, Target(PROVIDERS))
        assert not kept.unserved
        fresh = await look(CHAT, "org/m", mine, Target(PROVIDERS), fresh=True)
        assert fresh.unserved
        assert not fresh.availability.runs
        assert "No Inference Provider serves org/m" in fresh.availability.sentence
    providers.forget()
    offers.forget()


async def test_refresh_of_a_pane_s_settings_asks_for_places_and_prices_anew(
    elsewhere: Callable[[str], list[str]],
) -> None:
    price = 0.4

    async def hub(talk: Talk) -> None:
        mapping = {"groq": {"providerId": "g", "task": "conversational", "status": "live"}}
        offer = {"provider": "groq", "status": "live", "pricing": {"input": 0.1, "output": price}}
        listed = {"data": [{"id": "org/m", "providers": [offer]}]}
        said = listed if "/v1/models" in talk.head else {"inferenceProviderMapping": mapping}
        await talk.answer("200 OK", json.dumps(said))

    providers.forget()
    offers.forget()
    with gr.Blocks(analytics_enabled=False) as demo:
        page = ComparePage(Site(ENGINES, MediaStore(), machine_token="hf_mine"))
        page.build(demo)
    tab: Any = SimpleNamespace(session_hash="tab")
    compare = page.compare(tab)
    pane = compare.comparison.panes[0]
    pane = replace(pane, settings=Settings("org/m"))
    compare.comparison.put(pane)
    compare.open_pane = pane.id
    held = page.settings.values(compare.session, pane.settings)

    def shown(drawn: dict[Any, Any]) -> str:
        provider = page.settings.place.components[1]
        return json.dumps(drawn[provider]["choices"]) + drawn[page.views[0].head]

    async with scripted(hub) as server:
        elsewhere(server.url)
        assert shown(await page._moved(tab, *held)).count("$0.4") == 2  # at the place, and in the pane's head
        price = 0.7
        assert shown(await page._moved(tab, *held)).count("$0.4") == 2
        assert shown(await page._refreshed(tab, *held)).count("$0.7") == 2
        assert where(compare, Settings("org/m", "cheapest")) == "cheapest, $0.1 / $0.7 a million tokens"
    providers.forget()
    offers.forget()


def test_own_keys_and_the_machine_s() -> None:
    mine = session(machine_keys={"GROQ_API_KEY": "machine", "API_TOKEN": "t"}, place=Target(ENDPOINT, "http://h:1/v1"))
    assert mine.keys_for() == {"GROQ_API_KEY": "machine"}
    assert mine.keys_for("http://h:1/v1") == {"GROQ_API_KEY": "machine", "API_TOKEN": "t"}
    assert "API_TOKEN" not in mine.keys_for("http://other:1/v1")
    TypedTarget(Target(PROVIDERS, provider="groq"), provider_key=" mine ").keep(mine)
    TypedTarget(Target(PROVIDERS, provider="../x"), provider_key="lost").keep(mine)
    assert mine.keys_for() == {"GROQ_API_KEY": "mine"}
    resolved = asking.resolved_offline(mine, Target(PROVIDERS, provider="groq").of(asked()))
    assert (resolved.host, resolved.key_name) == ("api.groq.com", "GROQ_API_KEY")
