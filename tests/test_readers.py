"""What reads the texts and values of strangers needs time in proportion to their size, each by the function it comes in at."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from showcard.inference.answers.schema import Verdict, judged, verdict
from showcard.metadata.lint.run import lint
from showcard.metadata.model import read_model
from showcard.metadata.outputs.messages import read_message
from showcard.metadata.outputs.read import Entity, normalise, to_json
from showcard.playground.core import checks, diff, exported, keyless
from showcard.playground.core.prompts import read_prompts
from showcard.playground.core.saving import MAX_MESSAGES, VERSION
from showcard.playground.core.stream_text import StreamText
from showcard.ui.markup.panels import raw_json
from showcard.ui.session import tool_schemas
from showcard.ui.session.tool_schemas import read_format, read_tools
from showcard.widgets.examples.gallery import _marked
from showcard.widgets.fields import values
from showcard.widgets.views import spans
from showcard.wire import secrets
from showcard.wire.links import read_link
from tests.support.growth import grows, seconds

Make = Callable[[int], Any]


def anew(read: Callable[[str], object]) -> Callable[[str], object]:
    """What reads schemas, without what it has kept of them."""

    def call(text: str) -> object:
        tool_schemas._wrong.cache_clear()
        return read(text)

    return call


def card(text: str | bytes) -> None:
    lint(read_model(text))


def front(text: str) -> str:
    return f"---\n{text}\n---\nbody"


def repeated(piece: str, head: str = "", tail: str = "") -> Make:
    return lambda pieces: head + piece * pieces + tail


def numbered(line: str, head: str = "") -> Make:
    return lambda pieces: front(head + "\n".join(line.replace("N", str(number)) for number in range(pieces)))


def table(call: Callable[[Any], object], makes: Mapping[str, Make], name: str) -> list[Any]:
    return [pytest.param(call, make, id=f"{name}: {what}") for what, make in makes.items()]


CARDS: dict[str, Make] = {
    **{piece: repeated(piece, "---\n", "\n---\n") for piece in ("\t", "[", "*", ": ", "- ", "? a\n", "%YAML 1.2\n")},
    **{
        piece: repeated(piece, "---\na:\n", "---\n")
        for piece in (
            "\t- b\n",
            "- b\n",
            "a: b: c\n",
            "a: 'b\n",
            "# a\n",
            "a:b\n",
            "a: @b\n",
            "a: b\n c: d\n",
            "a: [b\n",
        )
    },
    "tabs before a key": repeated("\t", "---\n", "a: b\n---\n"),
    "spaces": repeated(" ", "---\na: b", "\n---\n"),
    "delimiters": repeated("---\n"),
    "returns": repeated("\r", "---\n", "\n---\n"),
    "bytes": lambda pieces: b"---\na: " + b"\xff" * pieces + b"\n---\n",
    "controls": repeated("\x01", "---\na: ", "\n---\n"),
    "a list in a line": repeated("a,", "---\na: [", "]\n---\n"),
    "a text over lines": repeated("b\n  ", '---\na: "', '"\n---\n'),
    "widgets": repeated("- text: a\n", "---\nwidget:\n", "---\n"),
    "messages": repeated("{role: user, content: a},", "---\nwidget:\n- messages: [", "]\n---\n"),
    "aliases": repeated("- *a\n", "---\na: &a b\nc:\n", "---\n"),
    "merges": repeated("- <<: *a\n", "---\na: &a {b: c}\nd:\n", "---\n"),
    "keys": numbered("kN: 1"),
    "near misses": numbered("pipeline_taggN: 1"),
    "languages": numbered("- lN", "language:\n"),
    "base models": numbered("- a/bN", "base_model:\n"),
}
LABELS: dict[str, Make] = {
    "labels": lambda n: [{"label": "a", "score": 0.5}] * n,
    "entities": lambda n: [{"entity": "A", "word": "a", "start": 0, "end": 1, "score": 1}] * n,
    "boxes": lambda n: [{"label": "a", "score": 1, "box": {"xmin": 0, "ymin": 0, "xmax": 1, "ymax": 1}}] * n,
    "numbers": lambda n: [[[1.0]]] * n,
    "chunks": lambda n: {"text": "a", "chunks": [{"text": "a", "timestamp": [0, 1]}] * n},
    "keys": lambda n: {f"k{number}": 1 for number in range(n)},
    "thoughts": lambda n: [{"generated_text": "<think>" * n}],
}
TASKS = ("text-classification", "token-classification", "object-detection", "automatic-speech-recognition",
         "feature-extraction", "text-generation", "question-answering", "zero-shot-classification")  # fmt: skip


def task_answer(task: str) -> Callable[[Any], object]:
    return lambda value: to_json(normalise(task, value))


def entities(given: tuple[int, str]) -> None:
    number, text = given
    found = tuple(Entity("I-A", "a", 1.0, place, place + 1) for place in range(number))
    spans.place(spans.merged(found, text), text)


def pieces(given: list[str]) -> None:
    held = StreamText(["secretkey1"])
    for piece in given:
        held.feed(piece)


def saved(number: int) -> str:
    message = {"role": "user", "variants": [{"content": "a"}]}
    panes = [{"settings": {}, "messages": [message] * min(number, MAX_MESSAGES)}]
    return json.dumps({"showcard": "comparison", "version": VERSION, "panes": panes})


def packed(number: int) -> str:
    return "in=" + base64.urlsafe_b64encode(zlib.compress(b"text=" + b"a" * number * 50)).decode()


def _row(number: int, row: Any) -> Any:
    """A row of the table; some of all kinds are enough for each day."""
    return pytest.param(*row.values, id=row.id, marks=[pytest.mark.slow] * (number % 4 > 0))


READERS = [
    *table(card, CARDS, "card"),
    *(row for task in TASKS for row in table(task_answer(task), LABELS, task)),
    *table(lambda text: _marked(text, "x"), {"lines": repeated("<gallery>\n")}, "gallery"),
    *table(read_link, {piece: repeated(piece) for piece in ("a=b&", "text=%41", "=", "&", "%")}
           | {"table": repeated("[", "table="), "labels": repeated("a,", "candidate_labels=")}, "link"),
    *table(lambda text: read_link("", text), {"letters": repeated("A", "in="), "packed": packed}, "packed link"),
    *table(read_prompts, {piece: repeated(piece) for piece in ("{\n", "\n", "a\n", ",", "[", "a;b\n", "\u2028", '"')}
           | {"csv": repeated("a\n", "prompt,b\n"), "open": repeated("a\n", 'prompt\n"'),
              "json": repeated("1,", "[", "1]"), "lines of JSON": repeated('{"prompt":"a"}\n')}, "prompts"),
    *table(lambda text: exported.read(text.encode()), {piece: repeated(piece) for piece in ("[", "1", '{"a":')}
           | {"panes": saved}, "import"),
    *table(read_message, {piece: repeated(piece) for piece in ("<think>", "<think>a</think>", " ", "</think>")}
           | {"turns": lambda n: [{"role": "user", "content": "a"}] * n,
              "calls": lambda n: {"tool_calls": [{"function": {"name": "a", "arguments": "{}"}}] * n}}, "message"),
    *table(lambda text: list(checks._blocks(text)), {piece: repeated(piece) for piece in ("```\n", "~~~\na\n", "`")},
           "code blocks"),
    *table(checks._parses, {piece: repeated(piece, "```python\n", "\n```") for piece in
           ("(", "with (a, ", "lambda:", "f(**{a:", "not ", "[a for ", "x=", "a if ", "*", "a.", "'a'", "f'{", "-")}, "code"),
    *table(anew(read_tools), {"arrows": repeated(")->", "def f", ":x"), "spaces": repeated(" ", "def f() ->", ":\0"),
           "parentheses": repeated("(", "def f("), "unions": repeated("int | ", "def f(a: ", "None)"),
           "signs": repeated("-", "def f(a=", "1)"),
           "schema": lambda n: json.dumps({"name": "a", "parameters": {"enum": list(range(n))}})}, "tools"),
    *table(anew(read_format), {"enum": lambda n: json.dumps({"enum": list(range(n))}),
           "pattern": lambda n: json.dumps({"pattern": "(" * n})}, "format"),
    *table(entities, {"one by one": lambda n: (n, "a" * n), "wide letters": lambda n: (n, "\U0001f600" * n)}, "entities"),
    *table(lambda text: values.read_list(text, "x"), {"items": lambda n: json.dumps(["a"] * n)}, "list field"),
    *table(lambda text: values.read_table(text, "x"),
           {"rows": lambda n: json.dumps({"names": ["a", "b"], "rows": [["sa", "j1"]] * n}),
            "names": lambda n: json.dumps({"names": [*map(str, range(n)), "0"], "rows": []}),
            "twice": lambda n: json.dumps({"names": [*map(str, range(n)), str(n - 1)], "rows": []})}, "table field"),
    *table(raw_json, {"numbers": lambda n: list(range(n)), "keys": lambda n: {str(k): 1 for k in range(n)}}, "JSON"),
    *table(lambda value: secrets.replaced(value, lambda name, key: ""),
           {piece: lambda n, piece=piece: {"a": piece * n} for piece in (" ", "://", "://a", "aB")}
           | {"bearer": lambda n: {"a": "Bearer " + "a" * n + " " * n + "b"}, "name": lambda n: {"aB" * n: "b"}}, "keys"),
    *table(keyless.sent, {"list": lambda n: json.dumps(["a"] * n), "braces": repeated("{")}, "what was sent"),
    *table(pieces, {"keys": lambda n: ["secretkey"] * n, "letters": lambda n: ["s"] * n, "halves": lambda n: ["\ud83d"] * n},
           "pieces"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "make"), [_row(number, row) for number, row in enumerate(READERS)])
def test_a_reader_needs_no_more_than_linear_time(call: Callable[[Any], object], make: Make) -> None:
    said = grows(call, make, 8_192)
    assert not said, said


REFUSED = {
    *(f"import: {piece}" for piece in ("[", '{"a":', "1")),
    *(f"tools: {what}" for what in ("arrows", "spaces", "parentheses")),
    "format: pattern", "table field: names", "table field: twice",
}  # fmt: skip


def test_a_row_is_read_and_not_refused_at_its_beginning() -> None:
    """Else it shows nothing of the time that reading takes. Some are there for what is done before they are refused."""
    refused = set()
    for row in READERS:
        call, make = row.values
        try:
            call(make(2_000))  # type: ignore[operator]
        except Exception:
            refused.add(row.id)
    assert refused - {"tools: signs", "tools: unions"} == REFUSED  # these two are by the length


def test_a_reader_that_needs_the_square_is_found_out() -> None:
    found = grows(lambda text: [text.count("a") for _ in text], lambda number: "a" * number)
    assert found
    assert "ms" in found


# What can't be linear is given up: so many seconds of the processor are the most that any of these takes here.
MAX_SECONDS = 4.0
GIVEN_UP: dict[str, tuple[Callable[[Any], object], Any]] = {
    "diff of other sentences": (lambda both: diff.diff(*both), ("a b. " * 20_000, "a c. " * 20_000)),
    "diff of swapped words": (lambda both: diff.diff(*both), ("a b " * 40_000, "b a " * 40_000)),
    "diff of numbers": (lambda both: diff.diff(*both), (" ".join(map(str, range(40_000))), " ".join(map(str, range(40_000, 0, -1))))),
    "words that tokenizers cut": (
        lambda found: spans.place(found, "a." * 20_000),
        tuple(Entity("A", f"a . {number}", 1.0, None, None) for number in range(20_000)),
    ),
    "functions": (read_tools, "def f(a: int)\n" * 20_000),
}  # fmt: skip


@pytest.mark.parametrize("name", GIVEN_UP)
def test_what_is_not_linear_is_given_up(name: str) -> None:
    call, given = GIVEN_UP[name]
    assert seconds(call, given) < MAX_SECONDS


async def test_a_schema_that_runs_away_is_judged_apart() -> None:
    steps = {f"a{number}": {"anyOf": [{"$ref": f"#/$defs/a{number + 1}"}] * 2} for number in range(40)}
    schema = {"$defs": {**steps, "a40": {"type": "string"}}, "$ref": "#/$defs/a0"}
    asked = {"type": "json_schema", "json_schema": {"schema": schema}}
    took: list[Verdict | None] = []

    async def judge() -> None:
        took.append(await judged("[1]", asked))

    loop_seconds = await _processor(judge)
    assert took == [Verdict(False, "The answer and the schema would take too long to compare.")]
    assert loop_seconds < 0.3
    assert verdict("{}", {"type": "json_object"}) == await judged("{}", {"type": "json_object"})


async def _processor(call: Callable[[], Any]) -> float:
    from time import thread_time

    began = thread_time()
    await call()
    return thread_time() - began
