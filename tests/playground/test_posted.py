"""What anybody may post to the listeners of the compare page: odd values, and paths of files that were never uploaded."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from PIL import Image

from benchmarks.support.visitors import Page, Visitor
from showcard.playground.settings_panel import SettingsPanel
from showcard.ui.components.chat_options import ChatOptionsPanel
from tests.conftest import process


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with process("app.py", "--port", "0", HF_ENDPOINT="http://127.0.0.1:10") as (_, found):
        yield found


async def sent(address: str, first: list[Any], changed: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The messages of a Send with these first inputs, and others by the ids of their controls."""
    async with httpx.AsyncClient(timeout=60) as client:
        page = await Page.open(client, address, "/compare")
        for component in page.components.values():
            name = component.get("props", {}).get("elem_id")
            if name in (changed or {}):
                component["props"]["value"] = (changed or {})[name]
        visitor = Visitor(client, page)
        async for _ in visitor.trigger(page.listener(None, "load"), []):
            pass
        messages = []
        try:
            async for message in visitor.trigger(page.listener("send", "click"), first):
                messages.append(message)
        except AssertionError as failure:
            messages.append(failure.args[0])
        return messages


@pytest.mark.parametrize("meta", [{"_type": "gradio.FileData"}, None])
async def test_a_path_that_was_not_uploaded_is_never_read(address: str, tmp_path: Path, meta: Any) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (8, 8)).save(secret)
    file = {"path": str(secret), **({"meta": meta} if meta else {})}
    told = json.dumps(await sent(address, [{"text": "Look", "files": [file]}, "All panes"]))
    assert '"success": false' in told
    assert "data:image" not in told


@pytest.mark.parametrize("box", [None, 5, [], "text", {}, {"text": 7, "files": []}, {"files": None, "text": None}])
async def test_an_odd_question_asks_nothing_odd(address: str, box: Any) -> None:
    messages = await sent(address, [box, "All panes"])
    assert messages[-1]["msg"] == "process_completed"


@pytest.mark.parametrize("odd", [5, {"a": []}, [[]], True, [{"x": 1}]])
async def test_odd_settings_are_passed_over_or_said(address: str, odd: Any) -> None:
    names = (
        "s-model",
        "s-system",
        "s-locks",
        "p-temperature",
        "p-stop",
        "p-tool_choice",
        "s-tools",
        "s-schema",
        "s-extra",
    )
    for name in names:
        messages = await sent(address, [{"text": "Hi", "files": []}, odd], {name: odd})
        assert messages[-1]["msg"] == "process_completed"


@pytest.mark.parametrize("long", [False, True])
async def test_long_schemas_are_looked_at_in_a_thread(long: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []
    check = jsonschema.Draft202012Validator.check_schema

    def noted(schema: Any) -> None:
        threads.append(threading.get_ident())
        check(schema)

    monkeypatch.setattr(jsonschema.Draft202012Validator, "check_schema", noted)
    schema = json.dumps({"title": "thread", "properties": {f"p{n}": {} for n in range(500 if long else 1)}})
    panel, options = object.__new__(SettingsPanel), ChatOptionsPanel("s")
    panel.options = options
    held = ["", [], schema, "", False]
    await panel.read_ahead(held)
    assert options.read(held).response_format
    assert len(threads) == 1
    assert (threading.get_ident() in threads) != long
