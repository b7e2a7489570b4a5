"""Finds plain shapes of one colour: connected pixels that differ from the background, told apart by their moments."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from .base import number_of
from .colours import clusters, lab, name_of
from .images import open_image

_SIDE, _COLOURS, _APART = 320, 10, 24.0
# What is smaller or thinner is a speck, or the edge of something; in pixels of the image as it is looked at.
_SMALLEST, _THINNEST = 40, 5
_MOST = 100
# An area's spread against its size, the same however it is turned, stretched or sheared: least for an ellipse.
_KINDS = {"ellipse": 1.0, "rectangle": math.pi**2 / 9, "triangle": 4 * math.pi**2 / 27}

Mask = npt.NDArray[np.bool_]


class ShapeFinder:
    """Circles, ellipses, squares, rectangles and triangles, with their colours."""

    def run(self, inputs: Any, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Label, score and box in the image's own pixels, surest first."""
        threshold = number_of(parameters, "threshold", 0, 1, 0.5)
        image = open_image(inputs)
        small = image.copy()
        small.thumbnail((_SIDE, _SIDE))
        across, down = image.width / small.width, image.height / small.height
        pixels = lab(small)
        centres, nearest = clusters(pixels, _COLOURS, _APART)
        edge = np.concatenate([nearest[0], nearest[-1], nearest[:, 0], nearest[:, -1]])
        background = np.bincount(edge, minlength=len(centres)).argmax()
        found: list[dict[str, Any]] = []
        for number in range(len(centres)):
            if number == background:
                continue
            for top, left, mask in areas(nearest == number):
                if min(mask.shape) < _THINNEST:
                    continue
                kind, score = shape(mask)
                if score < threshold:
                    continue
                box = {
                    "xmin": round(left * across), "ymin": round(top * down),
                    "xmax": round((left + mask.shape[1]) * across), "ymax": round((top + mask.shape[0]) * down),
                }  # fmt: skip
                colour = pixels[top : top + mask.shape[0], left : left + mask.shape[1]][mask].mean(axis=0)
                found.append({"label": f"{name_of(colour)} {kind}", "score": score, "box": box})
        return sorted(found, key=lambda row: row["score"], reverse=True)[:_MOST]


def areas(inside: Mask) -> Iterator[tuple[int, int, Mask]]:
    """Connected areas that are no mere specks: top, left, and the mask of each in its own box."""
    runs: list[tuple[int, int, int]] = []
    parent: list[int] = []

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = one = parent[parent[one]]
        return one

    above: list[int] = []
    for y, row in enumerate(inside):
        edges = np.flatnonzero(np.diff(row, prepend=False, append=False))
        here = []
        for start, end in edges.reshape(-1, 2).tolist():
            parent.append(len(runs))
            runs.append((y, start, end))
            here.append(len(runs) - 1)
            for other in above:
                if runs[other][1] < end and start < runs[other][2]:
                    parent[root(other)] = root(here[-1])
        above = here
    groups: dict[int, list[tuple[int, int, int]]] = {}
    for number, run in enumerate(runs):
        groups.setdefault(root(number), []).append(run)
    for members in groups.values():
        if sum(end - start for _, start, end in members) >= _SMALLEST:
            yield _filled(members)


def _filled(members: list[tuple[int, int, int]]) -> tuple[int, int, Mask]:
    top, left = min(y for y, _, _ in members), min(start for _, start, _ in members)
    mask = np.zeros((max(y for y, _, _ in members) + 1 - top, max(end for _, _, end in members) - left), np.bool_)
    for y, start, end in members:
        mask[y - top, start - left : end - left] = True
    return top, left, mask


def shape(mask: Mask) -> tuple[str, float]:
    """What an area is most like, and how much: 1 for the very shape, 0.5 half-way to the next one."""
    down, across = np.nonzero(mask)
    size = len(down)
    # A pixel is a square and not a point: its own spread is a twelfth.
    covariance = np.cov(np.stack([across, down]), bias=True) + np.eye(2) / 12
    spread = 4 * math.pi * math.sqrt(float(np.linalg.det(covariance))) / size
    measure = spread**2
    kind = min(_KINDS, key=lambda name: abs(_KINDS[name] - measure))
    gap = min(abs(_KINDS[kind] - other) for name, other in _KINDS.items() if name != kind)
    score = round(1 / (1 + (2 * abs(measure - _KINDS[kind]) / gap) ** 2), 4)
    short, long = np.sqrt(np.linalg.eigvalsh(covariance))
    even = long / short < 1.12
    return {"ellipse": "circle", "rectangle": "square"}.get(kind, kind) if even else kind, score


def load() -> ShapeFinder:
    """The engine."""
    return ShapeFinder()
