"""Colour regions: an image's few main colours, each with the mask of where it is."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from .base import number_of
from .colours import clusters, lab, name_of
from .images import on_white, open_image

_SIDE, _MOST, _APART, _LEAST = 240, 6, 22.0, 0.01
# A region that is spread as wide as this in CIELAB is no one colour any more.
_WIDE = 40.0


class ColourRegions:
    """At most six regions, largest first."""

    def run(self, inputs: Any, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Label, mask (white where the region is) as a PNG in base64, and how much of one colour the region is."""
        threshold = number_of(parameters, "threshold", 0, 1, 0.0)
        image = on_white(open_image(inputs))
        small = image.copy()
        small.thumbnail((_SIDE, _SIDE))
        pixels = lab(small)
        centres, nearest = clusters(pixels, _MOST, _APART)
        rows = []
        for number in np.argsort(-np.bincount(nearest.ravel(), minlength=len(centres)), kind="stable"):
            inside = nearest == number
            if inside.mean() < _LEAST:
                continue
            spread = float(np.sqrt(((pixels[inside] - centres[number]) ** 2).sum(axis=-1).mean()))
            score = round(max(0.0, 1 - spread / _WIDE), 4)
            if score >= threshold:
                rows.append({"score": score, "label": name_of(centres[number]), "mask": _mask(inside, image.size)})
        return _told_apart(rows)


def _mask(inside: Any, size: tuple[int, int]) -> str:
    mask = Image.fromarray((inside * 255).astype(np.uint8)).resize(size, Image.Resampling.NEAREST)
    file = io.BytesIO()
    mask.convert("1").save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def _told_apart(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows whose labels differ: of a colour that comes twice, each has a number."""
    seen: dict[str, int] = {}
    for row in rows:
        seen[row["label"]] = count = seen.get(row["label"], 0) + 1
        if count > 1:
            row["label"] += f" {count}"
    return rows


def load() -> ColourRegions:
    """The engine."""
    return ColourRegions()
