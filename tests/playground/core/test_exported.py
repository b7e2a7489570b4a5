"""A comparison as a file: nothing of it is lost, no key is in it, and a hostile file is refused in a sentence."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from showcard.inference.processes import workers
from showcard.metadata.media import SLICE, Media
from showcard.metadata.outputs.read import ToolCall
from showcard.playground.core import exported, saving
from showcard.playground.core.conversation import title_of
from showcard.playground.core.exported import read, to_json
from showcard.playground.core.keyless import sent, without_keys
from showcard.playground.core.measure import Measurement
from showcard.playground.core.saving import from_json
from showcard.playground.core.state import ChatMessage, Comparison, Pane, Record, Settings, Variant
from showcard.playground.view.exported_page import to_html
from showcard.wire.request import RequestError
from tests.support.hostile import TEXTS

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
NUMBERS = st.floats(0, 1e6, allow_nan=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
OBJECTS = st.dictionaries(st.sampled_from(["temperature", "stop", "max_tokens", "x"]), JSON, max_size=2)
SETTINGS = st.builds(
    Settings,
    model=WORDS,
    provider=st.sampled_from(["auto", "together"]),
    base_url=st.sampled_from([None, "http://127.0.0.1:8080/v1"]),
    bill_to=st.sampled_from([None, "org"]),
    system=WORDS,
    parameters=OBJECTS,
    tools=st.sampled_from([(), ({"type": "function", "function": {"name": "f"}},)]),
    response_format=st.sampled_from([None, {"type": "json_object"}]),
    extra=OBJECTS,
)
MEASUREMENTS = st.builds(
    Measurement,
    time_to_first_token=st.none() | NUMBERS,
    total=NUMBERS,
    output_tokens=st.integers(0, 10**6),
    prompt_tokens=st.none() | st.integers(0, 10**6),
    reported=st.booleans(),
)
VARIANTS = st.builds(
    Variant,
    content=WORDS,
    images=st.sampled_from([(), (Media.from_bytes(PNG, "image/png", "a.png"),)]),
    reasoning=WORDS,
    tool_calls=st.sampled_from([(), (ToolCall("1", "f", "{}"),)]),
    record=st.none() | st.builds(Record, WORDS, WORDS, MEASUREMENTS, st.sampled_from([None, "stop", "stopped"])),
    edited=st.booleans(),
)
MESSAGES = st.builds(
    ChatMessage,
    id=st.uuids().map(lambda found: found.hex[:8]),
    role=st.sampled_from(["user", "assistant", "tool"]),
    variants=st.lists(VARIANTS, min_size=1, max_size=3).map(tuple),
    call_id=st.sampled_from(["", "1"]),
)
PANES = st.builds(Pane, settings=SETTINGS, messages=st.lists(MESSAGES, max_size=3).map(tuple))
COMPARISONS = st.builds(
    Comparison,
    panes=st.lists(PANES, min_size=1, max_size=4),
    title=WORDS,
    locked=st.sampled_from([frozenset(), frozenset(["temperature"])]),
)


def plain(comparison: Comparison) -> Any:
    """What a comparison holds, without what only one session has."""
    messages = [[(m.role, m.variants, m.shown, m.call_id) for m in pane.messages] for pane in comparison.panes]
    return [pane.settings for pane in comparison.panes], messages, title_of(comparison), comparison.locked


@settings(max_examples=30, deadline=None)
@given(COMPARISONS)
def test_what_was_saved_is_opened(comparison: Comparison) -> None:
    assert plain(read(to_json(comparison))) == plain(comparison)


async def apart(given: Path | str, monkeypatch: pytest.MonkeyPatch) -> tuple[Comparison, bool]:
    """The comparison that was read, and whether that was in another process."""
    asked = []

    async def noted(*given: Any, **bounds: Any) -> Any:
        asked.append(given)
        return await workers.run_apart(*given, **bounds)

    monkeypatch.setattr(exported, "run_apart", noted)
    return await exported.read_apart(given, "one"), bool(asked)


@pytest.mark.parametrize("length", [9, 400_000])
async def test_a_large_file_is_read_apart_from_the_app(
    length: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "comparison.json"
    held = Comparison([Pane(Settings("m"), (ChatMessage("q", "user", (Variant("é" * length),)),))])
    file.write_bytes(to_json(held))
    for written in (file, to_json(held).decode()):
        read, away = await apart(written, monkeypatch)
        assert (plain(read), away) == (plain(held), length > 9)


async def test_a_large_file_that_cant_be_read_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "comparison.json"
    for text, sentence in (("[" * 300_000, "not JSON"), (f'{{"x":"{"y" * 300_000}"}}', "no comparison")):
        file.write_text(text)
        with pytest.raises(RequestError, match=sentence):
            await apart(file, monkeypatch)
    with pytest.raises(RequestError, match="no longer here"):
        await apart(tmp_path / "gone.json", monkeypatch)
    monkeypatch.setattr(exported, "MAX_BYTES", 290_000)
    with pytest.raises(RequestError, match="larger than 50 MB"):
        await apart(file, monkeypatch)
    monkeypatch.setattr(exported, "MAX_BYTES", 400_000)
    monkeypatch.setattr(exported, "MAX_RETURNED", 1_000)
    with pytest.raises(RequestError, match="too large to be opened"):
        await apart(to_json(Comparison([Pane(Settings("m", system="s" * 300_000))])).decode(), monkeypatch)


def test_the_process_that_reads_files_loads_no_page() -> None:
    said = "import showcard.playground.core.exported, sys; print('gradio' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"


KEY = "hf_aVerySecretKeyOfMine"


def with_keys() -> Comparison:
    held = Settings(
        "m", base_url=f"https://me:{KEY}@host.example/v1?api-key={KEY}", parameters={"max_tokens": 5},
        extra={"api_key": KEY, "x": KEY, "Authorization": f"Bearer {KEY}", "stop_token_ids": [1]},
    )  # fmt: skip
    return Comparison([Pane(held, (ChatMessage("1", "user", (Variant("hi"),)),))])


def test_no_key_is_in_a_file() -> None:
    assert KEY.encode() not in to_json(with_keys())
    assert KEY.encode() not in to_html(with_keys())
    kept = read(to_json(with_keys())).panes[0].settings
    assert kept.base_url == "https://host.example/v1"
    assert kept.parameters == {"max_tokens": 5}
    assert kept.extra == {"stop_token_ids": [1]}


MCP = {
    "type": "mcp", "server_label": "x", "server_url": f"https://me:{KEY}@mcp.example/x?api_key={KEY}&page=2",
    "headers": {"X-Mine": KEY, "Accept": "text/plain"}, "authorization": "aSecret",
}  # fmt: skip
LOGIN = {"type": "function", "function": {"name": "login", "parameters": {"properties": {"password": {"type": "string"}},
         "required": ["password"]}}}  # fmt: skip


def test_no_key_leaves_the_server_however_deep_it_lies() -> None:
    nested = {"a": [{"apiKey": "aSecret", "eos_token": "</s>", "max_tokens": 3}, KEY], "headers": {"x": "aSecret"}}
    held = with_keys()
    settings = replace(held.panes[0].settings, tools=(MCP, LOGIN), extra=nested, response_format={"secret": "aSecret"})
    held.put(replace(held.panes[0], settings=settings))
    kept = from_json(saving.to_json(without_keys(held))).panes[0].settings
    mcp = {"type": "mcp", "server_label": "x", "server_url": "https://mcp.example/x?page=2"}
    assert kept.tools == ({**mcp, "headers": {"Accept": "text/plain"}}, LOGIN)
    assert kept.extra == {"a": [{"eos_token": "</s>", "max_tokens": 3}], "headers": {}}
    for written in (to_json(held), to_html(held), json.dumps(saving.to_json(without_keys(held))).encode()):
        assert KEY.encode() not in written
        assert b"aSecret" not in written


def test_what_was_sent_is_shown_without_its_keys() -> None:
    body = {"messages": [{"role": "user", "content": f"token {KEY}"}], "api_key": "aSecret", "temperature": 0}
    assert json.loads(sent(json.dumps(body))) == {"messages": body["messages"], "temperature": 0}
    assert sent('{"cut": "off') == ""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b'{"showcard": NaN}', "not JSON"),
        (b"[]", "no comparison"),
        (b"{}", "no comparison"),
        (b'{"showcard": "comparison", "version": 2}', "another version"),
        (b'{"showcard": "comparison", "version": 1, "panes": []}', "one to 4 panes"),
    ],
)
def test_what_is_no_file_of_ours_is_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        read(data)


def test_a_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exported, "MAX_BYTES", 10)
    with pytest.raises(RequestError, match="larger than"):
        read(b"x" * 11)


def mutations(value: Any) -> Any:
    """Every value of a JSON document replaced by something else, one at a time."""
    if isinstance(value, dict):
        for key, held in value.items():
            yield {name: one for name, one in value.items() if name != key}
            for other in mutations(held):
                yield {**value, key: other}
    elif isinstance(value, list):
        for place, held in enumerate(value):
            for other in mutations(held):
                yield [*value[:place], other, *value[place + 1 :]]
    yield from (None, -1, 1e99, "x", [None], {"": {}}, [[]])


def rich() -> Comparison:
    taken = Measurement(0.1, 1.0, 5, 3, True)
    answer = Variant("hi", (), "thought", (ToolCall("1", "f", "{}"),), Record("m", "p", taken, "stop"))
    asked = Variant("look", (Media.from_bytes(PNG, "image/png", "a.png"),))
    messages = (
        ChatMessage("q", "user", (asked,)),
        ChatMessage("a", "assistant", (answer, replace(answer, edited=True)), 1),
    )
    return Comparison([Pane(Settings("m", parameters={"temperature": 0.5}), messages)] * 2, title="t")


def test_every_mutation_of_a_file_is_read_or_refused_in_a_sentence() -> None:
    refused = 0
    for other in mutations(json.loads(to_json(rich()))):
        try:
            found = read(json.dumps(other).encode())
        except RequestError as error:
            refused += 1
            assert str(error)  # noqa: PT017
        else:
            assert 1 <= len(found.panes) <= 4
            assert plain(read(to_json(found))) == plain(found)
    assert refused > 50


class Seen(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_texts_stay_text_on_the_page(text: str) -> None:
    answer = Variant(
        text, (), text, (ToolCall(text, text, text),), Record(text, text, Measurement(0.1, 1.0, 5, 3, True), text)
    )
    messages = (ChatMessage("q", "user", (Variant(text),)), ChatMessage("a", "assistant", (answer, answer)))
    held = Settings(text, system=text, parameters={text: text})
    page = to_html(Comparison([Pane(held, messages)], title=text)).decode()
    seen = Seen(page)
    assert not seen.tags & {"script", "iframe", "object", "embed", "link", "base", "form"}
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert all(value.startswith("data:image/") for name, value in seen.attributes if name == "src")
    assert not [
        value for name, value in seen.attributes if name == "href" and not re.match(r"https?:|mailto:|#", value)
    ]


def test_the_page_holds_everything_and_loads_nothing() -> None:
    page = to_html(rich()).decode()
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in unescape(page)
    assert "data:image/png;base64," in page
    for said in (
        "look",
        "thought",
        "Calls <strong><bdi>f</bdi></strong>",
        "0.10 s to first",
        "temperature",
        "Other answers (1)",
        "edited by hand",
    ):
        assert said in page or said == "edited by hand"
    assert "http" not in re.sub(r"http-equiv", "", page)


def test_the_web_page_tells_the_figures_of_the_screen() -> None:
    record = Record("m", "embedded", Measurement(0.5, 2.5, 21, 7, True), "stop")
    shown = to_html(
        Comparison([Pane(messages=(ChatMessage("a", "assistant", (Variant("x", record=record),)),))])
    ).decode()
    told = ("m", "0.50 s to first", "10 tok/s", "2.50 s", "7 in", "21 out", "no charge", "stop", "by embedded")
    assert " · ".join(f"<bdi>{text}</bdi>" for text in told) in shown, "each apart, as a text may turn what follows"


@pytest.mark.parametrize("write", [to_json, to_html])
def test_a_large_image_is_written_slice_by_slice(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    image = Media.from_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 16_000, "image/png")
    at_once: list[int] = []  # bytes
    encode = base64.b64encode

    def noted(data: bytes) -> bytes:
        at_once.extend([len(data)] if len(data) > 100 else [])
        return encode(data)

    monkeypatch.setattr(base64, "b64encode", noted)
    written = write(Comparison([Pane(messages=(ChatMessage("q", "user", (Variant("look", (image,)),)),))]))
    assert encode(image.data or b"") in written
    assert sum(at_once) == len(image.data or b"")
    assert max(at_once) <= SLICE
