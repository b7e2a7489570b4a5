"""The tools below the panes, against an endpoint whose answers are known; one page is shared where that can be."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.axe import COLOURS, serious
from tests.support.recorder import Arrived, Recorder, recording

from .comparing import MODELS, ask, begin, open_file, tool
from .conftest import guarded

SAID = {
    "capital": ("The capital of France is Paris.", "The capital city of France is Paris, I think."),
    "json": ('{"name": "Ada", "age": 36}', '{"name": "Ada", "age": "36"}'),
    "code": ("```python\nprint('hi')\n```", "```python\nprint('hi'\n```"),
    "long": ("One line.\n\n" * 60, "A line that is longer.\n\n" * 60),
}


class Endpoint:
    """Two models behind an OpenAI-compatible server; a question with `wait` in it is answered once `go` is set."""

    def __init__(self, recorder: Recorder) -> None:
        self.url = f"{recorder.url}/v1"
        self.recorder = recorder
        self.go = threading.Event()
        recorder.answer = self.answer

    def answer(self, arrived: Arrived) -> tuple[str, bytes]:
        if arrived.method == "GET":
            return "application/json", b'{"data": []}'
        asked = arrived.json
        question = str(asked["messages"][-1]["content"])
        if "wait" in question:
            self.go.wait(20)
        said = SAID.get(question.split(maxsplit=1)[0], (f"Alpha: {question}", f"Beta: {question}"))[
            MODELS.index(asked["model"])
        ]
        usage = {"prompt_tokens": 7, "completion_tokens": 21, "total_tokens": 28}
        pieces = [said[: len(said) // 2], said[len(said) // 2 :]]
        chunks: list[Any] = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
        chunks += [{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}, {"choices": [], "usage": usage}]
        return "text/event-stream", "".join(
            f"data: {json.dumps(c)}\n\n" for c in [*chunks]
        ).encode() + b"data: [DONE]\n\n"

    def asked(self, text: str) -> int:
        """How many requests with a text in their last message have arrived."""
        return sum(text in str(one.json["messages"][-1]["content"]) for one in self.recorder.posts())


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with recording() as recorder:
        held = Endpoint(recorder)
        yield held
        held.go.set()


@pytest.fixture(scope="module")
def shared(browser: Browser, app_url: str) -> Iterator[Page]:
    """One page for many tests; each begins a comparison of its own."""
    with guarded(browser, app_url) as page:
        page.goto("/compare")
        expect(page.locator("#head-B .pane-head")).to_be_visible()
        yield page


def test_diff_of_words_and_of_fields(shared: Page, endpoint: Endpoint) -> None:
    begin(shared, endpoint.url)
    ask(shared, "capital")
    shared.locator("#diff-button").click()
    expect(shared.locator("#diff ins").first).to_have_text("city")
    expect(shared.locator("#diff .dim").first).to_contain_text("% alike")
    shared.get_by_label("One text").check()
    expect(shared.locator("#diff .unified")).to_contain_text("The capital city of France is Paris, I think.")
    ask(shared, "json", turns=2)
    expect(shared.locator("#diff tr.changed")).to_have_text('$.age36"36"differs')
    expect(shared.locator("#diff")).to_contain_text("Both are JSON: 1 of 2 fields differ.")
    shared.get_by_label("Side by side").check()


def test_code_of_all_and_of_each(shared: Page, endpoint: Endpoint) -> None:
    begin(shared, endpoint.url, system="Be brief.")
    ask(shared, "capital")
    shared.locator("#code-button").click()
    code = shared.locator("#comparison-code")
    expect(code.get_by_role("tab", name="All in one script")).to_be_visible()
    expect(code.get_by_role("tab", name="B · org/beta")).to_be_visible()
    script = code.locator("pre").first
    expect(script).to_contain_text("asyncio.gather(ask_1(), ask_2()")
    for part in ("Be brief.", endpoint.url, "org/alpha", "org/beta"):
        expect(script).to_contain_text(part)
    expect(script).not_to_contain_text("The capital")


def test_checks_mark_the_panes(shared: Page, endpoint: Endpoint) -> None:
    begin(shared, endpoint.url)
    ask(shared, "code")
    tool(shared, "Checks")
    shared.get_by_label("Contains", exact=True).fill("print")
    shared.get_by_label("Its code parses").check()
    expect(shared.locator("#marks-A .mark.ok")).to_have_count(2)
    expect(shared.locator("#marks-B .mark.bad")).to_contain_text("code parses")
    expect(shared.locator("#checks tbody tr")).to_have_count(4)
    ask(shared, "capital", turns=2)
    expect(shared.locator("#marks-A .mark.bad")).to_have_count(2)
    shared.get_by_label("Matches a pattern (RE2)").fill("(")
    expect(shared.locator("#checks [role=alert]")).to_contain_text("The pattern can't be read: missing )")
    expect(shared.locator(".mark")).to_have_count(0)
    for label in ("Contains", "Matches a pattern (RE2)"):
        shared.get_by_label(label, exact=True).fill("")
    shared.get_by_label("Its code parses").uncheck()
    expect(shared.locator("#checks")).to_contain_text("Set a check above")


def test_samples_and_their_stop(shared: Page, endpoint: Endpoint) -> None:
    begin(shared, endpoint.url)
    tool(shared, "Samples")
    shared.locator("#sample").click()
    expect(shared.locator("#samples [role=alert]")).to_contain_text("There is no question yet")
    ask(shared, "capital")
    shared.get_by_label("Times a pane").fill("3")
    shared.get_by_label("All at once").check()
    shared.locator("#sample").click()
    expect(shared.locator("#samples .status")).to_have_text("6 of 6 answers")
    expect(shared.locator("#samples tbody tr").nth(1)).to_contain_text("100 %100 %")
    expect(shared.locator("#samples")).to_contain_text("Started within")
    expect(shared.locator("#transcript-A .turn.assistant")).to_have_count(1)
    endpoint.go.clear()
    shared.get_by_label("Question", exact=True).last.fill("wait for it")
    shared.get_by_label("One after the other").check()
    shared.locator("#sample").click()
    expect(shared.locator("#stop-samples")).to_be_enabled()
    shared.locator("#stop-samples").click()
    expect(shared.locator("#samples .status")).to_have_text("0 of 6 answers · stopped")
    expect(shared.locator("#sample")).to_be_enabled()
    endpoint.go.set()
    shared.get_by_label("Question", exact=True).last.fill("")


LIST = '{"prompt": "capital", "tag": "geo"}\nbroken\n{"prompt": "wait here"}\n{"prompt": "=1+1"}'


def test_a_list_is_stopped_resumed_and_saved(shared: Page, endpoint: Endpoint) -> None:
    begin(shared, endpoint.url)
    tool(shared, "Prompts")
    endpoint.go.clear()
    shared.locator("#prompt-list textarea").fill(LIST)
    shared.locator("#run-prompts").click()
    expect(shared.locator("#prompts-said")).to_contain_text("Line 2: it is no JSON")
    expect(shared.locator("#prompts-said .status")).to_contain_text("2 of 6 answers")
    shared.locator("#stop-prompts").click()
    expect(shared.locator("#prompts-said .status")).to_have_text("2 of 6 answers · stopped")
    endpoint.go.set()
    before = endpoint.asked("capital")
    shared.locator("#resume-prompts").click()
    expect(shared.locator("#prompts-said .status")).to_have_text("6 of 6 answers")
    assert endpoint.asked("capital") == before
    expect(shared.locator("#prompts tbody tr")).to_have_count(3)
    expect(shared.locator("#prompts tbody tr").first).to_contain_text("21 out")
    with shared.expect_download() as saved:
        shared.locator("#prompts-csv").click()
    rows = list(csv.DictReader(io.StringIO(Path(saved.value.path()).read_text("utf-8"), newline="")))
    assert [row["prompt"] for row in rows] == ["capital", "wait here", "'=1+1"]
    assert [row["B output_tokens"] for row in rows] == ["21"] * 3
    with shared.expect_download() as saved:
        shared.locator("#prompts-jsonl").click()
    first = json.loads(Path(saved.value.path()).read_text("utf-8").splitlines()[0])
    assert (first["tag"], first["answers"]["A"]["answer"]) == ("geo", SAID["capital"][0])


def leaks(page: Page, endpoint: Endpoint) -> list[str]:
    """What of the page, its fields and their values included, could tell which model is which."""
    everything = page.content() + str(
        page.evaluate("[...document.querySelectorAll('input, textarea')].map(f => f.value)")
    )
    body = everything.partition("<body")[2]
    return [word for word in (*MODELS, "alpha", "beta", "tok/s", "s to first", " out<", endpoint.url) if word in body]


def test_a_blind_vote_hides_counts_and_stays(browser: Browser, app_url: str, endpoint: Endpoint) -> None:
    with guarded(browser, app_url) as page:
        page.goto("/compare")
        expect(page.locator("#head-B .pane-head")).to_be_visible()
        begin(page, endpoint.url)
        tool(page, "Votes")
        page.get_by_label("Tag of the vote").fill("geo")
        page.locator("#blind").click()
        expect(page.locator("#vote-row")).to_be_visible()
        page.keyboard.press("1")  # nothing was answered yet
        ask(page, "hello")
        expect(page.locator("#transcript-A")).to_contain_text("Model A")
        answers = [page.locator(f"#transcript-{letter} .assistant .text").inner_text() for letter in "AB"]
        # The answers themselves name their models here, so that this test can tell them apart; nothing else does.
        assert sorted(answers) == ["Alpha: hello", "Beta: hello"]
        tool(page, "Code")
        expect(page.locator("#comparison-code")).to_contain_text("after the vote")
        tool(page, "Votes")
        assert leaks(page, endpoint) == []
        page.get_by_role("button", name="Add pane").click()
        expect(page.locator("#notice")).to_contain_text("The models are hidden")
        expect(page.locator("#drawer")).to_be_hidden()
        page.locator("#tally").click()
        page.keyboard.press("1")
        winner = "org/alpha" if answers[0].startswith("Alpha") else "org/beta"
        expect(page.locator("#vote-said")).to_contain_text(f"A was {winner}")
        expect(page.locator("#head-A")).to_contain_text(winner)
        expect(page.locator("#vote-row")).to_be_hidden()
        row = page.locator("#tally tbody tr").first
        expect(row).to_contain_text("100 % (21 % to 100 %)" if winner == "org/alpha" else "0 % (0 % to 79 %)")
        expect(page.locator("#tally tbody tr").nth(1)).to_contain_text("geo")
        page.reload()
        expect(page.locator("#head-B .pane-head")).to_be_visible()
        tool(page, "Votes")
        expect(page.locator("#tally tbody tr")).to_have_count(2)
        page.locator("#forget-votes").click()
        page.get_by_role("button", name="Forget them for good").click()
        expect(page.locator("#tally")).to_contain_text("No votes yet")


def test_what_was_saved_is_opened_again(shared: Page, endpoint: Endpoint, browser: Browser, tmp_path: Path) -> None:
    begin(shared, endpoint.url, system="Be brief.", parameters={"temperature": 0.5})
    ask(shared, "capital")
    tool(shared, "Export")
    with shared.expect_download() as saved:
        shared.locator("#export-json").click()
    data = Path(saved.value.path()).read_bytes()
    with shared.expect_download() as saved:
        shared.locator("#export-html").click()
    page_file = tmp_path / "comparison.html"
    saved.value.save_as(page_file)
    begin(shared, endpoint.url)
    open_file(shared, data)
    expect(shared.locator("#transcript-B .turn.assistant .text")).to_have_text(SAID["capital"][1])
    expect(shared.locator("#transcript-A")).to_contain_text("Be brief.")
    expect(shared.locator("#transcript-A .stats")).to_contain_text("21 out")
    open_file(shared, b"{}", refused=True)
    expect(shared.locator("#exported [role=alert]")).to_contain_text("no comparison")
    expect(shared.locator("#transcript-B .turn.assistant")).to_have_count(1)
    context = browser.new_context(offline=True, java_script_enabled=False)
    alone = context.new_page()
    alone.goto(page_file.as_uri())
    expect(alone.locator("section")).to_have_count(2)
    expect(alone.locator("section").nth(1)).to_contain_text(SAID["capital"][1])
    context.close()


def test_layouts(shared: Page, endpoint: Endpoint) -> None:
    begin(shared, endpoint.url)
    ask(shared, "long")
    ask(shared, "capital", turns=2)
    bodies = [shared.locator(f"#pane-{letter} .pane-body") for letter in "AB"]
    shared.get_by_role("button", name="Align turns").click()
    shared.wait_for_function(
        """() => {
            const [a, b] = ["A", "B"].map((n) => {
                const body = document.querySelector(`#pane-${n} .pane-body`);
                const turn = body.querySelectorAll(".turn.user")[1];
                return turn.getBoundingClientRect().top - body.getBoundingClientRect().top + body.scrollTop;
            });
            return Math.abs(a - b) < 2;
        }"""
    )
    shared.get_by_role("button", name="Align turns").click()
    shared.get_by_role("button", name="Scroll together").click()
    for body in bodies:
        body.evaluate("body => { body.scrollTop = 0; }")
    bodies[0].evaluate("body => { body.scrollTop = 400; }")
    shared.wait_for_function("() => document.querySelector('#pane-B .pane-body').scrollTop > 200")
    shared.get_by_role("button", name="Scroll together").click()
    shared.get_by_role("button", name="B", exact=True).click()
    expect(shared.locator("#pane-A")).to_be_hidden()
    expect(shared.locator("#pane-B")).to_be_visible()
    shared.get_by_role("button", name="All", exact=True).click()
    expect(shared.locator("#pane-A")).to_be_visible()


TOOLS = ("Diff", "Code", "Checks", "Samples", "Prompts", "Votes", "Export")


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_axe_and_a_phone(browser: Browser, app_url: str, endpoint: Endpoint, scheme: str) -> None:
    """Every tool with something in it: nothing serious for axe, nothing wider than a phone."""
    with guarded(browser, app_url, color_scheme=scheme) as page:
        page.goto("/compare")
        expect(page.locator("#head-B .pane-head")).to_be_visible()
        begin(page, endpoint.url)
        ask(page, "json")
        tool(page, "Checks")
        page.get_by_label("Valid JSON").check()
        expect(page.locator("#marks-A .mark")).to_be_visible()
        trouble = []
        for name in TOOLS:
            tool(page, name)
            if found := serious(page, COLOURS if scheme == "dark" else None):
                trouble.append(f"{name}: {found}")
        page.set_viewport_size({"width": 390, "height": 844})
        for name in TOOLS:
            page.get_by_role("tab", name=name, exact=True).click()
            if page.evaluate("document.documentElement.scrollWidth") > 390:
                trouble.append(f"{name}: wider than the phone")
        assert not trouble, "\n".join(trouble)
