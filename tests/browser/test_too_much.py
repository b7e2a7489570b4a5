"""A page that sends more than is taken says so, and keeps what was typed."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gradio as gr
import pytest
from playwright.sync_api import Browser, expect

from showcard.inference.resolve import EmbeddedEngine
from showcard.ui.server import routes
from showcard.ui.server.app import build_app
from showcard.ui.server.guard import Access
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Site
from tests.support.serving import serving


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds that a test can pass."""
    patched = tuple((methods, path, min(most, 50_000)) for methods, path, most in routes.GRADIOS)
    monkeypatch.setattr(routes, "GRADIOS", patched)


def test_a_text_that_is_too_long_is_said_to_be(browser: Browser, few: None) -> None:
    async def made() -> Any:
        with gr.Blocks(analytics_enabled=False) as demo:
            text = gr.Textbox(label="Text")
            gr.Button("Count").click(len, text, gr.Number(label="Length"))
        return build_app(demo, Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore()), Access())

    with ThreadPoolExecutor() as threads:  # this one has a loop: the browser's
        app = threads.submit(asyncio.run, made()).result()
    with serving(app) as port:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}")
        page.get_by_label("Text").fill("x" * 60_000)
        page.get_by_role("button", name="Count").click()
        expect(page.get_by_text("What this page sends is more than the 48 KB that are taken at once.")).to_be_visible()
        expect(page.get_by_label("Text")).to_have_value("x" * 60_000)
        page.get_by_label("Text").fill("xyz")
        page.get_by_role("button", name="Count").click()
        expect(page.get_by_label("Length")).to_have_value("3")
        page.close()
