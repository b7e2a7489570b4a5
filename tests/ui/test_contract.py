"""What pages and scripts have agreed on (`front/contract.json`), held against the pages; `tests/front` has the other side."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

from showcard.playground import actions
from showcard.ui.components.theme import COLOURS
from showcard.ui.server import front
from showcard.ui.session.live_channel import LiveAnswer, SentSoFar
from showcard.wire import secrets
from tests.conftest import ROOT

CONTRACT = json.loads(front.read("contract.json"))
PAGES = sorted(path for package in ("ui", "widgets", "playground") for path in (ROOT / package).rglob("*.py"))
DATA = re.compile(r"\bdata[-_]([a-z]+(?:[-_][a-z]+)*)=")


@cache
def texts(path: Path) -> tuple[str, ...]:
    """All strings of a module; `*` stands for what is filled into one."""
    return tuple(text for node in ast.walk(ast.parse(path.read_text("utf-8"))) if (text := _text(node)) is not None)


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def made_ids(path: Path) -> Iterator[str]:
    """The ids that a module gives to components and elements, as far as they are written there."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.keyword) and node.arg in ("elem_id", "id_") and (text := _text(node.value)):
            yield text
    for text in texts(path):
        yield from re.findall(r'(?<![\w-])id="([\w*-]+)"', text)


@pytest.mark.parametrize(("name", "where"), CONTRACT["ids"].items())
def test_an_id_is_made_where_it_is_said_to_be(name: str, where: str) -> None:
    if where.startswith("front/"):
        assert f'"{name}"' in (ROOT / where).read_text("utf-8")
        return
    found = [text for text in texts(ROOT / where) if text.strip("*")]
    assert any(fnmatchcase(name, text) or f'id="{name}"' in text for text in found)


@pytest.mark.parametrize(("name", "where"), CONTRACT["data"].items())
def test_a_data_name_is_used_where_it_is_said_to_be(name: str, where: str) -> None:
    said = (ROOT / where).read_text("utf-8")
    words = re.sub("-(.)", lambda found: found[1].upper(), name)
    ways = (f"data-{name}", f"data_{name.replace('-', '_')}", f"dataset.{words}", f'"{name}"', f".{words}")
    assert any(re.search(rf"{re.escape(way)}(?![\w-])", said) for way in ways)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_pages_have_no_other_hooks(path: Path) -> None:
    known = {*CONTRACT["ids"], *CONTRACT["other_ids"]}
    ids = {name for name in made_ids(path) if re.search("[a-z]", name)}
    assert ids - known == set()
    names = {name.replace("_", "-") for name in DATA.findall(path.read_text("utf-8"))}
    assert names - {*CONTRACT["data"]} == set()


def test_the_server_does_what_is_posted() -> None:
    assert sorted(CONTRACT["acts"]["posted"]) == sorted(actions.ACTIONS)


def test_buttons_do_what_somebody_knows() -> None:
    known = {*CONTRACT["acts"]["posted"], *CONTRACT["acts"]["own"]}
    for path in (ROOT / "playground").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "button" and node.args:
                act = _text(node.args[0])
                assert act is None or act in known, f"{path.name}: {act}"


def test_the_lines_of_the_live_channel_say_what_is_known() -> None:
    growing, sent, said = LiveAnswer("a"), SentSoFar(), set[str]()
    for piece in ("# A title\n\n", "text", "\n\n```\ncode", "\n```\n\nend"):
        growing.thoughts.add("why")
        growing.markdown.add(piece)
        said |= json.loads(growing.line(sent) or "{}").keys()
    growing.ended = True
    said |= json.loads(growing.line(sent) or "{}").keys()
    assert said == CONTRACT["live"].keys()


def test_there_are_as_many_colours_as_are_counted() -> None:
    found = re.findall(r"--sc-(\d+):", front.read("shared/colours.css"))
    assert sorted(map(int, found)) == sorted([*range(COLOURS)] * 2)  # in light and in dark


def test_the_browser_leaves_out_the_same_keys_as_the_server() -> None:
    said = front.read("model/safe.js")
    assert f"/{secrets.NAMES}/" in said
    assert f"/^{secrets.BEGINNINGS}/" in said
