"""The colours of an image's cells by name, for the engines that look at colours alone."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from .images import on_white

Floats = npt.NDArray[np.float32]
Cells = npt.NDArray[np.int64]

# From a byte of sRGB to how much light it is.
_BYTES = np.arange(256, dtype=np.float32) / np.float32(255)
_LIGHT = np.where(_BYTES <= 0.04045, _BYTES / 12.92, ((_BYTES + 0.055) / 1.055) ** 2.4).astype(np.float32)
_LEAST = np.array([0, -128, -128], np.float32)  # of CIELAB
_XYZ = np.array([[0.4339, 0.2126, 0.0178], [0.3763, 0.7152, 0.1095], [0.1898, 0.0722, 0.8727]], np.float32)

NAMED = {
    "black": "#101010", "grey": "#8c8c8c", "white": "#ffffff", "red": "#d0302c", "orange": "#f28c28",
    "yellow": "#f5d742", "green": "#3a8f4a", "turquoise": "#3fb8af", "blue": "#2f5fc4", "light blue": "#9fcdee",
    "purple": "#7e3fa0", "pink": "#ef8fb4", "brown": "#7a4a2b", "beige": "#ead9b8", "dark green": "#1f5130",
    "dark blue": "#1d2c56", "light grey": "#c8c8c8", "dark grey": "#4b4b4b", "blue grey": "#7d92ab", "olive": "#79823f",
    "dark red": "#7d1f1c", "peach": "#f3b98f",
}  # fmt: skip


def lab(image: Image.Image) -> Floats:
    """An image's pixels in CIELAB, where distance is about how different two colours look: [rows, columns, 3]."""
    xyz = _LIGHT[np.asarray(on_white(image))] @ _XYZ
    curved = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = np.moveaxis(curved, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)


def name_of(colour: Floats) -> str:
    """The name that is nearest to a colour in CIELAB."""
    names, places = _palette()
    return names[int(((places - colour) ** 2).sum(axis=-1).argmin())]


@cache
def _palette() -> tuple[list[str], Floats]:
    return list(NAMED), np.concatenate([lab(Image.new("RGB", (1, 1), value))[0] for value in NAMED.values()])


def clusters(pixels: Floats, most: int, apart: float) -> tuple[Floats, Cells]:
    """The colours that an image is made of, at most so many, and which of them each pixel is nearest to.

    Starts from the commonest colour and adds what lies furthest from all so far, until all lie within `apart`; then
    each colour moves to the middle of its pixels. Takes no chances: the same pixels give the same answer."""
    flat = pixels.reshape(-1, 3)
    colours, counts = _shades(flat)
    chosen = [colours[counts.argmax()]]
    while len(chosen) < most:
        nearest = np.min([((colours - one) ** 2).sum(axis=-1) for one in chosen], axis=0)
        pull = np.where(nearest > apart**2, nearest * counts, 0)
        if pull.max() == 0:
            break
        chosen.append(colours[pull.argmax()])
    centres = np.stack(chosen)
    for _ in range(8):
        nearest_of = _nearest(colours, centres)
        sums, sizes = _sums(nearest_of, colours * counts[:, None]), np.bincount(nearest_of, counts, len(centres))
        used = sizes > 0
        centres[used] = sums[: len(used)][used] / sizes[used, None]
    return centres, _nearest(flat, centres).reshape(pixels.shape[:2])


def _shades(flat: Floats) -> tuple[Floats, Cells]:
    """Pixels that are nearly alike, taken together: the colour in their middle, and how many they are."""
    rough = ((flat - _LEAST) / np.float32(8)).astype(np.int64)
    cells = np.ravel_multi_index(tuple(rough.T), (13, 32, 32))
    counts = np.bincount(cells)
    used = counts > 0
    return (_sums(cells, flat)[used] / counts[used, None]).astype(np.float32), counts[used]


def _sums(places: Cells, rows: Floats) -> npt.NDArray[np.float64]:
    """The sum of the rows of each place."""
    return np.stack([np.bincount(places, column) for column in rows.T], axis=-1)


def _nearest(flat: Floats, centres: Floats) -> Cells:
    return np.asarray(((centres**2).sum(axis=1) - 2 * flat @ centres.T).argmin(axis=1))
