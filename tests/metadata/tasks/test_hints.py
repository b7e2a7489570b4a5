import json

import pytest

from showcard.metadata.reading.card import parse_card
from showcard.metadata.reading.files import Folder
from showcard.metadata.tasks.hints import LARGEST, mask_token, read_hints
from tests.metadata.cards import Repo
from tests.metadata.reading.test_gguf import gguf, pair, text


def test_configurations_are_read():
    repo = Repo(
        {
            "config.json": {"architectures": ["BertForMaskedLM", 3]},
            "adapter_config.json": {"task_type": "SEQ_CLS"},
            "model_index.json": {"_class_name": "FluxPipeline"},
            "modules.json": [{"type": "sentence_transformers.models.Pooling"}, 1],
            "tokenizer_config.json": {"chat_template": "{{ x }}"},
        }
    )
    hints = read_hints(repo)
    assert hints.architectures == ("BertForMaskedLM",)
    assert (hints.diffusers_class, hints.adapter["task_type"]) == ("FluxPipeline", "SEQ_CLS")
    assert hints.modules == ("sentence_transformers.models.Pooling",)
    assert hints.chat_template == "tokenizer_config.json"
    assert hints.diagnostics == ()


@pytest.mark.parametrize(
    ("held", "code"),
    [
        ("{", "file-unreadable"),
        ("", "file-unreadable"),
        (b"\xff\xfe\x00", "file-unreadable"),
        ("[" * 100_000, "file-unreadable"),
        ("1" * 10_000, "file-unreadable"),
        ("[1, 2]", "file-shape"),
        ("null", ""),
        ('{"architectures": "BertModel", "auto_map": [], "model_type": 4}', ""),
        ("{}" + " " * LARGEST, "file-unreadable"),
    ],
)
def test_a_malformed_or_huge_file_is_a_diagnostic(held, code):
    hints = read_hints(Repo({"config.json": held}))
    assert hints.architectures == ()
    assert [d.code for d in hints.diagnostics] == ([code] if code else [])
    assert all("config.json" in d.message for d in hints.diagnostics)


class Broken(Repo):
    def __init__(self, error):
        super().__init__({"config.json": "{}"})
        self.error = error

    def list(self):
        raise self.error

    read = head = None


@pytest.mark.parametrize("error", [OSError("no connection"), PermissionError("no"), ValueError("odd")])
def test_files_that_can_not_be_listed_are_a_diagnostic(error):
    assert [d.code for d in read_hints(Broken(error)).diagnostics] == ["files-unreadable"]


def test_a_file_that_vanishes_between_listing_and_reading_is_a_diagnostic():
    repo = Repo({"config.json": "{}"})
    repo.read = lambda path, limit: (_ for _ in ()).throw(FileNotFoundError(path))
    assert [d.code for d in read_hints(repo).diagnostics] == ["file-unreadable"]


@pytest.mark.parametrize(
    ("files", "where"),
    [
        ({"chat_template.jinja": "{{ m }}"}, "chat_template.jinja"),
        ({"chat_template.jinja": " "}, ""),
        ({"tokenizer_config.json": {"chat_template": [{"name": "default", "template": "x"}]}}, "tokenizer_config.json"),
        ({"tokenizer_config.json": {"chat_template": []}}, ""),
        ({"tokenizer_config.json": {"chat_template": None}}, ""),
        ({"processor_config.json": {"chat_template": "x"}}, "processor_config.json"),
        ({"chat_template.json": {"chat_template": "x"}}, "chat_template.json"),
        ({"m.gguf": gguf(pair("tokenizer.chat_template", 8, text("x")))}, "the GGUF header"),
        ({"m.gguf": gguf(pair("general.architecture", 8, text("x")))}, ""),
    ],
)
def test_a_chat_template_is_found_where_it_is(files, where):
    assert read_hints(Repo(files)).chat_template == where


def test_a_damaged_gguf_is_a_diagnostic():
    hints = read_hints(Repo({"m.gguf": b"GGUFxxxx"}))
    assert (hints.gguf, [d.code for d in hints.diagnostics]) == ({}, ["file-unreadable"])


@pytest.mark.parametrize(
    ("front", "files", "token"),
    [
        ("mask_token: <m>", {"tokenizer_config.json": {"mask_token": "[MASK]"}}, "<m>"),
        ("", {"tokenizer_config.json": {"mask_token": "[MASK]"}}, "[MASK]"),
        ("", {"tokenizer_config.json": {"mask_token": {"__type": "AddedToken", "content": "<mask>"}}}, "<mask>"),
        ("", {"special_tokens_map.json": {"mask_token": "<x>"}}, "<x>"),
        ("", {"special_tokens_map.json": {"mask_token": {"content": "<y>"}}}, "<y>"),
        ("", {"tokenizer.json": {"added_tokens": [{"content": "[CLS]"}, {"content": "<mask>"}, 4]}}, "<mask>"),
        ("", {"config.json": {"model_type": "roberta"}}, "<mask>"),
        ("", {"config.json": {"model_type": "distilbert"}}, "[MASK]"),
        ("", {"config.json": {"model_type": "flaubert"}}, "<special1>"),
        ("", {"config.json": {"architectures": ["XLMRobertaForMaskedLM"]}}, "<mask>"),
        ("", {"config.json": {"model_type": "nothing"}}, None),
        ("mask_token: [MASK]", {}, None),  # a YAML list, not a token
        ("mask_token: 4", {}, None),
    ],
)
def test_the_mask_token_is_the_cards_the_tokenizers_or_the_familys(front, files, token):
    repo = Repo(files)
    assert mask_token(parse_card(f"---\nlicense: mit\n{front}\n---\n").data, repo, read_hints(repo)) == token


def test_a_folder_is_read_and_nothing_outside_of_it(tmp_path):
    (tmp_path / "inside").mkdir()
    (tmp_path / "secret.json").write_text('{"architectures": ["Secret"]}')
    (tmp_path / "inside" / "config.json").symlink_to(tmp_path / "secret.json")
    (tmp_path / "inside" / "tokenizer_config.json").write_text(json.dumps({"mask_token": "[M]"}))
    hints = read_hints(Folder(tmp_path / "inside"))
    assert (hints.architectures, hints.tokenizer["mask_token"]) == ((), "[M]")
    assert [d.code for d in hints.diagnostics] == ["file-unreadable"]
