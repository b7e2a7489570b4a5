import json

import pytest

from showcard.metadata.lint.run import FORMATS, has_errors, lint, render
from showcard.metadata.model import read_model
from showcard.metadata.reading.files import Folder
from tests.metadata.cards import Repo, card, model

CLEAN = """
pipeline_tag: text-classification
license: apache-2.0
language: [en, de, yue]
library_name: transformers
base_model: google-bert/bert-base-uncased
datasets: [stanfordnlp/imdb]
tags: [sentiment]
widget:
- text: a
  example_title: A
- text: b
  example_title: B
model-index:
- name: x
  results:
  - task: {type: text-classification}
    dataset: {type: imdb, name: IMDb}
    metrics: [{type: accuracy, value: 0.9}]
"""


def codes(front, files=None):
    return [(d.code, d.line) for d in lint(read_model(card(front), Repo(files) if files else None))]


def test_a_clean_card_says_so():
    found = lint(model(CLEAN))
    assert found == ()
    assert render("README.md", card(CLEAN), found, "text") == "README.md: nothing to complain about"
    assert (render("x", "", found, "json"), render("x", "", found, "github")) == ("", "")
    assert not has_errors(found)


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("pipeline_tag: text-clasification", [("task-unknown", 2)]),
        ("pipeline_tag: [fill-mask]", [("task-shape", 2)]),
        ("pipeline_tag: ner", [("task-spelling", 2)]),
        ("pipeline_tag: conversational", [("task-spelling", 2)]),
        ("license: mit", [("task-missing", 2)]),
        ("pipeline_type: fill-mask", [("task-missing", 2), ("key-misspelt", 2)]),
        ("pipeline_tag: fill-mask\nlicence: mit", [("key-misspelt", 3)]),
        ("pipeline_tag: fill-mask\ntags: [conversational]", [("tag-conversational", 3)]),
        ("pipeline_tag: fill-mask\ntags: x", [("tags-shape", 3)]),
        ("pipeline_tag: fill-mask\ntags:\n- a\n- null\n- [b]", [("tags-shape", 5), ("tags-shape", 6)]),
        ("pipeline_tag: fill-mask\nwidget:\n- text: no mask", [("mask-missing", 4)]),
        ("pipeline_tag: fill-mask\nwidget:\n- text: a <mask>\n- text: a [MASK]", []),
        ("pipeline_tag: fill-mask\nmask_token: <m>\nwidget:\n- text: a <mask>", [("mask-missing", 5)]),
        (
            "pipeline_tag: zero-shot-classification\nwidget:\n- {text: a, candidate_labels: one}",
            [("labels-few", 4)],
        ),
        (
            "pipeline_tag: translation\nwidget:\n- {text: a, example_title: x}\n- {text: b, example_title: x}",
            [("title-duplicate", 5)],
        ),
        (
            "pipeline_tag: translation\nwidget:\n- {text: a, example_title: x, group: g}\n- {text: b, example_title: x, group: h}",
            [],
        ),
        ("pipeline_tag: fill-mask\nlicense: apache2", [("license-unknown", 3)]),
        ("pipeline_tag: fill-mask\nlicense: [mit, no]", [("license-unknown", 3)]),
        ("pipeline_tag: fill-mask\nlicense: other", [("license-name-missing", 3)]),
        ("pipeline_tag: fill-mask\nlicense: other\nlicense_name: x\nlicense_link: y", []),
        ("pipeline_tag: fill-mask\nlicense: mit\nlicense_name: x", [("license-name-unused", 4)]),
        ("pipeline_tag: fill-mask\nlanguage: no", []),
        ("pipeline_tag: fill-mask\nlanguage: English", [("language-code", 3)]),
        ("pipeline_tag: fill-mask\nlanguage:\n- en\n- zh-CN\n-", [("language-code", 5), ("language-code", 6)]),
        ("pipeline_tag: fill-mask\nlanguage:", [("language-code", 3)]),
        ("pipeline_tag: fill-mask\nbase_model: /home/me/model", [("base-model-shape", 3)]),
        ("pipeline_tag: fill-mask\nbase_model: [a/b, https://huggingface.co/a/b]", [("base-model-shape", 3)]),
        (
            "pipeline_tag: fill-mask\ndatasets:\n- a sentence about data\n- null",
            [("datasets-shape", 4), ("datasets-shape", 5)],
        ),
        ("pipeline_tag: fill-mask\nlibrary_name: tranformers", [("library-misspelt", 3)]),
        ("pipeline_tag: fill-mask\nmodel-index: x", [("model-index-shape", 3)]),
        (
            "pipeline_tag: fill-mask\nmodel-index: [{name: a, results: [{task: {type: x}}]}]",
            [("model-index-shape", 3)] * 3,
        ),
        ("pipeline_tag: fill-mask\ninference: maybe", [("inference-shape", 3)]),
        ("pipeline_tag: fill-mask\nwidgets: []", [("widget-key", 3)]),
        ("a: b: c", [("yaml-syntax", 2)]),
        ("pipeline_tag: fill-mask\npipeline_tag: fill-mask", [("yaml-duplicate-key", 3)]),
    ],
)
def test_each_finding_stands_on_its_line(front, expected):
    assert codes(front) == expected


CHAT = "pipeline_tag: image-text-to-text\nwidget:\n- messages: [{role: user, content: ["
CONFIG = {"config.json": {"architectures": ["BertForTokenClassification"]}}


@pytest.mark.parametrize(
    ("front", "files", "expected"),
    [
        ("pipeline_tag: text-classification", CONFIG, [("task-config", 2)]),
        ("pipeline_tag: token-classification", CONFIG, []),
        ("tags: [translation]", CONFIG, [("task-tags", 2)]),
        ("pipeline_tag: image-classification\nwidget:\n- src: a.png\n- src: ./b.png", {"a.png": ""}, [("file-missing", 5)]),
        ("pipeline_tag: image-classification\nwidget:\n- src: ../a.png", {"a.png": ""}, [("file-outside", 4)]),
        ("pipeline_tag: image-classification\nwidget:\n- src: https://h.example/a.png", {"b": ""}, []),
        ("pipeline_tag: text-to-image\nwidget:\n- text: a\n  output: {url: i/a.png}", {"b": ""}, [("file-missing", 4)]),
        ("pipeline_tag: fill-mask", {"config.json": "{"}, [("file-unreadable", 0)]),
        (CHAT + "{type: image_url, image_url: {url: no.png}}", {"a.png": ""}, [("file-missing", 4)]),
        (CHAT + "{type: image, image: no.png}", {"a.png": ""}, [("file-missing", 4)]),
        (CHAT + "{type: audio, url: no.wav}", {"a.png": ""}, [("file-missing", 4)]),
        (CHAT + "{type: video, video: ../no.mp4}", {"a.png": ""}, [("file-outside", 4)]),
        (CHAT + "{type: image, image: ./a.png}, {type: text, text: a, url: no.png}", {"a.png": ""}, []),
        (CHAT + "{type: image, url: https://h.example/a.png}", {"a.png": ""}, []),
        (CHAT + "{type: audio, audio: " + "a" * 2000 + "}", {"a.png": ""}, []),
    ],
)  # fmt: skip
def test_the_files_beside_the_card_are_compared_with_it(front, files, expected):
    front += "]}]" if front.startswith(CHAT) else ""
    assert codes(front, files) == expected


def test_a_link_that_the_page_does_not_open_is_an_error(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.png").write_bytes(b"")
    (inside / "real.png").write_bytes(b"")
    targets = {
        "out": tmp_path / "secret.png",
        "in": inside / "real.png",
        "nowhere": inside / "absent",
        "loop": inside / "loop.png",
    }
    for name, target in targets.items():
        (inside / f"{name}.png").symlink_to(target)
    items = "".join(f"- src: {name}.png\n" for name in targets)
    found = lint(read_model(card(f"pipeline_tag: image-classification\nwidget:\n{items}"), Folder(inside)))
    assert [(d.code, d.severity, d.line) for d in found] == [("file-link", "error", line) for line in (4, 6, 7)]
    assert "“out.png” is a link" in found[0].message


def test_text_shows_the_line_with_a_caret():
    text = card("license: mit\npipeline_tag: txt-generation")
    assert render("README.md", text, lint(read_model(text)), "text").split("\n") == [
        "README.md:3:15: error: “txt-generation” is no task of the Hub. [task-unknown]",
        "    pipeline_tag: txt-generation",
        "                  ^",
        "    fix: Did you mean “text-generation”?",
    ]


def test_json_is_one_object_a_line():
    text = card("license: nope\npipeline_tag: x")
    lines = [json.loads(line) for line in render("a.md", text, lint(read_model(text)), "json").splitlines()]
    assert [(line["source"], line["code"], line["line"]) for line in lines] == [
        ("a.md", "license-unknown", 2),
        ("a.md", "task-unknown", 3),
    ]


def test_github_commands_can_not_be_broken_out_of():
    text = card('pipeline_tag: "x%0A::error::y\\n::warning::z"')
    command = render("a,b:c.md", text, lint(read_model(text)), "github")
    assert command.startswith("::error file=a%2Cb%3Ac.md,line=2,col=15,title=task-unknown::")
    assert "\n" not in command
    assert "%250A" in command


def test_a_terminal_is_not_steered_by_a_card():
    text = card('pipeline_tag: "\\e[31mred\\a"')
    assert all(c.isprintable() or c == "\n" for c in render("x", text, lint(read_model(text)), "text"))


def test_a_long_line_is_shown_around_the_place():
    text = card(f"tags: [{', '.join(['x' * 30] * 20)}, null]")
    shown = render("x", text, lint(read_model(text)), "text").split("\n")
    at = next(i for i, line in enumerate(shown) if line.strip() == "^" and "null" in shown[i - 1])
    assert shown[at - 1][shown[at].index("^") :].startswith("null")
    assert len(shown[at - 1]) < 130


def test_an_unknown_format_is_refused():
    assert FORMATS == ("text", "json", "github")
    with pytest.raises(ValueError, match="no format"):
        render("x", "", (), "xml")
