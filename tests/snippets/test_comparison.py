"""One script for both sides of a comparison, and the note of what a request differs in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from showcard.snippets import comparison_script, differences
from showcard.snippets.openai_arguments import NO_KEY
from showcard.wire.call import client_call
from showcard.wire.media import with_bytes
from showcard.wire.request import ResolvedRequest
from showcard.wire.responses import responses_request
from tests.snippets.test_options import RESPONSE
from tests.support.answers import answer
from tests.support.execute import Ran, environment, run_python
from tests.support.hostile import TEXTS
from tests.support.recorder import Arrived, recording
from tests.support.requests import IMAGE, PARAMETERS, PNG, TOOLS, at_endpoint, request, routed, sent_by_client


def run(home: Path, comparisons: list[dict[str, ResolvedRequest]], url: str) -> list[Ran]:
    """The script of each comparison, one after the other."""
    paths = []
    for number, sides in enumerate(comparisons):
        snippet = comparison_script(sides)
        assert snippet.content is not None, snippet.reason
        folder = home / str(number)
        folder.mkdir()
        (folder / "cat.png").write_bytes(PNG)
        paths.append(folder / snippet.filename)
        paths[-1].write_text(snippet.content, encoding="utf-8", newline="")
    ran = run_python(paths, environment(home, RECORDER=url))
    for one, path in zip(ran, paths, strict=True):
        assert one.error is None, f"{one.error}\n{path.read_text()}"
    return ran


def same(side: ResolvedRequest, body: bytes, wanted: bytes) -> bool:
    """Byte for byte; where OpenAI's client asks instead, it has an order of its own, and does not say that it waits."""
    asks_otherwise = client_call(side).verbatim
    return {"stream": False, **json.loads(body)} == json.loads(wanted) if asks_otherwise else body == wanted


PARTS = [{"type": "text", "text": "?"}, {"type": "image_url", "image_url": {"url": IMAGE}}]
SHAPES = {
    "plain": {},
    "streamed": {"stream": True},
    "everything": {"parameters": PARAMETERS["conversational"], "extra": {"x": 0}},
    "tools": {"tools": TOOLS, "stream": True},
    "responses": {"api": "responses", "stream": True},
    "responses whole": {"api": "responses", "inputs": {"messages": [{"role": "user", "content": PARTS}]}},
    "system": {
        "inputs": {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]},
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
    },
    "image": {"inputs": {"messages": [{"role": "user", "content": PARTS}]}},
}


def responding(arrived: Arrived) -> tuple[str, bytes] | None:
    """What a server of the Responses API says."""
    if not arrived.path.endswith("/responses"):
        return None
    if arrived.json.get("stream"):
        return "text/event-stream", b'data: {"type": "response.output_text.delta", "delta": "scattering"}\n\n'
    return "application/json", json.dumps(RESPONSE).encode()


def test_each_side_sends_what_the_app_sends(tmp_path):
    with recording() as recorder:
        comparisons = []
        for number, shape in enumerate(SHAPES.values()):
            left = at_endpoint(request("conversational", **shape), f"{recorder.url}/left-{number}/v1", "left")
            right = request("conversational", stream=True, bill_to="org", model=f"org/right-{number}:fastest")
            comparisons.append({"left": left, "right": routed(right)})
        comparisons.append({"gone": at_endpoint(request("conversational"), "http://127.0.0.1:9/v1"), **comparisons[0]})

        def side(arrived: Arrived) -> ResolvedRequest:
            found = re.search(r"(left|right)-(\d)", f"{arrived.path} {arrived.body[:80]}")
            return comparisons[int(found[2])][found[1]]

        recorder.answer = lambda arrived: responding(arrived) or answer(side(arrived), arrived)
        *ran, broken = run(tmp_path, comparisons, recorder.url)
        assert len(recorder.posts()) == 2 * len(comparisons)
        for arrived in recorder.posts():
            if side(arrived).request.api:
                assert arrived.json == with_bytes(responses_request(side(arrived))[0].json)
                continue
            wanted = sent_by_client(side(arrived), "hf_of_this_machine")
            assert same(side(arrived), arrived.body, wanted.body)
            key = wanted.headers.get("authorization")
            by_openai = client_call(side(arrived)).verbatim
            assert arrived.headers.get("authorization") == (f"Bearer {NO_KEY}" if by_openai and not key else key)
            assert arrived.headers.get("x-hf-bill-to") == wanted.headers.get("x-hf-bill-to")
        for one in (*ran, broken):
            assert re.search(r"left\n.*scattering.*\n\nright\n.*scattering", one.printed)
        assert broken.printed.startswith("gone\n")


@pytest.mark.parametrize("count", [1, 3, 4])
def test_one_to_four_sides(tmp_path, count):
    with recording() as recorder:
        shapes = [SHAPES["system"], {"stream": True}, SHAPES["image"], SHAPES["tools"]][:count]
        sides = {
            f"{letter} · same name": at_endpoint(request("conversational", **shape), f"{recorder.url}/{letter}/v1", "m")
            for letter, shape in zip("ABCD", shapes, strict=False)
        }
        recorder.answer = lambda arrived: answer(sides[f"{arrived.path[1]} · same name"], arrived)
        (ran,) = run(tmp_path, [sides], recorder.url)
        sent = {arrived.path[1]: arrived.body for arrived in recorder.posts()}
        assert len(sent) == len(sides)
        for name, side in sides.items():
            assert same(side, sent[name[0]], sent_by_client(side, None).body)
        places = [ran.printed.index(f"{name}\n") for name in sides]
        assert places == sorted(places)


def test_hostile_names_and_messages(tmp_path):
    with recording() as recorder:
        recorder.answer = lambda arrived: answer(at_endpoint(request("conversational"), ""), arrived)
        texts = [text for text in TEXTS if not any("\ud800" <= char <= "\udfff" for char in text)]
        comparisons = []
        for text in texts:
            left, right = (
                request("conversational", inputs={"messages": [{"role": "user", "content": text + tail}]})
                for tail in "ab"
            )
            comparisons.append(
                {text: at_endpoint(left, recorder.url, text), f"{text}2": at_endpoint(right, recorder.url)}
            )
        ran = run(tmp_path, comparisons, recorder.url)
        assert all(one.printed.startswith(text) for one, text in zip(ran, texts, strict=True))
        said = {json.loads(one.body)["messages"][0]["content"] for one in recorder.posts()}
        assert said == {f"{text}{tail}" for text in texts for tail in "ab"}
    assert not list(tmp_path.rglob("PWNED"))


def test_why_there_is_none():
    assert comparison_script({}).reason
    assert comparison_script({"a": routed(request("fill-mask"))}).reason
    assert comparison_script({"a": routed(request("conversational", provider="nobody"))}).reason


def test_what_differs():
    assert differences(routed(request("conversational"))) == ()
    assert differences(
        routed(request("conversational", parameters={"temperature": 0, "top_p": None}, stream=True))
    ) == (
        "Set by you: temperature.",
        "The answer arrives piece by piece.",
    )
    assert differences(
        routed(request("text-classification", provider="hf-inference", parameters={"x": 1, "top_k": 0}))
    ) == (
        "The provider is chosen: hf-inference.",
        "Set by you: top_k.",
        "Left out, because it can't be sent here: x.",
    )
    own = at_endpoint(request("conversational", tools=TOOLS, headers={"x-a": "b"}), "http://127.0.0.1:1/v1")
    assert differences(own) == (
        "It asks 127.0.0.1, an endpoint of your own.",
        "No token is sent.",
        "The model may call 1 tool.",
        "Headers of your own: x-a.",
    )
    assert "It uses the provider's own key, FAL_KEY." in differences(
        routed(request("text-to-image", provider="fal-ai", bill_to="me"), "fal-ai/x", "FAL_KEY")
    )
    lora = ResolvedRequest(
        request("text-to-image", provider="fal-ai", bill_to="me"), "fal-ai", "x", "a", "", "", "HF_TOKEN"
    )
    assert "It is billed to me." in differences(lora)


@pytest.mark.parametrize("text", TEXTS)
def test_the_note_stays_on_its_line(text):
    asked = request("conversational", parameters={text: 1}, headers={text: "x"}, bill_to=text, provider=text)
    assert all(line.isprintable() and len(line) < 200 for line in differences(routed(asked)))
