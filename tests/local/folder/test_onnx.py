"""Folders with ONNX weights: answered by onnxruntime alone, as the same model is by transformers."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from huggingface_hub import InferenceClient
from PIL import Image

from ...conftest import ROOT
from ...support import tiny

pytestmark = pytest.mark.torch

AUTOS = {
    "bert-classifier": "AutoModelForSequenceClassification",
    "bert-nli": "AutoModelForSequenceClassification",
    "bert-tokens": "AutoModelForTokenClassification",
    "bert-mask": "AutoModelForMaskedLM",
    "bert-answers": "AutoModelForQuestionAnswering",
    "sentences": "AutoModel",
    "vit": "AutoModelForImageClassification",
}


@pytest.fixture(scope="session")
def exported(folder_of, tmp_path_factory):
    """`exported(name)`: the folder of a tiny model with ONNX weights instead of its own."""
    root, made = tmp_path_factory.mktemp("onnx"), {}

    def find(name: str) -> Any:
        if name not in made:
            made[name] = tiny.export(root / name, folder_of(name), AUTOS[name], example(folder_of(name), name))
        return made[name]

    return find


def example(path: Any, name: str) -> dict[str, Any]:
    import torch
    from transformers import AutoTokenizer

    if name == "vit":
        return {"pixel_values": torch.zeros(1, 3, 32, 32)}
    read = AutoTokenizer.from_pretrained(path)("the cat sat", return_tensors="pt")
    return {key: read[key] for key in ("input_ids", "attention_mask", "token_type_ids")}


@pytest.fixture
def both(folder_of, exported, serving):
    """Clients of the same model: by onnxruntime, and by transformers."""

    def make(name: str, task: str) -> tuple[InferenceClient, InferenceClient]:
        nobody = {"authorization": None}
        return (
            InferenceClient(base_url=serving(exported(name), task), headers=nobody),
            InferenceClient(base_url=serving(folder_of(name), task), headers=nobody),
        )

    return make


def alike(found: Any, expected: Any) -> None:
    """The same labels, words and places, and scores as near as two libraries compute them."""
    assert type(found) is type(expected)
    if isinstance(found, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            alike(one, other)
        return
    for name, value in vars(expected).items() if hasattr(expected, "__dict__") else {"": expected}.items():
        other = getattr(found, name) if name else found
        assert other == (pytest.approx(value, abs=1e-4) if isinstance(value, float) else value), name


CALLS = [
    ("bert-classifier", "text-classification", "text_classification", ["the cat is good"], {}),
    ("bert-classifier", "text-classification", "text_classification", ["good " * 500], {"top_k": 2}),
    ("bert-classifier", "text-classification", "text_classification", ["good"], {"function_to_apply": "sigmoid"}),
    ("bert-tokens", "token-classification", "token_classification", ["my name is sarah and i live in paris"], {}),
    ("bert-mask", "fill-mask", "fill_mask", ["the [MASK] sat"], {"top_k": 3}),
    ("bert-nli", "zero-shot-classification", "zero_shot_classification", ["the cat", ["cat", "dog", "mat"]], {}),
    ("bert-nli", "zero-shot-classification", "zero_shot_classification", ["the cat", ["cat", "dog"]],
     {"multi_label": True}),
    ("bert-answers", "question-answering", "question_answering", ["where ?", "the cat sat . " * 80], {"top_k": 3}),
    ("sentences", "sentence-similarity", "sentence_similarity", ["the cat", ["a dog", "the cat sat"]], {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "task", "method", "inputs", "parameters"), CALLS)
def test_onnx_answers_like_transformers(both, name, task, method, inputs, parameters):
    onnx, torch = both(name, task)
    alike(getattr(onnx, method)(*inputs, **parameters), getattr(torch, method)(*inputs, **parameters))


def test_images_are_prepared_as_the_folder_says(both):
    onnx, torch = both("vit", "image-classification")
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (50, 70, 3), dtype=np.uint8)).save(buffer, "PNG")
    alike(onnx.image_classification(buffer.getvalue()), torch.image_classification(buffer.getvalue()))


def test_neither_torch_nor_transformers_is_imported(exported):
    code = (
        "import sys\nfrom pathlib import Path\nfrom threading import Event\n"
        "class Gone:\n def find_spec(self, name, path=None, target=None):\n"
        "  if name.split('.')[0] in ('torch', 'transformers', 'sentence_transformers'): raise ImportError(name)\n"
        "sys.meta_path.insert(0, Gone())\n"
        "from showcard.metadata.reading.files import Folder\nfrom showcard.metadata.weights.runnable import ALL_PACKAGES, plan_run\n"
        "from showcard.local.folder.load import load\nroot = Path(sys.argv[1])\n"
        "plan = plan_run(Folder(root), 'text-classification', set(ALL_PACKAGES) - {'torch', 'transformers'})\n"
        "print(load(root, plan, lambda _: None)('the cat', {}, Event())[0][0]['label'])"
    )
    command = [sys.executable, "-c", code, str(exported("bert-classifier"))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() in ("bad", "good", "fair"), done.stderr
