import re

import pytest

from showcard.metadata.examples.read import count_items, read_examples
from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Image, Labels, Message, Text, Video
from showcard.metadata.reading.card import parse_card
from showcard.metadata.tasks.table import TASKS, find_task, task
from tests.metadata.cards import SHARED, card, model


def read(front, task_id=None, conversational=False):
    return read_examples(parse_card(card(front)), task(task_id) if task_id else None, conversational)


def inputs(front, task_id, conversational=False):
    examples, diagnostics = read(front, task_id, conversational)
    assert [d for d in diagnostics if d.code == "example-unusable"] == []
    return [dict(e.inputs) for e in examples]


@pytest.mark.parametrize(
    ("task_id", "item", "expected"),
    [
        ("text-classification", "{text: a}", {"text": "a"}),
        ("text-classification", "{text: 42}", {"text": "42"}),
        ("text-classification", "{text: yes}", {"text": "yes"}),
        ("text-classification", "{text: 2020-01-01}", {"text": "2020-01-01"}),
        ("text-classification", "a text", {"text": "a text"}),
        ("text-to-image", "{prompt: a}", {"text": "a"}),
        ("question-answering", "{text: q, context: c}", {"question": "q", "context": "c"}),
        ("question-answering", "{question: q, context: c}", {"question": "q", "context": "c"}),
        ("table-question-answering", "{text: q, table: {A: [1, x], B: [2.5, null]}}",
         {"query": "q", "table": {"A": [1, "x"], "B": [2.5, None]}}),
        ("table-question-answering", "{text: q, table: [{A: 1}, {A: 2, B: 3}]}",
         {"query": "q", "table": {"A": [1, 2], "B": [None, 3]}}),
        ("table-question-answering", "{text: q, table: [[A, B], [1, 2], [3]]}",
         {"query": "q", "table": {"A": [1, 3], "B": [2, None]}}),
        ("table-question-answering", "{text: q, table: {A: [1, 2], B: [3]}}",
         {"query": "q", "table": {"A": [1, 2], "B": [3, None]}}),
        ("zero-shot-classification", "{text: a, candidate_labels: 'x, y ,, x', multi_class: true}",
         {"text": "a", "candidate_labels": ["x", "y"], "multi_label": True}),
        ("zero-shot-classification", "{text: a, candidate_labels: [x, no, 1]}",
         {"text": "a", "candidate_labels": ["x", "no", "1"]}),
        ("sentence-similarity", "{source_sentence: a, sentences: [b, 3]}", {"source_sentence": "a", "sentences": ["b", "3"]}),
        ("image-classification", "{src: a b/c.PNG}", {"image": Media("a b/c.PNG", None, "image/png", "c.PNG")}),
        ("automatic-speech-recognition", "{src: https://h.example/a.flac?x=1}",
         {"audio": Media("https://h.example/a.flac?x=1", None, "audio/flac", "a.flac")}),
        ("video-classification", "{src: v.mp4}", {"video": Media("v.mp4", None, "video/mp4", "v.mp4")}),
        ("image-to-image", "{src: a.png}", {"image": Media("a.png", None, "image/png", "a.png")}),
        ("image-to-image", "{src: a.png, prompt: p}", {"image": Media("a.png", None, "image/png", "a.png"), "prompt": "p"}),
        ("image-text-to-text", "{src: a.png, text: p}", {"image": Media("a.png", None, "image/png", "a.png"), "prompt": "p"}),
        ("visual-question-answering", "{src: a.png, text: q}",
         {"image": Media("a.png", None, "image/png", "a.png"), "question": "q"}),
        ("zero-shot-image-classification", "{src: a.png, candidate_labels: 'x, y'}",
         {"image": Media("a.png", None, "image/png", "a.png"), "candidate_labels": ["x", "y"]}),
        ("tabular-classification", "{structured_data: {A: [1], B: [.nan]}}", {"table": {"A": [1], "B": [None]}}),
        ("tabular-regression", "{structuredData: {A: 1}}", {"table": {"A": [1]}}),
        ("tabular-regression", "{table: {data: {A: [1]}}}", {"table": {"A": [1]}}),
    ],
)  # fmt: skip
def test_an_item_gives_the_fields_of_its_task(task_id, item, expected):
    assert inputs(f"widget:\n- {item}", task_id) == [expected]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("{text: hi}", [{"role": "user", "content": "hi"}]),
        ("hi", [{"role": "user", "content": "hi"}]),
        ("{messages: [{role: system, content: s}, {role: user, content: u}]}",
         [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]),
        ("{messages: [{role: User, content: [{type: text, text: t}, {type: image_url, image_url: {url: 'a.png'}}]}]}",
         [{"role": "user", "content": [{"type": "text", "text": "t"}, {"type": "image_url", "image_url": {"url": "a.png"}}]}]),
        ("{messages: [{role: user, content: [{type: image, image: a.png}, words]}]}",
         [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "a.png"}}, {"type": "text", "text": "words"}]}]),
        ("{messages: [{role: assistant, content: null, tool_calls: [{id: x}]}, {role: tool, content: 4, tool_call_id: x}]}",
         [{"role": "assistant", "content": None, "tool_calls": [{"id": "x"}]},
          {"role": "tool", "content": "4", "tool_call_id": "x"}]),
        ("{src: a.png, text: what}",
         [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "a.png"}}, {"type": "text", "text": "what"}]}]),
        ("{messages: [{from: user, value: u}]}", [{"role": "user", "content": "u"}]),
    ],
)  # fmt: skip
def test_chat_examples_become_messages(item, expected):
    assert inputs(f"widget:\n- {item}", "text-generation", conversational=True) == [{"messages": expected}]


@pytest.mark.parametrize(
    ("front", "count"),
    [
        ("widget:\n- text: a\n- text: b", 2),
        ("widget: {text: a}", 1),
        ("widget: a text", 1),
        ("widget: [a, b]", 2),
        ("widget: [[{text: a}], [{text: b}, [{text: c}]]]", 3),
        ("widget: null", 0),
        ("widget: []", 0),
        ("license: mit", 0),
    ],
)
def test_widget_comes_in_every_shape(front, count):
    examples, diagnostics = read(front, "text-classification")
    assert (len(examples), count_items(parse_card(card(front)))) == (count, count)
    assert all(d.code == "widget-empty" for d in diagnostics)


@pytest.mark.parametrize(
    ("task_id", "item", "said", "fix"),
    [
        ("text-classification", "null", "is empty", "Fill it in"),
        ("text-classification", "{}", "is empty", "Fill it in"),
        ("text-classification", "''", "is empty", "Fill it in"),
        ("text-classification", "text:a", "no space after “text:”", "text: "),
        ("text-classification", "true", "true or false", "text"),
        ("text-classification", "[]", "is empty", "Fill it in"),
        ("text-classification", "{text: [V]}", "a list as “text”", "quotes"),
        ("text-classification", "{text: {{x}}}", "a mapping as “text”", "quotes"),
        ("text-classification", "{text: ' '}", "blank text", "Fill it in"),
        ("text-classification", "{text: null}", "no “text”", "Add “text”"),
        ("text-classification", "{src: a.png}", "no “text”", "Add “text”"),
        ("text-classification", "{example_title: t}", "no input", "Add “text”"),
        ("question-answering", "{text: q}", "no “context”", "Add “context”"),
        ("question-answering", "{context: c}", "no “text”", "Add “text”"),
        ("question-answering", "only text", "only a text", "mapping"),
        ("image-classification", "{text: a}", "no “src”", "Add “src”"),
        ("image-classification", "{src: 4}", "no path", "file"),
        ("image-classification", "{src: 'data:image/png;base64,%%%'}", "can't be read", "Check"),
        ("zero-shot-classification", "{text: a, candidate_labels: ' , '}", "empty “candidate_labels”", "two"),
        ("sentence-similarity", "{source_sentence: a}", "another item", "Add “sentences”"),
        ("sentence-similarity", "{sentences: [a]}", "another item", "Add “source_sentence”"),
        ("table-question-answering", "{text: q, table: 3}", "no table", "columns"),
        ("table-question-answering", "{text: q, table: {A: []}}", "empty table", "row"),
        ("other", "{text: a}", "takes no input", "output"),
    ],
)  # fmt: skip
def test_an_item_that_can_not_be_used_says_why_where_and_what_to_do(task_id, item, said, fix):
    examples, diagnostics = read(f"widget:\n- {item}\n- {item}", task_id)
    dropped = [d for d in diagnostics if d.code == "example-unusable"]
    assert (examples, [d.line for d in dropped]) == ((), [3, 4])
    assert dropped[1].message.startswith("Example 2 ")
    assert said in dropped[0].message
    assert fix in dropped[0].fix


@pytest.mark.parametrize(
    "messages",
    [
        "3",
        "[]",
        "[3]",
        "[{role: wizard, content: a}]",
        "[{role: user}]",
        "[{role: user, content: {a: b}}]",
        "[{content: [3]}]",
    ],
)
def test_messages_that_are_none_are_diagnosed(messages):
    examples, diagnostics = read(f"widget:\n- {{messages: {messages}}}", "text-generation", conversational=True)
    assert (examples, [d.code for d in diagnostics]) == ((), ["example-unusable"])


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("outputs", "output"), ("Output", "output"), ("exmaple_title", "example_title"), ("example", "example_title"),
        ("groups", "group"), ("parameter", "parameters"), ("txet", ""),
    ],
)  # fmt: skip
def test_a_misspelt_key_is_named_with_what_was_meant(key, meant):
    _, diagnostics = read(f"widget:\n- text: a\n  {key}: b", "text-classification")
    assert [(d.line, d.column, key in d.message) for d in diagnostics] == [(4, 3, True)]
    assert (diagnostics[0].fix == f"Did you mean “{meant}”?") is bool(meant)


def test_a_misspelt_input_is_named_beside_the_example_it_spoils():
    _, diagnostics = read("widget:\n- source-sentence: a\n  sentences: [b]", "sentence-similarity")
    assert [(d.code, d.fix) for d in diagnostics if d.code == "example-key"] == [
        ("example-key", "Did you mean “source_sentence”?")
    ]


def test_more_examples_than_anyone_shows_are_not_read_and_said_so():
    examples, diagnostics = read("widget:\n" + "- text: a\n" * 2500, "text-classification")
    assert (len(examples), [(d.code, d.line) for d in diagnostics]) == (2000, [("widget-long", 2003)])


@pytest.mark.parametrize(
    "table",
    [
        "[" + ", ".join(f"{{c{n}: 1}}" for n in range(400)) + "]",
        "{a: [" + "1, " * 5000 + "1], " + ", ".join(f"c{n}: 1" for n in range(400)) + "}",
        "[[" + "h, " * 400 + "h]" + ", [1]" * 400 + "]",
    ],
)
def test_a_short_text_that_stands_for_a_vast_table_is_refused(table):
    examples, diagnostics = read(f"widget:\n- structured_data: {table}", "tabular-classification")
    assert (examples, "cells" in diagnostics[0].message) == ((), True)


def test_many_misspelt_keys_are_named_a_few_times():
    keys = "\n".join(f"  k{n}: 1" for n in range(3000))
    examples, diagnostics = read(f"widget:\n- text: a\n{keys}", "text-classification")
    assert (len(examples), len(diagnostics) < 300) == (1, True)


def test_widgets_is_not_widget():
    examples, diagnostics = read("widgets:\n- text: a", "text-classification")
    assert (examples, [(d.code, d.line) for d in diagnostics]) == ((), [("widget-key", 2)])


def test_titles_are_texts_and_missing_ones_are_counted_in_each_group():
    examples, _ = read(
        "widget:\n- {text: a, example_title: 1}\n- {text: b, group: G}\n- {text: c, group: G, example_title: null}\n"
        "- {text: d, group: 7, label: L}\n- {text: e, example_title: ' '}\n- {text: '-bad', group: [x]}",
        "text-classification",
    )
    assert [(e.group, e.title) for e in examples] == [
        ("Group 1", "1"), ("G", "Example 1"), ("G", "Example 2"), ("7", "L"), ("Group 1", "Example 2"), ("Group 1", "Example 3"),
    ]  # fmt: skip


def test_without_groups_there_is_none():
    examples, _ = read("widget:\n- {text: a}\n- {text: b}", "text-classification")
    assert [(e.group, e.title, e.line) for e in examples] == [(None, "Example 1", 3), (None, "Example 2", 4)]


def test_parameters_are_kept_and_other_shapes_named():
    examples, diagnostics = read(
        "widget:\n- {text: a, parameters: {temperature: 0, do_sample: false}}\n- {text: b, parameters: [x]}",
        "text-generation",
    )
    assert [dict(e.parameters) for e in examples] == [{"temperature": 0, "do_sample": False}, {}]
    assert [(d.code, d.line) for d in diagnostics] == [("example-parameters", 4)]


def test_outputs_are_of_the_type_of_the_task():
    examples, _ = read("widget:\n- text: a\n  output:\n  - {label: x, score: 1}", "text-classification")
    assert isinstance(examples[0].output, Labels)
    examples, _ = read("widget:\n- text: a\n  output: {text: b}", "text-generation")
    assert examples[0].output == Text("b")
    examples, _ = read("widget:\n- text: a\n  output: {text: b}", "text-generation", conversational=True)
    assert examples[0].output == Message("b")


def test_an_output_that_is_none_of_the_task_is_kept_and_named():
    examples, diagnostics = read("widget:\n- text: a\n  output: {x: [y]}", "text-classification")
    assert (examples[0].output.raw, [(d.code, d.line) for d in diagnostics]) == ({"x": ["y"]}, [("example-output", 4)])


@pytest.mark.parametrize("text", ["text: '-'", "text: ' '", "text: ''", "example_title: x"])
def test_a_gallery_item_needs_no_prompt(text):
    examples, diagnostics = read(f"widget:\n- {text}\n  output: {{url: images/a.png}}", "text-to-image")
    assert diagnostics == ()
    assert dict(examples[0].inputs) == {"text": ""}
    assert examples[0].output == Image(Media("images/a.png", None, "image/png", "a.png"))


def test_a_video_under_a_task_of_images_is_a_video():
    examples, _ = read("widget:\n- text: a\n  output: {url: a.mp4}", "text-to-image")
    assert isinstance(examples[0].output, Video)


def test_without_a_task_what_is_there_is_read():
    examples, diagnostics = read(
        "widget:\n- {text: a}\n- {src: a.mp3}\n- {text: a, src: b.png}\n- {structuredData: {A: [1]}}\n- {context: c}"
    )
    assert [sorted(e.inputs) for e in examples] == [["text"], ["audio"], ["image", "text"], ["table"]]
    assert [(d.code, d.line) for d in diagnostics] == [("example-unusable", 7)]


@pytest.mark.parametrize("row", TASKS, ids=lambda row: row.id)
def test_inputs_never_hold_more_or_less_than_the_tasks_fields(row):
    keys = "text: t\n  context: c\n  src: a.png\n  prompt: p\n  candidate_labels: a, b\n  multi_class: true\n"
    keys += "  table: {A: [1]}\n  source_sentence: s\n  sentences: [x, y]\n  messages: [{role: user, content: m}]\n"
    (example,), _ = read(f"widget:\n- {keys}  output: {{url: a.png}}", row.id)
    names = {f.name for f in row.fields}
    assert {f.name for f in row.fields if f.required} <= set(example.inputs) <= names


DOCUMENTED = SHARED / "reference" / "widget_examples_documented.md"


@pytest.mark.skipif(not DOCUMENTED.exists(), reason="../shared/reference is missing")
def test_every_documented_section_gives_all_its_examples():
    found = re.findall(r"^### ([^\n]+)\n+```yaml\n(.*?)```", DOCUMENTED.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    sections = dict(found)
    assert len(sections) == 28
    for name, yaml in sections.items():
        row = find_task(name)
        assert row, name
        chats = row.id == "conversational"
        found = model(f"pipeline_tag: {row.id}\n{yaml}", task=None)
        assert len(found.examples) == yaml.count("\n- ") + yaml.startswith("- "), name
        assert [d for d in found.diagnostics if d.code != "task-spelling"] == [], name
        fields = {f.name for f in (found.guess.widget or row).fields}
        assert all(set(e.inputs) <= fields for e in found.examples), name
        assert found.guess.conversational is chats


def test_an_output_without_its_input_is_an_example_all_the_same():
    examples, diagnostics = read("widget:\n- output: [{label: a, score: 0.5}]", "text-classification")
    assert [(dict(e.inputs), e.output.items[0].label) for e in examples] == [({}, "a")]
    assert [(d.code, d.line) for d in diagnostics] == [("example-no-input", 3)]
    assert "only its output is shown" in diagnostics[0].message
