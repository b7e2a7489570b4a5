"""Media of a field as a server takes them: real bytes with their type, images turned the way they are seen."""

from __future__ import annotations

import asyncio
import io
from pathlib import PurePosixPath

import soundfile
from PIL import Image, ImageOps

from showcard.metadata.media import Media

MAX_PIXELS = 80_000_000  # of a picture, and
MAX_SAMPLES = 60_000_000  # of a sound that are decoded here: a small file can hold very many
ORIENTATION = 0x0112  # of EXIF; 1 is upright
UNTOUCHED_IMAGES = frozenset(("image/png", "image/jpeg", "image/webp", "image/gif", "image/svg+xml"))
UNTOUCHED_SOUNDS = frozenset(
    ("audio/wav", "audio/flac", "audio/ogg", "audio/mpeg", "audio/mp4", "audio/webm", "video/webm", "video/mp4")
)


def encoded(media: Media) -> Media:
    """The media, written anew where servers would not read it, or not as people see it; else as it is.

    Encoding what was encoded changes nothing. What can't be read stays as it is: whoever opens it says so."""
    if media.kind == "image":
        return _image(media)
    return _sound(media) if media.kind == "audio" else media


async def encoded_apart(media: Media) -> Media:
    """The same for code in the event loop: a picture that is written anew takes seconds."""
    return await asyncio.to_thread(encoded, media)


def _image(media: Media) -> Media:
    """Upright; PNG where it is none of the types that every server reads."""
    if media.media_type == "image/svg+xml":
        return media
    try:
        with Image.open(io.BytesIO(media.data or b"")) as image:
            turned = image.getexif().get(ORIENTATION, 1) not in (0, 1)
            if image.width * image.height > MAX_PIXELS or (not turned and media.media_type in UNTOUCHED_IMAGES):
                return media
            upright = ImageOps.exif_transpose(image) if turned else image
            jpeg = image.format == "JPEG"
            written = io.BytesIO()
            if jpeg:
                upright.save(written, "JPEG", quality=95)
            else:
                shown = upright if upright.mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I") else upright.convert("RGB")
                shown.save(written, "PNG")
    except Exception:  # decoders meet hostile bytes here
        return media
    return _renamed(media, written.getvalue(), *(("image/jpeg", ".jpg") if jpeg else ("image/png", ".png")))


def _sound(media: Media) -> Media:
    """FLAC where it is none of the types that every server reads, such as AIFF or AU."""
    if media.media_type in UNTOUCHED_SOUNDS:
        return media
    try:
        told = soundfile.info(io.BytesIO(media.data or b""))
        if told.frames * told.channels > MAX_SAMPLES:
            return media
        samples, rate = soundfile.read(io.BytesIO(media.data or b""), dtype="int16", always_2d=True)
        written = io.BytesIO()
        soundfile.write(written, samples, rate, format="FLAC", subtype="PCM_16")
    except Exception:  # decoders meet hostile bytes here
        return media
    return _renamed(media, written.getvalue(), "audio/flac", ".flac")


def _renamed(media: Media, data: bytes, media_type: str, suffix: str) -> Media:
    name = str(PurePosixPath(media.name or "input").with_suffix(suffix)) if media.name else None
    return Media(media.source, data, media_type, name)
