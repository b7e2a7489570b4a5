"""Makes the sounds of `examples/automatic-speech-recognition`: texts keyed in Morse code, as radio operators hear them.

python examples/_make/morse.py"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "automatic-speech-recognition" / "sounds"
RATE, PITCH, UNIT = 8_000, 620.0, 0.06  # samples a second, hertz, seconds of a dot (20 words a minute)

CODE = {
    "a": ".-", "b": "-...", "c": "-.-.", "d": "-..", "e": ".", "f": "..-.", "g": "--.", "h": "....", "i": "..",
    "j": ".---", "k": "-.-", "l": ".-..", "m": "--", "n": "-.", "o": "---", "p": ".--.", "q": "--.-", "r": ".-.",
    "s": "...", "t": "-", "u": "..-", "v": "...-", "w": ".--", "x": "-..-", "y": "-.--", "z": "--..",
    "1": ".----", "2": "..---", "3": "...--", "4": "....-", "5": ".....", "6": "-....", "7": "--...", "8": "---..",
    "9": "----.", "0": "-----", "?": "..--..",
}  # fmt: skip

# The file, what is keyed, and how loud the noise of the ether is.
SOUNDS = {"hello-world": ("hello world", 0.0), "what-hath": ("what hath", 0.05), "call": ("cq cq", 0.02)}


def keyed(text: str) -> tuple[list[tuple[float, float]], list[tuple[str, float, float]]]:
    """When the key is down, and where each word starts and ends, in seconds."""
    tones: list[tuple[float, float]] = []
    words: list[tuple[str, float, float]] = []
    now = 0.3
    for word in text.split():
        start = now
        for letter in word:
            for mark in CODE[letter]:
                length = UNIT if mark == "." else 3 * UNIT
                tones.append((now, now + length))
                now += length + UNIT
            now += 2 * UNIT
        words.append((word, round(start, 2), round(now - 3 * UNIT, 2)))
        now += 4 * UNIT
    return tones, words


def sound(text: str, noise: float) -> np.ndarray:
    """The text as samples: soft-edged tones, with noise."""
    tones, words = keyed(text)
    time = np.arange(int((words[-1][2] + 0.3) * RATE)) / RATE
    loud = np.zeros_like(time)
    for start, end in tones:
        # Edges of 5 ms: a tone that starts at once clicks.
        loud = np.maximum(loud, np.clip(np.minimum(time - start, end - time) / 0.005, 0, 1))
    hiss = np.random.default_rng(len(text)).normal(0, noise, len(time))
    return np.clip(0.5 * loud * np.sin(2 * np.pi * PITCH * time) + hiss, -1, 1)


def main() -> None:
    """Writes the sounds, and prints what the card has to say about them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (text, noise) in SOUNDS.items():
        with wave.open(str(FOLDER / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes((sound(text, noise) * 32_000).astype("<i2").tobytes())
        print(name, keyed(text)[1])


if __name__ == "__main__":
    main()
