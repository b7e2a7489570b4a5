"""A comparison as JSON, and back: to keep it in the browser, and to export and import it.

Media are in it once each, under the hash of their bytes; keys never are. What is read may come from anybody."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from typing import Any

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import ToolCall
from showcard.metadata.visible import whole
from showcard.wire.request import RESPONSES, RequestError

from .conversation import LOCKABLE, title_of
from .measure import Measurement
from .state import MAX_PANES, ChatMessage, Comparison, Pane, Raw, Record, Settings, Variant, new_id

VERSION = 1
MAX_MESSAGES = 2_000
MAX_VARIANTS = 200
MAX_TEXT = 2_000_000
MAX_VERSIONS = 20_000  # of all messages of a comparison
MAX_CALLS, MAX_IMAGES = 200, 100  # of a version
MAX_SETTINGS, MAX_DEEP = 500_000, 100  # bytes of a pane's settings as JSON, and levels
DEEP = 6  # in a comparison: a version of a message
# Of what went over the wire the browser keeps the beginnings, of the last answers.
MAX_RAW, MAX_SENT, MAX_HEADERS, MAX_HEADER, MAX_POINTS = 20, 20_000, 60, 500, 400
SLICE = 2**20  # characters
ROLES = ("user", "assistant", "tool")
Images = dict[str, Any]


def to_json(comparison: Comparison, raw: bool = False) -> dict[str, Any]:
    """The comparison as plain JSON data; `media` holds each image once. With `raw`, what went over the wire for the
    last answers is in it."""
    media: Images = {}
    last = {message.id for pane in comparison.panes for message in pane.messages[-2 * MAX_RAW :]} if raw else ()
    panes = [
        {
            "id": pane.id,
            "settings": _settings_json(pane.settings),
            "messages": [_message_json(message, media, message.id in last) for message in pane.messages],
        }
        for pane in comparison.panes
    ]
    return {
        "showcard": "comparison",
        "version": VERSION,
        "id": comparison.id,
        "title": title_of(comparison),
        "locked": sorted(comparison.locked),
        **({"hidden": True} if comparison.hidden else {}),
        "panes": panes,
        "media": media,
    }


def pieces(value: Any, deep: int = DEEP) -> Iterator[bytes]:
    """The text of plain JSON data bit by bit, where all at once would let no other thread run: of a comparison, each
    version of a message by itself, and a long text or image in slices."""
    if deep and value and isinstance(value, dict):
        for number, (name, held) in enumerate(value.items()):
            yield f"{',' if number else '{'}{json.dumps(name)}:".encode()
            yield from pieces(held, deep - 1)
        yield b"}"
    elif deep and value and isinstance(value, list):
        for number, held in enumerate(value):
            yield b"," if number else b"["
            yield from pieces(held, deep - 1)
        yield b"]"
    elif isinstance(value, str) and len(value) > SLICE:
        yield b'"'
        for start in range(0, len(value), SLICE):
            yield json.dumps(value[start : start + SLICE], ensure_ascii=False)[1:-1].encode("utf-8", "replace")
        yield b'"'
    else:
        yield json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def from_text(text: str) -> Comparison:
    """A comparison from its JSON text. Raises RequestError."""
    try:
        value = json.loads(text, parse_constant=no_constant)
    except (ValueError, RecursionError):
        raise RequestError("This comparison can't be read.") from None
    return from_json(value)


def from_json(value: Any) -> Comparison:
    """The inverse of `to_json`. Raises RequestError with a sentence for what is no comparison."""
    if not isinstance(value, Mapping) or value.get("showcard") != "comparison":
        raise RequestError("This is no comparison of Showcard's.")
    if value.get("version") != VERSION:
        raise RequestError("This comparison was written by another version of Showcard.")
    panes = value.get("panes")
    if not isinstance(panes, list) or not 1 <= len(panes) <= MAX_PANES:
        raise RequestError(f"A comparison has one to {MAX_PANES} panes.")
    media = _media(value.get("media"))
    ids: set[str] = set()
    read = [_pane(pane, media, ids) for pane in panes]
    if sum(len(message.variants) for pane in read for message in pane.messages) > MAX_VERSIONS:
        raise RequestError(f"A comparison holds at most {MAX_VERSIONS:,} answers and questions.")
    hidden = value.get("hidden") is True and len(read) == 2  # a vote is between two
    locked = LOCKABLE.intersection(name for name in _list(value.get("locked")) if isinstance(name, str))
    return Comparison(read, _id(value.get("id"), set()), _text(value.get("title"))[:200], locked, hidden)


def no_constant(name: str) -> Any:
    """For the reading of JSON: NaN and Infinity are none, though Python reads them."""
    raise ValueError(f"{name} is no JSON value")


def _settings_json(settings: Settings) -> dict[str, Any]:
    held = {item.name: getattr(settings, item.name) for item in fields(Settings)}
    held |= {"parameters": dict(settings.parameters), "extra": dict(settings.extra), "tools": list(settings.tools)}
    return {name: value for name, value in held.items() if value not in (None, "", [], {})}


def _message_json(message: ChatMessage, media: Images, raw: bool) -> dict[str, Any]:
    held: dict[str, Any] = {
        "id": message.id,
        "role": message.role,
        "shown": message.shown,
        "variants": [_variant_json(variant, media, raw) for variant in message.variants],
    }
    return {**held, **({"call_id": message.call_id} if message.call_id else {})}


def _variant_json(variant: Variant, media: Images, raw: bool) -> dict[str, Any]:
    held: dict[str, Any] = {"content": variant.content}
    if variant.images:
        held["images"] = [_keep(image, media) for image in variant.images]
    if variant.reasoning:
        held["reasoning"] = variant.reasoning
    if variant.tool_calls:
        held["tool_calls"] = [asdict(call) for call in variant.tool_calls]
    if variant.edited:
        held["edited"] = True
    if variant.record is not None:
        record = variant.record
        held["record"] = {
            "model": record.model,
            "provider": record.provider,
            "finish_reason": record.finish_reason,
            "measurement": asdict(record.measurement),
            **({"raw": _raw_json(record.raw)} if raw and record.raw else {}),
        }
    return held


def _raw_json(raw: Raw) -> dict[str, Any]:
    sent = raw.sent if len(raw.sent) <= MAX_SENT else f"{raw.sent[:MAX_SENT]}…"
    headers = [(name, value[:MAX_HEADER]) for name, value in raw.headers[:MAX_HEADERS]]
    return {**asdict(raw), "sent": sent, "headers": headers}


def _keep(image: Media, media: Images) -> str:
    name = hashlib.sha256(image.data or b"").hexdigest()[:24]
    media.setdefault(name, image.to_json())
    return name


# Reading


def _media(value: Any) -> dict[str, Media]:
    """The images by their names; only those that hold their bytes, as a reference is nothing to be opened here."""
    found = {}
    for name, item in value.items() if isinstance(value, Mapping) else ():
        if not isinstance(item, Mapping) or not isinstance(item.get("base64"), str):
            raise RequestError("An image of the comparison holds no bytes.")
        try:
            image = Media.from_json(dict(item))
        except ValueError as error:
            raise RequestError(f"An image of the comparison can't be read: {error}") from None
        if image.kind != "image":
            raise RequestError("A file of the comparison is not an image.")
        found[str(name)] = image
    return found


def _pane(value: Any, media: Mapping[str, Media], ids: set[str]) -> Pane:
    if not isinstance(value, Mapping):
        raise RequestError("A pane of the comparison can't be read.")
    messages = _list(value.get("messages"))
    if len(messages) > MAX_MESSAGES:
        raise RequestError(f"A pane holds at most {MAX_MESSAGES:,} messages.")
    read = tuple(_message(message, media, ids) for message in messages)
    return Pane(_settings(value.get("settings")), read, _id(value.get("id"), ids))


def _settings(value: Any) -> Settings:
    held = value if isinstance(value, Mapping) else {}
    _look_deep(held)
    if sum(map(len, pieces({name: item for name, item in held.items() if name != "system"}))) > MAX_SETTINGS:
        raise RequestError("The settings of a pane are too long.")
    texts = {name: _text(held.get(name)) for name in ("model", "provider", "base_url", "bill_to", "system")}
    tools = tuple(dict(tool) for tool in _list(held.get("tools")) if isinstance(tool, Mapping))
    return Settings(
        texts["model"],
        texts["provider"] or "auto",
        texts["base_url"] or None,
        texts["bill_to"] or None,
        texts["system"],
        _mapping(held.get("parameters")),
        tools,
        _mapping(held.get("response_format")) or None,
        _mapping(held.get("extra")),
        RESPONSES if held.get("api") == RESPONSES else "",
    )


def _look_deep(value: Any) -> None:
    """Refuse what is nested so deeply that those who walk through it fail."""
    level = [value]
    for _ in range(MAX_DEEP):
        level = [inner for held in level for inner in (held.values() if isinstance(held, Mapping) else _list(held))]
    if level:
        raise RequestError("The settings of a pane are nested too deeply.")


def _message(value: Any, media: Mapping[str, Media], ids: set[str]) -> ChatMessage:
    if not isinstance(value, Mapping) or value.get("role") not in ROLES:
        raise RequestError("A message of the comparison can't be read.")
    variants = tuple(_variant(one, media) for one in _list(value.get("variants"))[:MAX_VARIANTS])
    if not variants:
        raise RequestError("A message of the comparison says nothing.")
    shown = value.get("shown")
    place = shown if isinstance(shown, int) and 0 <= shown < len(variants) else len(variants) - 1
    return ChatMessage(_id(value.get("id"), ids), str(value["role"]), variants, place, _text(value.get("call_id")))


def _variant(value: Any, media: Mapping[str, Media]) -> Variant:
    held = value if isinstance(value, Mapping) else {}
    images = tuple(
        media[name] for name in _list(held.get("images"))[:MAX_IMAGES] if isinstance(name, str) and name in media
    )
    calls = tuple(
        ToolCall(_text(call.get("id")), _text(call.get("name")), _text(call.get("arguments")))
        for call in _list(held.get("tool_calls"))[:MAX_CALLS]
        if isinstance(call, Mapping)
    )
    record = _record(held.get("record"))
    return Variant(
        _text(held.get("content")), images, _text(held.get("reasoning")), calls, record, held.get("edited") is True
    )


def _record(value: Any) -> Record | None:
    if not isinstance(value, Mapping) or not isinstance(value.get("measurement"), Mapping):
        return None
    measured = value["measurement"]
    taken = Measurement(
        _number(measured.get("time_to_first_token")),
        _number(measured.get("total")) or 0.0,
        int(_number(measured.get("output_tokens")) or 0),
        _whole(measured.get("prompt_tokens")),
        measured.get("reported") is True,
        _whole(measured.get("reasoning_tokens")),
        measured.get("reasoning_reported") is True,
        _number(measured.get("cost")),
        _whole(measured.get("context_length")),
        _number(measured.get("writing")),
        _whole(measured.get("written")),
    )
    reason = _text(value.get("finish_reason")) or None
    return Record(_text(value.get("model")), _text(value.get("provider")), taken, reason, _raw(value.get("raw")))


def _raw(value: Any) -> Raw | None:
    if not isinstance(value, Mapping):
        return None
    headers = [(_text(name), _text(said)) for name, said in filter(_is_pair, _list(value.get("headers")))]
    points = [(_number(at) or 0.0, _whole(size) or 0) for at, size in filter(_is_pair, _list(value.get("timeline")))]
    sent, status = _text(value.get("sent"))[: MAX_SENT + 1], _whole(value.get("status")) or 0
    names = _text(value.get("method")), _text(value.get("url"))
    return Raw(*names, sent, status, tuple(headers[:MAX_HEADERS]), tuple(points[:MAX_POINTS]))


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2


def _id(value: Any, ids: set[str]) -> str:
    """An id that can stand in an address and is not used yet."""
    text = _text(value)
    good = 0 < len(text) <= 40 and text.isascii() and text.replace("-", "").replace("_", "").isalnum()
    name = text if good and text not in ids else new_id()
    ids.add(name)
    return name


def _text(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    if len(value) > MAX_TEXT:
        raise RequestError("A text of the comparison is too long.")
    return whole(value)


def _number(value: Any) -> float | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12
    return float(value) if good else None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return {str(name): item for name, item in value.items()} if isinstance(value, Mapping) else {}
