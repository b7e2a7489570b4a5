"""Entities and answers in their text: wherever they stand, whatever their offsets count."""

from __future__ import annotations

import re
from html import unescape
from time import perf_counter

import pytest

from showcard.metadata.outputs.read import Answer, Answers, Entities, Entity, normalise
from showcard.widgets.views import Context, render

TEXT = "My name is Sarah and I live in London"


def shown(output: Entities | Answers, **inputs: object) -> str:
    return render(output, Context({"text": TEXT, **inputs}, lambda media: "/media/x"))


def entities(*items: tuple[str, str, int | None, int | None]) -> Entities:
    return Entities(tuple(Entity(label, word, 0.9, start, end) for label, word, start, end in items))


def body(html: str) -> str:
    """The marked text alone, without the labels at the marks."""
    found = re.search(r'<div class="entities" dir="auto">(.*?)</div>', html, re.DOTALL)
    return re.sub(r"<sub>.*?</sub>", "", found[1]) if found else ""


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


def marks(html: str) -> list[str]:
    """The text of each mark, in the order of their beginnings; fails where they are not nested."""
    found: list[str] = []
    stack: list[int] = []
    for piece in re.split(r"(<mark[^>]*>|</mark>)", html):
        if piece.startswith("<mark"):
            stack.append(len(found))
            found.append("")
        elif piece == "</mark>":
            stack.pop()
        else:
            for place in stack:
                found[place] += unescape(piece)
    assert not stack
    return found


@pytest.mark.parametrize(
    ("items", "marked"),
    [
        ([("PER", "Sarah", 11, 16)], ["Sarah"]),
        ([("X", "My", 0, 2)], ["My"]),
        ([("PER", "Sarah", None, None), ("LOC", "London", None, None)], ["Sarah", "London"]),
        ([("A", "Sarah and I", 11, 22), ("B", "Sarah", 11, 16)], ["Sarah and I", "Sarah"]),
        ([("B", "Sarah", 11, 16), ("A", "Sarah and I", 11, 22)], ["Sarah and I", "Sarah"]),
        ([("A", "name is", 3, 10), ("B", "is Sarah", 8, 16)], ["name is", "is", "Sarah"]),
        ([("A", "Sarah", 11, 16), ("B", "Sarah", 11, 16)], ["Sarah", "Sarah"]),
        ([("A", "x", 90, 95)], []),
        ([("A", " Sarah", 10, 16)], ["Sarah"]),
        ([("A", "", 5, 5)], []),
        ([("A", "Sarah", 11, 11)], ["Sarah"]),
        ([("A", "Lon", None, None), ("A", "##don", None, None)], ["Lon", "don"]),
        ([("A", "sarah", None, None)], ["Sarah"]),
        ([("A", "▁London", None, None)], ["London"]),
    ],
)
def test_entities_are_marked_where_they_stand(
    items: list[tuple[str, str, int | None, int | None]], marked: list[str]
) -> None:
    html = shown(entities(*items))
    assert plain(body(html)) == TEXT
    assert marks(body(html)) == marked
    for label, word, *_ in items:
        assert label in html
        assert word in html, "what is not marked is listed"


def test_repeated_words_are_found_one_after_another() -> None:
    text = "Paris, Paris and U.S. Paris"
    html = shown(
        entities(*[("LOC", "Paris", None, None)] * 3, ("LOC", "U . S .", None, None), ("LOC", "Paris", None, None)),
        text=text,
    )
    assert marks(body(html)) == ["Paris", "Paris", "U.S.", "Paris"]
    assert "Not marked in the text" in html


@pytest.mark.parametrize("unit", ["utf-16-le", "utf-8"])
def test_offsets_of_other_languages_are_understood(unit: str) -> None:
    text = "😀😀 Zoë met Ana in 東京 😀 and left"
    width = 2 if unit == "utf-16-le" else 1

    def offset(place: int) -> int:
        return len(text[:place].encode(unit)) // width

    items = [
        ("X", word, offset(text.find(word)), offset(text.find(word) + len(word)))
        for word in ("Zoë", "Ana", "東京", "left")
    ]
    assert marks(body(shown(entities(*items), text=text))) == ["Zoë", "Ana", "東京", "left"]
    right = [("X", word, text.find(word), text.find(word) + len(word)) for word in ("Zoë", "Ana", "東京", "left")]
    assert marks(body(shown(entities(*right), text=text))) == ["Zoë", "Ana", "東京", "left"]


def test_offsets_of_the_trimmed_text_are_understood() -> None:
    assert marks(body(shown(entities(("PER", "Sarah", 11, 16)), text=f"  \n{TEXT}"))) == ["Sarah"]


def test_pieces_are_merged_on_demand() -> None:
    html = shown(entities(("B-LOC", "Lon", 31, 34), ("I-LOC", "##don", 34, 37), ("B-PER", "Sarah", 11, 16)))
    merged, apart = html.split('<div class="unticked">')
    assert marks(body(merged)) == ["Sarah", "London"]
    assert marks(body(apart)) == ["Sarah", "Lon", "don"]
    assert "Merge B- and I- pieces" in html
    assert "Merge" not in shown(entities(("LOC", "London", 31, 37)))


def test_tokens_as_they_came_are_shown_on_demand() -> None:
    words = (("B-PER", "Marie", 0), ("I-PER", "Curie", 6), ("B_LOC", "Paris", 19))
    raw = [
        {"entity": e, "word": w, "score": 0.5, "start": s, "end": s + 5, "index": n}
        for n, (e, w, s) in enumerate(words)
    ]
    found = normalise("token-classification", raw)
    assert isinstance(found, Entities)
    html = shown(found, text="Marie Curie was in Paris.")
    merged, pieces = html.partition('class="unticked"')[::2]
    assert re.findall(r"<sub>(.*?)</sub>", merged) == ["PER", "LOC"]
    assert re.findall(r"<sub>(.*?)</sub>", pieces) == ["B-PER", "I-PER", "B_LOC"]


def test_the_legend_counts_and_toggles() -> None:
    html = shown(entities(("A", "My", 0, 2), ("B", "name", 3, 7), ("A", "is", 8, 10)))
    keys = re.findall(r'data-key="(\d)" aria-pressed="true".*?<bdi[^>]*>(\w)</bdi> <span class="num">(\d)', html)
    assert keys == [("0", "A", "2"), ("1", "B", "1")]
    assert re.findall(r'<mark data-key="(\d)"', html) == ["0", "1", "0"]
    many = shown(Entities(tuple(Entity(f"label {n}", "My", None, None, None) for n in range(100))))
    assert "60 more labels" in many


@pytest.mark.parametrize("shape", ["apart", "without offsets", "absent", "crossing", "the same"])
def test_five_thousand_entities_are_quick(shape: str) -> None:
    words = ["Paris", "Marie", "river", "town"] * 1250
    text = " ".join(words)
    places = [0] * 5000
    at = 0
    for n, word in enumerate(words):
        places[n] = at
        at += len(word) + 1
    made = {
        "apart": lambda n: Entity(f"L{n % 9}", words[n], 0.5, places[n], places[n] + len(words[n])),
        "without offsets": lambda n: Entity(f"L{n % 9}", words[n], 0.5, None, None),
        "absent": lambda n: Entity("L", f"not {n} here", 0.5, None, None),
        "crossing": lambda n: Entity("L", "", 0.5, n, n + 3000),
        "the same": lambda n: Entity("L", text[:50], 0.5, 0, 50),
    }[shape]
    output = Entities(tuple(made(n) for n in range(5000)))
    shown(output, text=text)
    best = min(_seconds(output, text) for _ in range(3))
    html = shown(output, text=text)
    assert plain(body(html)) == text
    assert best < 0.6, f"{best * 1000:.0f} ms"  # 30 to 100 ms on a quiet machine
    assert len(html) < 2_000_000


def _seconds(output: Entities, text: str) -> float:
    started = perf_counter()
    shown(output, text=text)
    return perf_counter() - started


def test_without_a_text_entities_are_listed() -> None:
    html = shown(entities(("PER", "Sarah", 11, 16)), text="")
    assert "no text to mark them in" in html
    assert "Sarah" in html


@pytest.mark.parametrize(
    ("answer", "context", "marked"),
    [
        (Answer("London", 0.9, 10, 16), "I live in London.", "London"),
        (Answer("London", 0.9, None, None), "I live in London.", "London"),
        (Answer("Paris", 0.9, 100, 105), "I live in London.", None),
        (Answer("London", 0.9, 100, 106), "I live in London.", "London"),
        (Answer("My", 0.9, 0, 2), "My town", "My"),
        (Answer("東京", 0.9, 4, 6), "😀😀東京", "東京"),
        (Answer(" London ", 0.9, None, None), "I live in London.", "London"),
    ],
)
def test_an_answer_is_marked_in_its_context(answer: Answer, context: str, marked: str | None) -> None:
    html = shown(Answers((answer,)), context=context)
    assert re.findall(r"<mark>(.*?)</mark>", html) == ([marked] if marked else [])
    assert ("does not stand in the context" in html) == (marked is None)


def test_the_occurrence_nearest_to_the_offsets_is_marked() -> None:
    context = "Paris is far. " * 20 + "Paris is near."
    html = shown(Answers((Answer("Paris", 0.9, len(context) - 13, len(context) - 8),)), context=context)
    assert html.index("<mark>") > html.rindex("Paris is far")


def test_alternatives_follow_and_an_empty_answer_says_so() -> None:
    html = shown(Answers((Answer("a", 0.6), Answer("b", 0.3), Answer("c", None))))
    assert "2 other answers" in html
    assert "No answer was found." in shown(Answers((Answer("", 0.0, 0, 0),)))
