"""The code's tabs as HTML: what each of them holds, what the options do, what is said beside it."""

from __future__ import annotations

import html
import re

import pytest

from showcard.metadata.media import Media
from showcard.metadata.tasks.table import task
from showcard.snippets import CLIENTS, local_snippets, snippets_for
from showcard.ui.components.code_panel import ASYNC, BY_RESPONSES, OWN_KEY, STREAM, code_html
from showcard.ui.markup.html import one_line
from showcard.wire.request import ResolvedRequest
from tests.support.hostile import LONG, TEXTS
from tests.support.requests import INPUTS, PNG, at_endpoint, request, routed

CHAT = routed(request("conversational", stream=True))


def sources(shown: str) -> list[str]:
    """The code of every tab, as a person who copies it gets it."""
    found = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", shown, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]*>", "", one)) for one in found]


def written(resolved: ResolvedRequest) -> list[str]:
    return [one.content for one in snippets_for(resolved) if one.content is not None]


def test_every_client_has_its_tab():
    shown = code_html("code", {"m": CHAT})
    names = re.findall(r'data-value="([^"]*)"', shown)
    assert names == [
        "python", "js", "sh", "huggingface_hub", "openai", "requests", "huggingface.js", "openai", "fetch"
    ]  # fmt: skip
    assert len(names) - 2 == len(CLIENTS)
    assert sources(shown) == written(CHAT)
    assert len(set(re.findall(r' id="([^"]*)"', shown))) == len(re.findall(r' id="', shown))


def test_a_client_that_can_not_says_why():
    shown = code_html("code", {"m": routed(request("text-classification", provider="hf-inference"))}, [])
    assert "OpenAI&#x27;s client has no method for text classification here." in shown
    assert shown.count('class="dim"') == 2


@pytest.mark.parametrize("text", [*TEXTS, *LONG])
def test_what_is_copied_is_the_code(text):
    message = {"messages": [{"role": "user", "content": text}]}
    for resolved in (
        at_endpoint(request("conversational", inputs=message), "http://127.0.0.1:1/v1"),
        routed(request("automatic-speech-recognition", provider="deepinfra", parameters={"prompt": text})),
    ):
        shown = one_line(code_html("code", {text: resolved}, []))
        assert "\n" not in shown
        assert sources(shown) == written(resolved)


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_names_stay_text(text):
    image = Media.from_bytes(PNG, "image/png", f"{text}.png")
    resolved = at_endpoint(request("image-classification", inputs={"image": image}, bill_to=text), "http://127.0.0.1:1")
    local = local_snippets("org/m", "transformers", task("text-classification"), {"text": text})
    shown = code_html("code", {text: resolved, "b": CHAT}, [STREAM], text, local)
    assert "<script" not in shown
    assert "<img" not in shown


def test_the_options_change_how_it_is_written():
    shown = "".join(sources(code_html("code", {"m": CHAT}, [STREAM, ASYNC, BY_RESPONSES])))
    assert "asyncio.run(main())" in shown
    assert "client.responses.create" in shown
    saved = code_html("code", {"m": CHAT}, [STREAM], "out.txt")
    assert "out.txt" in sources(saved)[0]
    assert "can&#x27;t be saved under that name" in code_html("code", {"m": CHAT}, [STREAM], "..")
    assert code_html("code", {"m": CHAT}, "nonsense", None) == code_html("code", {"m": CHAT}, [])


def test_what_differs_from_a_run_is_said():
    plain = code_html("code", {"m": CHAT}, [STREAM])
    assert "Run asks" not in plain
    assert "The answer arrives piece by piece." in plain
    shown = code_html("code", {"m": CHAT}, [])
    assert "Run asks for a stream; this code does not." in shown
    assert "stream=True" not in sources(shown)[0]


def test_a_providers_own_key():
    resolved = routed(request("text-to-image", provider="fal-ai"), "fal-ai/flux/dev")
    shown = code_html("code", {"m": resolved}, [OWN_KEY])
    assert 'os.environ["FAL_AI_API_KEY"]' in sources(shown)[0]
    assert "https://fal.run/fal-ai/flux/dev" in sources(shown)[1] or "queue.fal.run" in sources(shown)[1]
    assert "export FAL_AI_API_KEY=" in shown
    assert "name the provider under Runs on" in code_html("code", {"m": CHAT}, [OWN_KEY])


def test_files_and_keys_are_named():
    shown = code_html("code", {"m": routed(request("image-classification", provider="hf-inference"))}, [])
    assert "It reads cat.png from the folder it runs in." in shown
    assert "export HF_TOKEN=" in shown
    assert "export" not in code_html("code", {"m": at_endpoint(request("fill-mask"), "http://127.0.0.1:1")}, [])


def test_a_library_has_its_tab():
    local = local_snippets("org/m", "transformers", task("fill-mask"), INPUTS["fill-mask"])
    shown = code_html("code", {"m": routed(request("fill-mask", provider="hf-inference"))}, [], "", local)
    assert "On your machine" in shown
    assert sources(shown)[-1] == local[0].content


def test_two_that_are_compared_share_a_script():
    other = at_endpoint(request("conversational", stream=True), "http://127.0.0.1:1/v1")
    shown = code_html("code", {"A": CHAT, "B": other}, [STREAM])
    first, *rest = sources(shown)
    assert "asyncio.gather(ask_1(), ask_2()" in first
    assert rest == written(CHAT) + written(other)
    whole, *_ = sources(code_html("code", {"A": CHAT, "B": other}, []))
    assert "stream=True" in first
    assert "stream=True" not in whole


@pytest.mark.parametrize("name", ["Pasted card", "http://evil/x", ""])
def test_a_card_without_an_id_gets_a_place_for_one(name):
    asked = request("text-classification", provider="hf-inference", model=name)
    shown = code_html("code", {"m": routed(asked)}, [])
    assert 'model="your-name/your-model"' in sources(shown)[0]
    assert "The card has no id on the Hub yet" in shown
