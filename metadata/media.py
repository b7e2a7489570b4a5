"""Media: how images, audio, video and meshes travel in inputs and outputs."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

for _type, _suffix in {
    "image/webp": ".webp",
    "image/avif": ".avif",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "video/webm": ".webm",
    "model/gltf-binary": ".glb",
    "model/gltf+json": ".gltf",
    "model/obj": ".obj",
}.items():
    mimetypes.add_type(_type, _suffix)

SLICE = 3 * 2**18  # bytes; of three at a time base64 makes four characters
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"BM", 0, "image/bmp"),
    (b"WAVE", 8, "audio/wav"),
    (b"fLaC", 0, "audio/flac"),
    (b"OggS", 0, "audio/ogg"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"\xff\xf3", 0, "audio/mpeg"),
    (b"\x1aE\xdf\xa3", 0, "video/webm"),
    (b"ftyp", 4, "video/mp4"),
    (b"glTF", 0, "model/gltf-binary"),
)


@dataclass(frozen=True, slots=True)
class Media:
    """An image, a sound, a video or a mesh: its bytes, or a reference (path or address) that nobody opened yet."""

    source: str | None = None
    data: bytes | None = None
    media_type: str | None = None
    name: str | None = None

    @property
    def kind(self) -> str:
        """`image`, `audio`, `video`, `model`, or an empty string where the media type is unknown."""
        return (self.media_type or "").split("/", 1)[0]

    @classmethod
    def from_bytes(cls, data: bytes, media_type: str | None = None, name: str | None = None) -> Media:
        """Media from bytes; the type is read from the first bytes where it is not given."""
        return cls(data=data, media_type=media_type or sniff(data) or guess_type(name or ""), name=name)

    @classmethod
    def from_reference(cls, source: str) -> Media:
        """Media from what a card names: a path, an address, or a `data:` address, which is decoded at once.

        Raises ValueError for a `data:` address that can't be decoded."""
        if source[:5].lower() == "data:":
            return cls._from_data_url(source)
        path = urlsplit(source).path if "://" in source else source
        return cls(source=source, media_type=guess_type(path), name=PurePosixPath(path).name or None)

    @classmethod
    def _from_data_url(cls, url: str) -> Media:
        head, comma, body = url[5:].partition(",")
        if not comma:
            raise ValueError("The data: address has no comma.")
        media_type, *options = head.split(";")
        raw = unquote_to_bytes(body)
        if "base64" in (o.strip().lower() for o in options):
            raw = decode_base64(raw)
        return cls.from_bytes(raw, media_type=media_type.strip().lower() or None)

    def to_json(self) -> dict[str, Any]:
        """The one JSON encoding: `{"base64", "media_type", "name"}` or `{"src", "media_type", "name"}`."""
        where = {"src": self.source} if self.data is None else {"base64": base64_of(self.data)}
        return {**where, "media_type": self.media_type, "name": self.name}

    @classmethod
    def from_json(cls, value: Any) -> Media:
        """The inverse of `to_json`; a plain string is a reference. Raises ValueError for anything else."""
        if isinstance(value, str):
            return cls.from_reference(value)
        if not isinstance(value, dict):
            raise ValueError('Media is a path, an address, or an object with "base64" or "src".')
        media_type, name = (held if isinstance(held := value.get(k), str) else None for k in ("media_type", "name"))
        if isinstance(value.get("base64"), str):
            return cls.from_bytes(decode_base64(value["base64"]), media_type=media_type, name=name)
        source = next((value[k] for k in ("src", "url", "path") if isinstance(value.get(k), str)), None)
        if source is None:
            raise ValueError('Media needs "base64" or "src".')
        found = cls.from_reference(source)
        return cls(found.source, found.data, media_type or found.media_type, name or found.name)

    def data_url(self) -> str:
        """The bytes as a `data:` address. Raises ValueError when there are no bytes."""
        if self.data is None:
            raise ValueError("There are no bytes to encode.")
        kind = self.media_type or "application/octet-stream"
        return f"data:{kind};base64,{base64_of(self.data)}"


_BEFORE_SVG = (b"<svg", b"<?xml", b"<!--", b"<!doctype svg")


def sniff(data: bytes) -> str | None:
    """The media type that the first bytes tell, where they tell one."""
    for signature, offset, media_type in _SIGNATURES:
        if data[offset : offset + len(signature)] == signature:
            return media_type
    # An SVG begins with its element, or with what XML lets stand before it; words of JSON or of a page are none.
    start = data[:300].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "image/svg+xml" if start.startswith(_BEFORE_SVG) and b"<svg" in start else None


def guess_type(path: str) -> str | None:
    """The media type that a path's ending tells, in any case."""
    return _type_of_suffix(PurePosixPath(path).suffix.lower()[:20]) if "." in path else None


@lru_cache(maxsize=200)
def _type_of_suffix(suffix: str) -> str | None:
    return mimetypes.guess_type(f"x{suffix}")[0]


def base64_of(data: bytes) -> str:
    """Bytes as base64 text."""
    return "".join(base64_slices(data)) if len(data) > SLICE else base64.b64encode(data).decode("ascii")


def base64_slices(data: bytes) -> Iterator[str]:
    """Bytes as base64 text, in slices: encoding 50 MB at once would hold every other thread."""
    for start in range(0, len(data), SLICE):
        yield base64.b64encode(data[start : start + SLICE]).decode("ascii")


def decode_base64(text: str | bytes) -> bytes:
    """Base64 to bytes, white space ignored. Raises ValueError."""
    raw = text.encode("ascii", "strict") if isinstance(text, str) else text
    try:
        return base64.b64decode(b"".join(raw.split()), validate=True)
    except binascii.Error as error:
        raise ValueError(f"Not base64: {error}.") from None
