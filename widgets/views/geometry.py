"""The points and edges of a 3D file, read with bounded work: binary glTF, OBJ and binary STL."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from showcard.metadata.media import Media

MAX_BYTES = 64 * 2**20
MAX_JSON = 4 * 2**20
MAX_POINTS = 1_000_000
MAX_LINES = 3_000_000  # lines of an OBJ file that are looked at
MAX_NODES = 5_000
TRIANGLES = 4

Points = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Faces = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


class UnreadableMesh(Exception):
    """Why a file can't be drawn."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Points in space, and triangles between them by their numbers."""

    points: Points
    faces: Faces


def read(media: Media) -> Geometry:
    """The geometry of a file. Raises Unreadable with the reason."""
    data = media.data or b""
    if len(data) > MAX_BYTES:
        raise UnreadableMesh(f"It is larger than {MAX_BYTES >> 20} MB.")
    try:
        found = _read(data, media)
    except UnreadableMesh:
        raise
    except Exception as error:  # a hostile file: whatever goes wrong in it, it can't be drawn
        raise UnreadableMesh("The file can't be read.") from error
    if not len(found.points) or not np.isfinite(found.points).all():
        raise UnreadableMesh("It has no points that can be drawn.")
    inside = (found.faces >= 0).all(axis=1) & (found.faces < len(found.points)).all(axis=1)
    return Geometry(found.points, found.faces[inside])


def _read(data: bytes, media: Media) -> Geometry:
    name = (media.name or media.source or "").lower()
    if data[:4] == b"glTF":
        return _glb(data)
    if name.endswith(".obj") or media.media_type == "model/obj":
        return _obj(data)
    if name.endswith(".stl") or media.media_type in ("model/stl", "application/sla"):
        return _stl(data)
    if not data[:1].isascii() or b"\0" in data[:200]:
        raise UnreadableMesh("Only binary glTF, OBJ and STL can be drawn here.")
    return _obj(data)


# -- OBJ and STL -------------------------------------------------------------------------------------------------------


def _obj(data: bytes) -> Geometry:
    points: list[list[float]] = []
    faces: list[tuple[int, int, int]] = []
    for n, line in enumerate(io.BytesIO(data)):
        if n > MAX_LINES or len(points) > MAX_POINTS or len(faces) > MAX_POINTS:
            raise UnreadableMesh("It has too many points.")
        kind, _, rest = line.partition(b" ")
        if kind == b"v":
            points.append([float(value) for value in rest.split()[:3]])
        elif kind == b"f":
            corners = [int(corner.split(b"/")[0]) for corner in rest.split()[:64]]
            numbers = [corner - 1 if corner > 0 else len(points) + corner for corner in corners]
            faces += [(numbers[0], b, c) for b, c in pairwise(numbers[1:])]
    if not points:
        raise UnreadableMesh("Only binary glTF, OBJ and STL can be drawn here.")
    return Geometry(np.array(points, dtype=np.float64).reshape(-1, 3), _faces(faces))


def _faces(faces: Sequence[Sequence[int]]) -> Faces:
    return np.array(faces, dtype=np.int64).reshape(-1, 3)


def _stl(data: bytes) -> Geometry:
    (many,) = struct.unpack_from("<I", data, 80)
    if many * 50 + 84 > len(data) or many * 3 > MAX_POINTS:
        raise UnreadableMesh("Only binary STL can be drawn here.")
    record = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("rest", "<u2")])
    corners = np.frombuffer(data, record, many, 84)["corners"].reshape(-1, 3)
    unique, numbers = np.unique(corners, axis=0, return_inverse=True)
    return Geometry(unique.astype(np.float64), numbers.reshape(-1, 3).astype(np.int64))


# -- binary glTF -------------------------------------------------------------------------------------------------------

_TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}


def _glb(data: bytes) -> Geometry:
    length, kind = struct.unpack_from("<II", data, 12)
    if kind != 0x4E4F534A or length > MAX_JSON:
        raise UnreadableMesh("Its description can't be read.")
    told = json.loads(data[20 : 20 + length])
    if "KHR_draco_mesh_compression" in (told.get("extensionsRequired") or ()):
        raise UnreadableMesh("Its points are compressed with Draco.")
    at = 20 + length + (-length % 4)
    binary = data[at + 8 : at + 8 + struct.unpack_from("<I", data, at)[0]] if len(data) >= at + 8 else b""
    points: list[Points] = []
    faces: list[Faces] = []
    many = 0
    for mesh, matrix in _placed(told):
        for primitive in told["meshes"][mesh].get("primitives") or ():
            if primitive.get("mode", TRIANGLES) != TRIANGLES:
                continue
            found = _accessor(told, binary, primitive["attributes"]["POSITION"]).astype(np.float64)
            numbers = (
                _accessor(told, binary, primitive["indices"]).astype(np.int64).ravel()
                if "indices" in primitive
                else np.arange(len(found))
            )
            points.append(found @ matrix[:3, :3].T + matrix[:3, 3])
            faces.append(numbers[: len(numbers) // 3 * 3].reshape(-1, 3) + many)
            many += len(found)
            if many > MAX_POINTS:
                raise UnreadableMesh("It has too many points.")
    if not points:
        raise UnreadableMesh("It has no triangles.")
    return Geometry(np.concatenate(points), np.concatenate(faces))


def _accessor(told: Mapping[str, Any], binary: bytes, number: int) -> Points:
    accessor = told["accessors"][number]
    view = told["bufferViews"][accessor["bufferView"]]
    if told["buffers"][view.get("buffer", 0)].get("uri"):
        raise UnreadableMesh("Its points are in another file.")
    width = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}[accessor["type"]]
    kind = np.dtype(_TYPES[accessor["componentType"]])
    many = int(accessor["count"])
    if not 0 <= many <= 3 * MAX_POINTS:
        raise UnreadableMesh("It has too many points.")
    at = int(view.get("byteOffset", 0)) + int(accessor.get("byteOffset", 0))
    stride = int(view.get("byteStride") or kind.itemsize * width)
    if at < 0 or stride <= 0 or at + stride * (many - 1) + kind.itemsize * width > len(binary):
        raise UnreadableMesh("It ends too early.")
    return np.ndarray((many, width), kind, binary, at, (stride, kind.itemsize)).astype(np.float64)


def _placed(told: Mapping[str, Any]) -> Iterator[tuple[int, Points]]:
    """The meshes of the scene, each with where it stands."""
    nodes = told.get("nodes") or []
    scenes = told.get("scenes") or []
    roots = scenes[told.get("scene", 0)].get("nodes", []) if scenes else range(len(nodes))
    waiting = [(number, np.eye(4)) for number in roots]
    seen = 0
    while waiting and seen < MAX_NODES:
        number, above = waiting.pop()
        seen += 1
        node = nodes[number]
        matrix = above @ _matrix(node)
        if "mesh" in node:
            yield int(node["mesh"]), matrix
        waiting += [(child, matrix) for child in (node.get("children") or ())[:MAX_NODES]]
    if not nodes:
        yield from ((n, np.eye(4)) for n in range(len(told.get("meshes") or ())))


def _matrix(node: Mapping[str, Any]) -> Points:
    """Where a node puts what is in it: a matrix by columns, or a scale, a rotation (x, y, z, w) and a move."""
    if node.get("matrix"):
        return np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
    x, y, z, w = (float(value) for value in node.get("rotation") or (0, 0, 0, 1))
    turn = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    placed = np.eye(4)
    placed[:3, :3] = turn * np.array(node.get("scale") or (1, 1, 1), dtype=np.float64)
    placed[:3, 3] = node.get("translation") or (0, 0, 0)
    return placed
