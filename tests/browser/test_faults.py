"""Every fault of a server through the page: for a plain task, and for live chats on Compare beside others that go well.

The table is that of the calls themselves, one fault for each sentence: what else leads to it is tried there. Each is
told where the answer would be, keeps what came and what was typed, and the next run works; hostile text streams all the
while."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from metadata.tasks import task
from playground.state import Comparison, Pane, Settings
from tests.conftest import process
from tests.inference.test_errors import BODIES, CHATS, HEAD, STATUSES, STREAMS, answering, half, saying, silent
from tests.support.faulty import Faulty, chunk, faulty
from tests.support.scripted import Script, Talk
from tests.support.task_cards import task_card

from .comparing import put, send
from .test_hostile import open_text, watched
from .test_model_page import choose

# A wait of two minutes is one of two seconds here, and an answer of 20,000 characters, or of 1 MB, is too long.
APP = """import sys, httpx2
from inference import chat, transport
transport.TIMEOUT = httpx2.Timeout(connect=2, read=2, write=2, pool=10)
chat.MAX_CHARACTERS, transport.MOST_BYTES = 20_000, 2**20
import app
sys.exit(app.main(sys.argv[1:]))"""
LOADING = {"503": answering("503 Unavailable", '{"error": "busy"}')}  # one that says when it is ready is asked again


async def endless(talk: Talk) -> None:
    """A body that goes on for ever."""
    await talk.say(HEAD + "\r\n")
    while True:
        await talk.say("[" * 10_000)


async def endless_words(talk: Talk) -> None:
    """A stream that does."""
    await talk.events()
    while True:
        await talk.say(chunk("Hello " * 100))


def of_each_sentence(faults: dict[str, Fault]) -> dict[str, Fault]:
    """The first fault that leads to a sentence."""
    said = {sentence: name for name, (_, sentence) in reversed(faults.items())}
    return {name: fault for name, fault in faults.items() if said[fault[1]] == name}


# By name: what the server does, and what the page says.
Fault = tuple[Script, str]
BOTH = of_each_sentence(
    {
        **{name: (LOADING.get(name, script), said) for name, (script, said, *_) in (STATUSES | BODIES).items()},
        "never": (silent, "did not begin to answer"),
        "half a head": (saying("HTTP/1.1 200 OK\r\ncontent-"), "did not answer in HTTP"),
        "rubbish": (saying("\x00\xff\x16\x03\x01 rubbish\r\n\r\n"), "did not answer in HTTP"),
        "half of a body": (saying(f"{HEAD}content-length: 90\r\n\r\n" + "["), "broke off"),
        "endless": (endless, "is larger than 1 MB"),
    }
)
CHAT = of_each_sentence(
    {
        **{
            name: (answering("200 OK", body, "text/event-stream"), said) for name, (body, _, said, _) in STREAMS.items()
        },
        **{name: (answering("200 OK", body), said) for name, (body, said, _) in CHATS.items()},
        "stall": (half, "stopped in the middle"),
        "endless words": (endless_words, "is longer than 20,000 characters"),
    }
)
KEPT = {name for name, (_, kept, _, _) in STREAMS.items() if kept} | {"stall", "endless words"}


@pytest.fixture(scope="module")
def app_url() -> Iterator[str]:
    with process("-c", APP, "--port", "0", HF_ENDPOINT="http://127.0.0.1:10") as (_, address):
        yield address


@pytest.fixture(scope="module")
def server() -> Iterator[Faulty]:
    with faulty() as held:
        yield held


def test_of_a_plain_task(page: Page, server: Faulty) -> None:
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    with watched(page):
        open_text(page, task_card(task("text-classification")), "#result .view-labels")
        choose(page, "Runs on", "An endpoint of mine")
        typed = page.locator("#in-text textarea").input_value()
        run, alert = page.get_by_role("button", name="Run", exact=True), page.locator("#result [role=alert]")
        page.get_by_label("Base URL").fill(server.url)
        expect(page.locator("#status")).to_contain_text("Runs on your endpoint")
        for name, (script, said) in BOTH.items():
            server.faults = {"": script}
            run.click()
            expect(alert, name).to_contain_text(said)
            expect(run).to_be_enabled()
            assert page.locator("#in-text textarea").input_value() == typed
        server.faults = {}
        run.click()
        expect(page.locator("#result .badge.live")).to_be_visible()
        expect(page.locator("#result .bars .name")).to_have_text("<b>A</b>[U+202E]B")


def test_of_live_chats(page: Page, server: Faulty) -> None:
    """Three panes meet a fault, one gets a whole answer; then they change places."""
    models = ("alpha", "beta", "gamma", "delta")
    faults = list((BOTH | CHAT).items())
    page.goto("/compare")
    with watched(page):
        panes = [Settings(f"org/{model}", base_url=f"{server.url}/v1") for model in models]
        put(page, Comparison([Pane(one) for one in panes], title="faults"))
        answered = [0, 0, 0, 0]
        for turn in range(-(-len(faults) // 3)):
            meeting = dict(zip(({*range(4)} - {turn % 4}), faults[3 * turn :][:3], strict=False))
            server.faults = {f"org/{models[pane]}": script for pane, (_, (script, _)) in meeting.items()}
            server.asked = []
            send(page, f"Go {turn}")
            for pane, letter in enumerate("ABCD"):
                alert = page.locator(f"#live-{letter} [role=alert]")
                if pane in meeting:
                    name, (_, said) = meeting[pane]
                    expect(alert, name).to_contain_text(said)
                    answered[pane] += name in KEPT
                    if name in KEPT:
                        expect(page.locator(f"#transcript-{letter} .turn.assistant").last).to_contain_text("Hel")
                else:
                    answered[pane] += 1
                    expect(page.locator(f"#transcript-{letter} .turn.assistant")).to_have_count(answered[pane])
                    expect(alert).to_have_count(0)
                expect(page.locator(f"#transcript-{letter} .turn.user")).to_have_count(turn + 1)
            expect(page.locator("#send")).to_be_enabled()
            assert {*server.asked} == {settings.model for settings in panes}
