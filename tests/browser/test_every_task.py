"""Cards of the table's tasks in Chromium: a card with an example opens with its fields filled and its output drawn.

A field looks alike whatever output stands beside it, so a few tasks that together have every field and every output
come first; what each task has on its page is seen without a browser in tests/widgets/test_opening.py, and `make
test-all` opens every one here too. The page fixture fails the test when the console says an error."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from showcard.metadata.tasks.table import TASKS, Field, Task, find_task
from tests.support.axe import COLOURS, serious
from tests.support.covering import covering
from tests.support.task_cards import INPUTS, SECTIONS, Section, section_card, task_card


def kinds(tag: str) -> set[str]:
    """The kinds of a task's fields."""
    row = find_task(tag)
    assert row
    return {spec.kind for spec in row.fields}


FEW = covering(TASKS, lambda row: {*(spec.kind for spec in row.fields), row.output})
REST = [row for row in TASKS if row not in FEW]
FEW_SECTIONS = covering(SECTIONS, lambda section: {len(section[1]), *section[1][0], *kinds(section[0])})


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


def in_families(rows: list[Task], *marks: pytest.MarkDecorator) -> list[Any]:
    """Tasks that one page opens one after another."""
    names = sorted({row.modality for row in rows})
    return [
        pytest.param([row for row in rows if row.modality == name], id=f"{name}{'-more' * bool(marks)}", marks=marks)
        for name in names
    ]


@pytest.mark.parametrize("rows", in_families(FEW) + in_families(REST, pytest.mark.slow))
def test_every_task_opens_with_its_example(page: Page, rows: list[Task]) -> None:
    page.goto("/")
    expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    for row in rows:
        open_text(page, task_card(row), row.id)
        expect(page.locator("#head .task")).to_have_text(row.name)
        expect(page.get_by_label("Examples", exact=True)).to_have_value(f"Of {row.id} (recorded output)")
        for spec in row.fields:
            is_filled(page, spec)
        is_drawn(page, row)


@pytest.mark.parametrize("sections", [FEW_SECTIONS, pytest.param(SECTIONS, marks=pytest.mark.slow)], ids=["few", "all"])
def test_every_documented_shape_opens(page: Page, sections: list[Section]) -> None:
    page.goto("/")
    expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    for number, (tag, items) in enumerate(sections):
        open_text(page, section_card((tag, items), f"Section {number}"), f"Section {number}")
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


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_axe_finds_nothing_serious_in_any_family(page: Page, theme: str) -> None:
    page.goto(f"/?__theme={theme}")
    expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    trouble = {}
    for row in TASKS:
        if row.id not in AXE:
            continue
        open_text(page, task_card(row), row.id)
        is_drawn(page, row)
        page.get_by_role("button", name=re.compile("^Parameters")).click()
        trouble[row.id] = serious(page, COLOURS if theme == "dark" else None)
    assert not any(trouble.values()), trouble
