"""Images, sounds, videos and meshes among raw answers: bytes, base64, `data:`, addresses, paths, nested as they are."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

from showcard.metadata.media import Media, decode_base64, sniff

from .raw import Unreadable, finite, first_of, number
from .types import Audio, Clip, Image, Mesh, Output, Video

_NESTED = (
    *("url", "src", "image", "audio", "video", "mesh", "model", "model_mesh", "depth", "blob", "b64_json", "base64"),
    *("path", "file", "images", "videos", "data", "output", "outputs", "result", "generated_image", "image_url"),
    *("audio_file", "predicted_depth"),
)
_DEEPEST = 8


def read_media(raw: Any, kind: str) -> Output:
    """The one medium of an answer; what it is played as follows the task, then its own media type."""
    return one_medium(raw, kind)


def one_medium(raw: Any, kind: str) -> Image | Audio | Video | Mesh:
    """A medium as the output type of its own media type where that is known, else of the task."""
    media = medium(raw)
    found = {"image": "image", "audio": "audio", "video": "video", "model": "mesh"}.get(media.kind, kind)
    if found == "image":
        return Image(media)
    if found == "audio":
        return Audio((Clip(media),))
    return Video(media) if found == "video" else Mesh(media)


def medium(raw: Any, media_type: str | None = None, depth: int = 0) -> Media:
    """The first medium in a raw value. Raises Unreadable where there is none."""
    if isinstance(raw, Media):
        return raw
    if isinstance(raw, bytes | bytearray) and raw:
        return Media.from_bytes(bytes(raw), media_type)
    if isinstance(raw, str):
        return _from_text(raw, media_type)
    if depth > _DEEPEST:
        raise Unreadable
    if isinstance(raw, list) and raw and not isinstance(raw[0], int | float):
        return medium(raw[0], media_type, depth + 1)
    if not isinstance(raw, Mapping):
        raise Unreadable
    named = first_of(raw, "content-type", "content_type", "media_type", "mime_type")
    media_type = named if isinstance(named, str) else media_type
    rate = number(first_of(raw, "sampling_rate", "sample_rate"))
    if rate and isinstance(raw.get("audio"), list):
        return _waveform(raw["audio"], rate)
    for key in _NESTED:
        if raw.get(key):
            try:
                return medium(raw[key], media_type, depth + 1)
            except Unreadable:
                continue
    raise Unreadable


def _from_text(raw: str, media_type: str | None) -> Media:
    text = raw.strip()
    if not text:
        raise Unreadable
    if text[:5].lower() == "data:":
        return Media.from_reference(text)
    if len(text) > 64 and "://" not in text[:16]:
        try:
            data = decode_base64(text)
        except (ValueError, UnicodeError):
            data = b""
        if data and (media_type or sniff(data) or len(text) > 1024):
            return Media.from_bytes(data, media_type)
    if "\n" in text or len(text) > 4096:
        raise Unreadable
    found = Media.from_reference(text)
    return Media(found.source, found.data, found.media_type or media_type, found.name)


def or_none(read: Callable[[Any], Media], raw: Any) -> Media:
    """The medium of one item of many; media without anything in it where there is none, so that the others are kept."""
    try:
        return read(raw)
    except Unreadable:
        return Media()


def mask(raw: Any) -> Media:
    """A mask: the same shapes, and a PNG where nothing else is said."""
    found = medium(raw)
    if found.data is not None and found.media_type is None:
        return Media.from_bytes(found.data, "image/png")
    return found


def clips(raw: Any) -> tuple[Clip, ...]:
    """The sounds of audio-to-audio, each with its label; empty where it is no such list."""
    if not isinstance(raw, list) or not raw or not all(isinstance(item, Mapping) for item in raw):
        return ()
    found = tuple(Clip(or_none(medium, item), str(item.get("label") or "")) for item in raw)
    if all(clip.media == Media() for clip in found):
        raise Unreadable
    return found


def _waveform(samples: list[Any], rate: float) -> Media:
    """Samples between -1 and 1 as a WAV file of 16 bits; several channels come as lists."""
    channels = samples if samples and isinstance(samples[0], list) else [samples]
    frames = [finite(value) for frame in zip(*channels, strict=True) for value in frame]
    pcm = struct.pack(f"<{len(frames)}h", *(int(max(-1.0, min(1.0, value)) * 32767) for value in frames))
    width, count, hertz = 2, len(channels), int(rate)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(pcm), b"WAVE", b"fmt ", 16, 1, count, hertz,
                       hertz * count * width, count * width, width * 8, b"data", len(pcm))  # fmt: skip
    return Media.from_bytes(head + pcm, "audio/wav")
