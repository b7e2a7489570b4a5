"""The page of a folder with weights, in front of a scripted process: offered, loaded, crashed, restarted, refused.

The folder's own page in `test_folder_page_torch.py` runs a real model."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ROOT, process
from tests.support.axe import serious
from tests.support.folders import card, folder

from .test_accessibility import DARK, LIGHT

FAKE = str(ROOT / "tests" / "support" / "fake_python.py")


@pytest.fixture(scope="module")
def app_url() -> Iterator[str]:
    """An app that was told of a Python for models of folders: the scripted one."""
    with process("app.py", "--port", "0", "--local-python", FAKE, HF_ENDPOINT="http://127.0.0.1:10") as (_, address):
        yield address


def made(path: Path, **script: object) -> Path:
    card(folder(path), "text-classification")
    (path / "fake.json").write_text(json.dumps(script))
    return path


def open_folder(page: Page, path: Path) -> None:
    page.goto(f"/?model={path}")
    expect(page.locator("#head h1")).to_have_text(path.name)


def standing(page: Page):
    return page.locator("#folder-standing")


def run(page: Page):
    return page.get_by_role("button", name="Run", exact=True)


def test_a_folder_runs_from_its_page(page: Page, tmp_path: Path) -> None:
    path = made(tmp_path / "my-model", doing=["Reading the weights"], waits=True, log=["<b>a line</b>"])
    open_folder(page, path)
    expect(page.get_by_label("Runs on", exact=True)).to_have_value("Run it here: the weights in this folder")
    expect(page.locator("#status")).to_contain_text("Runs on your own weights, on this machine.")
    expect(standing(page)).to_contain_text("Not loaded yet. Run loads it first.")
    run(page).click()
    expect(page.locator("#status")).to_contain_text(re.compile(r"Loading your model: reading the weights · \d+\.\d s"))
    expect(standing(page)).to_contain_text(re.compile(r"Reading the weights · \d+\.\d s"))
    (path / "go").touch()
    expect(page.locator("#result .badge")).to_have_text("Live")
    expect(page.locator("#result .bars li").first).to_contain_text("FAKE")
    expect(page.locator("#status")).to_contain_text("Your own weights, on this machine")
    expect(standing(page)).to_contain_text(re.compile(r"Loaded in \d+\.\d s"))
    page.get_by_role("button", name="Log of the process").click()
    expect(page.locator("#folder-lines")).to_contain_text("<b>a line</b>")

    page.get_by_role("tab", name="Code", exact=True).click()
    expect(page.locator("#code pre:visible").first).to_contain_text(re.compile(r"http://127\.0\.0\.1:\d+"))
    page.get_by_role("tab", name="Widget", exact=True).click()

    page.locator("#in-text textarea").fill("crash")
    run(page).click()
    expect(page.locator("#result")).to_contain_text("The process that ran the model was ended by SIGSEGV.")
    expect(standing(page)).to_have_text("It is not running. Restart loads it again; its log says more.")
    page.get_by_role("button", name="Restart", exact=True).click()
    expect(standing(page)).to_contain_text("Loaded in")
    page.locator("#in-text textarea").fill("Once more")
    run(page).click()
    expect(page.locator("#result .badge")).to_have_text("Live")

    pid = int((path / "pid").read_text())
    page.get_by_role("button", name="Unload", exact=True).click()
    expect(standing(page)).to_contain_text("Not loaded yet.")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    page.get_by_role("button", name="Load", exact=True).click()
    expect(standing(page)).to_contain_text("Loaded in")
    # It is missed although nobody asks it anything.
    os.kill(int((path / "pid").read_text()), signal.SIGKILL)
    expect(standing(page)).to_contain_text("The process that ran the model was killed")
    expect(page.get_by_role("button", name="Restart", exact=True)).to_be_visible()


@pytest.mark.parametrize(("page", "only"), [LIGHT, DARK], indirect=["page"])
def test_axe_finds_nothing_serious_whatever_the_model_is_doing(page: Page, only: Any, tmp_path: Path) -> None:
    path = made(tmp_path / "my-model", waits=True, log=["a line"])
    open_folder(page, path)
    expect(standing(page)).to_contain_text("Not loaded yet.")
    assert serious(page, only) == ""
    page.get_by_role("button", name="Load", exact=True).click()
    expect(standing(page)).to_contain_text("Reading the weights")
    page.get_by_role("button", name="Log of the process").click()
    expect(page.locator("#folder-lines")).to_contain_text("a line")
    assert serious(page, only) == ""
    (path / "go").touch()
    expect(standing(page)).to_contain_text("Loaded in")
    assert serious(page, only) == ""
    page.locator("#in-text textarea").fill("crash")
    run(page).click()
    expect(standing(page)).to_have_text("It is not running. Restart loads it again; its log says more.")
    expect(run(page)).to_be_enabled()  # the pointer is still over it
    assert serious(page, only) == ""


def test_each_refusal_is_a_sentence_and_nothing_is_started(page: Page, tmp_path: Path) -> None:
    def refused(name: str, words: str) -> None:
        open_folder(page, tmp_path / name)
        expect(page.locator("#status")).to_contain_text(words)
        expect(run(page)).to_be_disabled()
        expect(page.get_by_role("button", name="Load", exact=True)).to_be_hidden()

    (made(tmp_path / "no-tokenizer") / "tokenizer.json").unlink()
    refused("no-tokenizer", "The folder holds no tokenizer; without it the model would read other words than yours.")
    (made(tmp_path / "own-code") / "modeling_mine.py").write_text("raise SystemExit")
    refused("own-code", "The folder holds code (modeling_mine.py)")
    weights = made(tmp_path / "cut-off") / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    refused("cut-off", "model.safetensors is cut off: it has")
    weights = made(tmp_path / "pickled") / "model.safetensors"
    weights.rename(weights.with_name("pytorch_model.bin"))
    refused("pickled", "The weights are a pickle (pytorch_model.bin)")
    # Another place runs all the same.
    page.get_by_label("Runs on", exact=True).click()
    page.get_by_role("option", name="showcard/sentiment").click()
    expect(run(page)).to_be_enabled()
    expect(page.locator("#folder")).to_be_hidden()


def test_a_page_opened_while_another_loads_sees_it_come(page: Page, tmp_path: Path) -> None:
    path = made(tmp_path / "my-model", waits=True)
    open_folder(page, path)
    page.get_by_role("button", name="Load", exact=True).click()
    expect(standing(page)).to_contain_text("Reading the weights")
    other = page.context.new_page()
    open_folder(other, path)
    expect(standing(other)).to_contain_text("Reading the weights")
    (path / "go").touch()
    expect(standing(other)).to_contain_text("Loaded in")


def test_other_cards_may_be_open_before_and_after(page: Page, tmp_path: Path) -> None:
    """Gradio uses a place in the page anew for the next card: an error in the console fails this."""
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    path = made(tmp_path / "my-model")
    for source, name in ((str(path), "my-model"), ("showcard/digits", "showcard/digits"), (str(path), "my-model")):
        page.get_by_placeholder("README.md, model folder or Hub id").fill(source)
        page.get_by_role("button", name="Open", exact=True).click()
        expect(page.locator("#head h1")).to_have_text(name)
        expect(page.locator("#result")).to_be_visible()
    expect(standing(page)).to_contain_text("Not loaded yet.")


def test_a_card_without_weights_is_not_offered_to_run_here(page: Page, tmp_path: Path) -> None:
    open_folder(page, card(tmp_path / "card-only", "text-classification"))
    expect(page.get_by_label("Runs on", exact=True)).to_have_value(re.compile("showcard/sentiment"))
    page.get_by_label("Runs on", exact=True).click()
    expect(page.get_by_role("option", name="Inference Providers")).to_be_visible()
    expect(page.get_by_role("option", name="Run it here")).to_have_count(0)
