"""The header of a GGUF file: its metadata, never its weights."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

HEAD = 32_000_000  # bytes read from the front of a file; the tokenizer's words alone can take 10 MB
_MOST_KEYS = 4_096
_MOST_ITEMS = 4_000_000
_LONGEST_TEXT = 1_000_000

_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9


class GGUFError(ValueError):
    """The bytes are no GGUF header, or it is cut off."""


class _Cut(Exception):
    """The header goes on past what was read."""


def read_gguf(head: bytes) -> Mapping[str, Any]:
    """The metadata of a GGUF file from its first bytes: what stands before a cut, without long lists.

    Raises GGUFError."""
    if head[:4] != b"GGUF":
        raise GGUFError("it does not start with GGUF")
    found: dict[str, Any] = {}
    try:
        version, _, count = _unpack("<IQQ", head, 4)
        if version not in (2, 3):
            raise GGUFError(f"version {version} is not known")
        if count > _MOST_KEYS:
            raise GGUFError(f"{count:,} keys are too many")
        at = 24
        for _ in range(count):
            name, at = _text(head, at)
            value, at = _value(head, at + 4, _unpack("<I", head, at)[0])
            if value is not None:
                found[name] = value
    except _Cut:
        if not found:
            raise GGUFError("its header is cut off") from None
    return found


def _unpack(form: str, head: bytes, at: int) -> tuple[Any, ...]:
    try:
        return struct.unpack_from(form, head, at)
    except struct.error:
        raise _Cut from None


def _text(head: bytes, at: int) -> tuple[str, int]:
    (size,) = _unpack("<Q", head, at)
    if size > _LONGEST_TEXT:
        raise GGUFError("a text in its header is too long")
    end = at + 8 + size
    if end > len(head):
        raise _Cut
    return head[at + 8 : end].decode("utf-8", "replace"), end


def _value(head: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind == _STRING:
        return _text(head, at)
    if kind == _ARRAY:
        return None, _skip_array(head, at)
    form = _NUMBERS.get(kind)
    if form is None:
        raise GGUFError(f"a value has the unknown type {kind}")
    return _unpack(f"<{form}", head, at)[0], at + struct.calcsize(f"<{form}")


def _skip_array(head: bytes, at: int) -> int:
    kind, count = _unpack("<IQ", head, at)
    at += 12
    if count > _MOST_ITEMS:
        raise GGUFError("a list in its header is too long")
    if kind in _NUMBERS:
        return at + int(count) * struct.calcsize(f"<{_NUMBERS[kind]}")
    if kind != _STRING:
        raise GGUFError("a list in its header holds lists")
    length = struct.Struct("<Q")
    for _ in range(count):
        if at + 8 > len(head):
            raise _Cut
        at += 8 + int(length.unpack_from(head, at)[0])
    return at
