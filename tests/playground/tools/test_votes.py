"""The tally of blind votes where their folder fails: nothing is lost, and it is said."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from showcard.playground.core.votes import FileVotes, Vote
from showcard.playground.tools.votes import Voting

CAST = Vote("m/x", "m/y", "first", "", "2026-01-01T00:00:00+00:00")
OLDER = Vote("m/x", "m/y", "tie", "", "2025-01-01T00:00:00+00:00")


def voting(folder: Path | None) -> Any:
    mount: Any = SimpleNamespace(site=SimpleNamespace(data_dir=folder))
    kept: Any = "kept"
    return Voting(mount, kept, "said", "shown")


def test_a_vote_that_the_folder_does_not_take_is_kept_in_the_browser_until_it_does(tmp_path: Path) -> None:
    file = tmp_path / "votes.sqlite3"
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("CREATE TABLE votes (a TEXT)")
    drawn = voting(tmp_path).counted([OLDER.to_json()], lambda votes: votes.add(CAST))
    assert drawn["kept"] == [OLDER.to_json(), CAST.to_json()]
    assert "holds votes of another kind" in drawn["shown"]
    assert "Until then votes are kept in this browser." in drawn["shown"]
    assert "m/x" in drawn["shown"]
    file.unlink()
    for stored in (drawn["kept"], drawn["kept"]):  # as a second tab gives them again
        again = voting(tmp_path).counted(stored)
        assert again["kept"] == []
        assert "Until then" not in again["shown"]
    assert FileVotes(tmp_path).all() == (OLDER, CAST)


def test_without_a_folder_they_are_kept_in_the_browser() -> None:
    drawn = voting(None).counted([], lambda votes: votes.add(CAST))
    assert drawn["kept"] == [CAST.to_json()]
    assert "are kept in this browser" in drawn["shown"]
