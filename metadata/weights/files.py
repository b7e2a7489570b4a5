"""The weights of a model folder, told without loading them: which files, how large, complete or not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from showcard.metadata.reading.files import Folder

WEIGHTS = "model.safetensors"
INDEX = f"{WEIGHTS}.index.json"
LARGEST_HEADER = 100_000_000  # bytes, the format's own limit
LARGEST_INDEX = 30_000_000
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib")
OTHERS = {".gguf": "GGUF", ".h5": "Keras", ".keras": "Keras", ".msgpack": "Flax", ".tflite": "TensorFlow Lite"}
_ONNX = ("model.onnx", "onnx/model.onnx")
_POINTER = b"version https://git-lfs"


class WeightsError(ValueError):
    """Weights that can't be used; its text is a sentence for a person, `hint` says what to do."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Weights:
    """What was found: a `kind` (`safetensors`, `onnx`, `pickle`, another format's name, or empty for none), the files,
    their bytes together, and the names of the tensors where a header tells them."""

    kind: str
    files: tuple[str, ...] = ()
    size: int = 0
    tensors: frozenset[str] = field(default_factory=frozenset)


def find_weights(folder: Folder, below: str = "", kinds: tuple[str, ...] = ("safetensors", "onnx")) -> Weights:
    """The weights that a loader would take, in the order of `kinds`; `below` is the part of the folder they are in.

    Raises WeightsError for safetensors or ONNX files that are not whole."""
    paths = folder.list()
    here = [path for path in paths if path.startswith(below)]
    for kind in kinds:
        found = _safetensors(folder, here, below) if kind == "safetensors" else _onnx(folder, here, below)
        if found is not None:
            return found
    for ending, name in (*dict.fromkeys(PICKLES, "pickle").items(), *OTHERS.items()):
        named = tuple(path for path in here if path.lower().endswith(ending) and not _beside_the_weights(path))
        if named:
            return Weights(name, named)
    return Weights("")


def _beside_the_weights(path: str) -> bool:
    """Whether a pickle holds no weights: the trainer's arguments and states."""
    name = path.rsplit("/", 1)[-1]
    return name.startswith(("training_args", "optimizer", "scheduler", "rng_state", "scaler", "trainer_state"))


def _safetensors(folder: Folder, paths: list[str], below: str) -> Weights | None:
    if below + WEIGHTS in paths:
        names = [below + WEIGHTS]
    elif below + INDEX in paths:
        names = _shards(folder, below)
    else:
        return None
    tensors: set[str] = set()
    for name in names:
        tensors |= read_header(folder, name).keys()
    return Weights("safetensors", tuple(names), sum(_size(folder, name) for name in names), frozenset(tensors))


def _shards(folder: Folder, below: str) -> list[str]:
    """The files that the index of weights in several files names, all of them there."""
    try:
        mapped = json.loads(folder.read(below + INDEX, LARGEST_INDEX))["weight_map"]
        named = sorted({below + str(name) for name in mapped.values()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise WeightsError(f"{below}{INDEX} is not an index of weights.", "Save the model again.") from None
    missing = [name for name in named if not _is_there(folder, name)]
    if missing:
        raise WeightsError(
            f"{len(missing)} of the {len(named)} files of weights are missing, such as {missing[0]}.",
            "Copy or download the rest of them.",
        )
    return named


def _onnx(folder: Folder, paths: list[str], below: str) -> Weights | None:
    found = next((below + name for name in _ONNX if below + name in paths), None)
    if found is None:
        return None
    _refuse_pointer(folder, found)
    beside = [path for path in paths if path.startswith((f"{found}_data", f"{found}.data"))]
    return Weights("onnx", (found,), sum(_size(folder, path) for path in (found, *beside)))


def read_header(folder: Folder, path: str) -> Mapping[str, Any]:
    """The tensors that a safetensors file says it holds, by name, once it is as long as they need.

    The layout: eight bytes with the header's length, the header as JSON, the tensors' bytes. Raises WeightsError."""
    _refuse_pointer(folder, path)
    size = _size(folder, path)
    broken = WeightsError(f"{path} is not a safetensors file.", "Save or download it again.")
    if size < 8:
        raise broken
    length = int.from_bytes(folder.head(path, 8), "little")
    if length > LARGEST_HEADER:
        raise broken
    if 8 + length > size:
        raise _truncated(path, size, 8 + length)
    try:
        header = json.loads(folder.head(path, 8 + length)[8:])
        header.pop("__metadata__", None)
        ends = [int(tensor["data_offsets"][1]) for tensor in header.values()]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        raise broken from None
    if 8 + length + max(ends, default=0) > size:
        raise _truncated(path, size, 8 + length + max(ends))
    assert isinstance(header, dict)
    return header


def _truncated(path: str, size: int, wanted: int) -> WeightsError:
    return WeightsError(
        f"{path} is cut off: it has {size:,} bytes, and its header says that it needs {wanted:,}.",
        "Copy or download it again.",
    )


def _refuse_pointer(folder: Folder, path: str) -> None:
    if folder.head(path, len(_POINTER)) == _POINTER:
        raise WeightsError(f"{path} is a Git LFS pointer, not the weights themselves.", "Run git lfs pull.")


def _is_there(folder: Folder, path: str) -> bool:
    try:
        folder.resolve(path)
    except FileNotFoundError:
        return False
    return True


def _size(folder: Folder, path: str) -> int:
    return folder.resolve(path).stat().st_size
