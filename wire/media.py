"""Media inside a request: a marker stands in for the bytes while a provider's helper builds the body around them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from showcard.metadata.media import Media, base64_of, base64_slices

from .hub_private import MimeBytes
from .request import RequestError

_FIELD_NAME = re.compile(rb"[\w.\[\]-]+")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


def media_type_of(media: Media) -> str:
    """The content type that goes with the bytes; unknown bytes are called just that."""
    given = media.media_type or ""
    return given if _MEDIA_TYPE.fullmatch(given) else "application/octet-stream"


def data_url(media: Media) -> str:
    """The bytes as a `data:` address, of a type that is safe to write."""
    return f"data:{media_type_of(media)};base64,{base64_of(media.data or b'')}"


@dataclass(frozen=True, slots=True)
class EmbeddedMedia:
    """Media inside JSON: base64 after `prefix`, which is empty or the head of a `data:` address."""

    media: Media
    prefix: str = ""


def with_bytes(value: Any, marker: MediaMarker | None = None) -> Any:
    """JSON with the bytes of media in their place, or those of a marker."""
    if isinstance(value, EmbeddedMedia):
        data = value.media.data or b""
        return value.prefix + (marker.base64(marker.stand_in(value.media)) if marker else base64_of(data))
    if isinstance(value, Media):
        return with_bytes(EmbeddedMedia(value, f"data:{media_type_of(value)};base64,"), marker)
    if isinstance(value, Mapping):
        return {key: with_bytes(item, marker) for key, item in value.items()}
    return [with_bytes(item, marker) for item in value] if isinstance(value, list | tuple) else value


def media_in(value: Any) -> Iterator[Media]:
    """All media in a value."""
    if isinstance(value, EmbeddedMedia | Media):
        yield value.media if isinstance(value, EmbeddedMedia) else value
    elif isinstance(value, Mapping | list | tuple):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from media_in(item)


@dataclass(slots=True)
class MediaMarker:
    """Bytes that occur nowhere in a request, one number for each of its media."""

    text: str
    media: list[Media] = field(default_factory=list)

    @classmethod
    def absent_from(cls, value: Any) -> MediaMarker:
        """A marker whose every encoding is absent from all texts of a value."""
        held = texts(value)
        for number in range(len(held) + 1000):
            text = f"media{number:06d}x"  # 12 bytes: base64 without padding, whatever follows in blocks of 12
            encoded = base64.b64encode(text.encode()).decode()
            if not any(encoded in other or text in other for other in held):
                return cls(text)
        raise RequestError("The request holds too many of the texts that stand for media.")

    def replace(self, value: Any) -> Any:
        """The value with marker bytes for media; inside lists and objects, `data:` addresses of marker bytes."""
        return {name: self._replace(item, nested=False) for name, item in value.items()}

    def _replace(self, value: Any, nested: bool) -> Any:
        if isinstance(value, Media):
            return self._stand_in(value, nested)
        if isinstance(value, Mapping):
            return {key: self._replace(item, True) for key, item in value.items()}
        return [self._replace(item, True) for item in value] if isinstance(value, list | tuple) else value

    def stand_in(self, media: Media) -> bytes:
        """The bytes that stand for some media."""
        self.media.append(media)
        return f"{self.text}{len(self.media) - 1:012d}".encode()

    def _stand_in(self, media: Media, nested: bool) -> str | MimeBytes:
        data = MimeBytes(self.stand_in(media), media_type_of(media))
        return f"data:{media_type_of(media)};base64,{self.base64(data)}" if nested else data

    @staticmethod
    def base64(data: bytes) -> str:
        """Base64 text of bytes."""
        return base64.b64encode(data).decode("ascii")

    def filled(self, body: bytes) -> bytes:
        """A body with the media in their places. Takes its time, bit by bit: call it in a thread."""
        return b"".join(self._filled(body, _slices))

    def shown(self, body: bytes) -> bytes:
        """A body with the sizes of the media in their places."""
        return b"".join(self._filled(body, lambda data, _: (f"… ({len(data):,} bytes)".encode(),)))

    def _filled(self, body: bytes, write: Callable[[bytes, bool], Iterable[bytes]]) -> Iterator[bytes]:
        plain, coded = self.text.encode(), base64.b64encode(self.text.encode())
        end = 0
        for found in re.finditer(re.escape(plain) + rb"(\d{12})|" + re.escape(coded) + rb"([\w+/]{16})", body):
            yield body[end : found.start()]
            number = int(found[1] or base64.b64decode(found[2]))
            yield from write(self.media[number].data or b"", found[1] is None)
            end = found.end()
        yield body[end:]

    def media_of(self, data: bytes) -> Media:
        """The media that marker bytes stand for."""
        return self.media[int(data.decode()[len(self.text) :])]

    def restore(self, value: Any) -> Any:
        """JSON with `EmbeddedMedia` where a text holds the marker."""
        return self._restore(value, base64.b64encode(self.text.encode()).decode()) if self.media else value

    def _restore(self, value: Any, encoded: str) -> Any:
        if isinstance(value, str):
            prefix, found, number = value.partition(encoded)
            return EmbeddedMedia(self.media[int(base64.b64decode(number))], prefix) if found else value
        if isinstance(value, Mapping):
            return {key: self._restore(item, encoded) for key, item in value.items()}
        return [self._restore(item, encoded) for item in value] if isinstance(value, list | tuple) else value


def _slices(data: bytes, coded: bool) -> Iterable[bytes]:
    return (text.encode("ascii") for text in base64_slices(data)) if coded else (data,)


def decode_multipart(body: bytes, content_type: str, marker: MediaMarker) -> tuple[tuple[str, str | Media], ...]:
    """The fields of a multipart form that a helper wrote."""
    boundary = content_type.partition("boundary=")[2].encode()
    fields: list[tuple[str, str | Media]] = []
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, value = part.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'; name="([^"]*)"', head)
        if name is None or not _FIELD_NAME.fullmatch(name[1]):
            raise RequestError("A parameter's name does not fit into a form.")
        media = marker.media_of(value) if b"filename=" in head else None
        fields.append((name[1].decode(), media if media is not None else value.decode()))
    return tuple(fields)


def texts(value: Any) -> list[str]:
    """Every text in a value, keys included."""
    found: list[str] = []
    left = [value]
    while left:
        item = left.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, dict):
            found += map(str, item)
            left += item.values()
        elif isinstance(item, list | tuple):
            left += item
    return found
