"""Every text of a stranger holds characters that turn words around or hide: nothing that is seen holds one unmarked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from showcard.playground.core.state import Comparison, Pane, Settings
from tests.support.chats import Chats, Talk, chats

from .comparing import ask, put, tool
from .test_model_page import open_card
from .test_odd_cards import paste

EVIL = "\u202eevil\u2066 gnp.exe\u200f z\u200bw"
MARKED = "[U+202E]evil[U+2066] gnp.exe[U+200F] z[U+200B]w"
HEBREW, PERSIAN = "שלום עולם", "می\u200cخواهم"

# Written exceptions: what somebody edits (its value is no text node), a character alone in its mark, and in prose what
# people write between Hebrew or Arabic and signs. What is read aloud or named a file counts too.
RAW = r"""() => {
  const found = [], bidi = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u, turning = /[\u202a-\u202e\u2066-\u2069]/u;
  const prose = ".md, .said, .text, .entities, .context, .echo, .tail, pre";
  const walk = document.createTreeWalker(document, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (node instanceof Element) {
      for (const name of ["title", "aria-label", "alt", "placeholder", "download"])
        if (bidi.test(node.getAttribute(name) ?? "")) found.push(`${node.tagName} ${name}`);
      if (node.matches(".control")) {
        const style = getComputedStyle(node);
        if (!/block|none/.test(style.display) || !/^U\+[0-9A-F]{4,6} \w/.test(node.title)) found.push(node.outerHTML);
        const apart = node.parentElement.closest("bdi, [dir], pre, code");
        if (!apart) found.push(`not apart: ${node.parentElement.outerHTML.slice(0, 200)}`);
      }
      continue;
    }
    const held = node.parentElement;
    if (held.closest("textarea, script, style") || (held.matches(".control") && [...node.data].length === 1)) continue;
    if ((held.closest(prose) ? turning : bidi).test(node.data)) found.push(`${held.outerHTML.slice(0, 200)}`);
  }
  return found;
}"""


def check(page: Page) -> None:
    """What marks is loaded with the first text that needs it."""
    try:
        page.wait_for_function(f"() => !({RAW})().length")
    except TimeoutError:
        assert page.evaluate(RAW) == []


def test_a_card(page: Page) -> None:
    open_card(page, "showcard/sentiment")
    output = [{"label": f"{EVIL} {n}", "score": n / 4} for n in (1, 2, 3)]
    front = {
        "pipeline_tag": "text-classification",
        **dict.fromkeys(("license", "library_name", "base_model", EVIL), EVIL),
        **{key: [EVIL, "x"] for key in ("tags", "language", "datasets", "metrics")},
        "model-index": [{"name": EVIL, "results": [{EVIL: EVIL}]}],
        "inference": {"parameters": {EVIL: EVIL, "top_k": EVIL}},
        "widget": [{"text": EVIL, "example_title": EVIL, "group": EVIL, "output": output}] * 2
        + [{"text": "x", "example_title": HEBREW, "group": PERSIAN, "output": [{"label": HEBREW, "score": 1}]}],
    }
    body = (
        f"# {EVIL}\n\n{EVIL} **{EVIL}** `{EVIL}` [{EVIL}](https://x.example) [{EVIL}](x.bin) ![{EVIL}](a.png '{EVIL}')\n\n"
        f"```python\n{EVIL}\n```\n\n```\n{EVIL}\n```\n\n| {EVIL} |\n|---|\n| {EVIL} |\n\n> [!NOTE]\n> {EVIL}\n\n{HEBREW} {PERSIAN}\n"
    )
    paste(page, f"---\n{json.dumps(front)}\n---\n{body}")
    expect(page.locator("#result .bars li").first).to_contain_text("[U+202E]evil")
    expect(page.locator("#body pre").first).to_be_visible()
    check(page)
    copied = page.locator("#body pre").first.evaluate(
        "node => { getSelection().selectAllChildren(node); return String(getSelection()); }"
    )
    assert copied.strip() == EVIL.strip()
    shown = "node => getComputedStyle(node, '::before').content"
    assert page.locator("#body pre .control").first.evaluate(shown) == '"[U+202E]"'
    expect(page.locator("#body p", has_text=HEBREW)).to_contain_text(f"{HEBREW} {PERSIAN}")
    for name in ("Metadata", "JSON", "Code"):
        page.get_by_role("tab", name=name, exact=True).click()
        check(page)
    page.get_by_role("tab", name="Widget", exact=True).click()
    page.get_by_label("Examples", exact=True).click()
    expect(page.get_by_role("option").first).to_contain_text("[U+202E]evil")
    check(page)
    page.get_by_role("option", name=HEBREW).click()
    expect(page.locator("#result .name bdi").first).to_have_text(HEBREW)
    check(page)


class Evil:
    """Answers, in every field there is, with what turns words around."""

    def script(self, talk: Talk) -> None:
        talk.say(reasoning_content=EVIL)
        talk.say(f"{EVIL} `{EVIL}`\n\n```js\n{EVIL}\n```\n\n{EVIL}")
        talk.say(tool_calls=[{"index": 0, "id": EVIL, "function": {"name": EVIL, "arguments": json.dumps({EVIL: EVIL}, ensure_ascii=False)}}])  # fmt: skip
        talk.end(EVIL)


@pytest.fixture(scope="module")
def server() -> Iterator[Chats]:
    with chats(Evil().script) as started:
        yield started


def test_a_comparison(page: Page, server: Chats) -> None:
    page.goto("/compare")
    expect(page.locator("#question textarea")).to_be_visible()
    held: dict[str, Any] = {"system": EVIL, "parameters": {"stop": [EVIL], "user": EVIL}}
    panes = [Pane(Settings(f"org/{EVIL} {n}", base_url=server.url, **held)) for n in (1, 2)]
    panes[1] = replace(panes[1], settings=replace(panes[1].settings, parameters={}))
    put(page, Comparison(panes, title=EVIL))
    check(page)
    ask(page, EVIL)
    page.locator("#transcript-A .thought summary").click()
    page.locator("#transcript-A .wire summary").click()
    expect(page.locator("#transcript-A .wire .loaded")).to_be_visible()
    check(page)
    for name in ("Checks", "Prompts", "Samples", "Diff", "Code", "Votes", "Export"):
        tool(page, name)
        check(page)
    page.locator("#head-A .name").click()
    expect(page.locator("#s-system textarea")).to_have_value(EVIL)
    check(page)


def test_the_names_of_attached_files(page: Page, picture: bytes) -> None:
    for address, field in (("/compare", "#question"), ("/?model=showcard/image-to-text", "#in-image")):
        page.goto(address)
        remove = page.locator(field).get_by_label(re.compile("Remove|Clear"))
        if field == "#in-image":
            remove.click()
        page.locator(f"{field} input[type=file]").first.set_input_files(
            [{"name": f"{EVIL}.png", "mimeType": "image/png", "buffer": picture}]
        )
        shown = page.locator(f"{field} img").first
        expect(shown).to_be_visible()
        page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=shown.element_handle())
        check(page)
