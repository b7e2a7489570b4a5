"""The states of a widget, each with a sentence and a way out, in Chromium, with a Hub and an endpoint on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from showcard.metadata.tasks.table import TASKS
from tests.conftest import process
from tests.support.answering import Answering, answering
from tests.support.endpoint import Endpoint
from tests.support.task_cards import task_card

from .conftest import SharedContext
from .test_model_page import choose

SENTIMENT = "---\npipeline_tag: text-classification\n{more}widget:\n- text: Lovely\n  output: [{{label: GOOD, score: 1}}]\n---\n# {name}\n"
# How the Hub answers for a repo: a status and an error code, or the providers that serve it.
REPOS: dict[str, Any] = {
    "org/gated": (403, "GatedRepo"),
    "org/private": (401, "RepoNotFound"),
    "org/none": {},
    "org/served": {"hf-inference": {"providerId": "org/served", "task": "text-classification", "status": "live"}},
}


class Hub(Answering):
    def do_GET(self) -> None:
        path = urlsplit(self.path).path.removeprefix("/api/models").strip("/")
        repo = "/".join(path.split("/")[:2])
        held = REPOS.get(repo, (404, "RepoNotFound"))
        if isinstance(held, tuple):
            self.answer({}, held[0], ("x-error-code", held[1]))
        elif path.endswith("README.md"):
            self.answer(SENTIMENT.format(name=repo, more="").encode())
        else:
            found = {"id": repo, "siblings": [{"rfilename": "README.md"}], "inferenceProviderMapping": held}
            self.answer(found)


@pytest.fixture(scope="module")
def hub_app() -> Iterator[str]:
    """The app, with a Hub on loopback."""
    with answering(Hub) as hub, process("app.py", "--port", "0", HF_ENDPOINT=hub) as (_, address):
        yield address


@pytest.fixture
def page(shared_context: SharedContext, hub_app: str) -> Iterator[Page]:
    with shared_context.page(hub_app) as opened:
        opened.goto("/")
        expect(opened.locator("#result .badge")).to_be_visible()
        yield opened


def open_card(page: Page, source: str, heading: str) -> None:
    page.locator("#source textarea, #source input").fill(source)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#body h1")).to_have_text(heading)
    expect(page.locator("#widget")).not_to_have_attribute("inert", "")


def test_before_a_run(page: Page) -> None:
    status, result = page.locator("#status"), page.locator("#result")
    open_card(page, "---\nlicense: mit\n---\n# Untold", "Untold")
    expect(result).to_contain_text("The task of this card is not known.")
    expect(status).to_contain_text("No task is known for this card. Set pipeline_tag, or choose a task.")
    result.get_by_role("button", name="choose a task").click()
    choose(page, "Show it as another task", "Text classification")
    expect(page.locator("#head .task")).to_have_text("Text classification")
    page.get_by_role("tab", name="Widget", exact=True).click()
    expect(page.locator("#in-text textarea")).to_be_visible()
    open_card(page, "---\npipeline_tag: reinforcement-learning\n---\n# Walks", "Walks")
    expect(status).to_contain_text("No service runs reinforcement learning; recorded outputs are shown.")
    expect(result).to_contain_text("There is no replay.mp4 among the model's files")
    open_card(page, SENTIMENT.format(name="Out", more="inference: false\n"), "Out")
    expect(status).to_contain_text("The card opts out of inference (inference: false). Runs on showcard/sentiment")
    expect(result.locator(".bars")).to_contain_text("GOOD")
    choose(page, "Runs on", "Inference Providers")
    expect(status).to_contain_text("The card opts out of inference (inference: false). Its examples still show.")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_disabled()
    expect(result.locator(".bars")).to_contain_text("GOOD")
    open_card(page, "org/none", "org/none")
    expect(status).to_contain_text("Inference Providers need a Hugging Face token. Add a token or give an endpoint")
    page.get_by_label("Hugging Face token").fill("hf_nobody")
    expect(status).to_contain_text("No Inference Provider serves org/none")
    expect(status.get_by_role("link", name="Ask for provider support")).to_be_visible()
    open_card(page, "org/served", "org/served")
    expect(status).to_contain_text("Runs on Inference Providers.")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()


def test_repos_that_do_not_open(page: Page) -> None:
    for repo, sentence in (
        ("org/gated", "org/gated is gated: its conditions are at https://huggingface.co/org/gated."),
        ("org/private", "The Hub has no model org/private that can be seen here."),
        ("org/absent", "Check the id; if the repo is private or gated, sign in with a token."),
    ):
        page.locator("#source textarea, #source input").fill(repo)
        page.get_by_role("button", name="Open", exact=True).click()
        expect(page.locator("#trouble [role=alert]")).to_contain_text(sentence)
        expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
        expect(page.locator("#source textarea, #source input")).to_have_value(repo)
    page.locator("#trouble").get_by_role("button", name="Add a token or key").click()
    expect(page.get_by_label("Runs on")).to_be_focused()


def at_endpoint(page: Page, endpoint: Endpoint) -> None:
    if page.get_by_label("Base URL").count() == 0:
        choose(page, "Runs on", "An endpoint of mine")
    page.get_by_label("Base URL").fill(endpoint.url)
    expect(page.locator("#status")).to_contain_text("Runs on your endpoint")


RETRY, TOKEN, PLACE, BILL = "Run again", "Add a token or key", "Choose where it runs", "Bill an organisation"
# What is said where the result would be, to which answer, and the button beside it.
FAILURES: list[tuple[int, Any, str, str, str]] = [
    (0, b"", "The server did not answer in HTTP.", "if it wants TLS, its address begins with https://.", RETRY),
    (302, {}, "The server leads elsewhere, and not to an answer.", "Give the address that it leads to.", PLACE),
    (400, {"error": "no"}, "The server did not accept the request: no.", "Look at the inputs and parameters.", ""),
    (401, {}, "The server wants a key, or refused the one it got.", "Give a valid token for this host.", TOKEN),
    (402, {}, "The account has no credit left for this call.", "Add credit, or bill an organisation.", BILL),
    (403, {}, "The key does not allow this call.", "Use a token with the permission to make inference calls.", TOKEN),
    (404, {}, "The server does not know this model or address.", "Check the model's id and the base URL.", PLACE),
    (413, {}, "The input is too large for the server.", "Send something smaller.", ""),
    (418, {"error": "I am a teapot"}, "The server did not accept the request: I am a teapot.", "", ""),
    (422, {"detail": [{"msg": "field required"}]}, "could not use the inputs as they are: field required.", "", ""),
    (429, {}, "The server has had too many requests.", "Wait a moment, then run again.", RETRY),
    (500, {}, "The server failed while it worked on this.", "Run again; if it stays, look at the server's log.", RETRY),
    (502, b"<html><b>nginx</b>", "The server behind the address did not answer.", "Run again in a moment.", RETRY),
    (503, {}, "The model is not ready yet.", "Run again in a moment.", RETRY),
    (504, {}, "The model took too long to answer.", "Ask for less, stream the answer, or run again.", RETRY),
    (200, b"<html>", "The server's answer is not JSON.", "It sent a web page. Check that the base URL leads to", ""),
    (200, b"", "The server's answer is not JSON.", "It is empty. Check that the base URL leads to this task.", ""),
]


def test_every_failure_is_a_sentence_with_a_way_out(page: Page, endpoint: Endpoint) -> None:
    at_endpoint(page, endpoint)
    for status, answer, reason, hint, way in FAILURES:
        endpoint.answers.append((status, answer))
        page.get_by_role("button", name="Run", exact=True).click()
        alert = page.locator("#result [role=alert]:not([data-old])")
        expect(alert).to_be_visible()
        expect(alert).to_contain_text(reason)
        expect(alert).to_contain_text(hint)
        buttons = alert.locator(".ways button").all_inner_texts()
        assert way in buttons if way else not buttons, (status, buttons)
        expect(page.locator("#in-text textarea")).not_to_have_value("")
        alert.evaluate("node => { node.dataset.old = ''; }")
    endpoint.open.clear()
    endpoint.answers += [(503, {"error": "loading", "estimated_time": 0.3}), (200, [{"label": "THERE", "score": 1}])]
    page.get_by_role("button", name="Run", exact=True).click()
    endpoint.open.set()
    expect(page.locator("#result .bars")).to_contain_text("THERE")
    endpoint.answers += [(500, {}), (200, [{"label": "BACK", "score": 1}])]
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator("#result").get_by_role("button", name="Run again").click()
    expect(page.locator("#result .bars")).to_contain_text("BACK")


EMPTY = {"labels": [], "text": "", "answers": [], "entities": [], "boxes": [], "masks": [], "predictions": [], "vector": [],
         "similarities": []}  # fmt: skip
FINDINGS = ("text", "answers", "entities", "boxes", "masks")  # where nothing is an answer too


SEEN = ("text", "labels", "masks")  # what every task says of every empty answer: tests/inference/answers/test_empty.py


@pytest.mark.parametrize("kinds", [SEEN, pytest.param(tuple(EMPTY), marks=pytest.mark.slow)], ids=["few", "all"])
def test_empty_results_say_what_was_not_found(page: Page, endpoint: Endpoint, kinds: tuple[str, ...]) -> None:
    for kind in kinds:
        answer = EMPTY[kind]
        row = next(row for row in TASKS if row.output == kind and row.wire)
        open_card(page, task_card(row), row.id)
        at_endpoint(page, endpoint)
        endpoint.answers.append((200, answer))
        page.get_by_role("button", name="Run", exact=True).click()
        if kind in FINDINGS:
            expect(page.locator("#result .badge.live")).to_be_visible()
            expect(page.locator("#result .nothing")).to_be_visible()
        else:
            expect(page.locator("#result [role=alert]")).to_contain_text("with nothing in it")


def test_a_stream_that_breaks_off_keeps_what_came(page: Page, endpoint: Endpoint) -> None:
    open_card(page, "---\npipeline_tag: text-generation\ntags: [conversational]\n---\n# Talks", "Talks")
    at_endpoint(page, endpoint)
    endpoint.answers.append((200, b'data: {"choices": [{"delta": {"content": "Half an"}}]}\n\n'))
    page.locator("#in-messages textarea").fill("Hello")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#result [role=alert]")).to_contain_text("The answer broke off before its end.")
    expect(page.locator("#result")).to_contain_text("Half an")
    expect(page.locator("#in-messages textarea")).to_have_value("Hello")
