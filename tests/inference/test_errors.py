"""Every way a call fails ends in its sentence, for a plain task and for chat, streamed or not; and the next call works."""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
import subprocess
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest

from showcard.inference import run as client
from showcard.inference.errors import InferenceFailure, explain, server_words, status_failure
from showcard.inference.resolve import resolve_offline
from showcard.inference.transport import http as transport
from showcard.inference.transport.events import Events
from showcard.inference.transport.http import Exchange
from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Labels
from showcard.wire.request import Request, RequestError
from tests.support.scripted import Script, Scripted, Talk, scripted

GOOD = json.dumps([[{"label": "A", "score": 0.75}]])
GOOD_CHAT = json.dumps({"choices": [{"message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}]})
MESSAGES = {"messages": [{"role": "user", "content": "hi"}]}
KEYS = {"API_TOKEN": "secret"}
Ask = Callable[[str], Awaitable[str]]


def chunk(reason: str | None = None, **delta: object) -> str:
    return "data: " + json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}) + "\n\n"


GOOD_STREAM = chunk(content="Hel") + chunk(content="lo") + chunk("stop") + "data: [DONE]\n\n"


async def plain(url: str, exchange: Exchange | None = None) -> str:
    asked = Request("text-classification", "org/model", {"text": "hi"}, base_url=url)
    reply = await client.run(resolve_offline(asked), KEYS, exchange)
    assert isinstance(reply.output, Labels)
    return reply.output.items[0].label


async def chat(url: str, exchange: Exchange | None = None) -> str:
    reply = await client.run(resolve_offline(Request("conversational", "m", MESSAGES, base_url=url)), KEYS, exchange)
    return client.message_of(reply.output).content


async def streamed(url: str, exchange: Exchange | None = None, said: list[str] | None = None) -> str:
    pieces = [] if said is None else said
    asked = Request("conversational", "m", MESSAGES, stream=True, base_url=url)
    async for delta in client.stream(resolve_offline(asked), KEYS, exchange):
        pieces.append(delta.content)
    return "".join(pieces)


WAYS: dict[str, tuple[Callable[..., Awaitable[str]], str, str, str]] = {
    "plain": (plain, GOOD, "application/json", "A"),
    "chat": (chat, GOOD_CHAT, "application/json", "Hello"),
    "streamed": (streamed, GOOD_STREAM, "text/event-stream", "Hello"),
}


def answering(status: str, body: str | bytes, kind: str = "application/json", *headers: str) -> Script:
    async def script(talk: Talk) -> None:
        await talk.answer(status, body, kind, *headers)

    return script


def saying(text: str) -> Script:
    async def script(talk: Talk) -> None:
        await talk.say(text)

    return script


async def hung_up(talk: Talk) -> None:
    talk.writer.close()


HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
STATUSES: dict[str, tuple[Script, str, str, bool]] = {
    "302 to nowhere": (answering("302 Found", "{}"), "leads elsewhere", "", False),
    "307 in a circle": (answering("307 Redirect", "", "text/html", "location: /again"), "leads elsewhere", "", False),
    "400": (answering("400 Bad", '{"error": "text is too long"}'), "did not accept", "text is too long", False),
    "401": (answering("401 Unauthorized", '{"error": "Invalid token"}'), "wants a key", "Invalid token", False),
    "402": (answering("402 Payment Required", "{}"), "no credit", "", False),
    "403": (answering("403 Forbidden", '{"message": "no"}'), "does not allow", "no", False),
    "404": (
        answering("404 Not Found", '{"error": {"message": "Model not found"}}'),
        "not know this",
        "not found",
        False,
    ),
    "413": (answering("413 Too Large", "{}"), "too large", "", False),
    "418": (answering("418 Teapot", "{}"), "did not accept", "", False),
    "422": (answering("422 Odd", '{"detail": [{"msg": "field required"}]}'), "as they are", "field required", False),
    "429": (answering("429 Many", "{}", "application/json", "retry-after: 7"), "too many requests", "", True),
    "500": (answering("500 Error", "boom"), "failed while", "boom", True),
    "500 in a list": (answering("500 Error", '["a", {"error": "b"}]'), "failed while", "a; b", True),
    "500 in labels": (
        answering("500 Error", '[{"label": "A"}, {"label": "B"}]'),
        "failed while it worked on this.",
        "",
        True,
    ),
    "400 in lists": (answering("400 Bad", "[[], [[{}]]]"), "did not accept the request.", "", False),
    "400 without a bottom": (answering("400 Bad", "[" * 900 + "]" * 900), "did not accept the request.", "", False),
    "500 cut short": (
        answering("500 Error", gzip.compress(b"x" * 9)[:-9], "text/plain", "content-encoding: gzip"),
        "failed while",
        "",
        True,
    ),
    "502": (answering("502 Bad Gateway", "<html>nginx</html>", "text/html"), "behind the address", "", True),
    "503": (answering("503 Unavailable", '{"error": "loading", "estimated_time": 20}'), "not ready", "loading", True),
    "503 without a bottom": (answering("503 Unavailable", "[" * 100_000), "not ready", "", True),
    "504": (answering("504 Timeout", ""), "too long to answer", "", True),
}
BODIES: dict[str, tuple[Script, str, str, bool]] = {
    "html": (answering("200 OK", "<html>hello</html>", "text/html"), "not JSON", "", False),
    "not json": (answering("200 OK", "{nope"), "not JSON", "", False),
    "empty": (answering("200 OK", ""), "not JSON", "", False),
    "error with 200": (answering("200 OK", '{"error": "out of memory"}'), "reports an error", "out of memory", False),
    "vllm's error": (answering("200 OK", '{"object": "error", "message": "no room"}'), "an error", "no room", False),
    "wrong shape": (answering("200 OK", '{"weather": [{}]}'), "is not what", "", False),
    "a number": (answering("200 OK", "[[[1]]]"), "is not what", "", False),
    "truncated": (saying(HEAD + "content-length: 500\r\n\r\n[["), "broke off", "", True),
    "truncated chunk": (saying(HEAD + "transfer-encoding: chunked\r\n\r\n5\r\n[[{"), "broke off", "", True),
    "no http": (saying("SSH-2.0-OpenSSH_9.6\r\n\r\n"), "did not answer in HTTP", "", True),
    "hung up": (hung_up, "did not answer in HTTP", "", True),
    "gzip cut short": (
        answering("200 OK", gzip.compress(GOOD.encode())[:-4], "application/json", "content-encoding: gzip"),
        "broke off",
        "",
        True,
    ),
    "deflate cut short": (
        answering("200 OK", zlib.compress(GOOD.encode())[:9], "text/event-stream", "content-encoding: deflate"),
        "broke off",
        "",
        True,
    ),
    "brotli": (answering("200 OK", "x", "application/json", "content-encoding: br"), "packs its answers", "", False),
    "broken gzip": (
        answering("200 OK", "no gzip at all", "application/json", "content-encoding: gzip"),
        "be unpacked",
        "",
        True,
    ),
}
FAULTS = STATUSES | BODIES


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_ends_in_its_sentence(fault: str, way: str) -> None:
    script, sentence, said, retry = FAULTS[fault]
    ask, good, kind, answer = WAYS[way]
    async with scripted(script) as server:
        with pytest.raises(InferenceFailure) as caught:
            await ask(server.url)
        assert sentence in caught.value.reason
        assert said in caught.value.reason
        assert caught.value.retry is retry
        assert caught.value.hint
        assert "!" not in caught.value.reason + caught.value.hint
        server.script = answering("200 OK", good, kind)
        assert await ask(server.url) == answer


CHATS: dict[str, tuple[str, str, bool]] = {
    "no choices": ('{"choices": []}', "without any choice", True),
    "null content": ('{"choices": [{"message": {"role": "assistant", "content": null}}]}', "without a word", True),
    "no words left": ('{"choices": [{"message": {"content": ""}, "finish_reason": "length"}]}', "without a word", True),
    "filtered": (
        '{"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]}',
        "without a word",
        False,
    ),
    "choices of nothing": ('{"choices": [null]}', "is not what", False),
}


@pytest.mark.parametrize("ask", [chat, streamed])
@pytest.mark.parametrize("fault", CHATS)
async def test_a_chat_that_says_nothing(fault: str, ask: Ask) -> None:
    body, sentence, retry = CHATS[fault]
    async with scripted(answering("200 OK", body)) as server:
        with pytest.raises(InferenceFailure, match=sentence) as caught:
            await ask(server.url)
    assert caught.value.retry is retry


async def test_null_content_beside_a_tool_call_is_an_answer() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    body = {"choices": [{"message": {"content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"}]}
    async with scripted(answering("200 OK", json.dumps(body))) as server:
        assert await chat(server.url) == ""


STREAMS: dict[str, tuple[str, str, str, bool]] = {
    "cut in the middle of an event": (chunk(content="Hel") + 'data: {"choi', "Hel", "broke off before its end", True),
    "cut behind an event": (chunk(content="Hel"), "Hel", "broke off before its end", True),
    "an error event": (chunk(content="Hel") + 'data: {"error": "overloaded"}\n\n', "Hel", "overloaded", True),
    "an error object": (chunk(content="Hel") + 'data: {"error": {"message": "no GPU"}}\n\n', "Hel", "no GPU", True),
    "no json": (chunk(content="Hel") + "data: hello\n\n" + chunk("stop"), "Hel", "that is not JSON", True),
    "no words": (chunk(role="assistant") + chunk("stop") + "data: [DONE]\n\n", "", "without a word", True),
    "nothing": ("data: [DONE]\n\n", "", "without a word", True),
    "comments only": (": waiting\n\n", "", "broke off before its end", True),
    "a list": ("data: [1, 2]\n\n", "", "is not what", False),
    "an error as vLLM had it": (
        'data: {"object": "error", "message": "no GPU"}\n\ndata: [DONE]\n\n',
        "",
        "no GPU",
        True,
    ),
    "an event named error": (
        chunk(content="Hel") + 'event: error\ndata: {"message": "no GPU"}\n\n',
        "Hel",
        "no GPU",
        True,
    ),
    "overloaded": ('data: {"error": "wait", "error_type": "overloaded"}\n\n', "", "too much to do: wait", True),
    "deep": (chunk(content="Hel") + "data: " + "[" * 100_000 + "\n\n", "Hel", "that is not JSON", True),
}


@pytest.mark.parametrize("fault", STREAMS)
async def test_a_stream_that_fails_keeps_what_came(fault: str) -> None:
    body, kept, sentence, retry = STREAMS[fault]
    said: list[str] = []
    async with scripted(answering("200 OK", body, "text/event-stream")) as server:
        with pytest.raises(InferenceFailure, match=sentence) as caught:
            await streamed(server.url, said=said)
    assert ("".join(said), caught.value.retry) == (kept, retry)


@pytest.mark.parametrize(
    "end",
    [
        chunk("stop"),
        chunk("stop") + "data: [DONE]",
        "data: [DONE]\n\n",
        "data: [DONE]",
        'data: {"choices":[]}\n\ndata: [DONE]\n\n',
    ],
)
async def test_a_stream_that_says_it_is_over_is_over(end: str) -> None:
    async with scripted(answering("200 OK", chunk(content="Hello") + end, "text/event-stream")) as server:
        assert await streamed(server.url) == "Hello"


PLAIN = chunk(content="Hel") + chunk(content="lo") + chunk("stop") + "data: [DONE]\n\n"
SPREAD = json.dumps({"choices": [{"delta": {"content": "Hello"}}]}, indent=1).replace("\n", "\ndata: ")
FORMS: dict[str, bytes] = {
    "CRLF": PLAIN.replace("\n", "\r\n").encode(),
    "CR": PLAIN.replace("\n", "\r").encode(),
    "a byte order mark": b"\xef\xbb\xbf" + PLAIN.encode(),
    "comments and other fields": f": hi\nid: 7\nretry: 1\nevent: message\n{PLAIN}".encode(),
    "single newlines": PLAIN.replace("\n\n", "\n").encode(),
    "no blank behind the colon": PLAIN.replace("data: ", "data:").encode(),
    "empty data": ("data:\n\ndata: \n\n" + PLAIN).encode(),
    "JSON over several lines": f"data: {SPREAD}\n\ndata: [DONE]\n\n".encode(),
    "no newline at the end": PLAIN.rstrip("\n").encode(),
}


@pytest.mark.parametrize("form", FORMS)
async def test_events_are_read_in_every_form_and_wherever_they_are_cut(form: str) -> None:
    body = FORMS[form]

    async def parts(size: int) -> AsyncIterator[bytes]:
        for place in range(0, len(body), size):
            yield body[place : place + size]

    for size in (1, 2, 7, len(body)):
        exchange = Exchange(answer=parts(size))
        exchange.body += body
        events = Events(exchange)
        said = [event["choices"][0]["delta"].get("content", "") async for event in events]
        assert ("".join(said), events.done) == ("Hello", True)


async def test_a_line_separator_of_unicode_does_not_end_a_line() -> None:
    said = "a\u2028b\x85c\x1cd"
    event = json.dumps({"choices": [{"delta": {"content": said}}]}, ensure_ascii=False)
    body = f"data: {event}\n\n{chunk('stop')}"
    async with scripted(answering("200 OK", body, "text/event-stream; charset=latin-1")) as server:
        assert await streamed(server.url) == said


async def test_streams_share_a_connection() -> None:
    head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"

    async def script(talk: Talk) -> None:
        for _ in range(3):
            await talk.say(f"{head}{len(PLAIN):x}\r\n{PLAIN}\r\n0\r\n\r\n")
            await talk.reader.readuntil(b"}]")  # the messages of the next request

    async with scripted(script) as server:
        for _ in range(3):
            assert await streamed(server.url) == "Hello"
    assert len(server.heads) == 1


async def test_a_connection_that_breaks_behind_the_end_of_an_answer() -> None:
    async def script(talk: Talk) -> None:
        head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        await talk.say(f"{head}{len(PLAIN):x}\r\n{PLAIN}\r\n")

    async with scripted(script) as server:
        assert await streamed(server.url) == "Hello"


async def test_a_server_that_does_not_stream_answers_in_one_piece() -> None:
    async with scripted(answering("200 OK", GOOD_CHAT)) as server:
        assert await streamed(server.url) == "Hello"


async def test_a_packed_answer_is_read() -> None:
    async with scripted(
        answering("200 OK", gzip.compress(GOOD.encode()), "application/json", "content-encoding: gzip")
    ) as server:
        assert await plain(server.url) == "A"
        assert "accept-encoding: identity" in server.heads[0].lower()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("packed", [False, True])
async def test_an_oversized_answer_is_cut_off(way: str, packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_BYTES", 100_000)
    body = b"data: " + b" " * 5_000_000
    headers = ("content-encoding: gzip",) if packed else ()
    script = answering("200 OK", gzip.compress(body) if packed else body, "text/event-stream", *headers)
    async with scripted(script) as server:
        with pytest.raises(InferenceFailure, match="larger than"):
            await WAYS[way][0](server.url)


# -- time and connections --------------------------------------------------------------------------------------------

SOON = httpx2.Timeout(0.1)


async def silent(talk: Talk) -> None:
    await talk.gone()


async def half(talk: Talk) -> None:
    await talk.say("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + chunk(content="Hel"))
    await talk.gone()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("script", "sentence"), [(silent, "did not begin to answer"), (half, "stopped in the middle")])
async def test_a_server_that_keeps_one_waiting(way: str, script: Script, sentence: str) -> None:
    async with scripted(script) as server:
        with pytest.raises(InferenceFailure, match=sentence) as caught:
            await WAYS[way][0](server.url, Exchange(timeout=SOON))
        assert caught.value.retry
        await asyncio.wait_for(server.left.wait(), 2)


@pytest.mark.parametrize("way", WAYS)
async def test_a_server_that_does_not_take_the_connection(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectTimeout("timed out", request=request)

    monkeypatch.setattr(transport, "_pool", Slow)
    with pytest.raises(InferenceFailure, match="could not be reached in time"):
        await WAYS[way][0]("http://127.0.0.1:9")


@pytest.mark.parametrize("way", WAYS)
async def test_nothing_listens(way: str) -> None:
    with pytest.raises(InferenceFailure, match="Nothing answers") as caught:
        await WAYS[way][0]("http://127.0.0.1:9")
    assert caught.value.retry


@pytest.mark.parametrize("way", WAYS)
async def test_the_name_is_not_known(way: str) -> None:
    with pytest.raises(InferenceFailure, match="name of the server is not known"):
        await WAYS[way][0]("http://no-such-host.invalid")


@pytest.mark.parametrize("way", WAYS)
async def test_a_plain_server_is_asked_with_tls(way: str) -> None:
    async def puzzled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(puzzled, "127.0.0.1", 0)
    with pytest.raises(InferenceFailure, match="does not speak TLS"):
        await WAYS[way][0](f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    server.close()


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    folder = tmp_path_factory.mktemp("tls")
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    files = ["-subj", "/CN=localhost", "-keyout", str(folder / "key"), "-out", str(folder / "cert")]
    subprocess.run([*made, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert", folder / "key")
    return context


@pytest.mark.parametrize("way", WAYS)
async def test_a_certificate_that_nobody_signed(way: str, self_signed: ssl.SSLContext) -> None:
    held = Scripted(answering("200 OK", GOOD))
    server = await asyncio.start_server(held.serve, "127.0.0.1", 0, ssl=self_signed)
    with pytest.raises(InferenceFailure, match="certificate is not trusted"):
        await WAYS[way][0](f"https://localhost:{server.sockets[0].getsockname()[1]}")
    server.close()
    assert not held.heads


# -- what errors say -------------------------------------------------------------------------------------------------


def test_how_long_to_wait_is_said() -> None:
    assert status_failure(429, b"", "7").retry_after == 7
    assert "7 s" in status_failure(429, b"", "7").hint
    assert status_failure(503, b'{"estimated_time": 20.5}', None).retry_after == 20.5
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 50 < (status_failure(503, b"", later).retry_after or 0) <= 60
    for odd in ("soon", "nan", "inf", "", None):
        assert status_failure(429, b"", odd).retry_after is None
    assert status_failure(429, b"", "-3").retry_after == 0


async def test_the_wait_arrives_from_a_stream_too() -> None:
    async with scripted(STATUSES["429"][0]) as server:
        with pytest.raises(InferenceFailure) as caught:
            await streamed(server.url)
    assert caught.value.retry_after == 7


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (StopIteration(), "No provider serves this model."),
        (RuntimeError("coroutine raised StopIteration"), "No provider serves this model."),
        (RequestError("The input is missing."), "The input is missing."),
        (httpx2.PoolTimeout("x"), "Too many calls are under way."),
        (httpx2.UnsupportedProtocol("x"), "The connection failed."),
        (httpx2.InvalidURL("x"), "This is not an address that can be called."),
        (KeyError("x"), "The answer is not what this task promises."),
    ],
)
def test_any_exception_is_a_sentence(error: Exception, sentence: str) -> None:
    found = explain(error)
    assert found.reason == sentence
    assert found.hint or isinstance(error, RequestError)  # which says what to correct itself
    assert explain(found) is found


def test_the_words_of_a_server_in_any_shape() -> None:
    assert server_words({"error": {"message": "a"}}) == "a"
    assert server_words({"errors": ["a", {"msg": "b"}]}) == "a; b"
    assert server_words({"error": ["a"]}) == "a"
    assert server_words(3) == "3"
    assert server_words([{"label": "cat"}, None, {"error": "c"}]) == "c"
    assert server_words({"detail": [{"loc": ["body"]}]}) == server_words({"error": {"code": 5}}) == ""
    assert server_words(json.loads("[" * 900 + "1" + "]" * 900)) == ""
    assert server_words({}) == server_words(None) == server_words([]) == ""
    assert len(server_words({"error": "x" * 9999})) == 500


@pytest.mark.parametrize("way", ["two members", "filling"])
async def test_packed_in_several_pieces_or_with_filling_behind(way: str) -> None:
    whole = gzip.compress(GOOD.encode()) + bytes(9)
    body = whole if way == "filling" else b"".join(map(gzip.compress, (GOOD[:9].encode(), GOOD[9:].encode())))
    async with scripted(answering("200 OK", body, "application/json", "content-encoding: gzip")) as server:
        assert await plain(server.url) == "A"


async def test_an_answer_in_another_servers_shape_is_understood() -> None:
    async with scripted(answering("200 OK", '{"results": [{"label": "cat", "score": 1}]}')) as server:
        asked = Request("image-classification", "m", {"image": Media(data=b"x", name="x.png")}, base_url=server.url)
        reply = await client.run(resolve_offline(asked))
    assert isinstance(reply.output, Labels)
    assert reply.output.items[0].label == "cat"


@pytest.mark.parametrize(("key", "told"), [("sk-ab\u200bc", "U+200B, at place 6"), ("sk a", "U+0020, at place 3")])
async def test_a_key_that_can_not_be_sent(key: str, told: str) -> None:
    async with scripted(answering("200 OK", GOOD_CHAT)) as server:
        asked = Request("conversational", "m", MESSAGES, base_url=server.url)
        with pytest.raises(InferenceFailure, match=r"a character that no key can hold") as caught:
            await client.run(resolve_offline(asked, keys={"API_TOKEN": key}), {"API_TOKEN": key})
        assert (told in caught.value.reason, caught.value.ways, server.heads) == (True, ("token",), [])
