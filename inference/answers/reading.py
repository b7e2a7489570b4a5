"""From what a server answered to an output: the bytes on the wire first, the client's own reading of them second."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL.Image import Image

from showcard.inference.errors import InferenceFailure, server_words
from showcard.inference.transport.http import MEDIA, Exchange
from showcard.inference.transport.packed import BROKE_OFF
from showcard.metadata.media import sniff
from showcard.metadata.outputs.read import Message, Output, Unknown, normalise, plain
from showcard.metadata.reading.yaml12 import uncollected
from showcard.wire.request import ResolvedRequest

from .empty import check_something
from .long_answers import read_long

_MISSING = object()
LARGE = 50_000  # bytes of an answer


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """What an answer holds: its output, its JSON (None for media), and a sentence where a part of it was left out."""

    output: Output
    raw: Any
    cut: str = ""


async def read(resolved: ResolvedRequest, result: Any, exchange: Exchange, fetched: bytes = b"") -> ReadAnswer:
    """What is in an answer. Raises InferenceFailure when that is nothing.

    `result` is what the client made of it, `fetched` a file that the answer led to."""
    task, body = resolved.request.task, bytes(exchange.body)
    if exchange.spool is not None:
        return await _read_long(resolved, exchange)
    if isinstance(result, bytes) and result and not _may_be_json(result, exchange):
        return ReadAnswer(normalise(task, result), None)
    if isinstance(result, Image):
        data = next((data for data in (fetched, body) if sniff(data)), b"")
        return ReadAnswer(normalise(task, data or await asyncio.to_thread(_png, result)), None)
    raw = await asyncio.to_thread(_json, body) if exchange.whole else _MISSING
    large = len(body) > LARGE
    if raw is _MISSING and isinstance(result, bytes):
        return ReadAnswer(normalise(task, result), None)
    if raw is _MISSING and result is None:
        raise _not_json(body)
    if raw is not _MISSING:
        check_error(raw)
        check_something(await _normalised(task, raw, large), raw)
    for value in (raw, result):
        if value is _MISSING or value is None:
            continue
        output = await _normalised(task, value if value is raw else await asyncio.to_thread(_listed, value), large)
        if not isinstance(output, Unknown):
            return ReadAnswer(_said(output), None if raw is _MISSING else raw)
    raise _not_promised(resolved, None if raw is _MISSING else raw)


async def _normalised(task: str, value: Any, large: bool) -> Output:
    """The output that a value means; a large one is walked through in a thread."""
    return await asyncio.to_thread(normalise, task, value) if large else normalise(task, value)


async def _read_long(resolved: ResolvedRequest, exchange: Exchange) -> ReadAnswer:
    """What a long answer holds, which is kept in a file. Raises InferenceFailure."""
    found = await read_long(exchange, resolved.request.task)
    if found is None:
        raise _not_json(bytes(exchange.body))
    if found.raw is not None:
        check_error(found.raw)
        check_something(found.output, found.raw)
    if isinstance(found.output, Unknown):
        raise _not_promised(resolved, found.raw)
    return ReadAnswer(_said(found.output), found.raw, found.cut)


def _said(output: Output) -> Output:
    if isinstance(output, Message):
        check_said(output)
    return output


def _not_json(body: bytes) -> InferenceFailure:
    if _is_begun(body.decode("utf-8", "replace")):
        return InferenceFailure(BROKE_OFF, "Run again.", retry=True, detail="Its JSON is cut short.")
    return InferenceFailure("The server's answer is not JSON.", _hint(body))


def _not_promised(resolved: ResolvedRequest, raw: Any) -> InferenceFailure:
    return InferenceFailure(
        f"The answer is not what {resolved.request.row.name.lower()} promises.",
        "Check that the model does this task.",
        detail=json.dumps(plain(raw))[:2000] if raw is not None else "",
    )


def check_error(raw: Any) -> None:
    """Raises InferenceFailure for an error that comes along with status 200, and for a chat without any answer."""
    if not isinstance(raw, Mapping):
        return
    if raw.get("error") or raw.get("errors") or raw.get("object") == "error":
        said = server_words(raw) or "it says no more."
        raise InferenceFailure(f"The server reports an error: {said}", "Look at the inputs.")
    if raw.get("choices") == []:
        raise InferenceFailure(
            "The server answered without any choice.", "Run again, or choose another model.", retry=True
        )


def check_said(message: Message) -> None:
    """Raises InferenceFailure for a chat answer that says nothing at all."""
    if message.content.strip() or message.reasoning or message.tool_calls:
        return
    hint = _SILENT.get(message.finish_reason or "", "Run again, or ask differently.")
    retry = message.finish_reason != "content_filter"
    raise InferenceFailure("The model answered without a word.", hint, retry=retry)


_SILENT = {
    "length": "It used up its tokens before it said anything: allow more of them (max_tokens).",
    "content_filter": "The provider's filter held the answer back: ask differently.",
}


def _may_be_json(body: bytes, exchange: Exchange) -> bool:
    """Whether what is no medium by its type or its first bytes begins as JSON does."""
    media = exchange.content_type.startswith(MEDIA) or sniff(body)
    return not media and body.lstrip()[:1] in (b"[", b"{", b'"', b"n")


def _json(body: bytes) -> Any:
    try:
        with uncollected():  # else all that was read so far is walked through again and again, and nothing else runs
            return json.loads(body)
    except (ValueError, RecursionError):
        return _MISSING


def _hint(body: bytes) -> str:
    start = body.lstrip()[:1]
    what = "It sent a web page. " if start == b"<" else "" if body else "It is empty. "
    return f"{what}Check that the base URL leads to this task."


def _is_begun(text: str) -> bool:
    """Whether a text is the beginning of an object or a list, without its end: a server that does not say how long its
    answer is can break off unseen."""
    if not text.lstrip().startswith(("[", "{")):
        return False
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        rest = text[error.pos :].strip()
        return error.msg.startswith("Unterminated") or any(word.startswith(rest) for word in ("true", "false", "null"))
    except (ValueError, RecursionError):
        pass
    return False


def _listed(value: Any) -> Any:
    """The client's objects as plain lists and mappings; its pictures as PNG."""
    if isinstance(value, Image):
        return _png(value)
    if isinstance(value, Mapping):
        return {key: _listed(item) for key, item in value.items()}
    return [_listed(item) for item in value] if isinstance(value, list | tuple) else value


def _png(image: Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
