"""Images and sounds: from the bytes of a request to what a model takes, and back to the bytes of an answer.

Sound is decoded by soundfile and resampled by SciPy: transformers would call ffmpeg and torchaudio."""

from __future__ import annotations

import base64
import io
from math import gcd
from typing import Any

import numpy as np
from PIL import Image

from ..errors import Refusal

MAX_PIXELS = 50_000_000
MAX_SECONDS = 600


def image_of(data: bytes) -> Image.Image:
    """The image in these bytes, in RGB. Raises Refusal."""
    try:
        found = Image.open(io.BytesIO(data))
        if found.width * found.height > MAX_PIXELS:
            raise Refusal(f"The image has more than {MAX_PIXELS / 1e6:.0f} million pixels.")
        return found.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Refusal("The input is not an image that can be read.") from None


def sound_of(data: bytes, rate: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The sound in these bytes: one channel at a rate of `rate` samples a second. Raises Refusal."""
    import soundfile  # noqa: PLC0415  (only models that hear need it)

    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            if file.frames > MAX_SECONDS * file.samplerate:
                raise Refusal(f"The sound is longer than {MAX_SECONDS // 60} minutes.")
            samples, own = file.read(dtype="float32", always_2d=True).mean(axis=1), file.samplerate
    except soundfile.LibsndfileError:
        raise Refusal("The input is not a sound that can be read; WAV, FLAC, OGG and MP3 can.") from None
    if not len(samples):
        raise Refusal("The sound is empty.")
    return resampled(samples, own, rate)


def resampled(
    samples: np.ndarray[Any, np.dtype[np.float32]], own: int, rate: int
) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Samples at another rate, by a polyphase filter."""
    if own == rate:
        return samples
    from scipy.signal import resample_poly  # noqa: PLC0415

    common = gcd(own, rate)
    return np.asarray(resample_poly(samples, rate // common, own // common), dtype=np.float32)


def png(image: Image.Image) -> bytes:
    """An image as the bytes of a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def png_text(image: Image.Image) -> str:
    """An image as base64 of a PNG file, as masks travel."""
    return base64.b64encode(png(image)).decode("ascii")


def wav(samples: Any, rate: int) -> bytes:
    """Samples as the bytes of a WAV file; channels come first where there are several."""
    import soundfile  # noqa: PLC0415

    found = np.atleast_1d(np.squeeze(np.asarray(samples, dtype=np.float32)))
    if found.ndim > 1 and found.shape[0] < found.shape[1]:
        found = found.T
    buffer = io.BytesIO()
    soundfile.write(buffer, np.clip(found, -1.0, 1.0), rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def plain(value: Any) -> Any:
    """An answer as JSON can hold it: numbers of NumPy and torch as Python's own."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Image.Image):
        return png_text(value)
    if hasattr(value, "tolist"):  # arrays, tensors, and their single numbers
        return value.tolist()
    return value
