"""Bidirectional controls in what a stranger says: written out in short texts, and kept to a block of its own elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from inference.providers import ProviderMapping
from inference.resolve import resolve_offline
from metadata.model import read_model
from metadata.outputs import normalise
from metadata.tasks import task
from metadata.visible import BIDI_CONTROLS, escaped_json, printable, visible
from snippets import snippets_for
from snippets.literals import comment
from ui import panels
from ui.markup import escape, isolated, tag, verbatim
from ui.place import provider_choices
from ui.place_panel import _with
from widgets.about import about
from widgets.show import example_title
from widgets.views import Context, render
from wire.request import Request

from .test_odd_values import ANSWERS, KINDS, inputs_of

EVIL = "\u202eevil\u2066 gnp.exe\u200f"
CONTROL = re.compile(f"[{BIDI_CONTROLS}]")
# Running text, which people write from right to left too.
RUNNING = {"said", "md", "text", "entities", "context", "echo"}
READ_BY_PROGRAMS = ("data-", "href", "src", "value")


class Walk(HTMLParser):
    """Finds raw controls outside of running text that has its own direction, and in attributes that people read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.opened: list[tuple[str, bool]] = []
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        for name, value in attrs:
            if CONTROL.search(value or "") and not name.startswith(READ_BY_PROGRAMS):
                self.found.append(f"{tag} {name}={value!r}")
        running = bool(RUNNING & set((held.get("class") or "").split())) and "dir" in held
        if tag not in ("img", "input", "br", "hr", "rect", "path"):
            self.opened.append((tag, running or bool(self.opened and self.opened[-1][1])))

    def handle_endtag(self, tag: str) -> None:
        while self.opened and self.opened.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if CONTROL.search(data) and not (self.opened and self.opened[-1][1]):
            self.found.append(f"{self.opened[-1:]}: {data!r}")


def hostile(value: Any) -> Any:
    """An answer with every text of it turned around, names of columns and labels included; not its files."""
    if isinstance(value, str):
        is_file = value.startswith(("data:", "http")) or len(value) > 200
        return value if is_file or re.fullmatch(r"[A-Z]+|assistant|function", value) else f"{EVIL} {value}"
    if isinstance(value, list):
        return [hostile(item) for item in value]
    if isinstance(value, dict):
        return {key: item if key in ("role", "type", "aggregator") else hostile(item) for key, item in value.items()}
    return value


@pytest.mark.parametrize("kind", sorted(ANSWERS))
def test_in_every_view(kind: str) -> None:
    answer = hostile(ANSWERS[kind])
    if kind in ("labels", "boxes", "masks"):
        answer = [{**item, "label": EVIL} for item in answer]
    output = normalise(KINDS[kind], answer)
    html = render(output, Context(hostile(inputs_of(kind)), lambda media: "/media/x"))
    assert Walk(html).found == []
    if kind in ("labels", "boxes", "masks", "entities"):
        assert "[U+202E]" in html


def test_in_all_that_stands_around_a_widget() -> None:
    front = f"""pipeline_tag: text-classification
license: "{EVIL}"
tags: ["{EVIL}"]
library_name: "{EVIL}"
"{EVIL}": {{"{EVIL}": "{EVIL}"}}
widget:
- text: x
  example_title: "{EVIL}"
  group: "{EVIL}"
"""
    model = read_model(f"---\n{front}---\n# A card\n", name=f"org/{EVIL}")
    assert Walk(about(model, ())).found == []
    assert not CONTROL.search(example_title(model.examples[0]))
    assert "[U+202E]" in example_title(model.examples[0])
    for told in (panels.note(EVIL, EVIL, error=True, detail=EVIL), panels.raw_json({EVIL: EVIL}), tag("b", title=EVIL)):
        assert Walk(told).found == [], told


def test_in_the_providers_to_choose_from() -> None:
    mapping = ProviderMapping(EVIL, "m", "conversational", EVIL)
    offered = [*provider_choices(task("conversational"), [mapping]), *_with(EVIL, ())]
    assert [name for _, name in offered].count(EVIL) == 2  # what is chosen stays as it is
    assert not CONTROL.search("".join(label for label, _ in offered))


def test_in_the_comments_and_the_names_of_files_of_code() -> None:
    asked = Request("conversational", "m", {"messages": [{"role": "user", "content": EVIL}]})
    assert not CONTROL.search(comment(EVIL))
    for one in snippets_for(resolve_offline(replace(asked, model=f"org/{EVIL}", base_url="http://127.0.0.1:1"))):
        assert not CONTROL.search(f"{one.filename} {one.content}")


def test_what_it_does_to_a_text() -> None:
    assert visible("\u202eevil") == "[U+202E]evil"
    assert visible("مرحبا") == "مرحبا"
    assert escape("<\u2066>") == "&lt;[U+2066]&gt;"
    assert verbatim("<\u200f>") == "&lt;\u200f&gt;"
    assert isolated("\u202ea") == "<bdi>[U+202E]a</bdi>"
    assert tag("a", data_x="\u202e", title="\u202e") == '<a data-x="\u202e" title="[U+202E]"></a>'
    assert printable("a\tb\n\x1b[31m\u202e\x9b") == "a\tb\n[U+001B][31m[U+202E][U+009B]"
    assert escaped_json('"\u202e"') == '"\\u202e"'
