"""Nothing raises: any text is a card, any JSON an answer, any mutation of a card is read."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from showcard.metadata.examples.defaults import default_examples
from showcard.metadata.examples.read import count_items
from showcard.metadata.lint.run import FORMATS, lint, render
from showcard.metadata.model import read_model
from showcard.metadata.outputs.read import normalise, to_json
from showcard.metadata.reading.gguf import GGUFError, read_gguf
from showcard.metadata.tasks.table import TASKS

from .cards import REAL, Repo, real_cards

quick = settings(max_examples=150, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

IDS = [task.id for task in TASKS] + ["", "no-such-task"]
NAMES = st.sampled_from(
    [
        *(
            "label",
            "score",
            "text",
            "box",
            "mask",
            "entity",
            "word",
            "start",
            "end",
            "answer",
            "chunks",
            "choices",
            "message",
        ),
        *(
            "content",
            "role",
            "labels",
            "scores",
            "masks",
            "url",
            "audio",
            "sampling_rate",
            "coordinates",
            "data",
            "embedding",
        ),
        *(
            "xmin",
            "ymin",
            "xmax",
            "ymax",
            "generated_text",
            "output",
            "timestamp",
            "index",
            "tool_calls",
            "function",
            "image",
        ),
    ]
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.binary(max_size=20),
    st.sampled_from(["data:image/png;base64,AA", "data:", "http://[", "//", "a" * 100, "B-PER", "1e999"]),
)  # fmt: skip
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=15
)


def read(text: str | bytes, files: Repo | None = None) -> None:
    """Everything that is done with a card."""
    model = read_model(text, files)
    diagnostics = lint(model)
    json.dumps(model.to_json("x"), allow_nan=False)
    for form in FORMATS:
        render("x", model.card.text, diagnostics, form)
    dropped = sum(d.code == "example-unusable" for d in diagnostics)
    assert count_items(model.card) == len(model.examples) + dropped


@quick
@given(st.text())
def test_any_text_is_a_card(text):
    read(text)


@quick
@given(st.binary())
def test_any_bytes_are_a_card(raw):
    read(b"---\n" + raw + b"\n---\n")


@quick
@given(
    st.lists(st.sampled_from([*"-:[]{}#&*!|>'\"%@`?,\t\n \r\u2028", "\n- ", "widget:", "<<: ", "text: ", "\n---\n"]))
)
def test_any_heap_of_indicators_is_a_card(parts):
    read(f"---\n{''.join(parts)}\n---\n")


@settings(quick, max_examples=300)
@given(st.sampled_from(IDS), JSON)
def test_any_value_is_an_answer_and_can_be_written(task, raw):
    json.dumps(to_json(normalise(task, raw)), allow_nan=False)


@settings(quick, max_examples=200)
@given(st.sampled_from(IDS), JSON, st.booleans())
def test_any_value_can_stand_in_a_card(task, value, listed):
    data = json.dumps(value if not listed else [value, {"text": value, "src": value, "output": value}], default=str)
    read(f"---\npipeline_tag: {task}\nwidget: {data}\ninference: {data}\n---\n")


KEYS = [
    "license",
    "language",
    "tags",
    "datasets",
    "base_model",
    "model-index",
    "library_name",
    "mask_token",
    "widget",
    "inference",
]


@quick
@given(st.dictionaries(st.sampled_from([*KEYS, "pipeline_tag"]), JSON))
def test_any_value_can_stand_under_any_key(data):
    read(f"---\n{json.dumps(data, default=str)}\n---\n")


CONFIGS = ["config.json", "tokenizer_config.json", "adapter_config.json", "model_index.json", "modules.json",
           "special_tokens_map.json", "tokenizer.json", "processor_config.json", "chat_template.jinja", "m.gguf"]  # fmt: skip
CONFIG_KEYS = st.sampled_from(
    ["architectures", "auto_map", "model_type", "chat_template", "mask_token", "task_type", "_class_name", "type",
     "added_tokens", "content", "sklearn", "task", "num_classes", "prediction_head", "registered_name"]
)  # fmt: skip
CONFIG = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CONFIG_KEYS, inner, max_size=4)
)


@quick
@given(st.dictionaries(st.sampled_from(CONFIGS), st.binary() | CONFIG.map(lambda v: json.dumps(v, default=str))))
def test_any_files_can_stand_beside_a_card(files):
    read("---\npipeline_tag: fill-mask\nwidget: [{text: a}]\n---\n", Repo(files))
    read("---\nlicense: mit\n---\n", Repo(files))


@quick
@given(st.binary(max_size=300))
def test_any_bytes_are_a_gguf_header_or_refused(raw):
    for head in (raw, b"GGUF\x03\x00\x00\x00" + raw):
        with contextlib.suppress(GGUFError):
            read_gguf(head)


@quick
@given(st.sampled_from(TASKS), st.lists(st.none() | st.text(max_size=5) | st.integers()))
def test_any_languages_are_asked_for(row, languages):
    default_examples(row, languages)


SMALL = [path for path in real_cards() if path.stat().st_size < 20_000] if REAL.is_dir() else []
PIECES = st.sampled_from(
    [b"\t", b"\x00", b"\xff", b"---\n", b"\n", b": ", b"- ", b"'", b'"', b"[", b"{", b"*a", b"&a ", b"|", b"\r"]
)


@pytest.mark.skipif(not SMALL, reason="../shared/cards is missing")
@settings(quick, max_examples=300)
@given(st.data())
def test_a_mutated_card_is_read(data):
    read(mutated(data, data.draw(st.sampled_from(SMALL))))


def mutated(data: st.DataObject, path: Path) -> bytes:
    """A real card with a few pieces cut, swapped or put in, most of them in its front matter."""
    raw = path.read_bytes()
    for _ in range(data.draw(st.integers(1, 4))):
        end = min(len(raw), 1500)
        start, stop = sorted((data.draw(st.integers(0, end)), data.draw(st.integers(0, end))))
        kind = data.draw(st.sampled_from(("cut", "swap", "insert")))
        if kind == "cut":
            raw = raw[:start] + raw[min(stop, start + 40) :]
        elif kind == "swap":
            raw = (
                raw[:start]
                + raw[stop : stop + 10]
                + raw[start + 10 : stop]
                + raw[start : start + 10]
                + raw[stop + 10 :]
            )
        else:
            raw = raw[:start] + data.draw(PIECES) + raw[start:]
    return raw
