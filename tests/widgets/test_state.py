"""What a widget knows, and the one Request it makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from showcard.inference.resolve import EmbeddedEngine, EngineModel
from showcard.metadata.model import read_model
from showcard.metadata.outputs.read import Labels
from showcard.metadata.reading.files import Folder
from showcard.metadata.tasks.table import task
from showcard.ui.markup.chat import GrowingAnswer
from showcard.ui.markup.growing_text import GrowingText
from showcard.ui.session.availability import places
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Session, Site
from showcard.ui.session.sources import Opened
from showcard.ui.session.target import EMBEDDED, ENDPOINT, PROVIDERS, Target
from showcard.widgets.state import (
    Page,
    build_request,
    card_parameters,
    load_example,
    parameter_sources,
    parameters_title,
    reachable,
    same_inputs,
    take_turn,
)
from showcard.wire.request import RequestError

ENGINES = EmbeddedEngine(
    "http://127.0.0.1:1",
    {name: EngineModel(name, task(row)) for name, row in {"showcard/sentiment": "text-classification"}.items()},
)


def session(**more: object) -> Session:
    return Session(Site(ENGINES, MediaStore(), **more))  # type: ignore[arg-type]


def page(front: str, name: str = "org/mine", folder: Path | None = None) -> Page:
    model = read_model(f"---\n{front}\n---\n# x", Folder(folder) if folder else None, name)
    return Page(Opened(model, None, ""))


CLASSIFIER = """pipeline_tag: text-classification
inference: {parameters: {top_k: 3, function_to_apply: none}}
widget:
- text: Good
  output: [{label: POS, score: 0.9}]
- text: Bad
  parameters: {top_k: 1}"""
CHAT = """pipeline_tag: text-generation
tags: [conversational]
widget:
- messages:
  - {role: system, content: Be brief.}
  - {role: user, content: Hello}
- text: Hi
  output: {text: Hello there}"""


def test_the_first_example_is_on_the_screen_with_its_output() -> None:
    found = page(CLASSIFIER)
    assert isinstance(found.shown, Labels)
    assert found.inputs == {"text": "Good"}
    assert same_inputs(found, ["Good", ""], card_parameters(found))
    assert not same_inputs(found, ["Other", ""], card_parameters(found))
    assert not same_inputs(found, ["", ""], card_parameters(found))
    assert not same_inputs(found, ["Good", ""], {"top_k": 1})


async def test_the_example_wins_over_the_card() -> None:
    found = page(CLASSIFIER)
    assert build_request(found, Target(PROVIDERS), ["x", ""]).parameters == {"top_k": 3, "function_to_apply": "none"}
    await load_example(found, 1)
    request = build_request(found, Target(PROVIDERS), ["x", ""])
    assert request.parameters == {"top_k": 1, "function_to_apply": "none"}
    assert found.shown is None


def test_where_a_request_goes() -> None:
    found = page(CLASSIFIER)
    assert build_request(found, Target(PROVIDERS), ["x", ""]).model == "org/mine"
    assert build_request(found, Target(EMBEDDED + "showcard/sentiment"), ["x", ""]).model == "showcard/sentiment"
    mine = build_request(found, Target(ENDPOINT, " http://127.0.0.1:8080 "), ["x", ""])
    assert (mine.model, mine.base_url) == ("org/mine", "http://127.0.0.1:8080")


def test_an_engine_that_stands_in_is_called_by_its_own_name() -> None:
    found, mine = page(CLASSIFIER), session()
    label, choice = places(found.row, found.model.name, mine)[0]
    assert "not this model" in label
    said = reachable(found, mine, Target(choice))
    assert said.runs
    assert "It is not this model." in said.sentence


def test_with_a_token_the_providers_come_first() -> None:
    mine = session()
    mine.keep_hub_token("hf_x")
    assert places(page(CLASSIFIER).row, "org/mine", mine)[0][1] == PROVIDERS
    assert reachable(page(CLASSIFIER), mine, Target(PROVIDERS)).runs


@pytest.mark.parametrize(
    ("front", "place", "said"),
    [
        ("license: mit", Target(""), "No task is known"),
        ("pipeline_tag: graph-ml", Target(""), "No service runs"),
        ("pipeline_tag: text-to-image", Target(PROVIDERS), "need a Hugging Face token"),
        ("pipeline_tag: fill-mask\ninference: false", Target(PROVIDERS), "opts out"),
        ("pipeline_tag: fill-mask", Target(ENDPOINT), "Give the base URL"),
        ("pipeline_tag: fill-mask", Target(ENDPOINT, "http://["), "not a base URL"),
        ("pipeline_tag: fill-mask", Target(ENDPOINT, "javascript:x"), "not a base URL"),
        ("pipeline_tag: fill-mask", Target(ENDPOINT, "http://a b"), "not a base URL"),
    ],
)
def test_why_a_run_cannot_start(front: str, place: Target, said: str) -> None:
    found = reachable(page(front), session(), place)
    assert not found.runs
    assert said in found.sentence


def test_shared_mode_refuses_endpoints_that_are_not_listed() -> None:
    place = Target(ENDPOINT, "http://169.254.169.254/latest")
    assert not reachable(page(CLASSIFIER), session(shared=True), place).runs
    assert reachable(
        page(CLASSIFIER),
        session(shared=True, endpoints=("http://ok.example",)),
        Target(ENDPOINT, "http://ok.example/v1"),
    ).runs


def test_an_empty_required_field_is_named() -> None:
    with pytest.raises(RequestError, match="Text is empty"):
        build_request(page(CLASSIFIER), Target(PROVIDERS), ["  ", ""])


async def test_a_chat_example_waits_to_be_sent_or_shows_what_was_recorded() -> None:
    found = page(CHAT)
    assert [turn["role"] for turn in found.turns] == ["system"]
    request = build_request(found, Target(PROVIDERS), ["Hello"])
    assert [m["role"] for m in request.inputs["messages"]] == ["system", "user"]
    assert request.stream
    await load_example(found, 1)
    assert [(t["role"], t["content"]) for t in found.turns] == [("user", "Hi"), ("assistant", "Hello there")]
    sent = build_request(found, Target(PROVIDERS), ["And?"]).inputs["messages"]
    assert all(set(message) == {"role", "content"} for message in sent)


async def test_the_code_of_a_chat_without_a_new_message_is_of_the_last_answer() -> None:
    found = page(CHAT)
    with pytest.raises(RequestError):
        build_request(found, Target(PROVIDERS), [""], again=True)
    await load_example(found, 1)
    again = build_request(found, Target(PROVIDERS), [" "], again=True)
    assert again.inputs["messages"] == [{"role": "user", "content": "Hi"}]
    assert build_request(found, Target(PROVIDERS), ["And?"], again=True).inputs["messages"][-1]["content"] == "And?"


def test_a_chat_grows_by_turns_and_an_empty_answer_is_none() -> None:
    found = page(CHAT)
    take_turn(found, "One", GrowingAnswer(text=GrowingText("two")))
    take_turn(found, "Three", GrowingAnswer())
    assert [turn["role"] for turn in found.turns] == ["system", "user", "assistant", "user"]


def test_a_model_of_the_embedded_engine_is_not_offered_at_providers() -> None:
    found = page(CLASSIFIER, "showcard/sentiment")
    assert [choice for _, choice in places(found.row, found.model.name, session())] == [
        EMBEDDED + "showcard/sentiment",
        ENDPOINT,
    ]


def test_who_set_which_parameter() -> None:
    front = """pipeline_tag: text-to-image
inference: {parameters: {guidance_scale: 7, seed: 1, width: null}}
widget:
- {text: A, parameters: {seed: 2}}"""
    found = page(front)
    assert card_parameters(found)["seed"] == 2
    assert parameter_sources(found) == {"guidance_scale": "The card", "seed": "The example"}
    assert parameters_title(found) == "Parameters (1 set by the card, 1 by the example)"
    found.fill({"text": "B"}, {"guidance_scale": 0})
    assert card_parameters(found)["guidance_scale"] == 0
    assert parameters_title(found) == "Parameters (2 set by the link)"
    assert parameters_title(page("pipeline_tag: text-to-image")) == "Parameters"
