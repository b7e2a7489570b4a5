"""The page of a folder with a real model of each architecture: Run gives a live answer from its own weights."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support import tiny

pytestmark = pytest.mark.torch

# A model, its task, and what is in its answer; the inputs are those that Showcard has for the task.
MODELS = [
    ("bert-classifier", "text-classification", "good"),
    ("distilbert", "text-classification", "good"),
    ("bert-tokens", "token-classification", ""),
    ("bert-mask", "fill-mask", ""),
    ("roberta-mask", "fill-mask", ""),
    ("bert-answers", "question-answering", ""),
    ("bert-nli", "zero-shot-classification", ""),
    ("bert-encoder", "feature-extraction", "dimensions|numbers"),
    ("sentences", "sentence-similarity", ""),
    ("bert-ranker", "text-ranking", ""),
    ("gpt2", "text-generation", ""),
    ("t5", "translation", ""),
    ("bart", "summarization", ""),
    ("vit", "image-classification", "good"),
    ("segformer", "image-segmentation", ""),
    ("yolos", "object-detection", ""),
    ("dpt", "depth-estimation", ""),
    ("clip", "zero-shot-image-classification", ""),
    ("vilt", "visual-question-answering", "good"),
    ("blip-answers", "visual-question-answering", ""),
    ("blip", "image-to-text", ""),
    ("donut", "document-question-answering", ""),
    ("owlvit", "zero-shot-object-detection", ""),
    ("swin2sr", "image-to-image", ""),
    ("tapas", "table-question-answering", ""),
    ("wav2vec2-ctc", "automatic-speech-recognition", ""),
    ("whisper", "automatic-speech-recognition", ""),
    ("wav2vec2-classifier", "audio-classification", "good"),
    ("vits", "text-to-speech", ""),
]


def open_model(page: Page, path: Path, name: str, metadata: str) -> None:
    tiny.make(path, name)
    (path / "README.md").write_text(f"---\n{metadata}\n---\n# {name}\n")
    page.goto(f"/?model={path}")
    expect(page.locator("#head h1")).to_have_text(name)
    expect(page.locator("#status")).to_contain_text("Runs on your own weights, on this machine.")


@pytest.mark.parametrize(("name", "task", "words"), MODELS)
def test_a_model_answers_from_its_own_weights(page: Page, tmp_path: Path, name: str, task: str, words: str) -> None:
    open_model(page, tmp_path / name, name, f"pipeline_tag: {task}")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .badge")).to_have_text("Live", timeout=90_000)
    expect(page.locator("#result")).to_contain_text(re.compile(words or "."))
    expect(page.locator("#status")).to_contain_text("Your own weights, on this machine")
    expect(page.locator("#folder-standing")).to_contain_text("Loaded in")


@pytest.mark.parametrize(
    ("name", "metadata"),
    [
        ("llama-chat", "pipeline_tag: text-generation\ntags: [conversational]"),
        ("llava-chat", "pipeline_tag: image-text-to-text\ntags: [conversational]"),
    ],
)
def test_a_chat_streams_from_its_own_weights(page: Page, tmp_path: Path, name: str, metadata: str) -> None:
    open_model(page, tmp_path / name, name, metadata)
    page.locator("#in-messages textarea").first.fill("hello")
    page.get_by_role("button", name="Send", exact=True).click()
    done = re.compile(r"Your own weights, on this machine.*tokens")
    expect(page.locator("#status")).to_contain_text(done, timeout=90_000)
