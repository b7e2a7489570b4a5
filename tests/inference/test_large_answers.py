"""A large answer, below what is kept in a file: its objects are made where the event loop goes on, and only once."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from huggingface_hub import TextClassificationOutputElement

from showcard.inference import run as client
from showcard.inference.answers import reading
from showcard.inference.errors import InferenceFailure
from showcard.inference.transport.bridge import MAX_TICKET, _check_ticket
from showcard.metadata.outputs.read import Labels, normalise
from tests.support.requests import at_endpoint, request
from tests.support.scripted import Talk, scripted


@pytest.mark.parametrize("size", [3, 6_000, 12_000])
async def test_a_large_answer_is_walked_through_in_a_thread(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: set[int] = set()
    made: list[int] = []
    parse = TextClassificationOutputElement.parse_obj_as_list

    def noted(*given: Any) -> Any:
        threads.add(threading.get_ident())
        return normalise(*given)

    def parsed(data: Any) -> Any:
        made.append(len(data))
        return parse(data)

    async def script(talk: Talk) -> None:
        await talk.answer("200 OK", json.dumps([{"label": f"l{n}", "score": 0.5} for n in range(size)]))

    monkeypatch.setattr(reading, "normalise", noted)
    monkeypatch.setattr(TextClassificationOutputElement, "parse_obj_as_list", parsed)
    async with scripted(script) as server:
        reply = await client.run(at_endpoint(request("text-classification"), server.url))
    assert isinstance(reply.output, Labels)
    assert len(reply.raw) == size
    assert (threading.get_ident() in threads) == (size == 3)
    assert bool(made) == (size < 12_000), "a client makes an object of each"


def test_a_ticket_may_hold_a_long_text_but_not_many_values() -> None:
    _check_ticket(json.dumps({"status": "done", "image": "x" * 10_000_000}).encode())
    for many in (b"[" + b"[]," * 300_000 + b"[]]", b"x" * (MAX_TICKET + 1)):
        with pytest.raises(InferenceFailure, match="provider's answer"):
            _check_ticket(many)
