"""Media of a field as a server takes them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

from showcard.inference.processes import workers
from showcard.metadata.media import Media
from showcard.widgets.fields import encode
from showcard.widgets.fields.encode import ORIENTATION, encoded


def picture(kind: str, orientation: int | None = None, mode: str = "RGB") -> Media:
    image = Image.new(mode, (40, 20), 255 if mode in ("L", "1") else None)
    exif = Image.Exif()
    if orientation:
        exif[ORIENTATION] = orientation
    held = io.BytesIO()
    image.save(held, kind, exif=exif) if orientation else image.save(held, kind)
    return Media.from_bytes(held.getvalue(), name=f"photo.{kind.lower()}")


def opened(media: Media) -> Image.Image:
    return Image.open(io.BytesIO(media.data or b""))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_turned_photo_is_turned_once(kind: str) -> None:
    media = encoded(picture(kind, orientation=6))
    assert opened(media).size == (20, 40)
    assert opened(media).getexif().get(ORIENTATION, 1) == 1
    assert media.media_type == ("image/jpeg" if kind == "JPEG" else "image/png")
    assert encoded(media) is media


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_what_every_server_reads_stays_as_it_is(kind: str) -> None:
    media = picture(kind)
    assert encoded(media) is media


@pytest.mark.parametrize(("kind", "mode"), [("BMP", "RGB"), ("TIFF", "CMYK"), ("TIFF", "L"), ("TIFF", "F")])
def test_other_images_become_png(kind: str, mode: str) -> None:
    media = picture(kind, mode=mode)
    assert media.kind == "image"
    written = encoded(media)
    assert (written.media_type, written.name) == ("image/png", "photo.png")
    assert opened(written).size == (40, 20)


def test_a_sound_few_servers_read_becomes_flac() -> None:
    held = io.BytesIO()
    soundfile.write(held, np.linspace(-0.5, 0.5, 800), 8000, format="AIFF")
    media = encoded(Media(data=held.getvalue(), media_type="audio/x-aiff", name="tone.aiff"))
    assert (media.media_type, media.name) == ("audio/flac", "tone.flac")
    samples, rate = soundfile.read(io.BytesIO(media.data or b""))
    assert (len(samples), rate) == (800, 8000)
    assert samples[-1] == pytest.approx(0.5, abs=1e-3)
    assert encoded(media) is media


@pytest.mark.parametrize("media_type", ["image/tiff", "image/png", "audio/x-aiff", "text/plain", "video/mp4"])
def test_what_does_not_open_stays_as_it_is(media_type: str) -> None:
    media = Media(data=b"not what it says", media_type=media_type)
    assert encoded(media) is media


def test_what_is_too_large_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    held = io.BytesIO()
    soundfile.write(held, np.zeros(800), 8000, format="AIFF")
    sound = Media(data=held.getvalue(), media_type="audio/x-aiff", name="tone.aiff")
    turned, other = picture("JPEG", orientation=6), picture("BMP")
    monkeypatch.setattr("showcard.widgets.fields.encode.MAX_PIXELS", 799)
    monkeypatch.setattr("showcard.widgets.fields.encode.MAX_SAMPLES", 799)
    for media in (sound, turned, other):
        assert encoded(media) is media


@pytest.mark.parametrize("kind", ["image", "sound"])
def test_what_is_large_is_written_by_a_worker(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def noted(write: Any, *given: Any, **bounds: Any) -> Any:
        asked.append(write)
        return workers.run_apart_here(write, *given, **bounds)

    monkeypatch.setattr(encode, "run_apart_here", noted)
    monkeypatch.setattr(encode, "MAX_HERE", 700)
    if kind == "image":
        assert opened(encoded(picture("JPEG", orientation=6))).size == (20, 40)
    else:
        held = io.BytesIO()
        soundfile.write(held, np.linspace(-0.5, 0.5, 800), 8000, format="AIFF")
        media = encoded(Media(data=held.getvalue(), media_type="audio/x-aiff", name="tone.aiff"))
        assert media.media_type == "audio/flac"
    assert asked == [encode.write_image if kind == "image" else encode.write_sound]
