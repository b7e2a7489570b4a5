"""The example cards: what they record is what the engines answer, and they stay small."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import soundfile
from PIL import Image, ImageChops

from showcard.local.engines import ENGINES
from showcard.metadata.examples.read import Example
from showcard.metadata.lint.run import lint
from showcard.metadata.media import Media
from showcard.metadata.model import read_model
from showcard.metadata.outputs.read import Text
from showcard.metadata.reading.files import Folder

from ..conftest import ROOT

sys.path.insert(0, str(ROOT / "examples" / "_make"))
import illustrations
import morse

EXAMPLES = ROOT / "examples"
FOLDERS = sorted(path.parent.name for path in EXAMPLES.glob("*/README.md"))


def test_recorded_outputs_are_what_the_engines_answer() -> None:
    run = subprocess.run(
        [sys.executable, EXAMPLES / "_make" / "record.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (run.stdout, run.stderr, run.returncode) == ("", "", 0)


def test_all_together_are_small() -> None:
    weights = sum(path.stat().st_size for path in (ROOT / "examples").rglob("*.safetensors"))
    assert weights < 4_000_000
    assert sum(path.stat().st_size for path in EXAMPLES.rglob("*") if path.is_file()) - weights < 1_700_000


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_card_reads_without_complaint(folder: str) -> None:
    text = (EXAMPLES / folder / "README.md").read_text(encoding="utf-8")
    model = read_model(text, Folder(EXAMPLES / folder), f"showcard/{folder}")
    assert [f"{found.line}: {found.message}" for found in model.diagnostics] == []
    assert model.guess.widget is not None
    assert len(model.examples) >= (3 if model.guess.widget.fields else 1)
    assert any(example.output is not None for example in model.examples)
    assert all(example.title and not example.title.startswith("Example ") for example in model.examples)
    engine = next((row for row in ENGINES if row.id == f"showcard/{folder}"), None)
    assert model.guess.task is not None
    task = "conversational" if model.guess.conversational else model.guess.task.id
    assert engine is None or engine.task == task
    assert "## What it can't do" in text or ("There is no model here" in text and model.illustrated)
    assert not (engine and model.illustrated)
    assert not lint(model)
    for example in model.examples:
        for media in media_of(example):
            assert media.data or (media.source or "") in Folder(EXAMPLES / folder).list()


def media_of(example: Example) -> list[Media]:
    """The files that an example names, in its inputs and its output."""
    output = example.output
    held = [*example.inputs.values(), *(getattr(item, "media", None) or getattr(item, "mask", None)
            for item in (output, *getattr(output, "items", ())))]  # fmt: skip
    return [value for value in held if isinstance(value, Media)]


def test_illustrated_cards_are_what_the_script_writes() -> None:
    run = subprocess.run(
        [sys.executable, EXAMPLES / "_make" / "illustrations.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stdout, run.stderr, run.returncode) == ("", "", 0)


def test_what_was_drawn_is_drawn_again(tmp_path: Path) -> None:
    """Pictures, sounds and 3D objects hold the same again, whatever the library that packs them; films are left out."""
    for card in illustrations.CARDS:
        for name, make in card.assets.items():
            held, again = EXAMPLES / card.folder / name, tmp_path / name
            if held.suffix == ".mp4":
                assert Media.from_bytes(held.read_bytes()).media_type == "video/mp4"
                continue
            illustrations.write_asset(again, make())
            if held.suffix == ".png":
                assert (
                    ImageChops.difference(Image.open(held).convert("RGB"), Image.open(again).convert("RGB")).getbbox()
                    is None
                )
            elif held.suffix == ".flac":
                assert (soundfile.read(held)[0] == soundfile.read(again)[0]).all()
            else:
                assert held.read_bytes() == again.read_bytes()


def test_the_sounds_say_what_the_card_says() -> None:
    model = read_model((EXAMPLES / "automatic-speech-recognition" / "README.md").read_text(encoding="utf-8"))
    outputs = [example.output for example in model.examples if isinstance(example.output, Text)]
    assert [output.text for output in outputs] == [text for text, _ in morse.SOUNDS.values()]
    spans = [(chunk.text, chunk.start, chunk.end) for chunk in outputs[0].chunks]
    assert spans == morse.keyed("hello world")[1]
