"""Hostile text in every view and every editor, recorded and live: it stays text; no dialog, no request, no script."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from showcard.metadata.tasks.table import TASKS
from tests.support.endpoint import Endpoint
from tests.support.payloads import PAYLOADS
from tests.support.task_cards import task_card
from tests.support.view_cards import card, entity, mask, photo, tone, torus, url

from .test_model_page import choose
from .test_views import show, start

TEXT = " ".join(PAYLOADS)
# A browser meets a fifth of them each day, from every part of the list; the slow tests have it meet all.
AMOUNTS = pytest.mark.parametrize(
    "payloads", [PAYLOADS[::5], pytest.param(PAYLOADS, marks=pytest.mark.slow)], ids=["some", "all"]
)
RUNS = """() => [...document.querySelectorAll("gradio-app *")].filter((node) =>
  (["SCRIPT", "IFRAME", "OBJECT", "EMBED", "BASE", "META"].includes(node.tagName)
    || node.matches(".sc :is(link, style, form)")
    || [...node.attributes].some((held) => /^on[a-z]+$/.test(held.name)
      || /^(href|src|xlink:href|action|formaction)$/.test(held.name) && /^\\s*javascript:/i.test(held.value)
      || held.name === "style" && /pwned/.test(held.value)))
).map((node) => node.outerHTML.slice(0, 200))"""


@contextmanager
def watched(page: Page) -> Iterator[None]:
    """Nothing of the payloads ran, was asked for, or stands in the page as more than text. (`page` sees dialogs.)"""
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    yield
    assert page.evaluate(RUNS) == []
    assert page.evaluate("window.pwned") is None
    assert not [address for address in asked if "/pwned" in address.partition("?")[0]]


def hostile_cards(payloads: list[str]) -> list[tuple[str, str]]:
    """The payloads in every field of every view, a card each, with the view's name."""
    text = " ".join(payloads)
    scored = [{"label": bad, "score": n / 100} for n, bad in enumerate(payloads)]
    corners = {"xmin": 10, "ymin": 10, "xmax": 90, "ymax": 90}
    region = mask((70, 50, 124, 120))
    sound = tone(0.1)
    table = {bad: [bad, bad] for bad in payloads}
    wires = [{**entity(bad, bad, text), "entity_group": bad} for bad in payloads]
    chunks = [{"text": bad, "timestamp": [n, n + 1]} for n, bad in enumerate(payloads)]
    answers = [{"answer": bad, "score": 0.5} for bad in payloads]
    clips = [{"label": bad, "content-type": "audio/wav", "blob": sound.split(",")[1]} for bad in payloads[:12]]
    cells = {
        "answer": text,
        "coordinates": [[0, n] for n in range(len(payloads))],
        "cells": payloads,
        "aggregator": payloads[0],
    }
    boxes = [{**row, "box": corners} for row in scored]
    masks = [{**row, "mask": region} for row in scored]
    solid = torus() + "".join(f"o {bad}\nusemtl {bad}\n# {bad}\n" for bad in payloads).encode()
    film = b"\0\0\0\x18ftypisom" + text.encode()
    return [
        ("labels", card("text-classification", scored, text=text)),
        ("entities", card("token-classification", wires, text=text)),
        ("answers", card("question-answering", answers, text=text, context=text)),
        ("table_answer", card("table-question-answering", cells, text=text, table=table)),
        ("similarities", card("sentence-similarity", [0.5] * len(payloads), source_sentence=text, sentences=payloads)),
        ("boxes", card("object-detection", boxes, src=photo())),
        ("masks", card("image-segmentation", masks, src=photo())),
        ("image", card("text-to-image", {"url": photo()}, text=text)),
        ("audio", card("audio-to-audio", clips, src=sound)),
        ("text", card("automatic-speech-recognition", {"text": text, "chunks": chunks}, src=sound)),
        ("predictions", card("tabular-classification", payloads[:2], table=table)),
        ("vector", card("feature-extraction", [0.5, -0.5], title=payloads[0], text=text)),
        ("mesh", card("text-to-3d", {"url": url(solid, "model/obj")}, title=payloads[0], text=text)),
        ("video", card("text-to-video", {"url": url(film, "video/mp4")}, title=payloads[0], text=text)),
        ("unknown", card("text-classification", {bad: [bad] for bad in payloads}, text=text)),
    ]


@AMOUNTS
def test_in_every_view(page: Page, payloads: list[str]) -> None:
    start(page)
    for kind, text in hostile_cards(payloads):
        with watched(page):
            view = show(page, text, kind)
            for opens in view.locator("summary").all()[:2]:
                opens.click()
            for tab in ("JSON", "Metadata", "Code"):
                page.get_by_role("tab", name=tab, exact=True).click()
            if kind in ("labels", "similarities"):
                page.get_by_role("tab", name="Widget", exact=True).click()
                expect(view.locator(".name").nth(1)).to_have_text(payloads[1])
    with watched(page):
        turns = [{"role": "user", "content": bad} for bad in payloads]
        example = {"messages": turns, "output": {"text": "\n\n".join(payloads)}}
        front = {"pipeline_tag": "text-generation", "tags": ["conversational"], "widget": [example]}
        open_text(page, f"---\n{json.dumps(front)}\n---\n", "#transcript .turn.assistant")
        expect(page.locator("#transcript .turn.user")).to_have_count(len(payloads))


def open_text(page: Page, text: str, shown: str) -> None:
    """Paste a card and wait for what it shows."""
    page.locator("#source textarea").fill(text)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator(shown).first).to_be_visible()
    expect(page.locator("#widget")).not_to_have_attribute("inert", "")  # what is shown may be of the card before


@AMOUNTS
def test_in_every_editor(page: Page, payloads: list[str]) -> None:
    text = " ".join(payloads)
    table = {bad: [bad, 1] for bad in payloads[:20]}
    lists: list[tuple[str, dict[str, Any], str]] = [
        ("zero-shot-classification", {"text": text, "candidate_labels": payloads}, "#in-candidate_labels .tags li"),
        ("sentence-similarity", {"source_sentence": text, "sentences": payloads}, "#in-sentences li"),
        ("table-question-answering", {"text": text, "table": table}, "#in-table .grid td"),
        ("tabular-classification", {"structured_data": table}, "#in-table .grid td"),
        ("question-answering", {"text": text, "context": text}, "#in-context textarea"),
        ("fill-mask", {"text": text}, "#mask"),
    ]
    start(page)
    for tag, example, shown in lists:
        with watched(page):
            items = [{**example, "example_title": bad, "group": bad} for bad in payloads]
            front = {"pipeline_tag": tag, "mask_token": payloads[0], "widget": items}
            open_text(page, f"---\n{json.dumps(front)}\n---\n", shown)
            page.get_by_label("Examples", exact=True).click()
            expect(page.get_by_role("option")).to_have_count(len(payloads))
            page.get_by_role("option").nth(2).click()
            page.get_by_role("tab", name="Code", exact=True).click()
            expect(page.locator("#code pre").first).to_be_attached()
    with watched(page):  # pasted and typed: labels become chips, cells become a table
        open_text(page, "---\npipeline_tag: zero-shot-classification\n---\n", "#in-candidate_labels .editor")
        line = page.get_by_label("Add to candidate labels")
        for bad in payloads[:10]:
            line.fill(bad)
            line.press("Enter")
        page.get_by_role("button", name="Share", exact=True).click()
        expect(page.locator("#shared")).to_contain_text("Link copied.")


@AMOUNTS
def test_in_what_stands_around_the_widget(page: Page, payloads: list[str]) -> None:
    start(page)
    text = " ".join(payloads)
    parameters = {bad: bad for bad in payloads} | {"guidance_scale": payloads[0], "negative_prompt": text}
    drawn = [
        {"text": bad, "output": {"url": photo(8, 8)}, "parameters": parameters, "group": bad} for bad in payloads[:30]
    ]
    facts = {"license": text, "language": payloads, "tags": payloads, "base_model": payloads, "model_name": text}
    front = {"pipeline_tag": "text-to-image", "widget": drawn, "inference": {"parameters": parameters}, **facts}
    front |= {bad: bad for bad in payloads} | {"library_name": text, "datasets": [{bad: [bad]} for bad in payloads]}
    body = "\n\n".join(f"# {bad}\n\n- {bad}\n\n| {bad} |\n|---|\n| x |\n\n```\n{bad}\n```\n" for bad in payloads)
    with watched(page):  # gallery, body, head, parameters, metadata and its notes
        open_text(page, f"---\n{json.dumps(front)}\n---\n<Gallery />\n\n{body}", "#body .gallery li")
        page.locator("#body .gallery button.load").nth(3).click()
        expect(page.locator("#in-text textarea")).to_have_value(payloads[3].replace("\r", ""))
        page.get_by_role("button", name="Parameters").click()
        expect(page.locator("#in-p-other textarea")).to_be_visible()
        page.get_by_role("tab", name="Metadata", exact=True).click()
        expect(page.locator("#metadata .card-fields tr").nth(len(payloads))).to_be_attached()
        for opens in page.locator("#metadata summary").all():
            opens.click()
    with watched(page):  # names of files that are not there, and of those that are brought
        lost = [{"src": f"{bad}.png", "output": [{"label": "x", "score": 1}]} for bad in payloads]
        open_text(
            page,
            f"---\n{json.dumps({'pipeline_tag': 'image-classification', 'widget': lost})}\n---\n",
            "#result .note",
        )
        picture = {"mimeType": "image/png", "buffer": base64.b64decode(photo(8, 8).partition(",")[2])}
        for bad in payloads[:3]:
            page.locator("#in-image input[type=file]").set_input_files(
                {"name": f"{bad}.png".replace("/", ":"), **picture}
            )
            expect(page.locator("#in-image img")).to_be_visible()
            page.get_by_label("Remove Image").click()
    with watched(page):  # YAML that is broken where the payload stands
        open_text(page, f"---\npipeline_tag: {text}\n{text}: [\n---\n# Broken\n", "#head .notes")
        page.locator("#head .notes").click()
        expect(page.locator("#metadata li").first).to_be_visible()


def test_in_deep_links(page: Page) -> None:
    names = ("text", "context", "candidate_labels", "table", "parameters", "example", "task", "inference_provider")
    for bad in (TEXT[:900], PAYLOADS[12]):
        filled = "&".join(f"{name}={quote(bad)}" for name in names)
        for address in (f"model={quote(bad)}", f"card={quote(bad)}", f"model=showcard/question-answering&{filled}"):
            with watched(page):
                page.goto(f"/?{address}")
                expect(page.locator("#head h1")).to_be_visible()
                expect(page.locator("#maximise")).to_be_attached()


def live_answers(payloads: list[str]) -> dict[str, Any]:
    """What a server answers, by the kind of output."""
    text = " ".join(payloads)
    return {
        "labels": [{"label": bad, "score": 0.5} for bad in payloads],
        "text": [{"generated_text": text}],
        "answers": {"answer": text, "score": 0.5, "start": 0, "end": 5},
        "table_answer": {"answer": text, "coordinates": [[0, 0]], "cells": payloads, "aggregator": text},
        "entities": [{"entity_group": bad, "word": "Marie", "score": 1, "start": 0, "end": 5} for bad in payloads],
        "boxes": [{"label": bad, "score": 1, "box": {"xmin": 1, "ymin": 1, "xmax": 9, "ymax": 9}} for bad in payloads],
        "masks": [{"label": bad, "score": 1, "mask": mask((9, 9, 90, 90)).partition(",")[2]} for bad in payloads],
        "predictions": payloads[:4],
    }


@AMOUNTS
def test_in_live_answers_and_in_refusals(page: Page, payloads: list[str], endpoint: Endpoint) -> None:
    start(page)
    text = " ".join(payloads)
    live = live_answers(payloads)
    rows = {row.output: row for row in TASKS if row.output in live and row.wire}
    assert rows.keys() == live.keys()
    for kind, row in rows.items():
        with watched(page):
            open_text(page, task_card(row), f"#result .view-{kind}")
            if page.get_by_label("Base URL").count() == 0:
                choose(page, "Runs on", "An endpoint of mine")
            page.get_by_label("Base URL").fill(endpoint.url)
            expect(page.locator("#status")).to_contain_text("Runs on your endpoint")
            for status, answer in ((400, {"error": text}), (200, live[kind])):
                endpoint.answers.append((status, answer))
                page.get_by_role("button", name="Run", exact=True).click()
                shown = "#result .badge.live" if status == 200 else "#result [role=alert]"
                expect(page.locator(shown).first).to_be_visible()
            expect(page.locator(f"#result .view-{kind}")).to_be_visible()


def test_in_a_flow(page: Page, endpoint: Endpoint) -> None:
    """What was written, what a server says, as an error and as an answer, and the code of it."""
    with watched(page):
        page.goto("/meeting-notes")
        expect(page.locator("#notes-status")).to_contain_text("embedded engine")
        page.locator("#transcript-text textarea").fill(TEXT)
        page.get_by_label("Runs on", exact=True).last.click()
        page.get_by_role("option", name="An endpoint of mine").first.click()
        page.locator("#notes-base-url").locator("input, textarea").fill(endpoint.url)
        expect(page.locator("#notes-status")).to_contain_text("your endpoint")
        endpoint.answers += [(400, {"error": TEXT}), (200, [{"summary_text": "\n\n".join(PAYLOADS)}])]
        page.locator("#notes-run").click()
        expect(page.locator("#notes-trouble [role=alert]")).to_be_visible()
        page.locator("#notes-run").click()
        expect(page.locator("#notes .badge.live")).to_be_visible()
        page.get_by_role("button", name="Code").last.click()
        expect(page.locator("#notes-code pre:visible")).to_be_visible()
        page.goto("/image-editor")
        page.locator("#in-prompt textarea").fill(TEXT)
        model = page.get_by_label("Model", exact=True)
        model.fill(PAYLOADS[1])
        model.press("Enter")
        page.get_by_role("button", name="Code").click()
        expect(page.locator("#edit-code").locator("pre:visible, [role=note]:visible").first).to_be_visible()
