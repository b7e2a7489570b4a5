"""Halves of characters find each other, and keys are hidden, wherever a server cuts its text."""

from __future__ import annotations

import pytest

from showcard.playground.core.stream_text import StreamText

KEY = "sk-abcabcabcabd"


def fed(pieces: list[str], *keys: str) -> tuple[str, list[str]]:
    """The whole text, and how it came."""
    joined = StreamText(keys)
    came = [joined.feed(piece) for piece in pieces]
    return "".join([*came, joined.end()]), came


@pytest.mark.parametrize("at", range(1, len(KEY)))
def test_a_key_cut_anywhere_is_hidden(at: int) -> None:
    text, came = fed([f"It is {KEY[:at]}", f"{KEY[at:]}, you see"], KEY)
    assert text == "It is …, you see"
    assert came[0] == "It is "
    assert fed(list(f"{KEY}{KEY}"), KEY)[0] == "……"


def test_what_only_begins_like_a_key_is_said() -> None:
    assert fed(["sk-sk-abcabc", "abcab", "d!"], KEY)[0] == "sk-…!"
    assert fed(["sk-abcabc", "abcabc", "abcabd!"], KEY)[0] == "sk-abcabcabcabcabcabd!"
    assert fed(["in short: sk-", "et"], KEY)[0] == "in short: sk-et"
    assert fed(["the end is s"], KEY)[0] == "the end is s"
    assert fed(["a short key is a word"], "word")[0] == "a short key is a word"


def test_halves_of_a_character_are_joined() -> None:
    text, came = fed(["Hi \ud83d", "\ude00!"])
    assert (text, came) == ("Hi \U0001f600!", ["Hi ", "\U0001f600!"])
    assert fed(["\ud83d", " alone \ude00", "\ud83d"])[0] == "\ufffd alone \ufffd\ufffd"
    assert fed(["\u05d0\ud83d", "", "\ude00"])[0] == "\u05d0\U0001f600"
