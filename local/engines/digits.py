"""Reads one handwritten digit: a network of 64, 48 and 10 cells, trained by `local/train/digits.py`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from ..errors import Refusal
from .base import choice_of, count_of
from .images import grey_on_white, open_image

Array = npt.NDArray[np.float32]

# The network was trained on bitmaps of 32 by 32 pixels, counted in blocks of 4 by 4.
_SIDE, _BLOCK = 32, 4
# The share of the bitmap that a pen stroke of its training data covers at least.
_INK = 0.2


class DigitReader:
    """The digits 0 to 9, each with how sure the network is of it."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self._weights = {name: np.asarray(value, np.float32) for name, value in weights.items()}

    def run(self, inputs: Any, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The best digits, best first."""
        top_k = count_of(parameters, "top_k", 5)
        function = choice_of(parameters, "function_to_apply", ("softmax", "sigmoid", "none"), "softmax")
        scores = _applied(function, self.logits(features(open_image(inputs))))
        ranked = np.argsort(-scores, kind="stable")[:top_k]
        return [{"label": str(digit), "score": round(float(scores[digit]), 4)} for digit in ranked]

    def logits(self, cells: Array) -> Array:
        """The network's raw answer to 64 cells of 0 to 1."""
        hidden = np.maximum(cells @ self._weights["w1"] + self._weights["b1"], 0)
        return np.asarray(hidden @ self._weights["w2"] + self._weights["b2"], np.float32)


def _applied(function: str, logits: Array) -> Array:
    if function == "none":
        return logits
    if function == "sigmoid":
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), np.float32)


def features(image: Image.Image) -> Array:
    """A drawing of any size and colour as the 64 cells the network knows: cropped, scaled, centred, light on dark."""
    image.thumbnail((1024, 1024))
    ink = _ink(np.asarray(grey_on_white(image), np.float32) / np.float32(255))
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.5), np.flatnonzero(ink.max(axis=0) > 0.5)
    if not len(rows):
        raise Refusal("The image is blank: no digit is drawn on it.")
    cropped = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return cells(_bitmap(cropped))


def cells(bitmap: npt.NDArray[np.bool_]) -> Array:
    """How full each block of a bitmap is, from 0 to 1."""
    blocks = bitmap.reshape(_SIDE // _BLOCK, _BLOCK, _SIDE // _BLOCK, _BLOCK).mean(axis=(1, 3))
    return np.asarray(blocks.ravel(), np.float32)


def _ink(grey: Array) -> Array:
    """What differs from the background, from 0 to 1; the background is what most of the border shows."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    difference = np.abs(grey - np.median(border))
    strongest = float(difference.max())
    # Less is paper grain or compression, no pen.
    return difference / strongest if strongest > 0.1 else np.zeros_like(difference)


def _bitmap(ink: Array) -> npt.NDArray[np.bool_]:
    """The drawing fitted into a square bitmap, its stroke thickened until it is as bold as the training data."""
    height, width = ink.shape
    scale = _SIDE / max(height, width)
    # A thin pen on a large canvas would fade when made smaller: its stroke is widened first.
    drawn = Image.fromarray((np.clip(ink, 0, 1) * 255).astype(np.uint8))
    if scale < 0.5:
        drawn = drawn.filter(ImageFilter.MaxFilter(2 * round(0.5 / scale) + 1))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(drawn.resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC))
    canvas = np.zeros((_SIDE, _SIDE), np.uint8)
    top, left = (_SIDE - size[1]) // 2, (_SIDE - size[0]) // 2
    canvas[top : top + size[1], left : left + size[0]] = small
    bitmap = canvas > 110
    while bitmap.mean() < _INK and max(size) > 1:
        thicker = np.asarray(Image.fromarray(bitmap).convert("L").filter(ImageFilter.MaxFilter(3))) > 0
        if thicker.mean() > 2.2 * _INK or bool((thicker == bitmap).all()):
            break
        bitmap = thicker
    return bitmap


def load() -> DigitReader:
    """The engine, with its weights read."""
    with (files(__package__) / "data" / "digits.npz").open("rb") as file:
        return DigitReader(dict(np.load(file, allow_pickle=False)))
