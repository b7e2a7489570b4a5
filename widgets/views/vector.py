"""Embeddings: a strip of colours, the shape, and the facts."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image as Pillow

from showcard.metadata.outputs.read import Vector
from showcard.ui.markup.html import Markup, div, element, join, p
from showcard.ui.markup.pieces import dim

from .context import Context, count, empty, number
from .parts import actions, copy_button, save_json

COLUMNS, MAX_LINES = 128, 32
FIRST_NUMBERS = 8
# Above zero and below: strong enough on white and on black, as the strength of a number is how solid its colour is.
ABOVE, BELOW = (79, 70, 229), (217, 119, 6)

Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def render(output: Vector, context: Context) -> Markup:
    """The shape, the facts, a strip of all numbers (means of neighbours where there are many), and a download."""
    if not output.values:
        return empty("The answer holds no numbers.")
    values: Numbers = np.array(output.values, dtype=np.float64)
    known = values[np.isfinite(values)]
    facts = _facts(output, known)
    first = ", ".join(number(v) for v in output.values[:FIRST_NUMBERS])
    listed = p(f"[{first}{', …' if len(values) > FIRST_NUMBERS else ''}]", class_="num dim")
    strip = _strip(_grid(values, output.shape), values) if len(known) else None
    save = actions(copy_button("file"), save_json(_nested(output), "vector.json", context))
    return join([facts, strip, listed, save])


def _facts(output: Vector, known: Numbers) -> Markup:
    pairs = [("shape", " × ".join(str(n) for n in output.shape))]
    if len(known):
        largest = float(np.abs(known).max())
        norm = largest * float(np.sqrt(np.square(known / largest).sum())) if largest else 0.0
        pairs += [
            ("min", number(float(known.min()))),
            ("max", number(float(known.max()))),
            ("mean", number(float((known / len(known)).sum()))),
            ("norm", number(norm)),
        ]
    odd = len(output.values) - len(known)
    if odd:
        pairs.append(("not a number", f"{odd:,}"))
    shown = [div(element("dt", name), element("dd", value, class_="num")) for name, value in pairs]
    return element("dl", shown, class_="facts")


def _grid(values: Numbers, shape: tuple[int, ...]) -> Numbers:
    """The numbers as lines of a picture: rows of a matrix stay rows while they fit, else they run on."""
    clean = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    clean = clean / (float(np.abs(clean).max()) or 1.0)  # so that no mean of them overflows
    if len(shape) >= 2 and shape[-1] > 1 and len(clean) % shape[-1] == 0 and len(clean) // shape[-1] > 1:
        matrix = clean.reshape(-1, shape[-1])
        return _shrink(_shrink(matrix, MAX_LINES).T, COLUMNS).T
    line = _shrink(clean.reshape(-1, 1), COLUMNS * MAX_LINES)[:, 0]
    lines = -(-len(line) // COLUMNS)
    width = -(-len(line) // lines)
    return np.pad(line, (0, lines * width - len(line))).reshape(lines, width)


def _shrink(matrix: Numbers, most: int) -> Numbers:
    """At most so many rows, each the mean of its neighbours."""
    if len(matrix) <= most:
        return matrix
    edges = np.linspace(0, len(matrix), most + 1).astype(int)
    sums: Numbers = np.add.reduceat(matrix / len(matrix), edges[:-1], axis=0) * len(matrix)
    return sums / np.diff(edges)[:, None]


def _strip(grid: Numbers, values: Numbers) -> Markup:
    """The picture of a grid: indigo above zero, orange below, the more solid the larger."""
    largest = float(np.abs(grid).max()) or 1.0
    solid = np.sqrt(np.abs(grid) / largest)  # the root lets small numbers be seen beside one large
    picture = np.zeros((*grid.shape, 4), dtype=np.uint8)
    picture[..., :3] = np.where((grid >= 0)[..., None], ABOVE, BELOW)
    picture[..., 3] = (solid * 255).astype(np.uint8)
    file = io.BytesIO()
    Pillow.fromarray(picture).save(file, "PNG")
    source = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
    means = "" if grid.size >= len(values) else ", neighbours taken together"
    said = f"{count(len(values), 'number')} as colours{means}: indigo above zero, orange below, stronger where larger."
    height = max(24, min(192, grid.shape[0] * (16 if grid.shape[0] < 12 else 8)))
    return join([element("img", class_="heat", src=source, alt=said, style=f"height:{height}px"), dim(said)])


def _nested(output: Vector) -> object:
    """The numbers in lists as they came, where the shape says so."""
    if len(output.shape) < 2 or int(np.prod(output.shape, dtype=object)) != len(output.values):
        return output.values
    nested: list[object] = list(output.values)
    for width in reversed(output.shape[1:]):
        nested = [nested[i : i + width] for i in range(0, len(nested), width)] if width else nested
    return nested
