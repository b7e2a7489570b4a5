"""Every fault of a server through the page: for a plain task, and for live chats on Compare beside others that go well.

The tables are those of the calls themselves, where each row is seen; here the slow tests have them whole. Each fault is
told in one sentence where the answer would be, keeps what came and what was typed, and the next question is answered;
others notice nothing. Hostile text streams all the while."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from showcard.metadata.tasks.table import task
from showcard.playground.core.state import Comparison, Pane, Settings
from tests.conftest import process
from tests.inference.test_endless import ENDLESS
from tests.inference.test_errors import BODIES, CHATS, STATUSES, STREAMS
from tests.support.faults import EVENTS, FAULTS, Fault, addresses, answering, saying
from tests.support.faulty import HOSTILE, Faulty, faulty
from tests.support.payloads import PAYLOADS
from tests.support.task_cards import task_card

from .comparing import put, send
from .conftest import guarded
from .test_hostile import RUNS, open_text, watched
from .test_model_page import choose

# Bounds as the tests below the browser have them: a wait of minutes is one of seconds, and much is less.
APP = """import sys, httpx2
from showcard.inference.answers import chat
from showcard.inference.transport import events, http as transport
from showcard.ui.session import calls
transport.TIMEOUT = httpx2.Timeout(connect=2, read=2, write=2, pool=10)
transport.MAX_SECONDS, transport.ERROR_SECONDS, calls.MAX_SECONDS = 4, 1, 1
transport.MAX_BYTES, chat.MAX_CHARACTERS, events.MAX_LINES, events.MAX_EVENT = 2**25, 10_000, 5_000, 2**20
import app
sys.exit(app.main(sys.argv[1:]))"""

BOTH = {name: Fault(script, said, said) for name, (script, said, *_) in (STATUSES | BODIES).items()} | FAULTS
CHAT = {
    **BOTH,
    **{
        name: Fault(answering("200 OK", body, "text/event-stream"), "", said, kept)
        for name, (body, kept, said, _) in STREAMS.items()
    },
    **{name: Fault(answering("200 OK", body), "", said) for name, (body, said, _) in CHATS.items()},
    **{
        f"endless {name}": Fault(saying(EVENTS, piece * max(1, 16_384 // len(piece))), "", said.replace("\\", ""))
        for name, (piece, said, _) in ENDLESS.items()
    },
}
BESIDE = 8  # faults that are met beside answers
FRESH = 8  # turns, after which a new chat is begun: each sends all those before

# What is looked at while text streams: what could run, and what makes the page wider than the window.
WATCH = f"""() => {{
  window.seen = new Set();
  new MutationObserver(() => {{
    for (const found of ({RUNS})()) window.seen.add(found);
    if (document.documentElement.scrollWidth > innerWidth) window.seen.add("wider than the window");
  }}).observe(document.body, {{ childList: true, subtree: true }});
}}"""
LAYOUT = """() => ["question", "send", ..."ABCD".split("").flatMap((one) => [`head-${one}`, `transcript-${one}`])].map((id) => {
  const box = document.getElementById(id).getBoundingClientRect();
  return [id, Math.round(box.x), Math.round(box.width)];
})"""
COVERED = """() => {
  const send = document.getElementById("send"), box = send.getBoundingClientRect();
  return !send.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
}"""
SHOWS = """(said) => {
  const alerts = document.querySelectorAll("#result [role=alert]"), run = document.getElementById("run");
  const well = !alerts.length && document.querySelector("#result .badge.live");
  const told = alerts.length === 1 && alerts[0].textContent.includes(said);
  return !(run.querySelector("button") ?? run).disabled && (said ? told : well);
}"""
ANSWERED = """([turns, panes]) => panes.every(([letter, said, kept, answers]) => {
  const alerts = document.querySelectorAll(`#live-${letter} [role=alert]`);
  const turn = (role) => document.querySelectorAll(`#transcript-${letter} .turn.${role}`);
  const told = said ? alerts.length === 1 && alerts[0].textContent.includes(said) : !alerts.length;
  const held = turn("assistant");
  return told && held.length >= answers && turn("user").length === turns
    && (!kept || held[held.length - 1].textContent.includes(kept));
}) && !document.getElementById("send").disabled"""
COUNT = (
    """() => "ABCD".split("").map((one) => document.querySelectorAll(`#transcript-${one} .turn.assistant`).length)"""
)


@pytest.fixture(scope="module")
def app_url() -> Iterator[str]:
    with process("-c", APP, "--port", "0", HF_ENDPOINT="http://127.0.0.1:10") as (_, address):
        yield address


@pytest.fixture(scope="module")
def server() -> Iterator[Faulty]:
    with faulty() as held:
        yield held


Meeting = tuple[str, Fault] | None
Chosen = Callable[[dict[str, Fault]], dict[str, Fault]]


def few(faults: dict[str, Fault]) -> dict[str, Fault]:
    """The first of those that are told in the same words: a browser sees no difference between the others."""
    kept: dict[tuple[str, str, bool], tuple[str, Fault]] = {}
    for name, fault in faults.items():
        kept.setdefault((fault.plain, fault.chat, bool(fault.kept)), (name, fault))
    return dict(kept.values())


def turns(faults: dict[str, Fault]) -> list[tuple[Meeting, ...]]:
    """What four meet in each turn: at first two a fault, and two beside them an answer; then all four a fault, three times,
    and all an answer. Those that last come last, as they are best met together."""
    quick = [one for one in faults.items() if not one[1].lasts]
    lasting = [one for one in faults.items() if one[1].lasts]
    well: tuple[Meeting, ...] = (None, None)
    beside = [
        (*met, *well) if number % 2 == 0 else (*well, *met) for number, met in enumerate(_parts(quick[:BESIDE], 2))
    ]
    together = [*_parts(quick[BESIDE:], 4), *_parts(lasting, 4)]
    return [
        *beside,
        *(turn for start in range(0, len(together), 3) for turn in (*together[start : start + 3], well * 2)),
    ]


def _parts(faults: Sequence[tuple[str, Fault]], size: int) -> list[tuple[Meeting, ...]]:
    return list(zip_longest(*[iter(faults)] * size))


def wait(page: Page, shows: str, what: Any, named: object, shown: str) -> None:
    """Until the page shows what it should; else what it shows instead is told."""
    try:
        page.wait_for_function(shows, arg=what, polling=30)
    except TimeoutError:
        raise AssertionError(f"{named}: {what}\n{[one.inner_text() for one in page.locator(shown).all()]}") from None


@dataclass
class Person:
    """One who runs a plain task on a page of their own."""

    page: Page
    text: str

    def begin(self, url: str) -> None:
        """Open the card, and choose the endpoint."""
        self.page.goto("/")
        expect(self.page.locator("#result .badge")).to_be_visible()
        open_text(self.page, task_card(task("text-classification")), "#result .view-labels")
        # The card before it has labels too: its pickers are drawn anew when this one comes.
        expect(self.page.locator("#body h1")).to_have_text("text-classification")
        expect(self.page.locator("#widget")).not_to_have_attribute("inert", "")
        choose(self.page, "Runs on", "An endpoint of mine")
        self.page.get_by_label("Base URL").fill(url)
        expect(self.page.locator("#status")).to_contain_text("Runs on your endpoint")
        self.page.locator("#in-text textarea").fill(self.text)

    def run(self) -> None:
        """Press Run."""
        self.page.locator("#run").click()

    def told(self, name: str, said: str) -> None:
        """Wait for one sentence, or an answer, with the text still there."""
        wait(self.page, SHOWS, said, name, "#result, #status")
        assert self.page.locator("#in-text textarea").input_value() == self.text


EVERY = pytest.mark.parametrize("chosen", [few, pytest.param(dict, marks=pytest.mark.slow)], ids=["few", "every"])


@EVERY
def test_of_a_plain_task(browser: Browser, app_url: str, server: Faulty, tmp_path: Path, chosen: Chosen) -> None:
    """Four people, each with a page of their own."""
    with ExitStack() as stack:
        held = stack.enter_context(addresses(tmp_path))
        people = []
        for text in ("One <b>says</b> this.", "Two says\u202e that.", "Three say nothing.", "Four say more."):
            page = stack.enter_context(guarded(browser, app_url))
            stack.enter_context(watched(page))
            people.append(Person(page, text))
            people[-1].begin(server.url)
        for meeting in turns(chosen(BOTH)):
            server.faults = {person.text: met[1].script for person, met in zip(people, meeting, strict=True) if met}
            for person in people:
                person.run()
            for person, met in zip(people, meeting, strict=True):
                person.told(met[0] if met else "well", met[1].plain if met else "")
        expect(people[0].page.locator("#result .bars .name")).to_have_text("<b>A</b>[U+202E]B")
        bad, well = list(held.items()), ("well", (server.url, ""))
        for meeting in (bad[:3], [], bad[3:], []):
            for person, (_, (url, _)) in zip_longest(people, meeting, fillvalue=well):
                person.page.get_by_label("Base URL").fill(url)
                person.run()
            for person, (name, (_, said)) in zip_longest(people, meeting, fillvalue=well):
                person.told(name, said)


@EVERY
def test_of_live_chats(page: Page, server: Faulty, tmp_path: Path, chosen: Chosen) -> None:
    """Panes meet a fault, each its own, or get a whole answer."""
    models = [f"org/{name}" for name in ("alpha", "beta", "gamma", "delta")]
    page.goto("/compare")
    page.evaluate(WATCH)
    with watched(page), addresses(tmp_path) as held:
        url = f"{server.url}/v1"
        put(page, Comparison([Pane(Settings(model, base_url=url)) for model in models], title="faults"))
        layout = page.evaluate(LAYOUT)
        server.text, server.pause = HOSTILE, 0.002  # in the making
        live(page, server, models, [(None,) * 4])
        server.text, server.pause = "\n\n".join(PAYLOADS[::9]), 0.0
        assert page.evaluate(LAYOUT) == layout
        assert not page.evaluate(COVERED)
        live(page, server, models, turns(chosen(CHAT)), 1)
        assert page.evaluate("[...window.seen]") == []
        assert page.evaluate(LAYOUT) == layout
        for bad in (list(held.values())[:3], list(held.values())[3:]):
            panes = [Pane(Settings(model, base_url=where)) for model, (where, _) in zip(models, bad, strict=False)]
            put(page, Comparison([*panes, Pane(Settings(models[3], base_url=url))], title="addresses"))
            server.faults, said = {}, [*(sentence for _, sentence in bad), ""]
            for turn in (1, 2):
                send(page, f"Go {turn}")
                answers = [0, 0, 0, turn]
                panes_told = [[*one, ""] for one in zip("ABCD", said, strict=True)]
                told = [[letter, words, kept, n] for (letter, words, kept), n in zip(panes_told, answers, strict=True)]
                wait(page, ANSWERED, [turn, told], bad, "[id^=live-]")


def live(
    page: Page, server: Faulty, models: Sequence[str], meetings: Sequence[tuple[Meeting, ...]], asked: int = 0
) -> None:
    """Ask once a meeting, where `asked` questions stand already, and wait for what all panes should show."""
    for number, meeting in enumerate(meetings, asked):
        turn = number % FRESH
        if number and not turn:
            page.get_by_role("button", name="New chat").click()
            expect(page.locator("#transcript-A .turn")).to_have_count(0)
        server.faults = {model: met[1].script for model, met in zip(models, meeting, strict=True) if met}
        server.asked = []
        before = page.evaluate(COUNT)
        send(page, f"Go {turn}")
        shown = []
        for letter, met, answers in zip("ABCD", meeting, before, strict=True):
            said, kept = (met[1].chat, met[1].kept) if met else ("", "")
            shown.append([letter, said, kept, answers + (not said or bool(kept))])
        names = [met[0] if met else "well" for met in meeting]
        wait(page, ANSWERED, [turn + 1, shown], names, "[id^=live-] [role=alert]")
        assert {*server.asked} == {*models}
