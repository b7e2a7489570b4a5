"""Lists of prompts: every form read, bad lines named by number; runs resumed; files that no spreadsheet computes."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import unicodedata
from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcard.inference.processes import workers
from showcard.playground.core import prompts
from showcard.playground.core.checks import CheckMark
from showcard.playground.core.measure import Measurement
from showcard.playground.core.outcome import Outcome
from showcard.playground.core.prompts import Prompt, PromptBatch, form_of, read_prompts, run_batch, to_csv, to_jsonl
from showcard.wire.request import Request


def request(model: str, text: str) -> Request:
    return Request("conversational", model, {"messages": [{"role": "user", "content": text}]})


def test_text_one_a_line() -> None:
    found = read_prompts("\ufeffFirst\n\n  Second \r\nThird, with a comma")
    assert found.prompts == (Prompt("First", "", 1), Prompt("Second", "", 3), Prompt("Third, with a comma", "", 4))
    assert not found.problems


def test_csv_with_names_quotes_and_lines_inside() -> None:
    found = read_prompts('id,Prompt,tag\n1,"Say ""hi""\nnow",greeting\n2,Bye,\n3,too,many,cells\n\n4,Last,x\n')
    assert [(p.text, p.tag, p.line) for p in found.prompts] == [
        ('Say "hi"\nnow', "greeting", 2), ("Bye", "", 4), ("Last", "x", 7)]  # fmt: skip
    assert found.problems == ("Line 5: it has 4 cells, the first line has 3.",)
    assert read_prompts("a,b\n1,2", "csv").problems[0].startswith("Line 1: no column is called “prompt”")
    assert read_prompts('prompt\nfine\n"never closed', "csv").problems[0].startswith("Line 3: it is no CSV")


def test_json_lines_with_bad_ones() -> None:
    found = read_prompts(
        '{"prompt": "a", "tag": "t"}\nnot json\n"b"\n{"question": "c"}\n[1]\n{"prompt": 3}\n' + "[" * 99_999
    )
    assert [(p.text, p.tag, p.line) for p in found.prompts] == [("a", "t", 1), ("b", "", 3), ("c", "", 4)]
    assert [line[:8] for line in found.problems] == ["Line 2: ", "Line 5: ", "Line 6: ", "Line 7: "]
    assert "it has no text called “prompt”" in found.problems[2]


def test_what_a_spreadsheet_writes_and_a_json_list() -> None:
    for delimiter in ",;\t":
        found = read_prompts("prompt;tag\nHi, you;a\n".replace(";", delimiter).replace("Hi, you", '"Hi, you"'))
        assert (found.prompts, found.problems) == ((Prompt("Hi, you", "a", 2),), ())
    found = read_prompts('[{"prompt": "a", "tag": "t"}, "b", 3]')
    assert found.prompts == (Prompt("a", "t", 1), Prompt("b", "", 2))
    assert found.problems == ("Item 3: it is no object with a “prompt”.",)


@pytest.mark.parametrize("lines", [9, 30_000])
async def test_a_long_list_is_read_apart_from_the_app(lines: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def noted(*given: Any, **bounds: Any) -> Any:
        asked.append(given)
        return await workers.run_apart(*given, **bounds)

    monkeypatch.setattr(prompts, "run_apart", noted)
    text = "{\n" * lines
    assert await prompts.read_apart(text, "one") == read_prompts(text)
    assert bool(asked) == (lines > 9)


def test_limits_are_sentences() -> None:
    assert len(read_prompts("x\n" * 1_500).prompts) == 1_000
    assert "first 1,000 of 1,500" in read_prompts("x\n" * 1_500).problems[0]
    assert "longer than 50,000" in read_prompts("y" * 60_000 + "\nx").problems[0]
    assert read_prompts("x" * 3_000_000).prompts == ()
    assert read_prompts("{\n" * 50).problems[-1] == "And 30 more lines."


@given(st.text(max_size=80))
def test_any_text_is_read_without_raising(text: str) -> None:
    for form in (None, "text", "csv", "jsonl"):
        read_prompts(text, form)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('{"prompt": 1}', "jsonl"),
        ("id,prompt", "csv"),
        ("What, prompt?", "text"),
        ("", "text"),
        ("prompt;tag\nHi;a", "csv"),
        ("id\tPrompt\n1\tHi", "csv"),
        ("Summarise, text, please\nand on", "text"),
        ('[{"prompt": "a"}]', "jsonl"),
        ("[1] Why?", "text"),
        ("my,text\na,b", "csv"),
        ("prompt", "csv"),
    ],
)
def test_the_form_is_seen(text: str, form: str) -> None:
    assert form_of(text) == form


class Model:
    """Answers, but for texts that it is told to fail at, and counts the calls."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fails: set[str] = set()
        self.blocked: set[str] = set()

    async def ask(self, request: Request) -> Outcome:
        text = request.inputs["messages"][0]["content"]
        self.asked.append(f"{request.model} {text}")
        if text in self.blocked:
            await asyncio.Event().wait()
        return Outcome(error="Too busy.") if text in self.fails else Outcome(f"{text}!")


async def run(batch: PromptBatch, model: Model, requests: dict[tuple[int, str], Request], stop_after: int = 99) -> None:
    async with asyncio.timeout(10), aclosing(run_batch(batch, requests, model.ask, 1)) as running:
        async for _ in running:
            if len(batch.outcomes) >= stop_after:
                break


async def test_cancel_and_resume_ask_each_once() -> None:
    batch, model = PromptBatch(tuple(map(Prompt, "abcd")), {"A": "m"}), Model()
    requests = {(n, "A"): request("m", p.text) for n, p in enumerate(batch.prompts)}
    model.fails, model.blocked = {"b"}, {"c"}
    await run(batch, model, requests, stop_after=2)
    assert list(batch.outcomes) == [(0, "A"), (1, "A")]
    model.fails.clear()
    model.blocked.clear()
    await run(batch, model, requests)
    assert [batch.outcomes[n, "A"].content for n in range(4)] == ["a!", "b!", "c!", "d!"]
    assert model.asked.count("m a") == 1
    assert model.asked.count("m b") == 2
    await run(batch, model, {**requests, (0, "A"): request("other", "a")})
    assert model.asked[-1] == "other a"
    assert model.asked.count("m d") == 1


def filled(answer: str, prompt: str = "q") -> PromptBatch:
    batch = PromptBatch((Prompt(prompt, "=tag"), Prompt("unanswered")), {"A": "=m", "B": "n"})
    batch.asked = {(0, "A"): request("=m", prompt), (0, "B"): request("n", prompt)}
    batch.outcomes = {
        (0, "A"): Outcome(answer, "thought", Measurement(0.25, 1.25, 11, 3, True)),
        (0, "B"): Outcome(error="Too busy."),
    }
    return batch


def marks(outcome: Outcome, request: Request) -> list[CheckMark]:
    return [CheckMark("contains “x”", "x" in outcome.content, "said"), CheckMark("code parses", None, "not checked")]


def test_json_lines_hold_answers_checks_and_measurements() -> None:
    first, second = map(json.loads, to_jsonl(filled("x\n”"), marks).splitlines())
    assert first["answers"]["B"] == {"model": "n", "error": "Too busy."}
    assert first["answers"]["A"] == {
        "model": "=m", "answer": "x\n”", "reasoning": "thought", "time_to_first_token": 0.25, "tokens_per_second": 10.0,
        "total": 1.25, "output_tokens": 11, "prompt_tokens": 3, "tokens_reported": True,
        "checks": [{"check": "contains “x”", "passed": True, "sentence": "said"},
                   {"check": "code parses", "passed": None, "sentence": "not checked"}],
    }  # fmt: skip
    assert second == {"prompt": "unanswered", "answers": {}}


def seen(cell: str) -> str:
    """A cell from its first character that is more than space, mark or control."""
    return cell.lstrip("".join({one for one in cell if unicodedata.category(one)[0] in "CZM"}) or None)


def test_a_text_with_another_separator_stays_one_cell() -> None:
    written = to_csv(filled("x;=1", "y\t=1"), marks)
    assert '"x;=1"' in written
    assert '"y\t=1"' in written


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_cell_of_the_csv_is_a_formula_and_text_survives(answer: str, prompt: str) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(filled(answer, prompt), marks), newline="")))
    assert len(rows) == 2
    for row in rows:
        for cell in row.values():
            assert not seen(cell).startswith(("=", "+", "-", "@"))
    clean = answer.encode("utf-8", "replace").decode().replace("\0", "")
    assert rows[0]["A answer"] in (clean, f"'{clean}")
    assert rows[0]["A time_to_first_token"] == "0.25"
