"""The colours of an image's cells by name, for the engines that look at colours alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from .images import on_white

Floats = npt.NDArray[np.float32]
Cells = npt.NDArray[np.int64]

NAMED = {
    "black": "#101010", "grey": "#8c8c8c", "white": "#ffffff", "red": "#d0302c", "orange": "#f28c28",
    "yellow": "#f5d742", "green": "#3a8f4a", "turquoise": "#3fb8af", "blue": "#2f5fc4", "light blue": "#9fcdee",
    "purple": "#7e3fa0", "pink": "#ef8fb4", "brown": "#7a4a2b", "beige": "#ead9b8", "dark green": "#1f5130",
    "dark blue": "#1d2c56", "light grey": "#c8c8c8", "dark grey": "#4b4b4b", "blue grey": "#7d92ab", "olive": "#79823f",
    "dark red": "#7d1f1c", "peach": "#f3b98f",
}  # fmt: skip


def lab(image: Image.Image) -> Floats:
    """An image's pixels in CIELAB, where distance is about how different two colours look: [rows, columns, 3]."""
    straight = np.asarray(on_white(image), np.float32) / np.float32(255)
    linear = np.where(straight <= 0.04045, straight / 12.92, ((straight + 0.055) / 1.055) ** 2.4)
    xyz = linear @ np.array([[0.4339, 0.2126, 0.0178], [0.3763, 0.7152, 0.1095], [0.1898, 0.0722, 0.8727]], np.float32)
    curved = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = np.moveaxis(curved, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)


def name_of(colour: Floats) -> str:
    """The name that is nearest to a colour in CIELAB."""
    names, places = _palette()
    return names[int(((places - colour) ** 2).sum(axis=-1).argmin())]


def _palette() -> tuple[list[str], Floats]:
    return list(NAMED), np.concatenate([lab(Image.new("RGB", (1, 1), value))[0] for value in NAMED.values()])


def clusters(pixels: Floats, most: int, apart: float) -> tuple[Floats, Cells]:
    """The colours that an image is made of, at most so many, and which of them each pixel is nearest to.

    Starts from the commonest colour and adds what lies furthest from all so far, until all lie within `apart`; then
    each colour moves to the middle of its pixels. Takes no chances: the same pixels give the same answer."""
    flat = pixels.reshape(-1, 3)
    rough, counts = np.unique((flat // 8).astype(np.int64), axis=0, return_counts=True)
    candidates = (rough.astype(np.float32) + 0.5) * 8
    weights = counts / counts.sum()
    chosen = [candidates[counts.argmax()]]
    while len(chosen) < most:
        nearest = np.min([((candidates - one) ** 2).sum(axis=-1) for one in chosen], axis=0)
        pull = np.where(nearest > apart**2, nearest * weights, 0)
        if pull.max() == 0:
            break
        chosen.append(candidates[pull.argmax()])
    centres = np.stack(chosen)
    for _ in range(8):
        nearest_of = _nearest(flat, centres)
        sums = np.stack([np.bincount(nearest_of, flat[:, axis], len(centres)) for axis in range(3)], axis=-1)
        sizes = np.bincount(nearest_of, minlength=len(centres))[:, None]
        centres = np.where(sizes > 0, sums / np.maximum(sizes, 1), centres).astype(np.float32)
    return centres, _nearest(flat, centres).reshape(pixels.shape[:2])


def _nearest(flat: Floats, centres: Floats) -> Cells:
    return np.asarray(((centres**2).sum(axis=1) - 2 * flat @ centres.T).argmin(axis=1))
