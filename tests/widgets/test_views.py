"""Views: every output type has one, hostile text stays text, and empty ones say what was not found."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from metadata.media import Media
from metadata.outputs import (
    Answer,
    Answers,
    Audio,
    Box,
    Boxes,
    Clip,
    Entities,
    Entity,
    Image,
    Label,
    Labels,
    Mask,
    Masks,
    Mesh,
    Message,
    Output,
    Predictions,
    Similarities,
    TableAnswer,
    Text,
    ToolCall,
    Unknown,
    Vector,
    Video,
)
from tests.support.hostile import TEXTS
from widgets.views import VIEWS, Context, render

INPUTS = {"text": "My name is Sarah and I live in London", "context": "I live in London.", "sentences": ["a", "b"]}
EMPTY: list[Output] = [
    Labels(()),
    Text(""),
    Answers(()),
    TableAnswer(""),
    Entities(()),
    Boxes(()),
    Masks(()),
    Audio(()),
    Vector((), (0,)),
    Similarities(()),
    Predictions(()),
    Message(""),
]


def shown(output: Output, **inputs: object) -> str:
    return render(output, Context({**INPUTS, **inputs}, lambda media: "/media/x"))


def test_every_output_type_has_a_view() -> None:
    assert set(VIEWS) == {kind.kind for kind in Output.__args__}


@pytest.mark.parametrize("output", EMPTY, ids=lambda output: output.kind)
def test_an_empty_one_says_so(output: Output) -> None:
    assert re.search(r"(?i)\bno\b|empty|holds no", shown(output))


def hostile(text: str) -> list[Output]:
    media = Media(data=b"x", media_type="image/png", name=text)
    return [
        Labels((Label(text, 0.5), Label(text, None), Label(text, float("nan")), Label(text, -7.0))),
        Text(text),
        Answers((Answer(text, 0.5), Answer(text, 0.1))),
        TableAnswer(text, ((0, 0),), (text,), text),
        Entities((Entity(text, text, 0.5, 0, 2), Entity(text, text, None, None, None))),
        Boxes((Box(text, 0.5, 0, 0, 1, 1),)),
        Masks((Mask(text, 0.5, media),)),
        Image(media),
        Video(media),
        Mesh(media),
        Audio((Clip(media, text),)),
        Predictions((text,)),
        Message(text, reasoning=text, tool_calls=(ToolCall(text, text, text),)),
        Unknown({text: text}),
    ]


class Seen(HTMLParser):
    """The elements and attributes that a browser would make of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_text_stays_text(text: str) -> None:
    text = text[:5000] + "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>"
    for output in hostile(text):
        seen = Seen(shown(output, text=text, context=text, table={text: [text]}, sentences=[text])).elements
        assert "script" not in {tag for tag, _ in seen}, output.kind
        names = {name for _, attributes in seen for name in attributes}
        assert not [name for name in names if name.startswith("on")], output.kind
        sources = [attributes.get("src") for tag, attributes in seen if tag == "img"]
        assert set(sources) <= {"/media/x"}, output.kind


def test_labels_keep_duplicates_and_odd_scores() -> None:
    html = shown(Labels((Label("A", 0.5), Label("A", 2.5), Label("B", -1.0), Label("C", None))))
    assert html.count("<li>") == 4
    assert "2.500" in html
    assert "-1.000" in html
    assert "–" in html


@pytest.mark.parametrize(
    ("entities", "marked"),
    [
        ([("PER", "Sarah", 11, 16)], ["Sarah"]),
        ([("X", "My", 0, 2)], ["My"]),
        ([("PER", "Sarah", None, None), ("LOC", "London", None, None)], ["Sarah", "London"]),
        ([("A", "Sarah and I", 11, 22), ("B", "Sarah", 11, 16)], ["Sarah and I", "Sarah"]),
        ([("A", "name is", 3, 10), ("B", "is Sarah", 8, 16)], ["name is", "is"]),
        ([("A", "x", 90, 95)], []),
        ([("A", " Sarah", 10, 16)], ["Sarah"]),
    ],
)
def test_entities_are_marked_where_they_stand(
    entities: list[tuple[str, str, int | None, int | None]], marked: list[str]
) -> None:
    html = shown(Entities(tuple(Entity(label, word, 0.9, start, end) for label, word, start, end in entities)))
    text = re.sub(r"<sub>.*?</sub>", "", html.split('<div class="legend">')[0])
    assert re.sub(r"<[^>]+>", "", text) == INPUTS["text"]
    opened = [re.sub(r"<[^>]+>", "", part) for part in _marks(text)]
    assert opened == marked


def _marks(html: str) -> list[str]:
    found, stack = [], []
    for piece in re.split(r"(<mark[^>]*>|</mark>)", html):
        if piece.startswith("<mark"):
            stack.append(len(found))
            found.append("")
        elif piece == "</mark>":
            stack.pop()
        else:
            for place in stack:
                found[place] += piece
    return found


def test_an_answer_is_marked_in_its_context() -> None:
    assert "<mark>London</mark>" in shown(Answers((Answer("London", 0.9, 10, 16),)))
    assert "<mark>London</mark>" in shown(Answers((Answer("London", 0.9, None, None),)))
    assert "<mark>" not in shown(Answers((Answer("Paris", 0.9, 100, 105),)))
