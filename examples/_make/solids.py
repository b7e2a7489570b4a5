"""3D objects of the illustrated example cards, as binary glTF."""

from __future__ import annotations

import json
import math
import struct

Points = list[tuple[float, float, float]]
Faces = list[tuple[int, int, int]]


def turned(profile: list[tuple[float, float]], around: int = 20) -> tuple[Points, Faces]:
    """A profile of (radius, height) turned around its axis, as on a potter's wheel."""
    points = [
        (radius * math.cos(2 * math.pi * n / around), height, radius * math.sin(2 * math.pi * n / around))
        for radius, height in profile
        for n in range(around)
    ]
    faces = []
    for ring in range(len(profile) - 1):
        for n in range(around):
            a, b = ring * around + n, ring * around + (n + 1) % around
            faces += [(a, b, a + around), (b, b + around, a + around)]
    return points, faces


def vase() -> tuple[Points, Faces]:
    """A vase with a narrow neck."""
    return turned(
        [(0.0, 0.0), (0.5, 0.0), (0.72, 0.35), (0.75, 0.7), (0.55, 1.1), (0.3, 1.35), (0.28, 1.55), (0.42, 1.7)]
    )


def cup() -> tuple[Points, Faces]:
    """A cup with an inside."""
    return turned([(0.0, 0.0), (0.4, 0.0), (0.55, 0.9), (0.5, 0.9), (0.36, 0.08), (0.0, 0.08)])


def house() -> tuple[Points, Faces]:
    """Four walls and a roof."""
    points: Points = [(x, y, z) for y in (0.0, 0.7) for x, z in ((-0.6, -0.4), (0.6, -0.4), (0.6, 0.4), (-0.6, 0.4))]
    points += [(-0.6, 1.2, 0.0), (0.6, 1.2, 0.0)]
    quads = [(0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7), (4, 5, 9, 8), (7, 6, 9, 8), (0, 1, 2, 3)]
    faces = [face for a, b, c, d in quads for face in ((a, b, c), (a, c, d))]
    return points, [*faces, (4, 7, 8), (5, 6, 9)]


def glb(solid: tuple[Points, Faces]) -> bytes:
    """Points and faces as a binary glTF file."""
    points, faces = solid
    places = b"".join(struct.pack("<3f", *point) for point in points)
    corners = b"".join(struct.pack("<3H", *face) for face in faces)
    corners += b"\0" * (-len(corners) % 4)
    axes = list(zip(*points, strict=True))
    told = {
        "asset": {"version": "2.0", "generator": "showcard examples"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": len(points), "type": "VEC3",
             "min": [min(axis) for axis in axes], "max": [max(axis) for axis in axes]},
            {"bufferView": 1, "componentType": 5123, "count": 3 * len(faces), "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": len(places)},
            {"buffer": 0, "byteOffset": len(places), "byteLength": 6 * len(faces)},
        ],
        "buffers": [{"byteLength": len(places) + len(corners)}],
    }  # fmt: skip
    text = json.dumps(told, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text
    body += struct.pack("<II", len(places) + len(corners), 0x004E4942) + places + corners
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body
