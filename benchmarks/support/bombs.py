"""What somebody could open to hold everybody else up: cards, answers, lists, imports, links, formulas, files.

Each bomb is a name, how a person comes to open it (`kind`), and what makes it. `answer` is what a scripted server says
to a task, `chat` what it says in a chat."""

from __future__ import annotations

import base64
import io
import json
import struct
import wave
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from PIL import Image

MB = 2**20
LABELS = "text-classification"


@dataclass(frozen=True, slots=True)
class Bomb:
    """`task` is the task that an answer is one to, or that a file is dropped on."""

    name: str
    kind: str
    make: Callable[[], Any]
    task: str = LABELS


def _card(front: str = "pipeline_tag: text-classification", body: str = "") -> str:
    return f"---\n{front}\n---\n{body}"


def _label(name: str, score: float = 0.5) -> dict[str, Any]:
    return {"label": name, "score": score}


def _padded(value: Any, size: int) -> bytes:
    """JSON as large as that, the value at its end."""
    return b" " * size + json.dumps(value).encode()


def png(width: int, height: int) -> bytes:
    """A picture of two colours that is small as a file and large when decoded: a byte a pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"\0" * (1 + (width + 7) // 8) * 100
    packer, packed = zlib.compressobj(1), b""
    for _ in range(height // 100):
        packed += packer.compress(rows)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", head) + chunk(b"IDAT", packed + packer.flush()) + chunk(b"IEND", b"")


def _photo(width: int, height: int) -> bytes:
    """A photo that lies on its side: it is turned before it is sent."""
    turned = Image.Exif()
    turned[0x0112] = 6
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "JPEG", exif=turned)
    return file.getvalue()


def _masks(count: int, width: int, height: int) -> bytes:
    """An answer of masks, soft at one edge, which have to be decoded to know how they are meant."""
    mask = Image.new("RGBA", (width, height), (255, 255, 255, 255))
    mask.paste((255, 255, 255, 0), (0, 0, width // 2, height))
    file = io.BytesIO()
    mask.save(file, "PNG", compress_level=1)
    data = base64.b64encode(file.getvalue()).decode()
    return json.dumps([{**_label(f"l{number}"), "mask": data} for number in range(count)]).encode()


def _pictures(size: int) -> str:
    """A comparison with a picture of that many bytes."""
    media = {"x": {"base64": base64.b64encode(png(8, 100) + b"\0" * size).decode(), "media_type": "image/png"}}
    messages = [{"role": "user", "variants": [{"content": "look", "images": ["x"]}]}]
    return json.dumps({"showcard": "comparison", "version": 1, "panes": [{"messages": messages}] * 2, "media": media})


def _wav(seconds: int, rate: int = 16_000) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(b"\0\0" * rate * seconds)
    return buffer.getvalue()


def _said_long(data: bytes) -> bytes:
    """A sound whose head says that it is far longer than it is."""
    return data[:4] + b"\xff\xff\xff\xff" + data[8:40] + b"\xf0\xff\xff\xff" + data[44:]


def _billion_laughs() -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefghi", "bcdefghij", strict=True)]
    return _card("\n".join(lines))


def _nested(opening: str, closing: str, depth: int, middle: str = "1") -> str:
    return opening * depth + middle + closing * depth


_CALL = {"id": "1", "name": "f", "arguments": "[" * 900 + "]" * 900}


def _chat(answers: list[dict[str, Any]]) -> str:
    """A comparison of one chat in which only the model speaks."""
    messages = [{"role": "assistant", "variants": [answer]} for answer in answers]
    return json.dumps({"showcard": "comparison", "version": 1, "panes": [{"messages": messages}], "media": {}})


def _comparison(left: str, right: str) -> str:
    def pane(text: str) -> dict[str, Any]:
        messages = [{"role": role, "variants": [{"content": text}]} for role in ("user", "assistant")]
        return {"settings": {"model": "showcard/eliza"}, "messages": messages}

    return json.dumps({"showcard": "comparison", "version": 1, "panes": [pane(left), pane(right)], "media": {}})


def _link(pairs: str) -> str:
    packed = zlib.compress(pairs.encode(), 1)
    return f"?model=showcard/sentiment#in={base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def _words(count: int, *words: str) -> str:
    return " ".join(islice(cycle(words), count))


CARDS = [
    Bomb("tabs before a key", "card", lambda: "---\n" + "\t" * 30_000 + "a: b\n---\n"),
    Bomb("tabs and spaces", "card", lambda: "---\n" + "\t " * 400_000 + "\na: b\n---\n"),
    Bomb("lines of <gallery>", "card", lambda: _card(body="<gallery>\n" * 60_000)),
    Bomb("closings of a gallery", "card", lambda: _card(body="<gallery>\n" + "</gallery >x\n" * 60_000)),
    Bomb("a row of a table that is none", "card", lambda: _card(body="a|b\n|-" + " " * 200_000 + "x")),
    Bomb("opening brackets", "card", lambda: _card(body="[" * 100_000)),
    Bomb("links that do not close", "card", lambda: _card(body="[a](" * 50_000)),
    Bomb("stars", "card", lambda: _card(body="*a **b " * 40_000)),
    Bomb("backticks of all lengths", "card", lambda: _card(body=" ".join("`" * n for n in range(1, 800)))),
    Bomb("quotes in quotes", "card", lambda: _card(body=">" * 20_000 + "x")),
    Bomb("lists in lists", "card", lambda: _card(body="\n".join("  " * n + "- x" for n in range(800)))),
    Bomb("comments that do not close", "card", lambda: _card(body="<!--" * 60_000)),
    Bomb("tags that do not close", "card", lambda: _card(body="<div " * 60_000)),
    Bomb("entities", "card", lambda: _card(body="&amp" * 90_000)),
    Bomb("a table of 20,000 columns", "card", lambda: _card(body="|a" * 20_000 + "\n" + "|-" * 20_000 + "\n|1")),
    Bomb("a table of 60,000 rows", "card", lambda: _card(body="|a|b|\n|-|-|\n" + "|1|2|\n" * 60_000)),
    Bomb("headings that are the same", "card", lambda: _card(body="# x\n" * 90_000)),
    Bomb("footnotes", "card", lambda: _card(body="".join(f"[^{n}]\n\n[^{n}]: x\n\n" for n in range(15_000)))),
    Bomb("code in a language", "card", lambda: _card(body="```python\n" + "((((" * 24_000 + "\n```\n")),
    Bomb("code with strings that do not close", "card", lambda: _card(body="```js\n" + '"\\' * 48_000 + "\n```\n")),
    Bomb("aliases of aliases", "card", _billion_laughs),
    Bomb("lists in the metadata", "card", lambda: _card("tags: " + _nested("[", "]", 20_000))),
    Bomb("mappings in the metadata", "card", lambda: _card("a: " + _nested("{b: ", "}", 20_000))),
    Bomb("a million keys", "card", lambda: _card("\n".join(f"k{n}: 1" for n in range(200_000)))),
    Bomb("500 KB of values", "card", lambda: _card("tags: [" + "1," * 240_000 + "]")),
    Bomb("500 KB of results", "card", lambda: _card("model-index:\n" + "- results: [{task: {type: a}}]\n" * 16_000)),
    Bomb("500 KB that do not end", "card", lambda: _card("a: b\n" * 90_000 + "c: [")),
    Bomb("quotes that do not close", "card", lambda: _card('a: "' + "\\" * 400_000)),
    Bomb("50,000 examples", "card", lambda: _card("widget:\n" + "- text: x\n" * 50_000)),
    Bomb("an example of 2 MB", "card", lambda: _card("widget:\n- text: '" + "x " * MB + "'")),
    Bomb("dashes", "card", lambda: "---\n" + "---\n" * 400_000),
    Bomb("line ends", "card", lambda: "---\n" + "\r" * 900_000 + "\n---\n"),
    Bomb("blank lines", "card", lambda: "\n" * 3_000_000),
]
FORMULAS = [
    Bomb("braces in a formula", "card", lambda: _card(body="$$" + _nested("{", "}", 15_000) + "$$")),
    Bomb("fractions in fractions", "card", lambda: _card(body="$$" + _nested("\\frac{1}{", "}", 3_000) + "$$")),
    Bomb("10,000 formulas", "card", lambda: _card(body="$x^2$ " * 10_000)),
    Bomb("powers of powers", "card", lambda: _card(body="$$" + "x^{" * 9_000 + "}" * 9_000 + "$$")),
    Bomb("a matrix", "card", lambda: _card(body="$$\\begin{matrix}" + "a&" * 19_000 + "\\end{matrix}$$")),
    Bomb("dollars", "card", lambda: _card(body="$ " * 150_000)),
]
ANSWERS = [
    Bomb("26 MB of labels", "answer", lambda: b"[%s]" % b",".join([b'{"label": "l", "score": 0.5}'] * 900_000)),
    Bomb("one label of 30 MB", "answer", lambda: json.dumps([_label("x" * 30 * MB)]).encode()),
    Bomb("900 KB of labels", "answer", lambda: b"[%s]" % b",".join([b'{"label": "l", "score": 0.5}'] * 30_000)),
    Bomb("1 MB of empty lists", "answer", lambda: b"[%s]" % b",".join([b"[]"] * 340_000)),
    Bomb("masks of 16 megapixels", "masks", lambda: _masks(40, 4_000, 4_000), "image-segmentation"),
    Bomb("lists 900 deep", "answer", lambda: _nested("[", "]", 900).encode()),
    Bomb("lists 400,000 deep", "answer", lambda: b"[" * 400_000),
    Bomb("150 MB of blanks", "answer", lambda: _padded([_label("late")], 150 * MB)),
    Bomb("250 MB", "answer", lambda: _padded([_label("later")], 250 * MB)),
    Bomb("a number of 3 MB", "answer", lambda: b'[{"label": "x", "score": ' + b"1" * 3 * MB + b"}]"),
    Bomb("28 MB of numbers", "answer", lambda: b"[%s]" % b",".join([b"0.123456"] * 3_000_000), "feature-extraction"),
    Bomb(
        "60 MB of lists of numbers",
        "answer",
        lambda: b"[" + b",".join([b"[" + b",".join([b"0.5"] * 100) + b"]"] * 150_000) + b"]",
        "feature-extraction",
    ),
    Bomb(
        "an image of 22 MB in JSON",
        "answer",
        lambda: json.dumps({"image": base64.b64encode(png(8, 100) + b"\0" * 17 * MB).decode()}).encode(),
        "text-to-image",
    ),
    Bomb("an image of 40,000 x 40,000", "answer", lambda: png(40_000, 40_000), "text-to-image"),
    Bomb(
        "200,000 entities",
        "answer",
        lambda: json.dumps(
            [{"entity_group": "X", "score": 1, "word": "x", "start": n, "end": n + 1} for n in range(200_000)]
        ).encode(),
        "token-classification",
    ),
    Bomb(
        "a text of 30 MB", "answer", lambda: json.dumps([{"summary_text": "word " * 6 * MB}]).encode(), "summarization"
    ),
]
CHATS = [
    Bomb("400 KB without a newline", "chat", lambda: "word" * 100_000),
    Bomb("a row that is none", "chat", lambda: "a|b\n|-" + " " * 23_900 + "x\n\nmore"),
    Bomb("brackets and then the end", "chat", lambda: "[" * 23_000 + "\n\nmore"),
    Bomb("fences", "chat", lambda: "```\n" * 20_000),
    Bomb("2 MB of blank lines", "chat", lambda: "\n" * 2 * MB),
    Bomb("thoughts that do not end", "chat", lambda: "<think>" * 60_000),
    Bomb("stars in a paragraph", "chat", lambda: "*a **b " * 3_000 + "\n\nmore"),
    Bomb("a formula in an answer", "chat", lambda: "$$" + _nested("{", "}", 15_000) + "$$\n\nmore"),
]
LISTS = [
    Bomb("braces", "prompts", lambda: "{\n" * 900_000),
    Bomb("newlines", "prompts", lambda: "\n" * 1_900_000),
    Bomb("quotes", "prompts", lambda: 'prompt,tag\n"' + '""' * 900_000),
    Bomb("commas", "prompts", lambda: "prompt" + "," * 1_900_000),
    Bomb("JSON lines that are none", "prompts", lambda: '{"prompt": \n' * 150_000),
]
IMPORTS = [
    Bomb("JSON 100,000 deep", "import", lambda: _nested("[", "]", 100_000)),
    Bomb("a number of a million digits", "import", lambda: '{"showcard": ' + "1" * MB + "}"),
    Bomb("answers of 4 MB to compare", "import", lambda: _comparison(_words(MB, "a", "b"), _words(MB, "b", "c"))),
    Bomb(
        "answers without a word in common",
        "import",
        lambda: _comparison(" ".join(f"a{n}" for n in range(30_000)), " ".join(f"b{n}" for n in range(30_000))),
    ),
    Bomb("answers of 2 MB to compare", "import", lambda: _comparison(_words(950_000, "a", "b"), _words(950_000, "b"))),
    Bomb("answers without spaces", "import", lambda: _comparison("é" * 1_900_000, "\n" * 1_900_000)),
    Bomb("a chat of 2,000 messages", "import", lambda: _chat([{"content": "Hello **there**"}] * 2_000)),
    Bomb("thoughts of 2 MB", "import", lambda: _chat([{"content": "x", "reasoning": "<b>\n" * 475_000}] * 9)),
    Bomb("calls with deep arguments", "import", lambda: _chat([{"tool_calls": [_CALL] * 200}] * 9)),
    Bomb("a picture of 30 MB", "import", lambda: _pictures(30 * MB)),
    Bomb("a picture of 30 MB to save", "export", lambda: _pictures(30 * MB)),
    Bomb("49 MB that is no comparison", "import", lambda: '{"x": [' + ", ".join(['"y"'] * 9_000_000) + "]}"),
]
LINKS = [
    Bomb("a link that unpacks to 200 MB", "link", lambda: _link("text=" + "a" * 200 * MB)),
    Bomb("a link of a million names", "link", lambda: _link("&".join(f"a{n}=1" for n in range(500_000)))),
    Bomb("a link with a deep table", "link", lambda: _link("table=" + _nested("[", "]", 100_000))),
    Bomb("a link with escapes", "link", lambda: _link("text=" + "%41" * 3 * MB)),
]
TOOLS = [
    Bomb("arrows in a signature", "tools", lambda: "def f" + ")->" * 8_000 + ":x"),
    Bomb("parentheses in a signature", "tools", lambda: "def f(" + "(" * 90_000),
    Bomb("decorators", "tools", lambda: "@a\n" * 60_000 + "def f(): ..."),
    Bomb("JSON in JSON", "tools", lambda: _nested('{"a":', "}", 30_000)),
]
SCHEMAS = [
    Bomb("a schema that refers to itself", "schema", lambda: '{"$ref": "#"}'),
    Bomb(
        "a schema with a slow pattern",
        "schema",
        lambda: json.dumps({"type": "object", "properties": {"a": {"type": "string", "pattern": "(a+)+$"}}}),
    ),
    Bomb(
        "a schema of 190 KB",
        "schema",
        lambda: json.dumps({"properties": {f"p{n}": {"type": "string", "title": "x"} for n in range(4_000)}}),
    ),
    Bomb("a schema 9,000 deep", "schema", lambda: _nested('{"items":', "}", 9_000, "{}")),
    Bomb(
        "alternatives of alternatives",
        "schema",
        lambda: json.dumps({"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}] * 40}}, "$ref": "#/$defs/a"}),
    ),
]
FILES = [
    Bomb("a picture of 20,000 x 20,000", "file", lambda: png(20_000, 20_000), "image-classification"),
    Bomb("a photo of 60 megapixels on its side", "file", lambda: _photo(10_000, 6_000), "image-classification"),
    Bomb("a picture of 40 MB", "file", lambda: png(8, 100) + b"\0" * 40 * MB, "visual-question-answering"),
    Bomb("a picture that is none", "file", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 5 * MB, "image-classification"),
    Bomb("a sound that says it is longer", "file", lambda: _said_long(_wav(2)), "automatic-speech-recognition"),
    Bomb("a sound of ten minutes", "file", lambda: _wav(600), "automatic-speech-recognition"),
]
BOMBS = [*CARDS, *FORMULAS, *ANSWERS, *CHATS, *LISTS, *IMPORTS, *LINKS, *TOOLS, *SCHEMAS, *FILES]
