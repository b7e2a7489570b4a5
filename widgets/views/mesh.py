"""A 3D object as a wire frame that can be turned; drawn here first, so that it is seen without a script too."""

from __future__ import annotations

import base64

import numpy as np

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Mesh
from showcard.ui.markup.html import escape

from .context import Context, count, empty
from .geometry import Faces, Geometry, Points, UnreadableMesh, read
from .parts import far, host, missing, save_media, size_text

MAX_EDGES = 3_000
YAW, PITCH = 0.6, 0.35
REACH = 110  # half the side of the drawing; the object itself stays within 100


def render(output: Mesh, context: Context) -> str:
    """The object, what is known of its file, and a download."""
    media = output.media
    if missing(media):
        return empty("No 3D object came back.")
    address = context.address(media)
    facts = [(media.media_type or "").removeprefix("model/"), size_text(media)]
    drawing, said = "", f"It is at {host(media)} and not drawn here." if far(media) else ""
    if media.data:
        try:
            found = read(media)
            facts += [count(len(found.points), "point"), count(len(found.faces), "triangle")]
            drawing = _drawing(found)
        except UnreadableMesh as reason:
            said = f"A 3D object. It can't be drawn here: {reason}"
    note = f'<p class="dim">{escape(said)}</p>' if said else ""
    shown = " · ".join(fact for fact in facts if fact)
    return (
        f"<figure>{drawing}{note}<figcaption><span>{escape(shown)}</span>"
        f"{save_media(address, media, 'object.glb')}</figcaption></figure>"
    )


def still(media: Media) -> str:
    """The object as a drawing that stands still, empty where it can't be read."""
    try:
        found = read(media)
    except UnreadableMesh:
        return ""
    edges, _ = _edges(found)
    used, numbers = np.unique(edges, return_inverse=True)
    back, front = _paths(_centred(found.points, found.points[used]), numbers.reshape(-1, 2))
    box = f"{-REACH} {-REACH} {2 * REACH} {2 * REACH}"
    paths = f'<path class="back" d="{back}" /><path class="front" d="{front}" />'
    return f'<svg class="mesh" viewBox="{box}" aria-hidden="true">{paths}</svg>'


def _drawing(found: Geometry) -> str:
    edges, thinned = _edges(found)
    used, numbers = np.unique(edges, return_inverse=True)
    points = _centred(found.points, found.points[used])
    numbers = numbers.reshape(-1, 2)
    fixed = np.clip(np.round(points * 300), -32767, 32767).astype("<i2")
    back, front = _paths(points, numbers)
    note = '<p class="dim">Some of the edges are drawn.</p>' if thinned else ""
    what = "edges" if len(numbers) else "points"
    return (
        '<div class="turntable"><svg class="mesh" tabindex="0" role="img" '
        f'viewBox="{-REACH} {-REACH} {2 * REACH} {2 * REACH}" data-points="{_packed(fixed)}" '
        f'data-edges="{_packed(numbers.astype("<u2"))}" data-yaw="{YAW}" data-pitch="{PITCH}" '
        f'aria-label="A 3D object as {what}; drag or use the arrow keys to turn it">'
        f'<path class="back" d="{back}" /><path class="front" d="{front}" /></svg>'
        f'<p class="dim hint">Drag, or arrow keys, to turn. Plus and minus zoom.</p>{note}</div>'
    )


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


def _paths(points: Points, edges: Faces) -> tuple[str, str]:
    """The edges as two paths, those behind and those in front, as the page's script draws them again when turned."""
    cos_y, sin_y, cos_p, sin_p = np.cos(YAW), np.sin(YAW), np.cos(PITCH), np.sin(PITCH)
    x = points[:, 0] * cos_y + points[:, 2] * sin_y
    z = points[:, 2] * cos_y - points[:, 0] * sin_y
    y, z = points[:, 1] * cos_p - z * sin_p, points[:, 1] * sin_p + z * cos_p
    paths: tuple[list[str], list[str]] = ([], [])
    for a, b in edges.tolist():
        paths[int(z[a] + z[b] > 0)].append(f"M{x[a]:.1f} {-y[a]:.1f}L{x[b]:.1f} {-y[b]:.1f}")
    return "".join(paths[0]), "".join(paths[1])
