"""Bidirectional controls in what a stranger says: marked wherever they are seen; in code and in prose they are kept."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from showcard.inference.hub.providers import ProviderMapping
from showcard.inference.resolve import resolve_offline
from showcard.metadata.model import read_model
from showcard.metadata.outputs.read import normalise
from showcard.metadata.tasks.table import task
from showcard.metadata.visible import BIDI_CONTROLS, HIDING, escaped_json, name_of, printable, turning_none, visible
from showcard.snippets import snippets_for
from showcard.snippets.literals import comment
from showcard.ui.components.target_panel import _with
from showcard.ui.markup import panels
from showcard.ui.markup.html import attribute, code_text, element, escape, isolated, running_text, short_text, verbatim
from showcard.ui.markup.live_markdown import LiveMarkdown
from showcard.ui.markup.markdown import body_html, chat_html
from showcard.ui.server import front
from showcard.ui.session.availability import provider_choices
from showcard.widgets.about import about
from showcard.widgets.show import example_title
from showcard.widgets.views import Context, render
from showcard.wire.request import Request
from tests.conftest import ROOT

from .test_odd_values import ANSWERS, KINDS, inputs_of

EVIL = "\u202eevil\u2066 gnp.exe\u200f"
AGREED: dict[str, str] = json.loads(front.read("contract.json"))["visible"]
CONTROL = re.compile(f"[{BIDI_CONTROLS}]")
PROSE_NEEDS = re.compile("[\u200e\u200f\u061c]")
# Running text, which people write from right to left too.
RUNNING = {"said", "md", "text", "entities", "context", "echo"}
READ_BY_PROGRAMS = ("data-", "href", "src", "value")


class Walk(HTMLParser):
    """Finds raw controls outside of marks, and in attributes that people read; of prose with a direction of its own, only
    those that turn words around. Finds marks that do not stand where there can be elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.opened: list[tuple[str, bool]] = []
        self.found: list[str] = []
        self.marked = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.found += [f"{tag} {name}" for name in held if not re.fullmatch("[a-zA-Z:-]+", name)]
        for name, value in attrs:
            if CONTROL.search(value or "") and not name.startswith(READ_BY_PROGRAMS):
                self.found.append(f"{tag} {name}={value!r}")
        running = bool(RUNNING & set((held.get("class") or "").split())) and "dir" in held
        self.marked = held.get("class") == "control"
        if tag not in ("img", "input", "br", "hr", "rect", "path"):
            self.opened.append((tag, running or bool(self.opened and self.opened[-1][1])))

    def handle_endtag(self, tag: str) -> None:
        self.marked = False
        while self.opened and self.opened.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.marked and len(data) == 1:
            return
        if self.opened and self.opened[-1][1]:
            data = PROSE_NEEDS.sub("", data)
        if CONTROL.search(data):
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
    for told in (
        panels.note(EVIL, EVIL, error=True, detail=EVIL),
        panels.raw_json({EVIL: EVIL}),
        element("b", title=EVIL),
    ):
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
    assert attribute("<\u2066>") == "&lt;[U+2066]&gt;"
    assert verbatim("<\u200f>") == "&lt;\u200f&gt;"
    named = 'class="control" dir="ltr" role="img" aria-label="U+202E right-to-left override" title="U+202E right-to-left override"'
    assert escape("<\u202e>") == f"<bdi>&lt;<span {named}>[U+202E]</span>&gt;</bdi>"
    assert isolated("\u202ea") == f"<bdi><span {named}>[U+202E]</span>a</bdi>"
    assert escape("plain") == short_text("plain") == "plain"
    assert escape("שלום") == "<bdi>שלום</bdi>"
    assert code_text("a\u202e") == running_text("a\u202e") == f'a<span {named} data-code="[U+202E]">\u202e</span>'
    assert running_text("שלום\u200f! a\u200bb") == "שלום\u200f! a\u200bb"
    assert code_text("a\u200bb").count('title="U+200B zero width space" data-code="[U+200B]">\u200b</span>') == 1
    assert element("a", data_x="\u202e", title="\u202e") == '<a data-x="\u202e" title="[U+202E]"></a>'
    assert printable("a\tb\n\x1b[31m\u202e\x9b") == "a\tb\n[U+001B][31m[U+202E][U+009B]"
    assert escaped_json('"\u202e\u200b"') == '"\\u202e\\u200b"'
    assert json.loads(escaped_json('"\U000e0061"')) == "\U000e0061"
    assert turning_none("\u202ea\u200f") == "[U+202E]a\u200f"
    assert name_of("\u202e") == "U+202E right-to-left override"
    for shown in (short_text("a\u202e" * 9_000), code_text("a\u202e" * 9_000)):
        assert len(shown) < 200_000, "marks are bounded: what is more is written out"
        assert not HIDING.search(re.sub('(data-code="[^"]*">).</span>', "", shown))


@pytest.mark.parametrize(("text", "shown"), [pair for pair in AGREED.items() if pair[0] != "about"])
def test_the_pages_scripts_show_the_same(text: str, shown: str) -> None:
    assert visible(text) == shown


CODE = "\u202e }\u2066 if (isAdmin)\u2069 \u2066 begin\u200b"


@pytest.mark.parametrize(
    "text",
    [f"```js\n{CODE}\n```", f"```\n{CODE}\n```", f"`{CODE}`", f"[{CODE}](https://x.example)", f"[{CODE}](file.txt)",
     f"<pre>{CODE}</pre>", f"<kbd>{CODE}</kbd>", f"    {CODE}", f"# `{CODE}`", f"| `{CODE}` |\n|---|\n| x |",
     f'<a href="https://x.example" title="{CODE}">{CODE}</a>'],
    ids=lambda text: text[:12],
)  # fmt: skip
async def test_in_the_code_and_links_of_a_card(text: str) -> None:
    for shown in (await body_html(text, lambda source: "/media/x"), await asyncio.to_thread(chat_html, text)):
        assert Walk(shown).found == []
        unmarked = re.sub('(data-code="[^"]*">).</span>', "", shown)
        assert not HIDING.search(unmarked), "nor what hides"
        assert "U+202E right-to-left override" in shown
        assert "U+200B zero width space" in shown
        kept = unescape(re.sub("<[^<>]*>", "", shown))
        assert CODE.strip() in kept, "what is copied is what was written"


async def test_in_prose() -> None:
    text = "שלום\u200f! \u202eevil\u2069 می\u200cخواهم"
    shown = await body_html(text, lambda source: None)
    assert Walk(shown).found == []
    assert "שלום\u200f!" in shown
    assert "می\u200cخواهم" in shown
    assert 'title="U+202E right-to-left override"' in shown


async def test_in_the_images_that_a_card_refers_to() -> None:
    text = f'![{EVIL}](x.png "{EVIL}")\n\n![{EVIL}](https://x.example/y.png)\n\n[x]({EVIL.replace(" ", "")}.bin)'
    for found in ("/media/x", None):
        shown = await body_html(text, lambda source: found if "://" not in source else source)  # noqa: B023
        assert Walk(shown).found == []
    assert Walk(f"<p>{await asyncio.to_thread(chat_html, text)}</p>").found == []


def test_in_the_end_of_an_answer_that_grows() -> None:
    live = LiveMarkdown()
    live.add(f"a {EVIL}")
    assert "[U+202E]" in live.html
    assert "\u202e" not in live.html


@pytest.mark.parametrize("package", ["ui", "widgets", "playground"])
def test_no_mark_is_an_element_inside_of_an_attribute(package: str) -> None:
    inside = re.compile(r"""(=["']|<title>)\{(escape|short_text|isolated|running_text|code_text)\(""")
    made_of_marks = [path for path in (ROOT / package).rglob("*.py") if "markup import" in path.read_text("utf-8")]
    assert [path.name for path in made_of_marks if inside.search(path.read_text("utf-8"))] == []
