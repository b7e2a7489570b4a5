"""Sounds of the illustrated example cards: bells, rain, a heart, vowels and voices in noise, all from formulas."""

from __future__ import annotations

import numpy as np

RATE = 8_000
Sound = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
# The first three resonances of a voice, in hertz, for each vowel (after Peterson and Barney, 1952).
FORMANTS = {
    "a": (730, 1090, 2440),
    "e": (530, 1840, 2480),
    "i": (270, 2290, 3010),
    "o": (570, 840, 2410),
    "u": (300, 870, 2240),
}


def _times(seconds: float) -> Sound:
    return np.arange(int(seconds * RATE)) / RATE


def _faded(sound: Sound, seconds: float = 0.02) -> Sound:
    edge = np.minimum(1, np.arange(len(sound)) / (seconds * RATE))
    return sound * edge * edge[::-1]


def bell(pitch: float = 523.0, seconds: float = 1.2) -> Sound:
    """A bell: partials that do not fit together, each fading on its own."""
    t = _times(seconds)
    partials = ((1.0, 1.0, 3), (2.0, 0.6, 4), (2.76, 0.4, 5), (5.4, 0.25, 8))
    return 0.3 * sum(
        size * np.sin(2 * np.pi * pitch * ratio * t) * np.exp(-decay * t) for ratio, size, decay in partials
    )


def scale() -> Sound:
    """Five bells, going down."""
    return np.concatenate([bell(523 * 2 ** (-step / 12), 0.4) for step in (0, 2, 4, 5, 7)])


def rain(seconds: float = 2.0) -> Sound:
    """Rain: noise with drops in it."""
    chance = np.random.default_rng(5)
    sound = 0.05 * chance.standard_normal(int(seconds * RATE))
    for start in chance.integers(0, len(sound) - 200, 60):
        drop = np.exp(-np.arange(200) / 30) * np.sin(np.arange(200) * chance.uniform(0.6, 1.6))
        sound[start : start + 200] += 0.2 * drop
    return sound


def heart(beats: int = 3) -> Sound:
    """A heart: two low thuds a beat."""
    sound = np.zeros(int(beats * 0.85 * RATE))
    for beat in range(beats):
        for late, size in ((0.0, 1.0), (0.28, 0.6)):
            thud = np.sin(2 * np.pi * 55 * _times(0.16)) * np.exp(-22 * _times(0.16))
            at = int((beat * 0.85 + late) * RATE)
            sound[at : at + len(thud)] += 0.6 * size * thud
    return sound


def siren(seconds: float = 2.0) -> Sound:
    """A siren that goes up and down."""
    t = _times(seconds)
    phase = 2 * np.pi * np.cumsum(700 + 250 * np.sin(2 * np.pi * 0.9 * t)) / RATE
    return _faded(0.3 * np.sin(phase))


def spoken(vowels: str, seconds: float = 0.32) -> Sound:
    """Vowels, spoken by a buzz through three resonances; a space is a pause."""
    parts = []
    for vowel in vowels:
        if vowel not in FORMANTS:
            parts.append(np.zeros(int(0.22 * RATE)))
            continue
        t = _times(seconds)
        pitch = 120 - 14 * t / seconds
        voice = np.zeros(len(t))
        for harmonic in range(1, 28):
            hertz = harmonic * 113.0
            gain = sum(1 / (1 + ((hertz - formant) / 90) ** 2) / (n + 1) for n, formant in enumerate(FORMANTS[vowel]))
            voice += gain * np.sin(2 * np.pi * np.cumsum(harmonic * pitch) / RATE)
        parts.append(_faded(0.12 * voice, 0.05))
    return np.concatenate(parts)


def noise(like: Sound, size: float = 0.08) -> Sound:
    """Noise as long as a sound."""
    return size * np.random.default_rng(9).standard_normal(len(like))
