"""The shared cards: what was decided by reading them, the Hub's own tasks, and that nothing is dropped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.task_inference import TRUTH, misses
from showcard.metadata.examples.read import count_items
from showcard.metadata.lint.run import FORMATS, lint, render
from showcard.metadata.model import read_model, source_model

from .cards import CARDS, REAL, lines_of, needs_cards, real_cards

pytestmark = needs_cards

EXPECTED = list(lines_of(CARDS / "expected.jsonl")) if REAL.is_dir() else []

# Where the kind of output differs from what was expected, and why.
ARGUED = {
    # Its examples are messages, so the model chats; a recorded `{text}` is then an answer like a live one: a message.
    "c24.HuggingFaceH4_zephyr-7b-beta": "message",
}


@pytest.mark.parametrize("expected", EXPECTED, ids=[e["slug"] for e in EXPECTED])
def test_a_card_is_read_as_a_person_reads_it(expected):
    found = source_model(REAL / f"{expected['slug']}.md")
    outputs = [e.output.kind for e in found.examples if e.output is not None]
    assert (found.guess.task.id if found.guess.task else None) == expected["expected_task"]
    assert (len(found.examples), len(outputs)) == (expected["valid_examples"], expected["examples_with_output"])
    if expected["output_kind"]:
        assert set(outputs) == {ARGUED.get(expected["slug"], expected["output_kind"])}
    if expected["widget_items"] is not None:
        assert count_items(found.card) == expected["widget_items"]


def inspected(name: str, text: str | bytes) -> None:
    """Read, lint and print a card; each item has to be an example or to be named."""
    found = read_model(text)
    diagnostics = lint(found)
    json.dumps(found.to_json(name), allow_nan=False)
    for form in FORMATS:
        render(name, found.card.text, diagnostics, form)
    dropped = sum(d.code == "example-unusable" for d in diagnostics)
    assert count_items(found.card) == len(found.examples) + dropped, name


@pytest.mark.parametrize("path", real_cards() if REAL.is_dir() else [], ids=lambda path: path.stem)
def test_every_item_of_a_real_card_is_an_example_or_named(path: Path):
    inspected(path.name, path.read_bytes())


def test_every_item_of_the_front_matters_is_an_example_or_named():
    for line in lines_of(CARDS / "widget_cards.jsonl.gz"):
        inspected(line["id"], line["text"])


@pytest.mark.skipif(not TRUTH.exists(), reason="../shared/cards is missing")
def test_the_task_is_the_hubs_own_for_199_of_200_cards():
    total, wrong = misses()
    assert len(wrong) <= total / 200, "\n".join(wrong)
