"""An answer with nothing in it, of every task: said to be what was not found where that can be, else a fault."""

from __future__ import annotations

from typing import Any

import pytest

from showcard.inference import run as client
from showcard.inference.answers.empty import empty_depth
from showcard.inference.errors import InferenceFailure
from showcard.metadata.outputs.read import normalise
from showcard.metadata.tasks.table import TASKS, task
from showcard.widgets.views import render
from showcard.widgets.views.context import Context
from showcard.wire.call import CHAT_TASKS
from tests.support.answers import FETCHED
from tests.support.requests import INPUTS, at_endpoint, request
from tests.support.scripted import Talk, scripted

FINDING = {"answers": "No answer", "boxes": "No object", "entities": "No entities", "masks": "No region"}
NOTHING = ("[]", "[[]]", "{}", "null", "[null]", "[{}]")
CONTEXT = Context({}, lambda media: "")
DEEP = "[" * 900 + "]" * 900
NAMES = sorted({*INPUTS, *CHAT_TASKS})


async def answered(name: str, body: str) -> Any:
    async def script(talk: Talk) -> None:
        await talk.answer("200 OK", body)

    async with scripted(script) as server:
        return (await client.run(at_endpoint(request(name), server.url))).output


@pytest.mark.parametrize("name", NAMES)
async def test_an_empty_answer_is_said_to_be_one(name: str) -> None:
    kind = task(name).output
    for body in (*NOTHING, DEEP):
        if kind in FINDING and body in ("[]", "[[]]"):
            output = await answered(name, body)
            assert FINDING[kind] in render(output, CONTEXT)
            continue
        with pytest.raises(InferenceFailure, match="The server answered with nothing in it") as caught:
            await answered(name, body)
        assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("text-classification", '{"labels": [], "scores": []}'),
        ("feature-extraction", '{"data": [{"embedding": []}]}'),
        ("sentence-similarity", '{"scores": []}'),
        ("tabular-regression", '{"predictions": []}'),
    ],
)
async def test_so_is_one_in_another_servers_shape(name: str, body: str) -> None:
    with pytest.raises(InferenceFailure, match="nothing in it"):
        await answered(name, body)


async def test_bytes_that_are_no_json_are_media() -> None:
    assert (await answered("text-to-speech", FETCHED.decode())).items[0].media.data == FETCHED
    assert (await answered("text-to-speech", '{"audio": "data:audio/wav;base64,UklGRg=="}')).items[0].media.data


def test_how_deep_nothing_is() -> None:
    assert [empty_depth(value) for value in (None, {}, [], [[]], [[], [None, []]])] == [0, 0, 1, 2, 3]
    assert [empty_depth(value) for value in ("", 0, False, [0], [[""]], {"a": None}, [[], [[{"a": []}]]])] == [None] * 7


@pytest.mark.parametrize("row", TASKS, ids=lambda row: row.id)
def test_the_views_of_an_empty_output_say_so(row: Any) -> None:
    """As a card may have recorded one."""
    output = normalise(row.id, [])
    assert 'class="dim nothing"' in render(output, CONTEXT) or output.kind == "unknown"
