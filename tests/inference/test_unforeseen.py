"""What nobody foresaw is in the log, with what was asked; no key and nothing that was typed is."""

from __future__ import annotations

from contextlib import suppress

import pytest

from showcard.inference import run as client
from showcard.inference.errors import InferenceFailure
from showcard.inference.resolve import resolve
from showcard.inference.unforeseen import SAID, is_mistake
from showcard.metadata.media import Media
from showcard.metadata.tasks.table import task
from showcard.ui.markup import panels
from showcard.wire.request import Request
from tests.conftest import process
from tests.support.faults import answering
from tests.support.scripted import scripted

pytestmark = pytest.mark.unforeseen
KEY = "hf_abcdefghijklmnop"


def asked(url: str) -> Request:
    return Request(
        "text-classification", "org/m", {"text": "my secret"}, base_url=f"{url}/v1?token={KEY}",
        parameters={"top_k": 1}, headers={"x-api-key": KEY}, extra={"api_key": KEY},
    )  # fmt: skip


async def test_a_mistake_of_ours_in_a_call_is_logged_with_what_was_asked(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> object:
        return task("no such task")

    monkeypatch.setattr(client, "read", broken)
    async with scripted(answering("200 OK", '[{"label": "a", "score": 1}]')) as server:
        with pytest.raises(InferenceFailure):
            await client.run(await resolve(asked(server.url)), {"API_TOKEN": KEY})
    assert SAID in caplog.text
    assert "text-classification by org/m at 127.0.0.1; inputs: text (9 characters); set: top_k" in caplog.text
    assert "Traceback" in caplog.text
    assert KEY not in caplog.text
    assert "my secret" not in caplog.text.partition("Traceback")[0]


@pytest.mark.parametrize("body", ["nonsense", "[1, 2]", '{"a": {"b": []}}', '[{"label": []}]', "null", '"text"'])
async def test_what_a_stranger_answers_is_no_mistake_of_ours(body: str, caplog: pytest.LogCaptureFixture) -> None:
    async with scripted(answering("200 OK", body)) as server:
        with suppress(InferenceFailure):
            await client.run(await resolve(Request("text-classification", "m", {"text": "x"}, base_url=server.url)))
    assert SAID not in caplog.text


def test_the_page_says_that_it_is_ours_and_the_log_says_what_was_asked(caplog: pytest.LogCaptureFixture) -> None:
    request = Request("image-classification", "org/\x1b[31mm", {"image": Media.from_bytes(b"x", name="x.png")})
    shown = panels.failure(RuntimeError("odd"), request)
    assert "Showcard itself failed" in str(shown)
    assert "image-classification by org/" in caplog.text
    assert "\x1b" not in caplog.text
    assert "image (image)" in caplog.text
    assert not is_mistake(KeyError("raised in a test"))


def test_a_process_whose_log_has_one_fails_its_test() -> None:
    code = f"import sys; print({SAID!r}, file=sys.stderr, flush=True); print('http://x', flush=True); sys.stdin.read()"
    with pytest.raises(AssertionError, match="nobody foresaw"), process("-c", code):
        pass
