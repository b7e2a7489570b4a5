"""Answers that are long: read in full up to 200 MB, apart from the app, and of what comes back as much as can be looked
at, with a sentence about the rest."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from showcard.inference import run as client
from showcard.inference.answers import long_answers as inference_long
from showcard.inference.answers import responses
from showcard.inference.errors import InferenceFailure
from showcard.inference.reply import Reply
from showcard.inference.transport import http as transport
from showcard.inference.transport.http import Exchange
from showcard.metadata.outputs import long_answers
from showcard.metadata.outputs.long_answers import LongAnswer, read
from showcard.metadata.outputs.read import Answers, Image, Labels, Text, Vector, normalise
from showcard.metadata.tasks.table import task
from showcard.tests.support import apart
from tests.support.answers import FETCHED, HF, PICTURE
from tests.support.requests import INPUTS, at_endpoint, request
from tests.support.scripted import Talk, scripted

LABELS = [{"label": f"class {n}", "score": 0.5} for n in range(30_000)]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary files, in which none is left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer is a long one."""
    monkeypatch.setattr(transport, "MAX_KEPT", 8)


async def ask(
    name: str, body: str | bytes, kind: str = "application/json", exchange: Exchange | None = None, **options: Any
) -> Reply:
    async def script(talk: Talk) -> None:
        await talk.answer("200 OK", body, kind)

    async with scripted(script) as server:
        return await client.run(at_endpoint(request(name, **options), server.url), None, exchange)


async def streamed(body: str, said: list[str], api: str = "") -> None:
    async def script(talk: Talk) -> None:
        await talk.answer("200 OK", body)

    async with scripted(script) as server:
        ask = responses.stream if api else client.stream
        resolved = at_endpoint(request("conversational", stream=True, api=api), server.url)
        async for delta in ask(resolved):
            said.append(delta.content)


# -- what is read is the same as of a short one ------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(set(HF) & set(INPUTS)))
async def test_every_task_reads_a_long_answer_as_a_short_one(name: str, small: None, files: Path) -> None:
    reply = await ask(name, json.dumps(HF[name]))
    assert reply.output == normalise(name, HF[name])
    assert reply.output.kind == task(name).output
    assert (reply.raw, reply.cut) == (HF[name], "")


PNG = PICTURE + os.urandom(6_000)
WAV = b"RIFF\x00\x00\x00\x00WAVE" + os.urandom(6_000)
FILM = b"\x1aE\xdf\xa3" + os.urandom(6_000)
MEDIA: dict[str, tuple[str, bytes]] = {
    "text-to-image": ("image/png", PNG),
    "text-to-speech": ("audio/wav", WAV),
    "text-to-video": ("video/webm", FILM),
}
SHAPES: dict[str, Any] = {
    "a text alone": lambda text, kind: text,
    "by its kind": lambda text, kind: {kind.partition("/")[0]: text},
    "b64_json": lambda text, kind: {"created": 1, "data": [{"b64_json": text}]},
    "images": lambda text, kind: {"images": [text]},
    "a blob": lambda text, kind: [{"blob": text, "content-type": kind}],
    "an output": lambda text, kind: {"output": [f"data:{kind};base64,{text}"]},
    "a url": lambda text, kind: {"data": [{"url": f"data:{kind};base64,{text}"}]},
    "base64": lambda text, kind: {"result": {"base64": text, "media_type": kind}},
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", MEDIA)
async def test_media_in_json(name: str, shape: str, small: None, files: Path) -> None:
    kind, data = MEDIA[name]
    reply = await ask(name, json.dumps(SHAPES[shape](base64.b64encode(data).decode(), kind)))
    held: Any = reply.output
    assert (held.items[0] if name == "text-to-speech" else held).media.data == data
    assert reply.output.kind == task(name).output
    assert len(json.dumps(reply.raw)) < 3_000
    assert "characters)" in json.dumps(reply.raw)


@pytest.mark.parametrize("name", MEDIA)
async def test_media_as_they_are(name: str, small: None, files: Path) -> None:
    kind, data = MEDIA[name]
    for said in (kind, "text/plain"):
        held: Any = (await ask(name, data, said)).output
        assert (held.items[0] if name == "text-to-speech" else held).media.data == data
    if name == "text-to-speech":
        held = (await ask(name, FETCHED, "text/plain")).output
        assert held.items[0].media.data == FETCHED


async def test_a_picture_of_22_mb_in_json_is_read_and_takes_no_memory_of_the_app(files: Path) -> None:
    data, exchange = PICTURE + bytes(16 * 2**20), Exchange()
    body = json.dumps({"image": base64.b64encode(data).decode()})
    reply = await ask("text-to-image", body, exchange=exchange)
    assert isinstance(reply.output, Image)
    assert reply.output.media.data == data
    assert (exchange.received, len(exchange.body)) == (len(body), transport.MAX_KEPT)
    assert reply.raw["image"].endswith(f"… ({len(body) - 13:,} characters)")


async def test_a_server_that_does_not_stream_may_answer_at_length(small: None, files: Path) -> None:
    answer = {"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}
    said: list[str] = []
    await streamed(json.dumps(answer, indent=1), said)
    assert said == ["Hello"]


@pytest.mark.parametrize("stream", [True, False])
async def test_so_may_the_responses_api(stream: bool, small: None, files: Path) -> None:
    answer = {"output": [{"type": "message", "content": [{"text": "Hello"}]}]}
    said: list[str] = []
    if stream:
        await streamed(json.dumps(answer), said, "responses")
        assert said == ["Hello"]
        return

    async def script(talk: Talk) -> None:
        await talk.answer("200 OK", json.dumps(answer))

    async with scripted(script) as server:
        reply = await responses.respond(at_endpoint(request("conversational", api="responses"), server.url))
    assert client.message_of(reply.output).content == "Hello"


# -- bounds and their names --------------------------------------------------------------------------------------------


def long(tmp_path: Path, name: str, value: Any) -> LongAnswer:
    file = tmp_path / "answer"
    file.write_text(json.dumps(value))
    found = read(str(file), name)
    assert found is not None
    return found


@pytest.mark.parametrize("wrap", [lambda labels: labels, lambda labels: [labels], lambda labels: {"results": labels}])
def test_of_many_labels_the_first_are_shown(wrap: Any, tmp_path: Path) -> None:
    found = long(tmp_path, "text-classification", wrap(LABELS))
    assert isinstance(found.output, Labels)
    assert found.output == normalise("text-classification", LABELS[:1_000])
    assert found.cut == "The answer is 1 MB long: of a list of 30,000, the first 1,000 are shown."
    assert "… (30,000 in all)" in json.dumps(found.raw, ensure_ascii=False)


@pytest.mark.parametrize(
    ("value", "shape", "said"),
    [
        ([[0.5] * 40] * 9, (2, 40), "of a list of 9, the first 2"),
        ([0.5] * 400, (100,), "of a list of 400, the first 1"),
        ([[0.5] * 400], (100,), "of a list of 400, the first 1"),
        ({"data": [{"embedding": [0.5] * 40}] * 9}, (2, 40), "of a list of 9, the first 2"),
        ([[[0.5] * 10] * 4] * 9, (2, 4, 10), "of a list of 9, the first 2"),
    ],
)
def test_of_many_embeddings_those_that_are_whole(
    value: Any, shape: tuple[int, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_answers, "MAX_NUMBERS", 100)
    monkeypatch.setitem(long_answers._MOST_IN_A_LIST, "vector", 100)
    monkeypatch.setattr(long_answers, "DEEPEST", 5)
    output = long(tmp_path, "feature-extraction", value).output
    assert isinstance(output, Vector)
    assert output.shape == shape
    assert said in long(tmp_path, "feature-extraction", value).cut


def test_of_many_pictures_one_is_shown_and_nothing_is_said_to_be_cut(tmp_path: Path) -> None:
    found = long(tmp_path, "text-to-image", {"images": [base64.b64encode(PNG).decode()] * 1_100})
    assert found.output.kind == "image"
    assert found.cut == ""


def test_of_a_long_text_the_beginning(tmp_path: Path) -> None:
    said = "word " * 400_000
    output = long(tmp_path, "summarization", [{"summary_text": said}])
    assert output.output == Text(said[:1_000_000])
    assert output.cut == "The answer is 2 MB long: of a text of 2,000,000 characters, the beginning is shown."
    answers = long(tmp_path, "question-answering", [{"answer": said, "score": 1}] * 3)
    assert isinstance(answers.output, Answers)
    assert sum(len(answer.answer) for answer in answers.output.items) == 1_000_000
    assert len(json.dumps(answers.raw)) < 10_000


async def test_a_chat_without_a_stream_is_bounded_and_says_so(files: Path) -> None:
    body = json.dumps({"choices": [{"message": {"content": "word " * 400_000}, "finish_reason": "stop"}]})
    reply = await ask("conversational", body)
    assert len(client.message_of(reply.output).content) == 1_000_000
    assert "2,000,000 characters" in reply.cut
    said: list[str] = []
    with pytest.raises(InferenceFailure, match="of a text of 2,000,000 characters"):
        await streamed(body, said)
    assert len("".join(said)) == 1_000_000


def count(value: Any) -> int:
    """How many values there are in JSON."""
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(count, held))


def test_json_of_any_size_is_shown_in_little(tmp_path: Path) -> None:
    for value in (
        [[[0] * 10] * 1_100] * 10,
        {f"key {n}": ["text" * 1_000] * 10 for n in range(200)},
        [{"x" * 10_000: 1}] * 1_000,
        json.loads("[" * 500 + "]" * 500),
    ):
        shown = long(tmp_path, "other", value).raw
        assert len(json.dumps(shown)) < 2_500_000
        assert count(shown) < long_answers.MAX_SHOWN_VALUES + 1_000


@pytest.mark.parametrize(
    ("body", "read_as"),
    [
        (b"[NaN, 0.5]", [float("nan"), 0.5]),
        (b"[1e999]", [float("inf")]),
        (b'["\\ud800", "\\ud83d\\ude00"]', ["\ud800", "\U0001f600"]),
        (b"\xef\xbb\xbf[1]", [1]),
        ("[1, 2]".encode("utf-16"), [1, 2]),
    ],
)
def test_json_that_is_none_by_the_letter_is_read_as_python_does(body: bytes, read_as: Any, tmp_path: Path) -> None:
    file = tmp_path / "answer"
    file.write_bytes(body)
    assert repr(long_answers.read_json(str(file))) == repr(read_as)


async def test_reading_ends_in_a_sentence_soon_enough(
    small: None, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert inference_long.SECONDS < 8  # an answer or a sentence comes within ten, and the bytes come first
    monkeypatch.setattr(inference_long, "SECONDS", 0.1)
    monkeypatch.setattr(long_answers, "read", apart.holds_whatever_it_is_given)
    with pytest.raises(InferenceFailure, match="takes too long or too much memory to read") as caught:
        async with asyncio.timeout(30):
            await ask("text-classification", json.dumps(LABELS))
    assert caught.value.hint == "Ask for less."


# -- what is none ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("<html>" + " " * 100, "not JSON"),
        ('[{"label": "A"},', "broke off"),
        ("[" * 100_000, "broke off"),
        ('{"error": "out of memory", "more": [1, 2, 3]}', "reports an error: out of memory"),
        ("[[], [], [], [], []]", "nothing in it"),
        ("[" * 900 + "]" * 900, "nothing in it"),
        ('{"weather": [1, 2, 3, 4, 5]}', "not what text classification promises"),
    ],
)
async def test_what_is_no_answer_is_a_sentence(body: str, sentence: str, small: None, files: Path) -> None:
    with pytest.raises(InferenceFailure, match=sentence):
        await ask("text-classification", body)


async def test_the_bound_of_an_answer_is_named_and_nothing_is_left(
    small: None, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MAX_BYTES", 3 * 2**20)
    with pytest.raises(InferenceFailure, match=r"The answer is larger than 3 MB and was cut off\."):
        await ask("text-classification", json.dumps(LABELS * 3))


async def test_a_call_that_is_stopped_while_its_answer_is_read_leaves_nothing(
    small: None, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = asyncio.Event()

    async def for_ever(function: Any, path: str, *arguments: Any, **bounds: Any) -> None:
        reading.set()
        await asyncio.Event().wait()

    monkeypatch.setattr("showcard.inference.answers.long_answers.run_apart", for_ever)
    call = asyncio.create_task(ask("text-classification", json.dumps(LABELS)))
    await asyncio.wait_for(reading.wait(), 10)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


# -- a disk that takes nothing -----------------------------------------------------------------------------------------


async def test_no_folder_for_temporary_files(tmp_path: Path, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file" / "below"))
    with pytest.raises(InferenceFailure, match=r"can't keep it while it is read: Not a directory\.") as caught:
        await ask("text-classification", json.dumps(LABELS))
    assert "TMPDIR" in caught.value.hint


async def test_a_disk_that_is_full(small: None, files: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, hard))
    try:
        with pytest.raises(InferenceFailure, match=r"can't keep it while it is read: File too large\."):
            await ask("text-classification", json.dumps(LABELS * 2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(("name", "body", "kind"), [
    ("text-classification", json.dumps(LABELS), "application/json"), ("text-to-image", PNG, "image/png"),
])  # fmt: skip
async def test_a_disk_that_loses_the_file(
    name: str, body: str | bytes, kind: str, small: None, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_long = inference_long.read_long

    async def lost(exchange: Exchange, task_id: str) -> LongAnswer | None:
        assert exchange.spool is not None
        exchange.spool.path.unlink()
        return await read_long(exchange, task_id)

    monkeypatch.setattr("showcard.inference.answers.reading.read_long", lost)
    with pytest.raises(InferenceFailure, match=r"can't keep it while it is read: No such file or directory\."):
        await ask(name, body, kind)
