"""Finds plain shapes of one colour: connected pixels that differ from the background, told apart by their moments."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from .base import number_of
from .colours import Cells, clusters, lab, name_of
from .images import open_image

_SIDE, _COLOURS, _APART = 320, 10, 24.0
# What is smaller or thinner is a speck, or the edge of something; in pixels of the image as it is looked at.
_SMALLEST, _THINNEST = 40, 5
_MOST = 100
# An area's spread against its size, the same however it is turned, stretched or sheared: least for an ellipse.
_KINDS = {"ellipse": 1.0, "rectangle": math.pi**2 / 9, "triangle": 4 * math.pi**2 / 27}

Mask = npt.NDArray[np.bool_]
Run = tuple[int, int, int, int]


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
        background = int(np.bincount(edge, minlength=len(centres)).argmax())
        found: list[dict[str, Any]] = []
        for top, left, mask in areas(nearest, background):
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


def areas(of: Cells, background: int) -> Iterator[tuple[int, int, Mask]]:
    """Connected pixels of one number that are no mere specks: top, left, and the mask of each in its own box."""
    runs = _runs(of, background)
    parent = list(range(len(runs)))

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = one = parent[parent[one]]
        return one

    above, here, row = deque[int](), deque[int](), -1
    for number, (y, start, end, kind) in enumerate(runs):
        if y != row:
            above, here, row = here if y == row + 1 else deque(), deque(), y
        here.append(number)
        while above and runs[above[0]][2] <= start:
            above.popleft()
        for other in above:
            if runs[other][1] >= end:
                break
            if runs[other][3] == kind:
                parent[root(other)] = root(number)
    groups: dict[int, list[Run]] = {}
    for number, run in enumerate(runs):
        groups.setdefault(root(number), []).append(run)
    for members in groups.values():
        if sum(end - start for _, start, end, _ in members) >= _SMALLEST:
            yield _filled(members)


def _runs(of: Cells, background: int) -> list[Run]:
    """What stands side by side in a row and is no background: row, start, end and number, row by row."""
    ys, xs = np.nonzero(np.pad(of[:, 1:] != of[:, :-1], ((0, 0), (1, 1)), constant_values=True))
    begins = np.flatnonzero(ys[1:] == ys[:-1])
    kinds = of[ys[begins], xs[begins]]
    found = np.stack([ys[begins], xs[begins], xs[begins + 1], kinds], axis=1)[kinds != background]
    return list(map(tuple, found.tolist()))


def _filled(members: list[Run]) -> tuple[int, int, Mask]:
    ys, starts, ends, _ = zip(*members, strict=True)
    top, left = min(ys), min(starts)
    mask = np.zeros((max(ys) + 1 - top, max(ends) - left), np.bool_)
    for y, start, end in zip(ys, starts, ends, strict=True):
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
