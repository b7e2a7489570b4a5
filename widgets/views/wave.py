"""The shape of a sound, drawn from its bytes with bounded work."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import soundfile

from showcard.ui.markup.html import Attribute, Markup, div, element

from .context import count

COLUMNS = 240
FRAMES_A_COLUMN = (
    2_000  # of a long sound each column looks at so many frames, so that an hour costs as much as a minute
)
HEIGHT = 48
SEEKABLE = ("WAV", "WAVEX", "FLAC", "AIFF", "W64", "RF64")


@dataclass(frozen=True, slots=True)
class Wave:
    """How long a sound is, and the loudest sample of each column, 0 to 1."""

    seconds: float
    rate: int
    channels: int
    peaks: tuple[float, ...]

    @property
    def svg(self) -> Markup | None:
        """The shape; the page's script fills it while the sound plays, and plays from where it is clicked."""
        if not self.peaks:
            return None
        middle = HEIGHT / 2
        lines = "".join(
            f"M{x + 0.5:g} {middle - max(0.6, p * middle):.1f}V{middle + max(0.6, p * middle):.1f}"
            for x, p in enumerate(self.peaks)
        )
        box: dict[str, Attribute] = {"viewBox": f"0 0 {len(self.peaks)} {HEIGHT}", "preserveAspectRatio": "none"}
        path = element("path", d=lines)
        drawn = [element("svg", path, **box), element("svg", path, class_="played", **box)]
        return div(drawn, class_="wave", aria_hidden="true", title=count(round(self.seconds), "second"))


def wave_of(data: bytes | None) -> Wave | None:
    """The wave of a sound whose bytes are here and can be read; None for others."""
    if not data:
        return None
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as sound:
            rate, frames, channels = int(sound.samplerate), int(sound.frames), int(sound.channels)
            if rate <= 0 or frames <= 0:
                return None
            peaks = _peaks(sound, frames) if sound.format in SEEKABLE else ()
            return Wave(frames / rate, rate, channels, peaks)
    except Exception:  # decoders meet hostile bytes here: whatever they raise, the browser's player decides
        return None


def _peaks(sound: soundfile.SoundFile, frames: int) -> tuple[float, ...]:
    columns = min(COLUMNS, frames)
    found = np.zeros(columns)
    for n in range(columns):
        begin, end = n * frames // columns, (n + 1) * frames // columns
        sound.seek(begin)
        block = sound.read(min(end - begin, FRAMES_A_COLUMN), dtype="float32", always_2d=True)
        found[n] = float(np.nan_to_num(np.abs(block)).max()) if len(block) else 0.0
    loudest = float(found.max())
    # A quiet sound is drawn larger, but silence stays flat.
    scaled = np.minimum(found / max(loudest, 0.1), 1.0)
    return tuple(float(value) for value in scaled)


def clock(seconds: float) -> str:
    """A length of time: 0.4 s, 12.3 s, 2:05, 1:02:03."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
