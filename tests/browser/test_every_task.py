"""Every task of the table in Chromium: a card with an example opens with its fields filled and its output drawn.

The page fixture fails the test when the console says an error."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from metadata.tasks import TASKS, Field, Task, find_task
from tests.support.task_cards import INPUTS, task_card

FAMILIES = sorted({row.modality for row in TASKS})


def open_text(page: Page, text: str, heading: str) -> None:
    page.locator("#source textarea").fill(text)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#body h1")).to_have_text(heading)


def is_filled(page: Page, spec: Field) -> None:
    _, value = INPUTS[spec.name]
    field = page.locator(f"#in-{spec.name}")
    line = field.locator("textarea[data-testid=textbox], input[data-testid=textbox], textarea, input").first
    if spec.kind in ("text", "line"):
        expect(line).to_have_value(value)
    elif spec.kind == "switch":
        expect(field.locator("input")).to_be_checked()
    elif spec.kind == "labels":
        expect(field.locator("li")).to_have_text([re.compile(label.strip()) for label in value.split(",")])
    elif spec.kind == "sentences":
        expect(field.locator("li textarea").first).to_have_value(value[0])
    elif spec.kind == "table":
        expect(field.get_by_label("Visitors, row 1")).to_have_value("38")
    elif spec.kind == "image":
        expect(field.locator("img")).to_be_visible()
    elif spec.kind == "audio":
        expect(field.get_by_role("button", name=re.compile("Play")).first).to_be_visible()
    elif spec.kind == "video":
        expect(field.locator("video")).to_be_attached()


def is_drawn(page: Page, row: Task) -> None:
    if row.output == "message":
        expect(page.locator("#transcript .turn.user")).to_contain_text("Hello there")
        expect(page.locator("#transcript .turn.assistant")).to_contain_text("Good day")
        expect(page.locator("#transcript .badge")).to_have_text("Recorded in the card")
        return
    expect(page.locator("#result .badge").first).to_have_text("Recorded in the card")
    expect(page.locator(f"#result .view-{row.output}")).to_be_visible()
    expect(page.locator("#result .nothing")).to_have_count(0)


@pytest.mark.parametrize("modality", FAMILIES)
def test_every_task_opens_with_its_example(page: Page, modality: str) -> None:
    page.goto("/")
    expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    for row in TASKS:
        if row.modality != modality:
            continue
        open_text(page, task_card(row), row.id)
        expect(page.locator("#head .task")).to_have_text(row.name)
        expect(page.get_by_label("Examples", exact=True)).to_have_value(f"Of {row.id} (recorded output)")
        for spec in row.fields:
            is_filled(page, spec)
        is_drawn(page, row)


FAR = "https://far.example/samples"
TWO_TEXTS: list[dict[str, Any]] = [
    {"text": "Ada wrote it", "example_title": "Ada"},
    {"text": "Bo", "example_title": "B"},
]
TWO_SOUNDS: list[dict[str, Any]] = [{"src": f"{FAR}/{n}.flac", "example_title": f"Sample {n}"} for n in (1, 2)]
TWO_IMAGES: list[dict[str, Any]] = [{"src": f"{FAR}/{n}.jpg", "example_title": n} for n in ("tiger", "teapot")]
TWO_QUESTIONS: list[dict[str, Any]] = [{"text": "What is it?", "src": f"{FAR}/{n}.png"} for n in (1, 2)]
GUIDED: list[dict[str, Any]] = [{"src": f"{FAR}/edges.jpg", "prompt": "A girl"}, {"src": f"{FAR}/edges.jpg"}]
RED = {"acidity": [7.4, 10.3], "citric": [0, 0.45]}
# The shapes of the 28 sections of the Hub's page on widget examples, with words of our own.
SECTIONS: list[tuple[str, list[dict[str, Any]]]] = [
    ("fill-mask", [{"text": "Rome is <mask>.", "example_title": "City"}]),
    ("question-answering", [{"text": "Who?", "context": "It is Ann.", "example_title": "Name"}]),
    ("summarization", TWO_TEXTS),
    ("table-question-answering", [{"text": "How many?", "table": {"Name": ["a", "b"], "Stars": [3, 4]}}]),
    ("text-classification", TWO_TEXTS),
    ("text-generation", TWO_TEXTS),
    ("text2text-generation", TWO_TEXTS),
    ("token-classification", TWO_TEXTS),
    ("translation", TWO_TEXTS),
    (
        "zero-shot-classification",
        [{"text": "Car", "candidate_labels": "a, b", "multi_class": x} for x in (True, False)],
    ),
    ("sentence-similarity", [{"source_sentence": "One", "sentences": ["Two", "Three"], "example_title": "Numbers"}]),
    ("conversational", TWO_TEXTS),
    ("feature-extraction", TWO_TEXTS),
    ("text-to-speech", TWO_TEXTS),
    ("automatic-speech-recognition", TWO_SOUNDS),
    ("audio-to-audio", TWO_SOUNDS),
    ("audio-classification", TWO_SOUNDS),
    ("voice-activity-detection", TWO_SOUNDS),
    ("image-classification", TWO_IMAGES),
    ("object-detection", TWO_IMAGES),
    ("image-segmentation", TWO_IMAGES),
    ("image-to-image", GUIDED),
    ("image-to-video", GUIDED),
    ("text-to-image", TWO_TEXTS),
    ("document-question-answering", TWO_QUESTIONS),
    ("visual-question-answering", TWO_QUESTIONS),
    ("zero-shot-image-classification", [{"src": f"{FAR}/x.png", "candidate_labels": "playing music, sports"}]),
    ("structured-data-classification", [{"structured_data": RED, "example_title": "Wine"}]),
]


def test_every_documented_shape_opens(page: Page) -> None:
    assert len(SECTIONS) == 28
    page.goto("/")
    expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    for number, (tag, items) in enumerate(SECTIONS):
        front = json.dumps({"pipeline_tag": tag, "widget": items})
        open_text(page, f"---\n{front}\n---\n# Section {number}\n", f"Section {number}")
        row = find_task(tag)
        assert row
        expect(page.locator("#head .task")).to_have_text(row.name)
        chosen = str(items[0].get("example_title", "Example 1"))
        expect(page.get_by_label("Examples", exact=True)).to_have_value(chosen)
        page.get_by_label("Examples", exact=True).click()
        expect(page.get_by_role("option")).to_have_count(len(items))
        page.keyboard.press("Escape")
        if "src" in items[0]:
            lines = page.locator("[id^=url-] textarea, [id^=url-] input")
            expect(lines.first).to_have_value(items[0]["src"])
        for key in ("text", "context", "prompt", "source_sentence"):
            if key in items[0]:
                shown = page.locator("[id^=in-] textarea, [id^=in-] input").evaluate_all(
                    "held => held.map((x) => x.value)"
                )
                assert items[0][key] in shown, (tag, key, shown)


AXE = ("token-classification", "zero-shot-classification", "table-question-answering", "object-detection",
       "automatic-speech-recognition", "sentence-similarity", "text-to-video", "conversational")  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_family(page: Page, theme: str) -> None:
    page.goto(f"/?__theme={theme}")
    expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    trouble = []
    for row in TASKS:
        if row.id not in AXE:
            continue
        open_text(page, task_card(row), row.id)
        is_drawn(page, row)
        page.get_by_role("button", name=re.compile("^Parameters")).click()
        page.evaluate("Promise.all(document.getAnimations().map((moving) => moving.finished))")
        found = Axe().run(page).response["violations"]
        trouble += [
            (row.id, problem["id"], node["html"][:300], node["failureSummary"][:200])
            for problem in found
            if problem["impact"] in ("serious", "critical")
            for node in problem["nodes"]
        ]
    assert not trouble, json.dumps(trouble, indent=1)
