"""What a pane draws of its messages is bounded, whatever an imported chat holds; what is left out is said."""

from __future__ import annotations

import pytest

from showcard.inference.resolve import EmbeddedEngine
from showcard.metadata.media import Media
from showcard.metadata.outputs.read import ToolCall
from showcard.playground.core.state import ChatMessage, Comparison, Pane, Settings, Variant
from showcard.playground.session import compare_session_of
from showcard.playground.view.messages import MAX_DRAWN, MAX_MESSAGES, transcript
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Session, Site

DEEP = ToolCall("1", "f", "[" * 900 + "]" * 900)


def drawn(variant: Variant, times: int, system: str = "") -> str:
    compare = compare_session_of(Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore())))
    messages = tuple(ChatMessage(f"m{number}", "user", (variant,)) for number in range(times - 1))
    pane = Pane(Settings("m", system=system), (*messages, ChatMessage("last", "assistant", (variant,))))
    compare.put(Comparison([pane]))
    return transcript(compare, pane)


@pytest.mark.parametrize(
    ("variant", "times", "more"),
    [
        (Variant("Hello"), 2_000, f"{2_000 - MAX_MESSAGES:,} earlier messages"),
        (Variant("x" * 90_000), 300, "earlier messages not shown here"),
        (Variant("Hello", tool_calls=(DEEP,) * 200), 1, "170 calls more, which the saved file has"),
        (Variant("Hello"), MAX_MESSAGES, ""),
    ],
)
def test_the_last_messages_are_drawn_and_the_rest_is_counted(variant: Variant, times: int, more: str) -> None:
    found = drawn(variant, times)
    assert more in found
    assert ("earlier message" in found) == ("earlier" in more)
    assert 'data-message="last"' in found
    assert len(found) < 2 * MAX_DRAWN


def test_a_long_system_prompt_is_shown_in_part() -> None:
    found = drawn(Variant("Hello"), 1, "s" * 900_000)
    assert "880,000 characters more" in found
    assert len(found) < 40_000


def test_images_are_at_an_address_that_stays_while_they_are_held() -> None:
    compare = compare_session_of(Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore(most_bytes=30))))
    image = Media.from_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 10)
    pane = Pane(messages=(ChatMessage("q", "user", (Variant("look", (image, image)),)),))
    compare.put(Comparison([pane]))
    first = transcript(compare, pane)
    assert "base64" not in first
    assert transcript(compare, pane) == first
    assert first.count(compare.address(image)) == 2
    compare.session.media_store.put(Media.from_bytes(b"x" * 20))
    assert transcript(compare, pane) != first
    assert len(compare.addresses) == 1
