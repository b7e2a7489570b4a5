"""Large media go into a body slice by slice, in a thread, and what arrives is the same as else."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from typing import Any

import pytest

from showcard.inference import run as client
from showcard.inference.answers.responses import respond
from showcard.inference.transport import large_bodies
from showcard.inference.transport.http import Exchange
from showcard.metadata.media import SLICE, Media
from showcard.wire import media as wire_media
from tests.support.requests import at_endpoint, request
from tests.support.scripted import Talk, scripted

IMAGE = Media.from_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * (SLICE + 4_000_000), "image/png", "x.png")
LOOK = {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": IMAGE}}]}]}
LABEL = {"answer": "cat", "label": "cat", "score": 0.5}
BOX = {**LABEL, "box": {"xmin": 0, "ymin": 0, "xmax": 1, "ymax": 1}}
RESPONSE = {"output": [{"type": "message", "content": [{"type": "output_text", "text": "A cat"}]}]}
CASES: dict[str, tuple[str, dict[str, Any], Any]] = {
    "a chat": ("conversational", LOOK, {"choices": [{"message": {"role": "assistant", "content": "A cat"}}]}),
    "by the Responses API": ("conversational", LOOK, RESPONSE),
    "in JSON": ("visual-question-answering", {"image": IMAGE, "question": "What?"}, [LABEL]),
    "without the client": ("zero-shot-object-detection", {"image": IMAGE, "candidate_labels": ["cat"]}, [BOX]),
    "as it is": ("image-classification", {"image": IMAGE}, [LABEL]),
}


async def sent(case: str, url: str) -> Exchange:
    name, inputs, _ = CASES[case]
    exchange = Exchange()
    resolved = at_endpoint(request(name, inputs=inputs), url)
    await (respond if "Responses" in case else client.run)(resolved, None, exchange)
    return exchange


@pytest.mark.parametrize("case", CASES)
async def test_what_arrives_is_the_same(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies: list[bytes] = []
    threads: set[int] = set()
    slices = wire_media._slices

    async def script(talk: Talk) -> None:
        if len(bodies) == 1 and talk.body:  # a redirect sends the same once more
            bodies.append(talk.body)
            await talk.answer("307 Temporary Redirect", "", "text/plain", f"location: {server.url}/again")
            return
        bodies.append(talk.body)
        await talk.answer("200 OK", json.dumps(CASES[case][2]))

    def noted(data: bytes, coded: bool) -> Iterable[bytes]:
        threads.add(threading.get_ident())
        return slices(data, coded)

    monkeypatch.setattr(wire_media, "_slices", noted)
    async with scripted(script) as server:
        monkeypatch.setattr(large_bodies, "LARGE", 10**9)
        await sent(case, server.url)
        assert not threads
        monkeypatch.undo()
        monkeypatch.setattr(wire_media, "_slices", noted)
        exchange = await sent(case, server.url)
    assert len(bodies) == 3
    assert len({*bodies}) == 1
    assert threads
    assert threading.get_ident() not in threads
    assert len(exchange.asked) < 1000, "for the inspector"
    assert b"4,786,440 bytes" in exchange.asked
