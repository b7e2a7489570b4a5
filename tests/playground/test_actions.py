"""What is posted to the compare page may be anything: it is refused in a sentence, or made fit to be shown and sent."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcard.inference.hub.offers import Offer
from showcard.inference.resolve import EmbeddedEngine
from showcard.metadata.media import Media
from showcard.playground import actions
from showcard.playground.composer import Read, read_question
from showcard.playground.core.state import Comparison, Pane, Settings
from showcard.playground.session import CompareSession
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Session, Site
from showcard.wire.request import RequestError

PICTURE = Media(None, b"\x89PNG\r\n\x1a\n", "image/png", "a.png")
NAMES = [*actions.ACTIONS]
ODD = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8) | st.sampled_from(["a", "b", "seed"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def compare() -> CompareSession:
    held = Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore()))
    panes = [Pane(Settings(name), id=name) for name in "ab"]
    return CompareSession(held, Comparison(panes), held.site.feeds.open())


@given(st.sampled_from(NAMES), ODD, ODD, ODD, ODD)
def test_whatever_is_posted_is_done_or_refused(name: str, pane: Any, message: Any, text: Any, more: Any) -> None:
    held = compare()
    posted = {"act": name, "pane": pane, "message": message, "text": text, "from": more, "results": more}
    with suppress(RequestError):
        actions.perform(held, actions.read(json.dumps(posted)))
    assert 1 <= len(held.comparison.panes) <= 4


@pytest.mark.parametrize("posted", [None, 3, "", "{", "[]", "3", "9" * 5_000, "[" * 100_000, "x" * 2_000_001])
def test_what_is_no_action_is_a_sentence(posted: Any) -> None:
    with pytest.raises(RequestError, match="no action"):
        actions.read(posted)


async def test_half_a_character_is_replaced() -> None:
    """A lone surrogate, as a cut emoji leaves it, can be neither sent nor shown."""
    act = actions.read('{"act": "save", "text": "a\\ud83d", "results": {"c": "b\\ud83d"}}')
    assert (act.text, act.results) == ("a\ufffd", {"c": "b\ufffd"})
    assert (await read_question({"text": "a\ud83d", "files": "x"})).text == "a\ufffd"


def test_a_lock_links_at_once_and_lets_go() -> None:
    held = compare()
    first, second = held.comparison.panes
    held.comparison.put(Pane(Settings("a", parameters={"seed": 1}), id="a"))
    with pytest.raises(RequestError, match="can't be locked"):
        actions.perform(held, actions.Act("lock", text="seed"))  # no settings are open
    held.open_settings(first.id)
    with pytest.raises(RequestError, match="can't be locked"):
        actions.perform(held, actions.Act("lock", text="model"))
    actions.perform(held, actions.Act("lock", text="seed"))
    assert held.comparison.panes[1].settings == Settings("b", parameters={"seed": 1})
    actions.perform(held, actions.Act("lock", text="seed"))
    assert (held.comparison.locked, second.id) == (frozenset(), "b")


def test_images_go_where_a_model_may_take_them() -> None:
    held = compare()
    held.offers = {"a": (Offer("groq", "live", images=False),), "b": (Offer("groq", "live", images=True),)}
    held.put_question(held.comparison.panes, "what?", [PICTURE])
    assert [len(pane.messages[0].variant.images) for pane in held.comparison.panes] == [0, 1]
    assert held.notice == "The text went without the images to A, where the model takes none."
    held = compare()
    held.put_question(held.comparison.panes, "what?", [PICTURE])
    assert [len(pane.messages[0].variant.images) for pane in held.comparison.panes] == [1, 1], "nobody says: it may"


def test_a_double_click_asks_once() -> None:
    held = compare()
    assert [held.just_sent(Read(text, ())) for text in ("a", "a", "b", "a")] == [False, True, False, False]
