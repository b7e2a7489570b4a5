"""The `snippets` verb: JSON lines in, JSON lines out."""

import json

import pytest

from showcard.metadata.model import read_model
from showcard.snippets import lines
from showcard.snippets.of_card import example_requests
from showcard.wire.call import has_method
from showcard.wire.request import Request, ResolvedRequest
from tests.support.hostile import TEXTS
from tests.support.requests import INPUTS


def resolve(asked: Request, provider_model: str | None) -> ResolvedRequest:
    model = provider_model or asked.model
    if asked.base_url:
        return ResolvedRequest(asked, "endpoint", model, None, asked.base_url, "", "API_TOKEN")
    return ResolvedRequest(asked, asked.provider, model, None, "", "router.huggingface.co", "HF_TOKEN")


def answers(*asked):
    source = [one if isinstance(one, str) else json.dumps(one) for one in asked]
    return [json.loads(line) for line in lines(source, resolve)]


GOOD = {"id": 1, "task": "text-classification", "model": "org/m", "provider": "hf-inference", "inputs": {"text": "hi"}}


def test_a_request_becomes_snippets():
    (answer,) = answers(GOOD)
    assert answer["id"] == 1
    assert {("python", "huggingface_hub"), ("python", "requests"), ("js", "fetch"), ("sh", "curl")} <= {
        (snippet["language"], snippet["client"]) for snippet in answer["snippets"]
    }
    assert set(answer["snippets"][0]) == {"language", "client", "content"}
    assert {snippet["client"] for snippet in answer["unavailable"]} == {"openai"}
    chat = {**GOOD, "task": "conversational", "inputs": {"messages": [{"role": "user", "content": "hi"}]}}
    assert "unavailable" not in answers(chat)[0]


def test_every_line_is_answered_in_order():
    got = answers(
        GOOD, "{bad", "[]", "7", {**GOOD, "id": "x", "task": "nonsense"}, {"id": None}, {**GOOD, "id": [2]}, ""
    )
    assert [answer["id"] for answer in got] == [1, None, None, None, "x", None, [2]]
    assert [("error" in answer) for answer in got] == [False, True, True, True, True, True, False]


def test_clients_that_can_not_are_named():
    (answer,) = answers({**GOOD, "task": "text-to-video", "provider": "fal-ai"})
    assert [s["client"] for s in answer["snippets"]] == ["huggingface_hub", "requests", "fetch", "curl"]
    assert {s["client"] for s in answer["unavailable"]} == {"openai", "huggingface.js"}
    assert all(s["reason"] for s in answer["unavailable"])


def test_without_a_provider_it_is_auto():
    request = {key: value for key, value in GOOD.items() if key != "provider"}
    (answer,) = answers(request)
    assert 'provider="auto"' in answer["snippets"][0]["content"]


@pytest.mark.parametrize("task", [name for name in INPUTS if has_method(name)])
def test_hugging_faces_clients_need_no_provider_s_name(task):
    """Raw clients have to know who serves a model; huggingface_hub finds out itself."""
    (answer,) = answers(Request(task, "org/m", INPUTS[task]).to_json() | {"id": 1})
    assert "huggingface_hub" in [one["client"] for one in answer["snippets"]]


def test_the_provider_model_is_used():
    (answer,) = answers({**GOOD, "task": "text-to-image", "provider": "together", "provider_model": "black/Flux"})
    requests = next(s for s in answer["snippets"] if s["client"] == "requests")
    assert "black/Flux" in requests["content"]
    assert answers({**GOOD, "provider_model": 3})[0]["error"]


def test_anything_gets_an_answer():
    deep = "[" * 100_000
    odd = [{"id": n, "task": t, "model": t, "provider": t, "inputs": {"text": t}} for n, t in enumerate(TEXTS)]
    wrong = [{**GOOD, "inputs": value} for value in (None, [], "x", {}, {"text": None}, {"text": 3}, {"text": ["a"]})]
    kinds = [
        {**GOOD, name: value} for name in Request.__dataclass_fields__ for value in (None, 3, "x", [], {}, True, [1])
    ]
    for line in lines([deep, *map(json.dumps, [*odd, *wrong, *kinds])], resolve):
        answer = json.loads(line)
        assert answer.get("error") or answer["snippets"]
    assert all(answer["error"] for answer in answers(*wrong))


def test_the_same_request_gives_the_same_text():
    assert answers(GOOD, GOOD)[0] == answers(GOOD)[0]


CARD = """---
pipeline_tag: image-text-to-text
widget:
- messages:
  - role: user
    content: [{type: image_url, image_url: {url: cat.png}}, {type: text, text: "A cat?"}]
- messages:
  - role: user
    content: [{type: image_url, image_url: {url: "https://x.example/dog.png"}}, {type: text, text: "A dog?"}]
- {example_title: Same, text: one}
- {example_title: Same, text: two}
---
"""


def test_a_picture_of_the_card_is_read_by_the_code():
    requests = list(example_requests(read_model(CARD)))
    cat, dog, *same = answers(*requests)
    assert [json.loads(line)["id"] for line in requests[2:]] == ["Same", "Same (2)"]
    assert all("error" not in answer for answer in (cat, dog, *same))
    for of_cat, of_dog in zip(cat["snippets"], dog["snippets"], strict=True):
        assert "cat.png" in of_cat["content"]
        assert '"cat.png"}' not in of_cat["content"]
        assert "https://x.example/dog.png" in of_dog["content"]
