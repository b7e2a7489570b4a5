"""Votes: counted whatever the order on the screen, with an interval, in a file or as the browser holds them."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcard.playground.core import votes
from showcard.playground.core.votes import (
    FileVotes,
    HeldVotes,
    Tally,
    Vote,
    VotesError,
    new_vote,
    read_votes,
    tallies,
    wilson,
)


def test_the_order_on_the_screen_does_not_count() -> None:
    cast = [Vote("m/x", "m/y", "first", "code"), Vote("m/y", "m/x", "second"), Vote("m/y", "m/x", "second"),
             Vote("m/y", "m/x", "tie", "code"), Vote("m/x", "m/y", "both bad")]  # fmt: skip
    assert tallies(cast) == (
        Tally("m/x", "m/y", "", 3, 0, 1, 1),
        Tally("m/x", "m/y", "code", 1, 0, 1, 0),
    )
    assert tallies([*cast, *[Vote("a", "b", "tie")] * 9])[0].left == "a"


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


VOTE = Vote("m/x", "m/y", "tie", "code", "2026-01-01T00:00:00+00:00")


def none(file: Path) -> None:
    file.write_text("no database" * 100)


def damaged(file: Path) -> None:
    FileVotes(file.parent).add(VOTE)
    whole = file.read_bytes()
    file.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))


def of_two_columns(file: Path) -> None:
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("CREATE TABLE votes (first TEXT, second TEXT)")
        made.execute("INSERT INTO votes VALUES ('a', 'b')")


def a_view(file: Path) -> None:
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("CREATE VIEW votes AS SELECT 'a' first, 'b' second, 'tie' choice, '' tag, '' at")


def a_folder(file: Path) -> None:
    file.mkdir()


BROKEN = {
    none: "is no file of votes; it is left as it is",
    damaged: "is damaged; it is left as it is",
    of_two_columns: "holds votes of another kind, without choice and tag and at; it is left as it is",
    a_view: "cannot modify votes because it is a view",
    a_folder: "is no regular file",
    os.mkfifo: "is no regular file",
}


@pytest.mark.parametrize("make", BROKEN)
def test_a_file_that_is_none_says_so_and_is_left_as_it_is(make: Callable[[Path], None], tmp_path: Path) -> None:
    file = tmp_path / "votes.sqlite3"
    make(file)
    before = file.read_bytes() if file.is_file() else b""
    with pytest.raises(VotesError) as caught:
        FileVotes(tmp_path).add(VOTE)
    assert str(caught.value).startswith(f"{file} ")
    assert BROKEN[make] in str(caught.value)
    assert "name another folder" in str(caught.value)
    assert (file.read_bytes() if file.is_file() else b"") == before


def test_a_file_in_use_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(votes, "BUSY_SECONDS", 0.01)
    kept = FileVotes(tmp_path)
    with closing(sqlite3.connect(kept.path)) as other, other:
        other.execute("BEGIN EXCLUSIVE")
        for use in (lambda: kept.add(VOTE), kept.all, kept.clear, lambda: FileVotes(tmp_path)):
            with pytest.raises(VotesError, match=r"is in use by another program\. Close that"):
                use()
    kept.add(VOTE)
    assert kept.all() == (VOTE,)


def test_a_disk_that_is_full_says_so_and_loses_nothing(tmp_path: Path) -> None:
    kept = FileVotes(tmp_path)
    kept.add(VOTE)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (kept.path.stat().st_size, hard))
    try:
        with pytest.raises(VotesError, match=r"Make room, and vote again"):
            kept.take([new_vote("m" * 300, str(number), "tie") for number in range(200)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert kept.all() == (VOTE,)


def test_a_folder_that_is_none_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(VotesError, match=r"can't be used: .+ Name another folder\."):
            FileVotes(folder)


def test_a_file_may_hold_more_than_is_known_here(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "votes.sqlite3")) as made, made:
        made.execute("CREATE TABLE votes (at TEXT, tag TEXT, choice TEXT, second TEXT, first TEXT, judge TEXT)")
    FileVotes(tmp_path).add(VOTE)
    assert FileVotes(tmp_path).all() == (VOTE,)


def test_votes_that_were_held_elsewhere_are_taken_once(tmp_path: Path) -> None:
    kept, other = FileVotes(tmp_path), new_vote("a", "b", "first")
    for _ in range(2):
        kept.take([VOTE, other])
    assert kept.all() == (VOTE, other)


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
