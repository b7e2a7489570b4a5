"""Votes: counted whatever the order on the screen, with an interval, in a file or as the browser holds them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.votes import FileVotes, HeldVotes, Tally, Vote, new_vote, read_votes, tallies, wilson


def test_the_order_on_the_screen_does_not_count() -> None:
    votes = [Vote("m/x", "m/y", "first", "code"), Vote("m/y", "m/x", "second"), Vote("m/y", "m/x", "second"),
             Vote("m/y", "m/x", "tie", "code"), Vote("m/x", "m/y", "both bad")]  # fmt: skip
    assert tallies(votes) == (
        Tally("m/x", "m/y", "", 3, 0, 1, 1),
        Tally("m/x", "m/y", "code", 1, 0, 1, 0),
    )
    assert tallies([*votes, *[Vote("a", "b", "tie")] * 9])[0].left == "a"


def test_wilson_as_published() -> None:
    # The values of R's prop.test(correct=FALSE).
    assert wilson(8, 10) == pytest.approx((0.4901625, 0.8, 0.9433178), abs=1e-4)
    assert wilson(0, 5) == pytest.approx((0.0, 0.0, 0.4344825), abs=1e-4)
    assert Tally("a", "b", "", ties=3).interval is None


@given(st.integers(0, 300), st.integers(1, 300))
def test_the_share_lies_in_its_interval(wins: int, more: int) -> None:
    low, share, high = wilson(wins, wins + more)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1
    other = wilson(more, wins + more)
    assert (1 - other[2], 1 - other[0]) == pytest.approx((low, high))


def test_a_file_keeps_votes_across_a_restart(tmp_path: Path) -> None:
    vote = new_vote("m/x", "m/'; DROP TABLE votes; --", "tie", "  a\n tag ")
    FileVotes(tmp_path / "new" / "folder").add(vote)
    again = FileVotes(tmp_path / "new" / "folder")
    assert again.all() == (vote,)
    assert vote.tag == "a tag"
    again.clear()
    assert again.all() == ()


def test_a_file_that_is_none_says_so(tmp_path: Path) -> None:
    (tmp_path / "votes.sqlite3").write_text("no database" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        FileVotes(tmp_path)


@pytest.mark.parametrize("value", [None, "x", {}, [1], [["a"]], [["a", "b", "won", "", ""]], [["", "b", "tie", "", ""]],
                                   [["a" * 999, "b", "tie", "", ""]], [["a", "b", "tie", None, ""]]])  # fmt: skip
def test_what_is_no_vote_is_left_out(value: object) -> None:
    assert read_votes(value) == ()


def test_the_browser_gets_back_what_it_gave() -> None:
    held = HeldVotes([["a", "b", "tie", "t", "2026"], "broken"])
    held.add(Vote("a", "b", "first"))
    assert HeldVotes(held.to_json()).all() == [Vote("a", "b", "tie", "t", "2026"), Vote("a", "b", "first")]
    held.clear()
    assert held.to_json() == []
