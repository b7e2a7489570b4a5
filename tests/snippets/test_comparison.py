"""One script for both sides of a comparison, and the note of what a request differs in."""

from __future__ import annotations

import json
import re

import pytest

from snippets import comparison_script, differences
from tests.support.answers import answer
from tests.support.execute import environment, run_python
from tests.support.hostile import TEXTS
from tests.support.recorder import recording
from tests.support.requests import IMAGE, PARAMETERS, PNG, TOOLS, at_endpoint, request, routed, sent_by_client
from wire.request import ResolvedRequest


def run(folder, sides, recorder) -> str:
    snippet = comparison_script(sides)
    assert snippet.content is not None, snippet.reason
    folder.mkdir()
    (folder / "cat.png").write_bytes(PNG)
    path = folder / snippet.filename
    path.write_text(snippet.content, encoding="utf-8", newline="")
    (ran,) = run_python([path], environment(folder, RECORDER=recorder.url))
    assert ran.error is None, f"{ran.error}\n{snippet.content}"
    return ran.printed


PARTS = [{"type": "text", "text": "?"}, {"type": "image_url", "image_url": {"url": IMAGE}}]
SHAPES = {
    "plain": {},
    "streamed": {"stream": True},
    "everything": {"parameters": PARAMETERS["conversational"], "extra": {"x": 0}},
    "tools": {"tools": TOOLS, "stream": True},
    "image": {"inputs": {"messages": [{"role": "user", "content": PARTS}]}},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_each_side_sends_what_the_app_sends(tmp_path, shape):
    with recording() as recorder:
        left = at_endpoint(request("conversational", **SHAPES[shape]), f"{recorder.url}/left/v1", "left")
        right = routed(request("conversational", **SHAPES["streamed"], bill_to="org", model="org/right:fastest"))
        sides = {"left": left, "right": right}
        recorder.answer = lambda arrived: answer(sides["left" if "/left/" in arrived.path else "right"], arrived)
        printed = run(tmp_path / "it", sides, recorder)
        assert len(recorder.posts()) == 2
        for arrived in recorder.posts():
            resolved = sides["left" if "/left/" in arrived.path else "right"]
            wanted = sent_by_client(resolved, "hf_of_this_machine")
            assert arrived.body == wanted.body
            assert arrived.headers.get("authorization") == wanted.headers.get("authorization")
            assert arrived.headers.get("x-hf-bill-to") == wanted.headers.get("x-hf-bill-to")
        assert re.search(r"left\n.*scattering.*\n\nright\n.*scattering", printed)


def test_one_that_fails_leaves_the_other(tmp_path):
    with recording() as recorder:
        sides = {
            "gone": at_endpoint(request("conversational"), "http://127.0.0.1:9/v1"),
            "there": at_endpoint(request("conversational"), f"{recorder.url}/v1"),
        }
        recorder.answer = lambda arrived: answer(sides["there"], arrived)
        assert "scattering" in run(tmp_path / "it", sides, recorder)


def test_hostile_names_and_messages(tmp_path):
    with recording() as recorder:
        recorder.answer = lambda arrived: answer(at_endpoint(request("conversational"), ""), arrived)
        paths = []
        for number, text in enumerate(TEXTS):
            if any("\ud800" <= char <= "\udfff" for char in text):
                continue
            asked = [
                request("conversational", inputs={"messages": [{"role": "user", "content": text + tail}]})
                for tail in "ab"
            ]
            sides = {
                text: at_endpoint(asked[0], f"{recorder.url}/a", text),
                f"{text}2": at_endpoint(asked[1], f"{recorder.url}/b"),
            }
            (tmp_path / str(number)).mkdir()
            paths.append(tmp_path / str(number) / "comparison.py")
            paths[-1].write_text(comparison_script(sides).content, encoding="utf-8", newline="")
        for ran, path in zip(run_python(paths, environment(tmp_path)), paths, strict=True):
            assert ran.error is None, path.read_text()
            assert ran.printed.startswith(TEXTS[int(path.parent.name)])
        said = {json.loads(one.body)["messages"][0]["content"] for one in recorder.posts()}
        assert {f"{TEXTS[int(path.parent.name)]}{tail}" for path in paths for tail in "ab"} == said
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
