"""A 3D object as a wire frame that can be turned; drawn here first, so that it is seen without a script too."""

from __future__ import annotations

import base64

import numpy as np

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Mesh
from showcard.ui.markup.html import Markup, div, element, p, span
from showcard.ui.markup.pieces import dim

from .context import Context, count, empty
from .geometry import Faces, Geometry, Points, UnreadableMesh, read
from .parts import far, host, missing, save_media, size_text

MAX_EDGES = 3_000
YAW, PITCH = 0.6, 0.35
REACH = 110  # half the side of the drawing; the object itself stays within 100
BOX = f"{-REACH} {-REACH} {2 * REACH} {2 * REACH}"


def render(output: Mesh, context: Context) -> Markup:
    """The object, what is known of its file, and a download."""
    media = output.media
    if missing(media):
        return empty("No 3D object came back.")
    address = context.address(media)
    facts = [(media.media_type or "").removeprefix("model/"), size_text(media)]
    drawing, said = None, f"It is at {host(media)} and not drawn here." if far(media) else ""
    if media.data:
        try:
            found = read(media)
            facts += [count(len(found.points), "point"), count(len(found.faces), "triangle")]
            drawing = _drawing(found)
        except UnreadableMesh as reason:
            said = f"A 3D object. It can't be drawn here: {reason}"
    shown = span(" · ".join(fact for fact in facts if fact))
    caption = element("figcaption", shown, save_media(address, media, "object.glb"))
    return element("figure", drawing, said and dim(said), caption)


def still(media: Media) -> Markup | None:
    """The object as a drawing that stands still, None where it can't be read."""
    try:
        found = read(media)
    except UnreadableMesh:
        return None
    edges, _ = _edges(found)
    used, numbers = np.unique(edges, return_inverse=True)
    paths = _paths(_centred(found.points, found.points[used]), numbers.reshape(-1, 2))
    return element("svg", paths, class_="mesh", viewBox=BOX, aria_hidden="true")


def _drawing(found: Geometry) -> Markup:
    edges, thinned = _edges(found)
    used, numbers = np.unique(edges, return_inverse=True)
    points = _centred(found.points, found.points[used])
    numbers = numbers.reshape(-1, 2)
    fixed = np.clip(np.round(points * 300), -32767, 32767).astype("<i2")
    what = "edges" if len(numbers) else "points"
    drawing = element(
        "svg",
        _paths(points, numbers),
        class_="mesh",
        tabindex=0,
        role="img",
        viewBox=BOX,
        data_points=_packed(fixed),
        data_edges=_packed(numbers.astype("<u2")),
        data_yaw=YAW,
        data_pitch=PITCH,
        aria_label=f"A 3D object as {what}; drag or use the arrow keys to turn it",
    )
    hint = p("Drag, or arrow keys, to turn. Plus and minus zoom.", class_="dim hint")
    return div(drawing, hint, thinned and dim("Some of the edges are drawn."), class_="turntable")


def _packed(numbers: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> str:
    return base64.b64encode(numbers.tobytes()).decode("ascii")


def _edges(found: Geometry) -> tuple[Faces, bool]:
    """Pairs of points to draw a line between, each once and not too many; a point cloud has lines of no length."""
    faces = found.faces
    if not len(faces):
        step = -(-len(found.points) // MAX_EDGES)
        alone = np.arange(0, len(found.points), step)
        return np.stack([alone, alone], axis=1), step > 1
    most = MAX_EDGES * 4
    step = -(-len(faces) // most)
    kept = faces[::step]
    pairs = np.sort(np.concatenate([kept[:, [0, 1]], kept[:, [1, 2]], kept[:, [2, 0]]]), axis=1)
    pairs = np.unique(pairs, axis=0)
    thin = -(-len(pairs) // MAX_EDGES)
    return pairs[::thin], step > 1 or thin > 1


def _centred(all_points: Points, points: Points) -> Points:
    """The points around the middle, so large that they fit however they are turned."""
    middle = all_points.min(axis=0) / 2 + all_points.max(axis=0) / 2
    moved = points - middle
    reach = float(np.sqrt(np.square(moved / (np.abs(moved).max() or 1.0)).sum(axis=1)).max()) * float(
        np.abs(moved).max() or 1.0
    )
    centred: Points = moved / (reach or 1.0) * 100
    return centred


def _paths(points: Points, edges: Faces) -> list[Markup]:
    """The edges as two paths, those behind and those in front, as the page's script draws them again when turned."""
    cos_y, sin_y, cos_p, sin_p = np.cos(YAW), np.sin(YAW), np.cos(PITCH), np.sin(PITCH)
    x = points[:, 0] * cos_y + points[:, 2] * sin_y
    z = points[:, 2] * cos_y - points[:, 0] * sin_y
    y, z = points[:, 1] * cos_p - z * sin_p, points[:, 1] * sin_p + z * cos_p
    paths: tuple[list[str], list[str]] = ([], [])
    for a, b in edges.tolist():
        paths[int(z[a] + z[b] > 0)].append(f"M{x[a]:.1f} {-y[a]:.1f}L{x[b]:.1f} {-y[b]:.1f}")
    return [element("path", class_=name, d="".join(d)) for name, d in zip(("back", "front"), paths, strict=True)]
