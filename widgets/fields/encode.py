"""Media of a field as a server takes them: real bytes with their type, images turned the way they are seen."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from pathlib import PurePosixPath

import soundfile
from PIL import Image, ImageOps

from showcard.inference.processes.workers import run_apart_here
from showcard.metadata.media import Media

MAX_HERE = 2_000_000  # pixels or samples: decoding more lets no other thread run for too long, so a worker does it
MAX_WRITTEN = 2**28  # bytes of what comes back from there
MEMORY = 2**31  # bytes: three copies of the largest picture
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
    """Media as they are sent, made in a thread: a picture that is written anew takes seconds."""
    return await asyncio.to_thread(encoded, media)


def _image(media: Media) -> Media:
    """Upright; PNG where it is none of the types that every server reads."""
    data = media.data or b""
    if media.media_type == "image/svg+xml":
        return media
    try:
        with Image.open(io.BytesIO(data)) as image:
            turned = image.getexif().get(ORIENTATION, 1) not in (0, 1)
            pixels, jpeg = image.width * image.height, image.format == "JPEG"
        if pixels > MAX_PIXELS or (not turned and media.media_type in UNTOUCHED_IMAGES):
            return media
        written = _apart(write_image, data, pixels)
    except Exception:  # decoders meet hostile bytes here
        return media
    return _renamed(media, written, *(("image/jpeg", ".jpg") if jpeg else ("image/png", ".png")))


def write_image(data: bytes) -> bytes:
    """A picture upright: as JPEG where it was one, else as PNG. Raises what Pillow does."""
    with Image.open(io.BytesIO(data)) as image:
        upright = ImageOps.exif_transpose(image)
        written = io.BytesIO()
        if image.format == "JPEG":
            upright.save(written, "JPEG", quality=95)
        else:
            shown = upright if upright.mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I") else upright.convert("RGB")
            shown.save(written, "PNG")
    return written.getvalue()


def _sound(media: Media) -> Media:
    """FLAC where it is none of the types that every server reads, such as AIFF or AU."""
    data = media.data or b""
    if media.media_type in UNTOUCHED_SOUNDS:
        return media
    try:
        told = soundfile.info(io.BytesIO(data))
        samples = told.frames * told.channels
        if samples > MAX_SAMPLES:
            return media
        written = _apart(write_sound, data, samples)
    except Exception:  # decoders meet hostile bytes here
        return media
    return _renamed(media, written, "audio/flac", ".flac")


def write_sound(data: bytes) -> bytes:
    """A sound as FLAC. Raises what soundfile does."""
    samples, rate = soundfile.read(io.BytesIO(data), dtype="int16", always_2d=True)
    written = io.BytesIO()
    soundfile.write(written, samples, rate, format="FLAC", subtype="PCM_16")
    return written.getvalue()


def _apart(write: Callable[[bytes], bytes], data: bytes, size: int) -> bytes:
    """What is written: here where it is small, else by a worker. Raises what `write` does, or a WorkerError."""
    if size <= MAX_HERE:
        return write(data)
    return run_apart_here(write, data, memory=MEMORY, most=MAX_WRITTEN)


def _renamed(media: Media, data: bytes, media_type: str, suffix: str) -> Media:
    name = str(PurePosixPath(media.name or "input").with_suffix(suffix)) if media.name else None
    return Media(media.source, data, media_type, name)
