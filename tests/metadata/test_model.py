import json
import os

import pytest

import app
from showcard.metadata.lint.run import lint
from showcard.metadata.model import read_model, source_model
from showcard.metadata.reading.files import Folder
from showcard.metadata.weights.runnable import NotRunnable, plan_run

from .cards import Repo, card, model


def test_everything_is_read_in_one_place():
    found = read_model(
        card("pipeline_tag: fill-mask\ninference: {parameters: {top_k: 0}}\nwidget:\n- text: a [MASK]\n"),
        Repo({"config.json": {"architectures": ["BertForMaskedLM"], "model_type": "bert"}}),
    )
    assert (found.name, found.guess.task.id, found.library) == ("org/model", "fill-mask", "transformers")
    assert (dict(found.parameters), found.opted_out, found.mask_token) == ({"top_k": 0}, False, "[MASK]")
    assert len(found.examples) == 1


@pytest.mark.parametrize(
    ("inference", "parameters", "off", "odd"),
    [
        ("false", {}, True, 0),
        ("true", {}, False, 0),
        ("null", {}, False, 0),
        ('"false"', {}, True, 1),
        ("no", {}, True, 1),
        ("yes", {}, False, 1),
        ("{parameters: null}", {}, False, 0),
        ("{parameters: {a: 1}}", {"a": 1}, False, 0),
        ("{parameters: [1]}", {}, False, 1),
        ("{a: 1}", {}, False, 1),
        ("[1]", {}, False, 1),
        ("3", {}, False, 1),
    ],
)
def test_inference_opts_out_or_holds_parameters(inference, parameters, off, odd):
    found = model(f"license: mit\ninference: {inference}")
    assert (dict(found.parameters), found.opted_out) == (parameters, off)
    assert [(d.code, d.line) for d in found.diagnostics] == [("inference-shape", 3)] * odd


def test_json_is_what_inspect_prints():
    found = model("pipeline_tag: text-generation\nwidget:\n- text: a\n  output: {text: .nan}\n  parameters: {x: .nan}")
    written = json.loads(json.dumps(found.to_json("here"), allow_nan=False))
    assert list(written) == ["source", "task", "conversational", "rule", "trace", "library", "examples", "diagnostics"]
    assert (written["source"], written["task"], written["rule"]) == ("here", "text-generation", "pipeline_tag")
    assert written["examples"] == [
        {"title": "Example 1", "group": None, "inputs": {"text": "a"}, "parameters": {"x": None},
         "output": {"kind": "text", "text": "nan", "chunks": []}, "line": 4},
    ]  # fmt: skip
    assert {"rule", "saw", "verdict", "won"} == set(written["trace"][0])


def test_media_are_written_as_references_or_base64():
    found = model(
        "pipeline_tag: image-classification\nwidget:\n- src: a.png\n- src: data:image/png;base64,iVBORw0KGgo="
    )
    first, second = (e["inputs"]["image"] for e in found.to_json("x")["examples"])
    assert first == {"src": "a.png", "media_type": "image/png", "name": "a.png"}
    assert second == {"base64": "iVBORw0KGgo=", "media_type": "image/png", "name": None}


def test_a_folder_and_its_card_are_the_same_model(tmp_path):
    (tmp_path / "README.md").write_bytes(b"---\r\nlicense: mit\r\n---\r\n")
    (tmp_path / "config.json").write_text('{"architectures": ["GPT2LMHeadModel"]}')
    for path in (tmp_path, tmp_path / "README.md"):
        found = source_model(path)
        assert (found.guess.task.id, found.guess.rule, found.name) == ("text-generation", "architecture", tmp_path.name)


def test_another_markdown_file_stands_alone(tmp_path):
    (tmp_path / "config.json").write_text('{"architectures": ["GPT2LMHeadModel"]}')
    (tmp_path / "draft.md").write_text("---\nlicense: mit\n---\n")
    found = source_model(tmp_path / "draft.md")
    assert (found.guess.task, found.files, found.name) == (None, None, "draft")


def test_a_folder_without_a_card_is_told_by_its_files(tmp_path):
    (tmp_path / "config.json").write_text('{"architectures": ["GPT2LMHeadModel"]}')
    found = source_model(tmp_path)
    assert (found.guess.task.id, [d.code for d in found.diagnostics]) == ("text-generation", ["card-missing"])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "There is no README.md in this folder"),
        (lambda path: path.mkdir(), "README.md is a folder, not a file"),
        (lambda path: path.symlink_to(path.parent / "absent"), "README.md is a link that leads nowhere"),
        (lambda path: path.symlink_to("README.md"), "README.md is a link that leads nowhere"),
        (lambda path: path.symlink_to("/dev/zero"), "README.md is no regular file"),
        (
            lambda path: path.symlink_to("../../../../../etc/passwd"),
            "README.md is a link that leads out of the folder, which is not followed",
        ),
        (os.mkfifo, "README.md is no regular file"),
    ],
)
def test_what_stands_in_place_of_a_card_is_said(tmp_path, make, said):
    make(tmp_path / "README.md")
    [found] = lint(source_model(tmp_path))
    assert (found.code, found.line, found.message) == ("card-missing", 0, f"{said}, so the model has no card.")
    assert "README.md" in found.fix


SECRET = "hf_notarealtokenbutlikeone"


@pytest.fixture
def leading_out(tmp_path):
    """A folder whose files of every name lead to a saved token."""
    (tmp_path / "token").write_text(SECRET)
    folder = tmp_path / "cloned"
    (folder / "onnx").mkdir(parents=True)
    names = ("README.md", "LICENSE", "config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")
    for name in (*names, "model.safetensors.index.json", "onnx/model.onnx", "model.gguf", "generation_config.json"):
        (folder / name).symlink_to(tmp_path / "token")
    return folder


def test_no_file_of_a_folder_leads_out_of_it(leading_out, tmp_path, capsys):
    found = source_model(leading_out)
    assert SECRET not in json.dumps(found.to_json("x")) + str(lint(found))
    card = leading_out / "README.md"
    for verb in ("inspect", "lint", "snippets"):
        app.main([verb, str(leading_out)])
        assert app.main([verb, str(card)]) == 1
        said = capsys.readouterr()
        assert SECRET not in said.out + said.err
        assert "is a link that leads out of its folder" in said.err
        assert "Name that file itself" in said.err
    with pytest.raises(NotRunnable, match="is a link, and what lies outside the folder is not read"):
        plan_run(Folder(leading_out), "text-classification", ())


def test_links_within_a_folder_and_what_a_person_names_are_followed(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "card.txt").write_text("---\nlicense: mit\n---\n")
    (tmp_path / "folder" / "README.md").symlink_to("card.txt")
    (tmp_path / "named").symlink_to("folder")
    (tmp_path / "draft.md").symlink_to("folder/card.txt")
    for path in (tmp_path / "folder", tmp_path / "folder" / "README.md", tmp_path / "named", tmp_path / "draft.md"):
        assert source_model(path).card.data == {"license": "mit"}


def test_a_snapshot_of_the_hubs_cache_is_a_folder_too(tmp_path):
    snapshot, store = tmp_path / "models--a--b" / "snapshots" / "c", tmp_path / "models--a--b" / "blobs"
    snapshot.mkdir(parents=True)
    store.mkdir()
    (tmp_path / "token").write_text(SECRET)
    (store / "1").write_text("---\nlicense: mit\n---\n")
    (snapshot / "README.md").symlink_to("../../blobs/1")
    (snapshot / "config.json").symlink_to("../../../token")
    assert source_model(snapshot).card.data == {"license": "mit"}
    assert not Folder(snapshot).opens("config.json")
    store.rename(tmp_path / "elsewhere")
    store.symlink_to(tmp_path)
    (snapshot / "README.md").unlink()
    (snapshot / "README.md").symlink_to("../../blobs/token")
    assert source_model(snapshot).card.text == ""


def test_what_is_not_there_or_no_file_is_said_in_a_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no file or folder"):
        source_model(tmp_path / "nothing")
    with pytest.raises(ValueError, match="no regular file"):
        source_model(__import__("pathlib").Path("/dev/null"))
    with pytest.raises(ValueError, match="is not a task"):
        source_model(tmp_path, task="juggling")
