"""A comparison survives being written and read; what is none is a sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import ToolCall
from showcard.playground.core import conversation as c
from showcard.playground.core.measure import Measurement
from showcard.playground.core.saving import SLICE, from_json, pieces, to_json
from showcard.playground.core.state import Comparison, Pane, Raw, Record, Settings, Variant
from showcard.wire.request import RequestError

PNG = Media(None, b"\x89PNG\r\n\x1a\n" + b"0" * 20, "image/png", "a.png")


def comparison() -> Comparison:
    settings = Settings(
        "org/a", "novita", None, "org", "Hi", {"temperature": 0}, ({"type": "function"},), {"type": "json"}, {"x": 1}
    )
    taken = Measurement(0.5, 2.0, 21, 7, True, 5, True, 0.1, 8_000)
    pane = c.asked(Pane(settings), "what?", [PNG, PNG])
    pane = c.answered(
        pane, Variant("a", (), "hm", (ToolCall("1", "f", "{}"),), Record("org/a", "novita", taken, "stop"))
    )
    pane = c.answered(pane, Variant("b", edited=True), pane.messages[1].id)
    return Comparison([pane, Pane(Settings("org/b", base_url="http://x/v1"))], title="T", locked=frozenset({"seed"}))


def test_everything_but_the_raw_exchange_comes_back() -> None:
    held = comparison()
    written = json.loads(json.dumps(to_json(held)))
    read = from_json(written)
    assert (read.panes, read.id, read.title, read.locked) == (held.panes, held.id, held.title, held.locked)
    assert len(written["media"]) == 1


def test_the_browser_also_keeps_raw_exchanges_cut_and_what_is_hidden() -> None:
    held = comparison()
    raw = Raw("POST", "http://x/v1", "s" * 50_000, 200, (("a", "b" * 900),) * 99, ((0.1, 3), (0.2, 4)))
    answer = held.panes[0].messages[1]
    record = replace(answer.variants[0].record, raw=raw)
    variants = (replace(answer.variants[0], record=record), *answer.variants[1:])
    held.put(replace(held.panes[0], messages=(held.panes[0].messages[0], replace(answer, variants=variants))))
    held.hidden = True
    read = from_json(json.loads(json.dumps(to_json(held, raw=True))))
    back = read.panes[0].messages[1].variants[0].record
    assert back
    assert back.raw
    assert (back.raw.sent, back.raw.timeline) == ("s" * 20_000 + "…", raw.timeline)
    assert back.raw.headers == (("a", "b" * 500),) * 60
    assert read.hidden
    assert "raw" not in json.dumps(to_json(held))
    three = {**to_json(held), "panes": to_json(held)["panes"] * 2}
    assert not from_json(three).hidden, "only two can be voted on"


def test_it_is_written_in_pieces_no_longer_than_what_one_answer_says() -> None:
    said = [{"role": "user", "variants": [{"content": f'"é\\n{number}' * 999}]} for number in range(200)]
    held = from_json({**to_json(comparison()), "panes": [{"messages": said}, {}]})
    written = list(pieces(to_json(held)))
    assert json.loads(b"".join(written)) == json.loads(json.dumps(to_json(held)))
    assert max(map(len, written)) < 20_000 < sum(map(len, written)) / 90
    assert json.loads(b"".join(pieces({"a": "\ud800", "b": [], "c": {}}))) == {"a": "?", "b": [], "c": {}}


def test_of_an_answer_that_calls_without_end_the_first_calls_are_read() -> None:
    pane = {"messages": [{"role": "assistant", "variants": [{"tool_calls": [{"name": "f"}] * 90_000}]}]}
    read = from_json({**to_json(comparison()), "panes": [pane]})
    assert len(read.panes[0].messages[0].variant.tool_calls) == 200


def test_only_what_can_be_locked_is() -> None:
    locks = ["seed", "model", "<b>", 3, ["seed"]]
    assert from_json({**to_json(comparison()), "locked": locks}).locked == frozenset({"seed"})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"showcard": "card"}, "no comparison"),
        ({"version": 99}, "another version"),
        ({"panes": []}, "one to 4 panes"),
        ({"panes": [{}] * 5}, "one to 4 panes"),
        ({"panes": [1]}, "pane of the comparison"),
        ({"panes": [{"messages": [{"role": "root"}]}]}, "message of the comparison"),
        ({"panes": [{"messages": [{"role": "user", "variants": []}]}]}, "says nothing"),
        ({"media": {"x": {"src": "/etc/passwd"}}}, "holds no bytes"),
        ({"media": {"x": {"base64": "aGk=", "media_type": "text/html"}}}, "not an image"),
        ({"media": {"x": {"base64": "???"}}}, "can't be read"),
        ({"panes": [{"settings": {"extra": {"a": "b" * 600_000}}}]}, "settings of a pane are too long"),
        ({"panes": [{"settings": {"extra": {"a": json.loads("[" * 300 + "]" * 300)}}}]}, "nested too deeply"),
        ({"panes": [{"messages": [{"role": "user", "variants": [{}] * 200}] * 101}]}, "at most 20,000"),
    ],
)
def test_what_is_no_comparison_is_a_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RequestError, match=sentence):
        from_json({**to_json(comparison()), **change})


def test_ids_that_are_used_twice_or_could_be_markup_are_replaced() -> None:
    written = to_json(comparison())
    written["panes"][1]["id"] = written["panes"][0]["id"]
    written["panes"][0]["messages"][0]["id"] = '"><script>'
    read = from_json(written)
    ids = [pane.id for pane in read.panes] + [message.id for pane in read.panes for message in pane.messages]
    assert len(set(ids)) == len(ids)
    assert not any("<" in one for one in ids)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.sampled_from(["settings", "messages", "id"]), st.sampled_from(["variants", "id", "shown", "call_id"]))
def test_anything_is_read_or_refused(value: Any, of_pane: str, of_message: str) -> None:
    message = {"role": "user", "variants": [value, {"content": "x", "images": value, "record": value},
               {"record": {"measurement": {}, "raw": value}}, {"record": {"measurement": {}, "raw": {"headers": value,
                "timeline": value, "sent": value, "status": value, "method": value}}}]}  # fmt: skip
    for panes in ([{of_pane: value}], [{"messages": [{**message, of_message: value}]}]):
        try:
            from_json({"showcard": "comparison", "version": 1, "panes": panes, "media": {}, "locked": value})
        except RequestError:
            continue


def test_a_long_text_is_written_in_slices() -> None:
    held = {"media": {"x": {"base64": 'A"é' * SLICE}}}
    written = list(pieces(held))
    assert json.loads(b"".join(written)) == held
    assert max(map(len, written)) <= 2 * SLICE
