"""What happens to answers on the compare page, against a server that talks chunk by chunk; one page for all of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from showcard.metadata.outputs.read import ToolCall
from showcard.playground.core import conversation
from showcard.playground.core.exported import to_json
from showcard.playground.core.state import Comparison, Pane, Settings, Variant
from tests.support.chats import Chats, Talk, chats

from .comparing import MODELS, ask, begin, open_file, put, send, tool
from .conftest import guarded

ALPHA, BETA = MODELS
RIGHT = ("مؤسسة/نموذج (5)", "ארגון/מודל (6)")  # written from right to left
COUNTED = {"prompt_tokens": 7, "completion_tokens": 21, "total_tokens": 28}
WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}


class Served:
    """Both models. `go` lets what waits go on, `refused` counts down the refusals of `limit`."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.refusals = 1

    def script(self, talk: Talk) -> None:
        known = {"limit": self.limit, "think": self.think, "slow": self.slow, "weather": self.weather}
        known |= {"שלום": self.from_right}
        known.get(talk.text.partition(" ")[0], self.echo)(talk)

    def echo(self, talk: Talk) -> None:
        talk.say(f"{talk.model} ")
        talk.say(f"on {talk.text}")
        talk.end(usage=COUNTED)

    def from_right(self, talk: Talk) -> None:
        talk.say(reasoning_content="מחשבה (1).")
        talk.say("مرحبا (2)!" if talk.model == RIGHT[0] else "שלום, 3.")
        call = {"index": 0, "id": "1", "function": {"name": "مزاج", "arguments": '{"مدينة": "بيرن"}'}}
        talk.say(tool_calls=[call])
        talk.end("סוף (4)")

    def limit(self, talk: Talk) -> None:
        if talk.model == ALPHA and self.refusals:
            self.refusals -= 1
            talk.refuse(429, "slow down", retry_after="2")
        else:
            self.echo(talk)

    def think(self, talk: Talk) -> None:
        talk.say(reasoning_content="Let me see, ")
        talk.say(reasoning_content="said I.")
        self.go.wait(20)
        talk.say("Forty-two.")
        told = {"completion_tokens_details": {"reasoning_tokens": 5}} if talk.model == ALPHA else {}
        talk.end(usage={**COUNTED, **told})

    def slow(self, talk: Talk) -> None:
        talk.say("one ")
        talk.say("two")
        talk.until_left()

    def weather(self, talk: Talk) -> None:
        for part in ('{"city": ', '"Bern"}'):
            named = {"id": "call-1", "type": "function"} if part[0] == "{" else {}
            call = {"index": 0, **named, "function": {"name": "get_weather" if named else None, "arguments": part}}
            talk.say(tool_calls=[call])
        talk.end("tool_calls")


@pytest.fixture(scope="module")
def served() -> Served:
    return Served()


@pytest.fixture(scope="module")
def server(served: Served) -> Iterator[Chats]:
    with chats(served.script) as held:
        yield held
        served.go.set()


@pytest.fixture(scope="module")
def page(browser: Browser, app_url: str) -> Iterator[Page]:
    """One page for many tests; each begins a comparison of its own."""
    with guarded(browser, app_url) as opened:
        opened.goto("/compare")
        expect(opened.locator("#head-B .pane-head")).to_be_visible()
        yield opened


def two_turns(url: str) -> bytes:
    """A comparison in which both models have answered twice."""
    panes = [Pane(Settings(model, base_url=url)) for model in MODELS]
    for turn in ("first", "second"):
        panes = [
            conversation.answered(conversation.asked(pane, turn), Variant(f"{turn} by {pane.settings.model}"))
            for pane in panes
        ]
    return to_json(Comparison(panes, title="two turns"))


def act(page: Page, letter: str, role: str, name: str, turn: int = 0) -> None:
    """Press a button of a message."""
    message = page.locator(f"#transcript-{letter} .turn.{role}").nth(turn)
    message.hover()
    message.get_by_role("button", name=name, exact=True).click()


def unfold(page: Page, name: str, inside: str) -> None:
    """Open a part of the settings, where an earlier test did not."""
    if not page.locator(inside).is_visible():
        page.locator("#drawer").get_by_role("button", name=name).click()
    expect(page.locator(inside)).to_be_visible()


def test_a_failed_pane_counts_down_and_is_retried_alone(page: Page, server: Chats, served: Served) -> None:
    begin(page, server.url)
    served.refusals = 1
    send(page, "limit me")
    expect(page.locator("#live-A [role=alert]")).to_contain_text("The server has had too many requests: slow down")
    retry = page.locator("#live-A [data-act=again]")
    expect(retry).to_be_disabled()
    expect(retry).to_have_text("Retry this pane in 2 s")
    expect(page.locator("#transcript-B .turn.assistant")).to_contain_text("org/beta on limit me")
    expect(retry).to_have_text("Retry this pane")
    retry.click()
    expect(page.locator("#transcript-A .turn.assistant")).to_contain_text("org/alpha on limit me")
    expect(page.locator("#live-A [role=alert]")).to_have_count(0)
    assert len(server.of(BETA, "limit me")) == 1
    assert len(page.locator("#transcript-A .turn.user").all()) == 1


def test_tools_are_called_answered_and_bounded(page: Page, server: Chats) -> None:
    begin(page, server.url, tools=(WEATHER,))
    ask(page, "weather in Bern")
    call = page.locator("#transcript-A .call")
    expect(call).to_contain_text("Calls get_weather")
    expect(page.locator("#transcript-A [data-fact=out]")).to_have_text("≈7 out")
    expect(call.locator("pre")).to_have_text('{\n  "city": "Bern"\n}')
    page.locator("#transcript-A").get_by_label("Result of get_weather").fill("12 degrees")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#transcript-A .turn.assistant").nth(1)).to_contain_text("org/alpha on 12 degrees")
    expect(page.locator("#transcript-A .turn.tool")).to_contain_text("12 degrees")
    expect(page.locator("#transcript-B .results")).to_be_visible()
    asked = server.wait(ALPHA, "12 degrees").body
    assert asked["tools"] == [WEATHER]
    assert asked["messages"][-1] == {"role": "tool", "content": "12 degrees", "tool_call_id": "call-1"}
    assert asked["messages"][-2]["tool_calls"][0]["function"]["arguments"] == '{"city": "Bern"}'
    # A model that calls without end is stopped from it.
    pane = conversation.asked(Pane(Settings(ALPHA, base_url=server.url)), "weather for ever")
    for number in range(conversation.MAX_TOOL_ROUNDS + 1):
        pane = conversation.answered(pane, Variant(tool_calls=(ToolCall(f"c{number}", "get_weather", "{}"),)))
        if number < conversation.MAX_TOOL_ROUNDS:
            message = pane.messages[-1]
            pane = conversation.with_results(pane, message.id, {f"c{number}": "rain"})
    open_file(page, to_json(Comparison([pane])))
    before = len(server.talks)
    page.get_by_label("Result of get_weather").fill("rain")
    page.get_by_role("button", name="Send the result").click()
    expect(page.locator("#notice")).to_contain_text("called tools 8 times in a row for one question")
    assert len(server.talks) == before


def test_reasoning_streams_folds_and_is_counted_apart(page: Page, server: Chats, served: Served) -> None:
    begin(page, server.url)
    served.go.clear()
    send(page, "think about it")
    live = page.locator("#live-A .thought")
    expect(live.locator(".said")).to_have_text("Let me see, said I.")
    expect(live).to_have_attribute("open", "")
    served.go.set()
    for letter, tokens in (("A", "5 tokens"), ("B", "≈5 tokens")):
        answer = page.locator(f"#transcript-{letter} .turn.assistant")
        expect(answer.locator(".md")).to_have_text("Forty-two.")
        expect(answer.locator(".thought summary")).to_have_text(f"Reasoning {tokens}")
        expect(answer.locator(".thought .said")).to_be_hidden()
        expect(answer.locator(".stats")).to_contain_text("21 out")
        expect(answer.locator("[data-fact=reasoning]")).to_have_text(f"{tokens.split()[0]} reasoning")
    ask(page, "And now?", turns=2)
    assert "Let me see" not in str(server.wait(ALPHA, "And now?").messages)


def test_stop_closes_the_upstream_of_its_pane_and_keeps_what_came(page: Page, server: Chats) -> None:
    begin(page, server.url)
    send(page, "slow one")
    for letter in "AB":
        expect(page.locator(f"#live-{letter} .live .text")).to_have_text("one two")
    a, b = server.wait(ALPHA, "slow one"), server.wait(BETA, "slow one")
    page.get_by_role("button", name="Stop A", exact=True).click()
    assert a.left.wait(10), "the connection of A stayed open"
    assert not b.left.is_set(), "stopping A closed the connection of B"
    answer = page.locator("#transcript-A .turn.assistant")
    expect(answer.locator(".md")).to_have_text("one two")
    expect(answer.locator("[data-fact=end]")).to_have_text("stopped")
    expect(page.locator("#live-B .live .text")).to_have_text("one two")
    page.get_by_role("button", name="Stop all").click()
    assert b.left.wait(10), "the connection of B stayed open"
    expect(page.locator("#transcript-B [data-fact=end]")).to_have_text("stopped")
    assert (a.sent, b.sent) == (2, 2)
    # What was kept is part of the history, and Escape stops as the button does.
    send(page, "slow again")
    again = server.wait(ALPHA, "slow again")
    assert again.messages[1] == {"role": "assistant", "content": "one two"}
    expect(page.locator("#live-A .live .text")).to_have_text("one two")
    page.keyboard.press("Escape")
    assert again.left.wait(10)
    expect(page.locator("#transcript-A [data-fact=end]").nth(1)).to_have_text("stopped")
    expect(page.locator("#transcript-B [data-fact=end]").nth(1)).to_have_text("stopped")


def test_each_model_sees_its_own_history_over_five_turns(page: Page, server: Chats) -> None:
    begin(page, server.url)
    for turn in range(1, 4):
        ask(page, f"turn {turn}", turns=turn)
    # A question of A is edited, an answer of B asked anew, and B then goes back to its first answer.
    act(page, "A", "user", "Edit", 1)
    page.locator("#transcript-A .editing textarea").fill("turn two")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#transcript-A .turn.user").nth(1)).to_contain_text("turn two")
    act(page, "B", "assistant", "Ask again, and keep this answer", 2)
    server.wait(BETA, "turn 3", 2)
    expect(page.locator("#transcript-B .variants")).to_contain_text("2 of 2")
    page.get_by_role("button", name="The answer before").click()
    expect(page.locator("#transcript-B .variants")).to_contain_text("1 of 2")
    act(page, "B", "assistant", "Edit", 0)
    page.locator("#transcript-B .editing textarea").fill("what beta never said")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#transcript-B .stats").first).to_have_text("edited by hand")
    for turn in (4, 5):
        ask(page, f"turn {turn}", turns=turn)

    def history(model: str, edits: dict[str, str]) -> list[str]:
        said = [text for turn in range(1, 5) for text in (f"turn {turn}", f"{model} on turn {turn}")]
        return [edits.get(text, text) for text in [*said, "turn 5"]]

    seen = {model: [message["content"] for message in server.wait(model, "turn 5").messages] for model in MODELS}
    assert seen[ALPHA] == history(ALPHA, {"turn 2": "turn two"})
    assert seen[BETA] == history(BETA, {"org/beta on turn 1": "what beta never said"})


def test_a_double_click_asks_once_and_a_quick_question_is_not_lost(page: Page, server: Chats) -> None:
    begin(page, server.url)
    page.locator("#question textarea").fill("twice")
    page.locator("#send").dblclick()
    for letter in "AB":
        expect(page.locator(f"#transcript-{letter} .turn.assistant")).to_have_count(1)
    page.evaluate(  # the next question is sent in the moment the last answer is there
        """() => import(document.querySelector("link[href$='shared/dom.js']").href).then((dom) => new Promise((done) => {
            const watch = new MutationObserver(() => {
                if (document.querySelectorAll(".turn.assistant .stats").length < 4) return;
                watch.disconnect();
                dom.put(dom.fieldOf("#question .textarea-wrapper"), "at once");
                setTimeout(() => { document.querySelector("#send").click(); done(); }, 0);
            });
            watch.observe(document.body, { childList: true, subtree: true });
            dom.put(dom.fieldOf("#question .textarea-wrapper"), "second");
            setTimeout(() => document.querySelector("#send").click(), 0);
        }))"""
    )
    for letter in "AB":
        expect(page.locator(f"#transcript-{letter} .turn.user")).to_have_count(3)
        expect(page.locator(f"#transcript-{letter} .turn.user").nth(2)).to_contain_text("at once")
    assert [len(server.of(model, "twice")) for model in MODELS] == [1, 1]


def test_a_branch_goes_on_from_a_message_and_the_whole_is_kept(page: Page, server: Chats) -> None:
    open_file(page, two_turns(server.url))
    expect(page.locator("#transcript-B .turn.assistant")).to_have_count(2)
    act(page, "A", "assistant", "Branch: go on from here in a new comparison")
    for letter in "AB":
        expect(page.locator(f"#transcript-{letter} .turn.user")).to_have_count(1)
    expect(page.locator("#notice")).to_contain_text("This is a branch.")
    ask(page, "another second", turns=2)
    asked = [message["content"] for message in server.wait(BETA, "another second").messages]
    assert asked == ["first", "first by org/beta", "another second"]
    page.get_by_role("button", name="Earlier").click()
    titles = page.locator("#earlier li strong")
    expect(titles.filter(has_text="two turns (branch)")).to_have_count(1)
    page.locator("#earlier .open").filter(has=page.get_by_text("two turns", exact=True)).click()
    expect(page.locator("#transcript-A .turn.user")).to_have_count(2)
    expect(page.locator("#transcript-A")).to_contain_text("second by org/alpha")


def test_questions_are_replayed_on_another_model(page: Page, server: Chats) -> None:
    open_file(page, two_turns(server.url))
    act(page, "A", "user", "Ask these questions of another model")
    expect(page.locator("#drawer-title")).to_contain_text("C")
    page.locator("#s-model input").fill(BETA)
    page.keyboard.press("Enter")
    page.locator("#drawer").get_by_role("button", name="Done").click()
    expect(page.locator("#head-C .name")).to_have_text(BETA)
    page.get_by_role("button", name="Ask the 2 questions of A here").click()
    expect(page.locator("#transcript-C .turn.assistant")).to_have_count(2)
    asked = [message["content"] for message in server.wait(BETA, "second").messages]
    assert asked == ["first", "org/beta on first", "second"]


def test_one_pane_is_asked_with_its_own_prompt_and_extra_body(page: Page, server: Chats) -> None:
    begin(page, server.url, system="Be brief.")
    act(page, "B", "system", "Edit")
    page.locator("#transcript-B .editing textarea").fill("Be long.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#transcript-B .turn.system .text")).to_have_text("Be long.")
    expect(page.locator("#transcript-A .turn.system .text")).to_have_text("Be brief.")
    page.locator("#head-B .name").click()
    unfold(page, "Tools, structured output, extra body", "#s-extra")
    page.locator("#s-extra textarea, #s-extra input").first.fill('{"min_p": 0.1}')
    page.locator("#to input").click()
    page.get_by_role("option", name="B", exact=True).click()
    ask(page, "only you", panes="B")
    body = server.wait(BETA, "only you").body
    assert (body["min_p"], body["messages"][0]["content"]) == (0.1, "Be long.")
    assert server.of(ALPHA, "only you") == []
    expect(page.locator("#transcript-A .turn.user")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    act(page, "B", "system", "Delete")
    expect(page.locator("#transcript-B .turn.system")).to_have_count(0)
    page.locator("#to input").click()
    page.get_by_role("option", name="All panes").click()
    ask(page, "both again", turns=2, panes="B")
    expect(page.locator("#transcript-A .turn.assistant")).to_have_count(1)


def test_panes_are_swapped_and_duplicated_with_what_differs(page: Page, server: Chats) -> None:
    panes = [
        Pane(Settings(model, base_url=server.url, parameters={"temperature": heat, "seed": 1}))
        for model, heat in zip(MODELS, (0, 1), strict=True)
    ]
    open_file(page, to_json(Comparison(panes)))
    for letter, heat in (("A", "0"), ("B", "1")):
        expect(page.locator(f"#head-{letter} .badge.diff")).to_have_text([f"temperature {heat}"])
    page.get_by_role("button", name="Swap pane A with the next").click()
    expect(page.locator("#head-A .name")).to_have_text(BETA)
    expect(page.locator("#head-A .badge.diff")).to_have_text(["temperature 1"])
    page.get_by_role("button", name="Duplicate pane A").click()
    expect(page.locator("#head-C .badge.diff")).to_have_text(["temperature 1"])
    ask(page, "who", panes="ABC")
    heats = [talk.body["temperature"] for talk in server.of(BETA, "who") + server.of(ALPHA, "who")]
    assert heats == [1, 1, 0]


def test_keys(page: Page, server: Chats) -> None:
    open_file(page, two_turns(server.url))
    page.locator("#bar").click(position={"x": 2, "y": 2})
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys")).to_contain_text("Stop every answer")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#question textarea")).to_be_focused()
    act(page, "A", "assistant", "Edit")
    page.locator(".editing textarea").fill("not kept")
    page.keyboard.press("Escape")
    expect(page.locator(".editing")).to_have_count(0)
    expect(page.locator("#transcript-A")).to_contain_text("first by org/alpha")
    page.locator("#head-A .name").click()
    expect(page.locator("#drawer-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page.locator("#head-A .name")).to_be_focused()
    # Escape stops what runs below the panes too.
    tool(page, "Samples")
    page.get_by_label("Question", exact=True).last.fill("slow sample")
    page.locator("#sample").click()
    talk = server.wait(ALPHA, "slow sample")
    expect(page.locator("#stop-samples")).to_be_enabled()
    page.keyboard.press("Escape")
    assert talk.left.wait(10)
    expect(page.locator("#samples .status")).to_contain_text("stopped")
    page.get_by_label("Question", exact=True).last.fill("")


def test_the_focus_stays_where_a_key_was_pressed(page: Page, server: Chats) -> None:
    begin(page, server.url)
    open_file(page, two_turns(server.url))
    expect(page.locator("#transcript-A .turn.user")).to_have_count(2)
    a = page.locator("#transcript-A")

    def press(button: Locator) -> None:
        expect(button).to_be_visible()  # a button that was drawn just now takes no focus yet
        button.focus()
        expect(button).to_be_focused()
        page.keyboard.press("Enter")

    def acts(name: str) -> Locator:
        return a.locator(f".turn.assistant [data-act={name}]")

    press(acts("edit").last)
    expect(a.locator(".editing textarea")).to_be_focused()
    page.keyboard.press("Escape")
    expect(acts("edit").last).to_be_focused()
    press(acts("retry").last)
    expect(a.locator(".variants")).to_contain_text("2 of 2")
    expect(acts("retry").last).to_be_focused()
    press(acts("delete").last)
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    expect(a.locator(".turn.user")).to_have_count(2)
    expect(acts("retry")).to_have_count(1)
    press(undo)
    expect(acts("retry")).to_have_count(2)
    expect(page.locator("#question textarea")).to_be_focused()
    press(page.get_by_role("button", name="Duplicate pane A"))
    expect(page.locator("#head-C .name")).to_be_visible()
    expect(page.get_by_role("button", name="Duplicate pane A")).to_be_focused()
    send(page, "slow one" + "\n\nand more" * 30)
    expect(page.locator("#live-A .live .text")).to_have_text("one two")
    press(page.get_by_role("button", name="Stop A", exact=True))
    expect(acts("retry").last).to_be_focused()
    press(page.locator("#stop-all"))
    expect(page.locator("#question textarea")).to_be_focused()
    # Who reads the end of a pane still does when the figures, or a failure, come below it.
    for letter in "ABC":
        box = page.locator(f"#body-{letter}")
        assert box.evaluate("one => one.scrollHeight - one.scrollTop - one.clientHeight") < 8


PASTE = """(textarea, [kind, bytes]) => {
  const file = new File([new Uint8Array(bytes)], "picture.png", { type: "image/png" });
  const held = new DataTransfer();
  held.items.add(file);
  const event = kind === "paste" ? new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true });
  textarea.dispatchEvent(event);
}"""


def test_images_are_pasted_dropped_and_chosen(page: Page, server: Chats, picture: bytes) -> None:
    begin(page, server.url)
    question = page.locator("#question textarea")
    for kind, count in (("paste", 1), ("drop", 2)):
        question.evaluate(PASTE, [kind, list(picture)])
        expect(page.get_by_label("Remove file")).to_have_count(count)
    chosen = {"name": "third.png", "mimeType": "image/png", "buffer": picture}
    page.locator("#question input[type=file]").set_input_files([chosen])
    expect(page.get_by_label("Remove file")).to_have_count(3)
    expect(page.locator("#send")).to_be_in_viewport(ratio=1)
    ask(page, "what is it")
    expect(page.locator("#transcript-A .turn.user img")).to_have_count(3)
    sent = server.wait(BETA, "what is it").messages[0]["content"]
    assert [part["type"] for part in sent] == ["text", "image_url", "image_url", "image_url"]
    assert all(part["image_url"]["url"].startswith("data:image/png;base64,") for part in sent[1:])


def test_a_model_that_takes_no_images_gets_the_text_and_says_so(page: Page, server: Chats, picture: bytes) -> None:
    panes = [Pane(Settings("showcard/eliza")), Pane(Settings(BETA, base_url=server.url))]
    open_file(page, to_json(Comparison(panes)))
    expect(page.locator(".no-images")).to_be_hidden()
    chosen = {"name": "a.png", "mimeType": "image/png", "buffer": picture}
    page.locator("#question input[type=file]").set_input_files([chosen])
    expect(page.locator("#head-A .no-images")).to_be_visible()
    ask(page, "look here")
    expect(page.locator("#notice")).to_contain_text("The text went without the images to A, where")
    expect(page.locator("#transcript-A .turn.user img")).to_have_count(0)
    expect(page.locator("#transcript-B .turn.user img")).to_have_count(1)
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator("#notice .sc")).to_have_count(0)


WITHOUT_LOCK = """drawer => [...drawer.querySelectorAll("[id^='s-'], [id^='p-']")]
  .filter((one) => one.matches(".block") && one.offsetParent && one.querySelector("input, textarea"))
  .filter((one) => !one.querySelector(".lock") && !one.querySelector(".block")).map((one) => one.id)"""


def test_a_lock_links_a_setting_of_all_panes(page: Page, server: Chats) -> None:
    begin(page, server.url)
    page.locator("#head-A .name").click()
    unfold(page, "Parameters", "#p-temperature")
    page.locator("#p-temperature textarea, #p-temperature input").first.fill("0.5")
    lock = page.get_by_role("button", name="temperature: the same in all panes")
    expect(lock).to_have_attribute("aria-pressed", "false")
    lock.focus()
    page.keyboard.press("Enter")
    expect(lock).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".badge.diff")).to_have_count(0)
    page.get_by_role("button", name="system: the same in all panes").click()
    page.locator("#s-system textarea").fill("Be brief.")
    for letter in "AB":
        expect(page.locator(f"#transcript-{letter} .turn.system .text")).to_have_text("Be brief.")
    page.locator("#p-seed textarea, #p-seed input").first.fill("7")
    ask(page, "locked")  # Send is not behind the settings
    sent = [server.wait(model, "locked").body for model in MODELS]
    assert [body["temperature"] for body in sent] == [0.5, 0.5]
    assert [body["messages"][0]["content"] for body in sent] == ["Be brief."] * 2
    assert [body.get("seed") for body in sent] == [7, None]
    lock.click()
    expect(lock).to_have_attribute("aria-pressed", "false")
    page.locator("#p-temperature textarea, #p-temperature input").first.fill("0.9")
    expect(page.locator("#head-B .badge.diff")).to_have_text(["temperature 0.5", "seed not set"])
    # What has no control of its own has a lock too, and so has every setting beside the parameters.
    unfold(page, "Tools, structured output, extra body", "#s-extra")
    page.locator("#p-other textarea, #p-other input").first.fill('{"top_k": 5}')
    for name in ("other", "extra", "api"):
        page.get_by_role("button", name=f"{name}: the same in all panes").click()
    page.locator("#s-extra textarea, #s-extra input").first.fill('{"min_p": 0.1}')
    expect(page.locator("#head-B .badge.diff")).to_have_text(["temperature 0.5", "seed not set"])
    ask(page, "all of it", turns=2)
    for model in MODELS:
        body = server.wait(model, "all of it").body
        assert (body["top_k"], body["min_p"]) == (5, 0.1)
    without = page.locator("#drawer").evaluate(WITHOUT_LOCK)
    assert without == ["s-model", "s-place", "s-key"]  # who is asked; keys are the tab's
    page.locator("#s-responses input").check()
    page.locator("#drawer").get_by_role("button", name="Settings of B").click()
    expect(page.locator("#s-responses input")).to_be_checked()
    begin(page, server.url)
    expect(page.locator("#drawer")).to_be_hidden()  # they were another comparison's


def test_a_new_pane_leaves_send_within_reach(page: Page, server: Chats) -> None:
    begin(page, server.url)
    page.get_by_role("button", name="Add pane").click()
    expect(page.locator("#drawer-title")).to_contain_text("C")
    page.locator("#question textarea").fill("all three")
    page.get_by_role("button", name="Send").click()
    for letter in "ABC":
        expect(page.locator(f"#transcript-{letter} .turn.assistant")).to_have_count(1)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#drawer").get_by_role("button", name="Done")).to_be_in_viewport(ratio=1)
    page.locator("#drawer").get_by_role("button", name="Done").click()
    expect(page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
    wide = "nodes => nodes.filter(node => node.offsetParent).map(node => `${node.offsetWidth} ${node.offsetHeight}`)"
    assert set(page.locator(".pane .i").evaluate_all(wide)) == {"36 44"}
    page.locator("#head-A .name").click()
    expect(page.locator("#drawer .lock:visible").first).to_have_css("width", "40px")
    assert set(page.locator("#drawer .lock").evaluate_all(wide)) == {"40 40"}
    page.locator("#drawer").get_by_role("button", name="Done").click()
    send(page, "slow three")
    talk = server.wait(ALPHA, "slow three")
    expect(page.locator("#send")).to_be_hidden()
    expect(page.locator("#stop-all")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    assert talk.left.wait(10)
    expect(page.locator("#stop-all")).to_be_hidden()
    expect(page.locator("#send")).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_what_was_deleted_comes_back(page: Page, server: Chats) -> None:
    open_file(page, two_turns(server.url))
    act(page, "A", "user", "Delete", 1)
    expect(page.locator("#transcript-A .turn")).to_have_count(2)
    expect(page.locator("#notice")).to_be_in_viewport()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#transcript-A .turn")).to_have_count(4)
    expect(page.locator("#transcript-A .turn").last).to_contain_text("second by org/alpha")


def test_a_file_does_not_take_the_place_of_answers_under_way(page: Page, server: Chats) -> None:
    begin(page, server.url)
    send(page, "slow one")
    talk = server.wait(ALPHA, "slow one")
    expect(page.locator("#live-A .live .text")).to_have_text("one two")
    open_file(page, two_turns(server.url), refused=True)
    expect(page.locator("#exported [role=alert]")).to_contain_text("The models are still answering")
    expect(page.locator("#live-A .live .text")).to_have_text("one two")
    page.keyboard.press("Escape")
    assert talk.left.wait(10)
    expect(page.locator("#transcript-A [data-fact=end]")).to_have_text("stopped")


EVIL = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>"


def test_a_hostile_file_is_shown_as_text_and_hidden_panes_can_be_revealed(page: Page, server: Chats) -> None:
    """Nothing of it runs (a dialog or an error fails the page), wrong types are left out, and the page goes on."""
    settings = {"model": EVIL, "provider": EVIL, "base_url": server.url, "system": EVIL, "bill_to": [EVIL],
                "parameters": {EVIL: EVIL, "temperature": {"a": [1]}, "logprobs": "maybe"}, "tools": [{"type": 3}],
                "response_format": {"type": 5, EVIL: EVIL}, "extra": {EVIL: {"a": EVIL}}, "api": ["responses"]}  # fmt: skip
    call = {"id": EVIL, "name": EVIL, "arguments": EVIL}
    record = {"model": EVIL, "provider": EVIL, "finish_reason": EVIL, "measurement": {"total": "x", "cost": 1e11},
              "raw": {"method": EVIL, "url": EVIL, "sent": EVIL, "headers": [[EVIL, EVIL], 3], "timeline": [["a", 0]]}}  # fmt: skip
    answer = {"content": f"# {EVIL}\n[a](javascript:alert(1)) ![b](http://127.0.0.1:9/b.png)", "reasoning": EVIL,
              "record": record, "tool_calls": [call, 3]}  # fmt: skip
    messages = [
        {"role": "user", "id": EVIL, "variants": [{"content": EVIL + "x" * 30_000}]},
        {"role": "assistant", "shown": 99, "variants": [answer]},
    ]
    panes = [{"id": EVIL, "settings": settings, "messages": messages}] * 2
    whole = {"showcard": "comparison", "version": 1, "title": EVIL, "locked": [EVIL], "hidden": True, "panes": panes}
    open_file(page, json.dumps(whole).encode())
    page.get_by_role("button", name="Reveal").click()
    expect(page.locator("#head-A .name")).to_have_text(EVIL)
    expect(page.locator("#transcript-A .turn.user")).to_contain_text("characters more, which Copy and Edit have.")
    expect(page.locator("#transcript-A .md h1")).to_contain_text("[image: x]")  # an image is a word
    expect(page.locator("#panes script, #panes [onerror], #panes img[src=x]")).to_have_count(0)
    page.locator("#transcript-A .wire summary").click()
    expect(page.locator("#transcript-A .wire .loaded")).to_contain_text(EVIL)
    for name in ("Code", "Diff", "Votes"):
        tool(page, name)
    page.locator("#head-A .name").click()
    expect(page.locator("#s-system textarea")).to_have_value(EVIL)
    send(page, "and on")
    expect(page.locator("#live-A [role=alert]")).to_contain_text('Tool 1 has no "name".')
    expect(page.locator("#transcript-B .turn.assistant")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()


BESIDE_OURS = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, held = node.parentElement;
    if (!/[\\u0590-\\u06ff]/.test(node.data) || held.closest("script, style, pre, [role=tab], .sheet, .visually-hidden")) continue;
    const apart = held.closest("bdi, [dir=auto]");
    if (!apart || /[A-Za-z]/.test(apart.textContent)) found.push(`${held.tagName}.${held.className}: ${held.textContent}`);
  }
  return found;
}"""


def test_what_is_written_from_right_to_left_moves_none_of_the_words_around_it(page: Page, server: Chats) -> None:
    panes = [Pane(Settings(model, base_url=server.url, system="קצר (7)." if model == RIGHT[1] else "",
                           parameters={"stop": ["סוף", 8]})) for model in RIGHT]  # fmt: skip
    panes[1] = replace(panes[1], settings=replace(panes[1].settings, parameters={}))
    put(page, Comparison(panes, title="כותרת (9)"))
    expect(page.locator("textarea[dir=auto]")).to_have_count(0)
    page.locator("#question textarea").fill("שלום")
    expect(page.locator("#question textarea")).to_have_attribute("dir", "rtl")
    ask(page, "שלום עולם (10)")
    expect(page.locator("#question textarea")).to_have_value("")
    page.locator("#transcript-A .thought summary").click()
    for letter in "AB":
        expect(page.locator(f"#transcript-{letter} .call strong bdi")).to_have_text("مزاج")
        expect(page.locator(f"#transcript-{letter} [data-fact=end] bdi")).to_have_text("סוף (4)")
    assert page.evaluate(BESIDE_OURS) == []
    tool(page, "Checks")
    page.get_by_label("Contains", exact=True).fill("שלום (11)")
    expect(page.locator("#marks-A .mark.bad")).to_contain_text("שלום (11)")
    assert page.evaluate(BESIDE_OURS) == []
    page.get_by_label("Contains", exact=True).fill("")
    tool(page, "Prompts")
    page.get_by_label("Prompts").fill('{"prompt": "שלום (12)", "tag": "תג (13)"}')
    page.get_by_role("button", name="Run the list").click()
    expect(page.locator("#prompts-said .status")).to_contain_text("2 of 2 answers")
    expect(page.locator("#prompts tbody tr")).to_have_count(1)
    assert page.evaluate(BESIDE_OURS) == []
    tool(page, "Votes")
    page.get_by_label("Tag of the vote").fill("תג (14)")
    page.get_by_role("button", name="Start a blind comparison").click()
    expect(page.locator("#vote-row")).to_be_visible()
    ask(page, "שלום לך")
    page.get_by_role("button", name="Tie").click()
    expect(page.locator("#tool-votes tbody tr, #votes tbody tr").first).to_be_visible()
    expect(page.locator("#vote-said")).to_contain_text("A was ")
    assert page.evaluate(BESIDE_OURS) == []
    page.get_by_role("button", name="Forget all votes").click()
    expect(page.locator("#votes tbody tr, #tool-votes tbody tr").first).to_be_visible()  # it asks first
    page.get_by_role("button", name="Forget them for good").click()
    expect(page.get_by_text("No votes yet.")).to_be_visible()
