"""Deep links: what is on a model page as an address, and back. A link fills fields; it runs nothing and holds no key.

The names are the Hub's (`?model=`, `?text=`, `?table=` ...). What is too long for an address that survives copying goes
behind its `#`, packed: no server, proxy or log sees that part, the page's own script hands it over."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from showcard.metadata.examples.inputs import FIELDS, KNOWN_INPUTS
from showcard.metadata.media import Media
from showcard.metadata.tasks.table import Task

LONGEST_QUERY = 2_000  # characters; longer addresses are cut by programs that pass them on
MAX_PACKED = 4_000_000  # characters behind the `#`
MAX_UNPACKED = 16_000_000  # bytes
MAX_DATA = 1_000_000  # characters of a field that is JSON: as many lists may be in it
MAX_NAMES = 200
LONG = 64_000  # characters; what is longer, or unpacks to more, is read apart from the app
PACKED = "in="

# Fields whose values are data: JSON in the address.
_DATA = frozenset(("table", "structured_data", "structuredData", "sentences", "documents", "texts", "messages"))
_LABELS = frozenset(("candidate_labels", "candidateLabels", "labels"))
# What a link may say beside the fields: its name in the address, and in a Link.
_NAMES = {
    "model": "source", "card": "card", "task": "task", "example": "example", "inference_provider": "provider",
    "language": "language",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """A model page with what its fields hold.

    `source` is a Hub id, an example card or a path, `card` a card's own text instead. `example` is a title or a number
    from 1. `fields` are named and shaped as in a card's example; `parameters` hold those that were set on the page.
    `code`: the Code tab is open, in `language`."""

    source: str = ""
    card: str = ""
    task: str = ""
    example: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    provider: str = ""
    language: str = ""
    code: bool = False


def write_link(link: Link) -> str:
    """The part of the address that says it all: `?...`, or `?model=...#in=...` where that would be too long."""
    pairs = [(name, getattr(link, held)) for name, held in _NAMES.items()]
    pairs += [(name, _written(name, value)) for name, value in link.fields.items()]
    pairs += [("parameters", _json(link.parameters))] if link.parameters else []
    pairs += [("inference_api", "true")] if link.code else []
    query = urlencode([pair for pair in pairs if pair[1] or pair[0] in link.fields], errors="replace", quote_via=quote)
    if len(query) <= LONGEST_QUERY:
        return f"?{query}" if query else ""
    packed = zlib.compress(query.encode("ascii"), 9)
    model = f"?model={quote(link.source, errors='replace')}" if 0 < len(link.source) < LONGEST_QUERY // 4 else ""
    return f"{model}#{PACKED}{base64.urlsafe_b64encode(packed).decode('ascii').rstrip('=')}"


def read_link(query: str, fragment: str = "") -> Link:
    """What an address asks for: its query, and what stands behind its `#`. What can't be read is left out."""
    pairs = _pairs(query.removeprefix("?")) | _pairs(_unpacked(fragment.removeprefix("#")))
    known: dict[str, Any] = {held: pairs[name] for name, held in _NAMES.items() if name in pairs}
    fields = {name: _read(name, value) for name, value in pairs.items() if name in KNOWN_INPUTS}
    parameters = _data(pairs.get("parameters", ""))
    return Link(
        **known,
        fields={name: value for name, value in fields.items() if value is not None},
        parameters=parameters if isinstance(parameters, dict) else {},
        code=pairs.get("inference_api", "") == "true",
    )


def is_long(query: str, fragment: str = "") -> bool:
    """Whether `read_link` takes more than a moment for an address: it is long, or what is packed in it is."""
    return len(query) + len(fragment) > LONG or len(_opened(fragment.removeprefix("#"), LONG)[0]) == LONG


def link_fields(row: Task, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of a Request as a link has them. Files stay out: a link leads to none."""
    found: dict[str, Any] = {}
    for spec in row.fields:
        value = inputs.get(spec.name)
        name = _name(row, spec.name)
        if value is None or isinstance(value, Media) or name in found:
            continue
        if spec.kind == "messages":
            value = _said(value)
        found[name] = value
    return found


def _name(row: Task, field_name: str) -> str:
    """How a link calls a field: as cards do, a table by whether a question goes with it."""
    if field_name == "table":
        return "table" if any(spec.name == "query" for spec in row.fields) else "structured_data"
    return {"multi_label": "multi_class", "messages": "text"}.get(field_name, FIELDS[field_name][0])


def _said(messages: Any) -> str:
    """The text of the last message, which is the one still to be sent."""
    content = messages[-1].get("content") if isinstance(messages, list) and messages else ""
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if part.get("type") == "text")
    return str(content or "")


def _written(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if name in _LABELS and isinstance(value, list):
        plain = all(isinstance(v, str) and v.strip() == v and v and "," not in v for v in value)
        joined = ", ".join(map(str, value))
        return joined if plain and not joined.startswith("[") else _json(value)
    return _json(value)


def _read(name: str, value: str) -> Any:
    if name in _DATA:
        found = _data(value)
        return value if found is None and name in ("sentences", "texts", "documents") else found
    if name in _LABELS and value.lstrip().startswith("["):
        found = _data(value)
        return found if isinstance(found, list) else value
    if name in ("multi_class", "multi_label", "multiclass"):
        return value.strip().lower() in ("true", "1", "yes", "on")
    return value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _data(text: str) -> Any:
    try:
        return json.loads(text) if 0 < len(text) <= MAX_DATA else None
    except (ValueError, RecursionError):
        return None


def _pairs(query: str) -> dict[str, str]:
    """The first value of each name."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="replace", max_num_fields=MAX_NAMES)
    except ValueError:
        return {}
    return dict(reversed(pairs))


def _unpacked(fragment: str) -> str:
    """The query that stands packed behind a `#`; empty where there is none, or what is there is no such thing."""
    query, whole = _opened(fragment, MAX_UNPACKED)
    return query.decode("ascii") if whole and query.isascii() else ""


def _opened(fragment: str, most: int) -> tuple[bytes, bool]:
    """What is packed behind a `#`, of `most` bytes at the most, and whether that is all of it."""
    if not fragment.startswith(PACKED) or len(fragment) > MAX_PACKED:
        return b"", False
    text = fragment.removeprefix(PACKED)
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        opened = zlib.decompressobj()
        return opened.decompress(packed, most), opened.eof
    except (ValueError, zlib.error):
        return b"", False
