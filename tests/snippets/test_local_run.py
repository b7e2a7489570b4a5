"""Code for one's own machine, run on it: every snippet as it is written, beside a tiny model of its architecture."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from showcard.metadata.media import Media
from showcard.metadata.tasks.table import TASKS, task
from showcard.snippets import local_snippets
from tests.support.requests import INPUTS

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

MODEL = "org/model"
SENTENCE = {"text": "the cat is good"}
TABLE = {"name": ["a", "b"], "is": ["1", "2"]}
PAIR = {"source_sentence": "the cat", "sentences": ["a cat", "my dog"]}


def picture() -> bytes:
    from PIL import Image

    written = io.BytesIO()
    Image.new("RGB", (48, 40), (200, 30, 30)).save(written, "PNG")
    return written.getvalue()


def tone() -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(
            b"".join(int(3000 * (n % 40 - 20) / 20).to_bytes(2, "little", signed=True) for n in range(8000))
        )
    return written.getvalue()


def photo(**more: Any) -> dict[str, Any]:
    return {"image": Media.from_bytes(picture(), name="cat.png"), **more}


# The library, the task, the tiny model, the inputs, and what has to be among what is printed or saved.
CASES: list[tuple[str, str, str, dict[str, Any], str]] = [
    ("transformers", "text-classification", "bert-classifier", SENTENCE, "score"),
    ("transformers", "text-classification", "bert-classifier", {**SENTENCE, "text_pair": "a dog"}, "score"),
    ("transformers", "token-classification", "bert-tokens", SENTENCE, "["),
    ("transformers", "fill-mask", "bert-mask", {"text": "the cat sat on the [MASK]"}, "token_str"),
    ("transformers", "feature-extraction", "bert-encoder", SENTENCE, "["),
    ("transformers", "zero-shot-classification", "bert-nli", {**SENTENCE, "candidate_labels": ["cat", "dog"]}, "scores"),
    ("transformers", "question-answering", "bert-answers", {"question": "who ?", "context": "the cat sat"}, ""),
    ("transformers", "summarization", "t5", SENTENCE, ""),
    ("transformers", "translation", "bart", SENTENCE, ""),
    ("transformers", "text-generation", "gpt2", SENTENCE, "generated_text"),
    ("transformers", "conversational", "llama-chat", {"messages": [{"role": "user", "content": "hello"}]}, ""),
    ("transformers", "text-to-speech", "vits", SENTENCE, "output.wav"),
    ("transformers", "automatic-speech-recognition", "wav2vec2-ctc", {"audio": Media.from_bytes(tone(), name="a.wav")}, "text"),
    ("transformers", "automatic-speech-recognition", "whisper", {"audio": Media.from_bytes(tone(), name="a.wav")}, "text"),
    ("transformers", "audio-classification", "wav2vec2-classifier", {"audio": Media.from_bytes(tone(), name="a.wav")}, "score"),
    ("transformers", "image-classification", "vit", "photo", "score"),
    ("transformers", "image-feature-extraction", "vit", "photo", "["),
    ("transformers", "image-segmentation", "segformer", "photo", "mask"),
    ("transformers", "object-detection", "yolos", "photo", "["),
    ("transformers", "depth-estimation", "dpt", "photo", "depth"),
    ("transformers", "zero-shot-image-classification", "clip", {"candidate_labels": ["cat", "dog"]}, "score"),
    ("transformers", "visual-question-answering", "vilt", {"question": "what is this ?"}, ""),
    ("transformers", "image-to-text", "blip", "photo", ""),
    ("transformers", "image-text-to-text", "llava-chat", {"prompt": "what is this ?"}, ""),
    ("transformers", "zero-shot-object-detection", "owlvit", {"candidate_labels": ["cat"]}, "["),
    ("transformers", "table-question-answering", "tapas", {"query": "what ?", "table": TABLE}, "answer"),
    ("transformers", "image-to-image", "swin2sr", "photo", "output.png"),
    ("sentence-transformers", "feature-extraction", "sentences", SENTENCE, "(16,)"),
    ("sentence-transformers", "sentence-similarity", "sentences", PAIR, "tensor"),
    ("sentence-transformers", "text-ranking", "bert-ranker", PAIR, "my dog"),
]  # fmt: skip
# What transformers does in a pipeline, and no tiny model stands here for.
OTHERS = {"mask-generation", "video-classification", "document-question-answering", "text-to-audio"}
PICTURES = ("image", "visual", "object", "depth", "zero-shot-image", "zero-shot-object")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The folder in which a model stands under its id."""
    from tests.support.tiny import make

    made: dict[str, Path] = {}

    def place(name: str) -> Path:
        if name not in made:
            made[name] = tmp_path_factory.mktemp(name)
            make(made[name] / MODEL, name)
        return made[name]

    return place


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[io.StringIO]:
    before, printed = Path.cwd(), io.StringIO()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(printed):
            yield printed
    finally:
        os.chdir(before)


@pytest.mark.parametrize(("library", "name", "model", "inputs", "shown"), CASES, ids=[f"{c[1]}-{c[2]}" for c in CASES])
def test_it_runs_as_it_is_written(tiny, library, name, model, inputs, shown):
    given = photo(**(inputs if isinstance(inputs, dict) else {})) if name.startswith(PICTURES) else inputs
    if "audio" in given and not shutil.which("ffmpeg"):
        pytest.skip("ffmpeg, by which transformers reads a sound, is not installed")
    snippet = local_snippets(MODEL, library, task(name), given)[0]
    assert snippet.content is not None, snippet.reason
    folder = tiny(model)
    for value in given.values():
        if isinstance(value, Media):
            (folder / value.name).write_bytes(value.data)
    with inside(folder) as printed:
        exec(compile(snippet.content, snippet.filename, "exec"), {"__name__": "__main__"})
    said = printed.getvalue() + " ".join(path.name for path in folder.iterdir())
    assert shown in said, f"{said[:500]}\n{snippet.content}"


def test_the_pipelines_that_are_named_exist():
    from transformers.pipelines import SUPPORTED_TASKS, TASK_ALIASES

    known = {*SUPPORTED_TASKS, *TASK_ALIASES}
    for row in TASKS:
        (snippet, *_) = local_snippets(MODEL, "transformers", row, INPUTS.get(row.id, {}))
        for named in re.findall(r'pipeline\("([^"]*)"', snippet.content or ""):
            assert named in known
    assert known >= OTHERS
