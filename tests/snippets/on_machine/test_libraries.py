"""Code for a model on one's own machine: it parses, its texts are texts, and its words are the shell's."""

from __future__ import annotations

import ast
import shutil
import subprocess
from typing import Any

import pytest

from showcard.metadata.media import Media
from showcard.metadata.tasks.table import TASKS, task
from showcard.snippets.on_machine.libraries import local_snippets
from tests.support.hostile import LONG, TEXTS
from tests.support.requests import INPUTS, PNG, SOUND

LIBRARIES = ("transformers", "diffusers", "sentence-transformers", "timm", "llama.cpp", "vllm", "ollama", "gguf")
REMOVED = {"question-answering", "summarization", "translation", "visual-question-answering", "image-to-image"}
DONE = {
    "transformers": 29,
    "diffusers": 4,
    "sentence-transformers": 3,
    "timm": 1,
}


def strings(code: str) -> set[str]:
    return {
        node.value
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_task_of_every_library(library):
    done = 0
    for row in TASKS:
        for snippet in local_snippets("org/model", library, row, INPUTS.get(row.id, {}), ("gguf",)):
            assert (snippet.content is None) != (snippet.reason is None)
            if snippet.content is None:
                continue
            done += snippet.client == library
            assert snippet.install
            if snippet.language == "python":
                assert any("org/model" in text for text in strings(snippet.content))
            else:
                subprocess.run(["sh", "-n"], input=snippet.content.encode(), check=True)
    assert done >= DONE.get(library, 0)


def test_what_is_installed():
    installs = {
        one.client: one.install
        for library, name in (
            ("timm", "image-classification"),
            ("sentence-transformers", "sentence-similarity"),
            ("transformers", "image-to-image"),
        )
        for one in local_snippets("org/model", library, task(name), INPUTS[name])
    }
    assert installs == {
        "timm": "pip install pillow timm torch",
        "sentence-transformers": "pip install sentence-transformers",
        "transformers": "pip install pillow torch transformers",
    }


def test_no_pipeline_that_the_library_has_removed():
    for name in REMOVED:
        (snippet,) = local_snippets("org/model", "transformers", task(name), INPUTS[name])
        assert "pipeline" not in (snippet.content or "pipeline")


def test_which_library_is_offered():
    chat, text = task("conversational"), INPUTS["conversational"]
    names = [one.client for one in local_snippets("a/b", "transformers", chat, text, ("gguf",))]
    assert names == ["transformers", "vLLM", "llama.cpp", "Ollama"]
    assert [one.client for one in local_snippets("a/b", "transformers", task("fill-mask"), INPUTS["fill-mask"])] == [
        "transformers"
    ]
    assert not local_snippets("a/b", None, chat, text)
    assert not local_snippets("a/b", "stable-baselines3", task("reinforcement-learning"), {})


def test_lora_weights_go_onto_their_base():
    (snippet,) = local_snippets(
        "me/lora", "diffusers", task("text-to-image"), INPUTS["text-to-image"], ("base_model:adapter:org/base",)
    )
    assert {"me/lora", "org/base"} <= strings(snippet.content or "")


def hostile_inputs(text: str) -> dict[str, dict[str, Any]]:
    image = Media.from_bytes(PNG, "image/png", f"{text}.png")
    sound = Media.from_bytes(SOUND.data, "audio/wav", f"{text}.wav")
    return {
        "text-classification": {"text": text},
        "question-answering": {"question": text, "context": text},
        "translation": {"text": text},
        "zero-shot-classification": {"text": text, "candidate_labels": [text, "x"]},
        "table-question-answering": {"query": text, "table": {text: [text]}},
        "automatic-speech-recognition": {"audio": sound},
        "visual-question-answering": {"image": image, "question": text},
        "image-text-to-text": {"image": image, "prompt": text},
        "conversational": {"messages": [{"role": "user", "content": text}]},
        "text-to-image": {"text": text},
        "image-to-image": {"image": image, "prompt": text},
        "sentence-similarity": {"source_sentence": text, "sentences": [text]},
        "image-classification": {"image": image},
        "text-generation": {"text": text},
    }


def test_hostile_texts_stay_texts():
    plain = {
        name: {ast.dump(ast.parse(_shape(one.content))) for one in _all(name, "plain text")}
        for name in hostile_inputs("x")
    }
    for text in TEXTS:
        for name in hostile_inputs(text):
            for snippet in _all(name, text):
                if "\ud800" <= max(text, default="") <= "\udfff":
                    continue
                shape = ast.dump(ast.parse(_shape(snippet.content)))
                assert shape in plain[name], (text, snippet.content)


def _all(name: str, text: str) -> list[Any]:
    found = []
    for library in LIBRARIES[:4]:
        found += local_snippets("org/model", library, task(name), hostile_inputs(text)[name], ())
    return [one for one in found if one.content is not None]


class _Blank(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant("") if isinstance(node.value, str) else node


def _shape(code: str) -> str:
    """The code with all its texts blank: whatever an input says, nothing else may change."""
    return ast.unparse(_Blank().visit(ast.parse(code)))


@pytest.mark.parametrize("model", [*TEXTS, "http://evil/x", "../x"])
def test_hostile_model_ids_are_refused(model):
    for library in LIBRARIES:
        for snippet in local_snippets(model, library, task("conversational"), INPUTS["conversational"]):
            assert (
                snippet.content is None
                or model in ("plain", "JSON", "None", "NaN", "null", "hf_", "__proto__")
                or model.replace("_", "").isalnum()
            )


@pytest.mark.parametrize("shell", [name for name in ("bash", "dash", "zsh") if shutil.which(name)])
def test_the_words_of_the_shell(tmp_path, shell):
    commands = tmp_path / "bin"
    commands.mkdir()
    for name, does in (("llama-cli", 'printf "%s\\0" "$@"'), ("ollama", 'cat; printf "\\0%s" "$*"')):
        (commands / name).write_text(f"#!/bin/sh\n{does}\n")
        (commands / name).chmod(0o755)
    env = {"PATH": f"{commands}:/usr/bin:/bin"}
    for text in (*TEXTS, *LONG):
        written = local_snippets("org/model", "gguf", task("text-generation"), {"text": text})
        assert [one.client for one in written] == ["llama.cpp", "Ollama"]
        if written[0].content is None:
            assert "\0" in text or len(text) > 100_000 or any("\ud800" <= char <= "\udfff" for char in text)
            continue
        llama, ollama = [
            subprocess.run(
                [shutil.which(shell)],
                input=one.content.encode(),
                capture_output=True,
                cwd=tmp_path,
                env=env,
                check=True,
            )
            for one in written
        ]
        assert llama.stdout.split(b"\0")[:-1] == [b"-hf", b"org/model", b"-st", b"-p", text.encode()]
        assert ollama.stdout == text.encode() + b"\0run hf.co/org/model"
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]
