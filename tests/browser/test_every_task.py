"""Every task of the table in Chromium: a card with an example opens with its fields filled and its output drawn.

The page fixture fails the test when the console says an error."""

from __future__ import annotations

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from metadata.tasks import TASKS, Field, Task
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
