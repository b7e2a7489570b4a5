"""The page of a folder with weights where the app's Python has no torch, and no other was named."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.folders import card, folder


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="torch is installed: nothing is missing")
def test_the_missing_extra_is_named_with_the_line_that_installs_it(page: Page, tmp_path: Path) -> None:
    page.goto(f"/?model={card(folder(tmp_path / 'mine'), 'text-classification')}")
    expect(page.locator("#status")).to_contain_text("Running it needs torch and transformers, which this Python lacks.")
    expect(page.locator("#status")).to_contain_text("pip install -r requirements-local.txt")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_disabled()
