"""The files that a snippet opens: media of a request under names that are safe in any language."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from showcard.metadata.media import Media
from showcard.wire.checks import clean_url
from showcard.wire.media import EmbeddedMedia, media_type_of

# What Python knows without the system's tables, which differ from machine to machine.
_PYTHON_TYPES = mimetypes.MimeTypes(filenames=())
_LONGEST_NAME = 80
_SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/svg+xml": ".svg",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
    "audio/mp4": ".m4a",
    "video/mp4": ".mp4",
}


@dataclass(frozen=True, slots=True)
class File:
    """One medium of a request: the name of its file, and of the variable that holds its bytes."""

    media: Media
    name: str
    variable: str

    @property
    def address(self) -> str | None:
        """Where it is fetched from, when it is no file of the person's."""
        return address_of(self.media)

    @property
    def unknown_suffix(self) -> str | None:
        """The ending that Python has to be told the type of, if any."""
        if _PYTHON_TYPES.guess_type(self.name)[0] == media_type_of(self.media):
            return None
        return PurePosixPath(self.name).suffix.lower()


def address_of(media: Media) -> str | None:
    """The address of remote media."""
    if media.data is not None or not media.source or not media.source.lower().startswith(("http://", "https://")):
        return None
    scheme, _, rest = media.source.partition("://")
    return clean_url(f"{scheme.lower()}://{rest.partition('#')[0]}")


def files_of(value: Any) -> dict[Media, File]:
    """A file for each medium in a value, in the order met."""
    files: dict[Media, File] = {}
    for media in _media(value):
        if media in files:
            continue
        kind = media.kind if media.kind in ("image", "audio", "video") else "media"
        name, number = _name(media, kind), 2
        taken = {file.name for file in files.values()}
        stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
        while name in taken:
            name, number = f"{stem}-{number}{suffix}", number + 1
        same = sum(file.variable.rstrip("_0123456789") == kind for file in files.values())
        files[media] = File(media, name, f"{kind}_{same + 1}" if same else kind)
    return files


def needed_in(body: Any, media: Media, file: File) -> bool:
    """Whether a JSON body needs the bytes: remote media that it only refers to stay an address."""
    if isinstance(body, EmbeddedMedia):
        return body.media == media and (file.address is None or not body.prefix)
    items = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    return any(needed_in(item, media, file) for item in items)


def _media(value: Any) -> Iterator[Media]:
    if isinstance(value, str):
        return
    if isinstance(value, Media | EmbeddedMedia):
        yield value if isinstance(value, Media) else value.media
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _media(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _media(item)


def _name(media: Media, kind: str) -> str:
    source = (address_of(media) or media.source or "").partition("?")[0]
    given = unquote(media.name or source) if address_of(media) else media.name or source
    base = PurePosixPath(given.replace("\\", "/")).name
    safe = "".join(char if _is_safe(char) else "_" for char in base).strip(" ").lstrip("-.")[-_LONGEST_NAME:]
    if not safe.strip("_. ") or not PurePosixPath(safe).stem:
        safe = kind
    suffix = PurePosixPath(safe).suffix
    if media.data is not None and not suffix:
        safe += _suffix(media)
    return safe


def _is_safe(char: str) -> bool:
    return (char.isascii() and char.isalnum()) or char in " ._-+()" or (not char.isascii() and char.isalnum())


def _suffix(media: Media) -> str:
    media_type = media_type_of(media)
    return _SUFFIXES.get(media_type) or mimetypes.guess_extension(media_type) or ".bin"
