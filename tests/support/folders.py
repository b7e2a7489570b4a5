"""Model folders as far as files go: right, or wrong in one way. Made without torch; nothing in them was trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TENSORS = {"classifier.weight": 64, "encoder.weight": 960}


def safetensors(path: Path, tensors: dict[str, int] = TENSORS) -> Path:
    """A safetensors file with these tensors of so many bytes, all zero."""
    header, place = {}, 0
    for name, size in tensors.items():
        header[name] = {"dtype": "F32", "shape": [size // 4], "data_offsets": [place, place + size]}
        place += size
    encoded = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(encoded).to_bytes(8, "little") + encoded + bytes(place))
    return path


def folder(path: Path, architecture: str = "BertForSequenceClassification", **config: Any) -> Path:
    """A folder that passes every check for the task of its class."""
    safetensors(path / "model.safetensors")
    model_type = architecture.split("For", maxsplit=1)[0].removesuffix("Model").lower()
    told = {"model_type": model_type, "architectures": [architecture], **config}
    (path / "config.json").write_text(json.dumps(told))
    (path / "tokenizer.json").write_text("{}")
    (path / "preprocessor_config.json").write_text("{}")
    return path


def card(path: Path, tag: str, text: str = "I like it") -> Path:
    """A card with one example beside the files."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "README.md").write_text(f"---\npipeline_tag: {tag}\nwidget:\n- text: {text}\n---\n# My model\n")
    return path
