"""Views: every output type has one, hostile text stays text, and empty ones say what was not found."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from html import unescape
from html.parser import HTMLParser
from time import perf_counter
from urllib.parse import unquote

import pytest

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import (
    Answer,
    Answers,
    Audio,
    Box,
    Boxes,
    Chunk,
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
    plain,
    to_json,
)
from showcard.ui.markup.html import one_line
from showcard.widgets.views import VIEWS, Context, render
from showcard.widgets.views.parts import save_json
from tests.support.hostile import TEXTS

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
    Image(Media()),
    Video(Media()),
    Mesh(Media(data=b"")),
    Unknown(None),
    Unknown([]),
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
        Text(text, (Chunk(text, 0.0, 1.0), Chunk(text, None, float("nan")))),
        Answers((Answer(text, 0.5), Answer(text, 0.1))),
        TableAnswer(text, ((0, 0),), (text,), text),
        Entities((Entity(text, text, 0.5, 0, 2), Entity(text, text, None, None, None))),
        Entities((Entity(f"B-{text}", text, 0.5, 0, 2), Entity(f"I-{text}", text, 0.5, 2, 4))),
        Boxes((Box(text, 0.5, 0, 0, 1, 1), Box(text, 0.2, 0, 0, 9, 9))),
        Masks((Mask(text, 0.5, media), Mask(text, 0.5, Media(source="https://far.example/" + text, name=text)))),
        Image(Media(source="https://far.example/" + text, name=text)),
        Similarities((0.5, 0.25)),
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
        html = shown(output, text=text, context=text, table={text: [text]}, sentences=[text], source_sentence=text)
        seen = Seen(html).elements
        assert "script" not in {tag for tag, _ in seen}, output.kind
        names = {name for _, attributes in seen for name in attributes}
        assert not [name for name in names if name.startswith("on")], output.kind
        for tag, attributes in seen:
            source, target = attributes.get("src"), attributes.get("href")
            assert source is None or source == "/media/x" or source.startswith("data:image/png;base64,"), (tag, source)
            inside = (
                target is None
                or target == "/media/x"
                or target.startswith(("data:application/json;", "data:text/plain;"))
            )
            written = output.kind == "message" and tag == "a" and str(target).startswith(("http://", "https://"))
            assert inside or written, (tag, target)
            style = attributes.get("style") or ""
            assert "far.example" not in style
            assert "url(" not in style or 'url("/media/x")' in style


def test_nothing_is_on_more_than_one_line_of_markdown() -> None:
    for output in hostile("a\nb\r\n\n# c\t```"):
        assert one_line(shown(output)).count("\n") == 0


def test_labels_keep_duplicates_and_odd_scores() -> None:
    html = shown(Labels((Label("A", 0.5), Label("A", 2.5), Label("B", -1.0), Label("C", None))))
    assert html.count("<li>") == 4
    assert "not probabilities" in html
    assert "2.500" in html
    assert "-1.000" in html
    assert "–" in html


def test_bars_run_from_zero_in_either_direction() -> None:
    html = shown(Labels((Label("up", 3.0), Label("down", -1.0), Label("huge", 1e308), Label("deep", -1e308))))
    assert "nan" not in html.lower().replace("not a number", "")
    styles = re.findall(r'class="fill[^"]*" style="([^"]*)"', html)
    assert len(styles) == 4
    for style in styles:
        width, begin = map(float, re.findall(r"([\d.]+)%", style))
        assert 0 <= begin <= 100
        assert 0 <= width <= 100.01


def test_shares_have_no_note_and_odd_numbers_no_bar() -> None:
    html = shown(Labels((Label("a", 0.9), Label("b", float("nan")), Label("c", float("inf")), Label("", None))))
    assert "not probabilities" not in html
    assert html.count('class="fill') == 1
    assert "NaN" in html
    assert "∞" in html
    assert "no name" in html


def test_hundreds_of_labels_are_folded() -> None:
    html = shown(Labels(tuple(Label(f"class {n}", n / 500) for n in range(500))))
    first, folded = html.split("<details", 1)
    assert first.count("<li>") == 50
    assert folded.count("<li>") == 450
    assert "450 more" in folded


def test_similarities_keep_the_order_and_know_the_ranks() -> None:
    html = shown(Similarities((0.2, float("nan"), 0.9)), sentences=["a", "b", "c"])
    assert re.findall(r"--rank:(\d)", html) == ["1", "2", "0"]
    assert html.index(">a<") < html.index(">b<") < html.index(">c<")
    odd = shown(Similarities((0.2, 0.3, 0.4)), sentences=["a", "b"])
    assert "Sentence 3" in odd
    assert "3 scores came back for 2 sentences." in odd
    assert "1 score came back for 2 sentences." in shown(Similarities((0.2,)), sentences=["a", "b"])


def test_a_table_answer_marks_cells_and_shows_the_rows_they_are_in() -> None:
    table = {"n": [str(n) for n in range(5000)], "twice": [str(2 * n) for n in range(5000)]}
    html = shown(TableAnswer("SUM > 8000", ((4000, 1), (0, 0), (9999, 0)), ("8000", "0"), "SUM"), table=table)
    assert re.findall(r"<mark>(.*?)</mark>", html) == ["0", "8000"]
    assert "3,900 rows not shown" in html
    assert "999 rows not shown" in html
    assert "1 cell outside this table" in html
    assert ">SUM<" in html
    assert ">NONE<" not in shown(TableAnswer("x", ((0, 0),), ("x",), "NONE"), table=table)


def test_predictions_stand_beside_their_rows() -> None:
    table = {"size": [1, 2, 3], "Prediction": ["a", "b", "c"]}
    html = shown(Predictions(("small", "large")), table=table)
    assert re.findall(r"<th [^>]*>(.*?)</th>", html) == ["Row", "size", "Prediction", "Prediction (of the model)"]
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr>(.*?)</tr>", html)[1:]]
    assert rows == [["1", "1", "a", "small"], ["2", "2", "b", "large"], ["3", "3", "c", "none"]]
    assert "1.23457e+09" in shown(Predictions((1234567890.5, 10**400)))


def test_a_vector_is_drawn_with_its_facts() -> None:
    html = shown(Vector((3.0, -4.0, float("nan"), 0.0), (2, 2)))
    for fact in ("2 × 2", "-4.000", "3.000", "5.000", "not a number"):
        assert fact in html
    saved = re.search(r'href="data:application/json;charset=utf-8,([^"]*)"', html)
    assert saved
    assert json.loads(unquote(saved[1])) == [[3.0, -4.0], [None, 0.0]]


def test_a_long_vector_is_quick_and_kept_off_the_page() -> None:
    kept: list[Media] = []

    def address(media: Media) -> str:
        kept.append(media)
        return "/media/x"

    output = Vector(tuple(n / 1000 for n in range(100_000)), (100_000,))
    started = perf_counter()
    html = render(output, Context({}, address))
    assert perf_counter() - started < 1.0
    assert len(html) < 60_000
    assert len(json.loads(kept[0].data or b"")) == 100_000
    assert kept[0].media_type == "application/json"


def test_a_vector_of_huge_numbers_is_drawn() -> None:
    assert "1.000e+308" in shown(Vector((1e308,) * 10_000, (10_000,)))


def test_text_sets_the_echoed_prompt_back() -> None:
    html = shown(Text("Once upon a time there was"), text="Once upon a")
    assert '<span class="echo" title="the prompt">Once upon a</span> time there was' in html
    assert "echo" not in shown(Text("Once upon a"), text="Once upon a")


def test_chunks_seek_where_they_have_a_time() -> None:
    audio = Media.from_bytes(b"RIFF....WAVE")
    html = shown(Text("a b", (Chunk("a", 61.5, None), Chunk("b", None, 3.0))), audio=audio)
    assert re.findall(r'data-seek="([^"]*)"', html) == ["61.500"]
    assert "1:01.50–?" in html
    assert "<audio" in html
    long = shown(Text("", tuple(Chunk("x", n, n + 1) for n in range(1000))))
    assert "800 more" in long


def test_a_message_has_its_reasoning_folded_and_its_code_to_copy() -> None:
    said = "Do this:\n\n```python\nprint('<b>')\n```\n\nand\n\n```\nplain\n```\n"
    calls = (ToolCall("1", "look", '{"place": "Paris"}'), ToolCall("2", "odd", "not json"))
    html = shown(Message(said, reasoning="<i>hm</i>", tool_calls=calls, finish_reason="length"))
    assert html.count('class="copy" aria-label="Copy this code"') == 2
    assert "<summary>Reasoning</summary>" in html
    assert "&lt;i&gt;hm&lt;/i&gt;" in html
    assert "Paris" in html
    assert "not json" in html
    assert "cut at the most tokens" in html


def test_unknown_is_readable_json_to_keep() -> None:
    html = shown(Unknown({"odd": [1, b"bytes"]}))
    assert "download" in html
    assert "odd" in html


MANY = 20_000
LONG = "<" * 3_000
LARGE: list[tuple[Output, str]] = [
    (Labels(tuple(Label(f"class {n}", 0.5) for n in range(MANY))), "19,500 rows more in the download"),
    (Labels((Label(LONG, 0.5),) * 300), "(3,000 characters)"),
    (Answers((Answer("best"), *(Answer(f"answer {n}") for n in range(MANY)))), "19,500 rows more in the download"),
    (Similarities((0.5,) * MANY), "19,500 rows more in the download"),
    (Predictions((LONG,) * 2_000), "1,800 rows more in the download"),
    (Boxes(tuple(Box("a", 0.5, n, n, n + 1, n + 1) for n in range(MANY))), "19,500 boxes more in the download"),
    (Masks(tuple(Mask(f"region {n}", None, Media(data=b"x")) for n in range(MANY))), "19,500 rows more"),
    (Text("said", (Chunk("word", 0.0, 1.0),) * MANY), "19,000 rows more in the download"),
    (
        Entities(tuple(Entity("A", "My", 0.5, 0, 2) for _ in range(MANY))),
        "The first 1,000 of 20,000 entities are marked",
    ),
    (Entities((Entity(LONG, LONG, 0.5, None, None),) * 100), "(3,000 characters)"),
    (Entities(tuple(Entity(f"B-{n}", "My", 0.5, 0, 2) for n in range(MANY))), "19,500 more in the download"),
    (Vector((0.5,) * 100_000, (100_000,)), "100000"),
    (Unknown([0.5] * 100_000), "Cut: these are the first 100,000 characters"),
    (TableAnswer(LONG * 100, ((0, 0),), (LONG,) * 100), "characters)"),
]


@pytest.mark.parametrize(("output", "said"), LARGE, ids=lambda value: getattr(value, "kind", ""))
def test_of_a_large_output_a_bounded_part_is_drawn_and_the_rest_is_said(output: Output, said: str) -> None:
    html = shown(output)
    assert said in html
    assert len(html) < 1_200_000
    assert html.count("<") < 25_000


def test_all_of_it_is_in_the_download() -> None:
    kept: list[Media] = []

    def address(media: Media) -> str:
        kept.append(media)
        return "/media/x"

    for output in (LARGE[0][0], LARGE[7][0], LARGE[8][0], LARGE[11][0], LARGE[12][0]):
        render(output, Context(INPUTS, address))
        held = json.loads(kept[-1].data or b"")
        whole = to_json(output)
        assert held in (
            whole.get("items"),
            whole.get("values"),
            whole.get("raw"),
            {k: whole[k] for k in whole if k != "kind"},
        )


@pytest.mark.parametrize(
    "value",
    [
        {"a": float("nan"), "b": [10**30, -(10**30)], "c": "\ud800 é"},
        {1: "one", None: "none", 2.5: date(2024, 1, 2)},
        (Label("a", float("inf")), Entity("b", "w", None, None, 1)),
        {"deep": json.loads("[" * 300 + "]" * 300)},
        [b"bytes", bytearray(b"more"), (1, 2)],
        datetime(2024, 1, 2, tzinfo=UTC),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_download_is_the_value_as_plain_json(value: object) -> None:
    link = save_json(value, "x.json", Context({}, lambda media: "/media/x"))
    written = unescape(link).partition("charset=utf-8,")[2].partition('" download')[0]
    assert json.loads(unquote(written)) == json.loads(json.dumps(plain(value)).replace("\\ud800", "\ufffd"))
