"""What is known of a folder before it is loaded: each thing that stands in the way has its own sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from showcard.metadata.reading.files import Folder
from showcard.metadata.tasks.table import task
from showcard.metadata.weights.memory import available_memory
from showcard.metadata.weights.runnable import ALL_PACKAGES, RUNS, NotRunnable, holds_model, plan_run
from tests.support.folders import folder, safetensors

PLENTY = 10**12
LABELS = {"entailment": 0, "neutral": 1, "contradiction": 2}


def refusal(path: Path, tag: str = "text-classification", modules=ALL_PACKAGES, memory: int = PLENTY) -> NotRunnable:
    with pytest.raises(NotRunnable) as refused:
        plan_run(Folder(path), tag, modules, memory)
    assert refused.value.sentence.endswith(".")
    return refused.value


def test_a_right_folder_has_a_plan(tmp_path):
    plan = plan_run(Folder(folder(tmp_path)), "text-classification", ALL_PACKAGES, PLENTY)
    assert (plan.task, plan.engine, plan.below) == ("text-classification", "transformers", "")
    assert plan.weights.files == ("model.safetensors",)
    assert plan.weights.tensors == {"classifier.weight", "encoder.weight"}
    assert plan.needed > plan.weights.size > 1024


def without(*names: str) -> Callable[[Path], None]:
    return lambda path: [(path / name).unlink() for name in names] and None


def pickled(path: Path) -> None:
    (path / "model.safetensors").rename(path / "pytorch_model.bin")


def truncated(path: Path) -> None:
    weights = path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])


def cut_in_its_header(path: Path) -> None:
    (path / "model.safetensors").write_bytes((path / "model.safetensors").read_bytes()[:40])


def configured(name: str, **more) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        found = json.loads((path / name).read_text()) if (path / name).exists() else {}
        (path / name).write_text(json.dumps(found | more))

    return change


def written(name: str, content: bytes = b"x") -> Callable[[Path], None]:
    return lambda path: (path / name).write_bytes(content) and None


def sharded(path: Path) -> None:
    (path / "model.safetensors").rename(path / "model-00001-of-00002.safetensors")
    shards = {"classifier.weight": "model-00001-of-00002.safetensors", "x": "model-00002-of-00002.safetensors"}
    (path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))


def adapter(path: Path) -> None:
    without("config.json", "model.safetensors")(path)
    (path / "adapter_config.json").write_text('{"base_model_name_or_path": "org/base"}')


WRONG = [
    (without("model.safetensors"), "no-weights", "holds no weights"),
    (pickled, "pickle", "pytorch_model.bin"),
    (truncated, "weights", "is cut off: it has"),
    (cut_in_its_header, "weights", "is cut off: it has 40 bytes"),
    (written("model.safetensors"), "weights", "not a safetensors file"),
    (written("model.safetensors", b"\xff" * 100), "weights", "not a safetensors file"),
    (written("model.safetensors", (7).to_bytes(8, "little") + b"no json"), "weights", "not a safetensors file"),
    (written("model.safetensors", b"version https://git-lfs.github.com/spec/v1\noid x\n"), "weights", "LFS pointer"),
    (sharded, "weights", "1 of the 2 files of weights are missing, such as model-00002-of-00002.safetensors"),
    (written("model.safetensors.index.json", b"[]"), None, ""),  # not looked at beside model.safetensors
    (without("config.json"), "no-config", "no readable config.json"),
    (written("config.json", b"{"), "no-config", "no readable config.json"),
    (written("config.json", b"{}"), "no-config", "names no model_type"),
    (without("tokenizer.json"), "no-tokenizer", "holds no tokenizer"),
    (configured("config.json", auto_map={"AutoModel": "x.Y"}), "remote-code", "auto_map"),
    (configured("tokenizer_config.json", auto_map={"AutoTokenizer": "x.Y"}), "remote-code", "tokenizer_config.json"),
    (written("modeling_mine.py"), "remote-code", "modeling_mine.py"),
    (written("modules.json", b'[{"path": "", "type": "mine.Module"}]'), "remote-code", "mine.Module"),
    (configured("config.json", architectures=["BertForMaskedLM"]), "architecture", "does fill-mask, not text cl"),
    (configured("config.json", architectures=["BertModel"]), "architecture", "an untrained part would answer"),
    (configured("model_index.json", _class_name="StableDiffusionPipeline"), "library", "diffusers"),
    (adapter, "adapter", "org/base"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "words"), WRONG)
def test_what_is_wrong_has_its_own_sentence(tmp_path, change, code, words):
    path = folder(tmp_path)
    change(path)
    if code is None:
        assert plan_run(Folder(path), "text-classification", ALL_PACKAGES, PLENTY)
        return
    refused = refusal(path)
    assert (refused.code, refused.hint != "") == (code, True)
    assert words in refused.sentence


@pytest.mark.parametrize("name", ["model.gguf", "tf_model.h5", "flax_model.msgpack"])
def test_another_format_is_named(tmp_path, name):
    path = folder(tmp_path)
    (path / "model.safetensors").rename(path / name)
    assert refusal(path).code == "format"
    assert name in refusal(path).sentence


def test_the_arguments_of_the_trainer_are_no_weights(tmp_path):
    path = folder(tmp_path)
    (path / "training_args.bin").write_bytes(b"x")
    assert plan_run(Folder(path), "text-classification", ALL_PACKAGES, PLENTY)
    (path / "model.safetensors").unlink()
    assert refusal(path).code == "no-weights"


def test_links_lead_nowhere_outside(tmp_path):
    path = folder(tmp_path / "model")
    elsewhere = safetensors(tmp_path / "elsewhere" / "model.safetensors")
    (path / "model.safetensors").unlink()
    (path / "model.safetensors").symlink_to(elsewhere)
    assert refusal(path).code == "files"


def test_zero_shot_needs_a_label_that_says_entailment(tmp_path):
    path = folder(tmp_path)
    assert refusal(path, "zero-shot-classification").code == "labels"
    configured("config.json", label2id=LABELS)(path)
    assert plan_run(Folder(path), "zero-shot-classification", ALL_PACKAGES, PLENTY)


def test_memory_is_counted_before_anything_is_loaded(tmp_path):
    refused = refusal(folder(tmp_path), memory=1_000_000)
    assert (refused.code, refused.sentence) == (
        "memory",
        "The model needs about 0.6 GB of memory, and 0.0 GB are free.",
    )


def test_the_missing_extra_names_the_packages_and_the_pip_line(tmp_path):
    refused = refusal(folder(tmp_path), modules={"numpy", "PIL", "fastapi", "uvicorn", "yaml"})
    assert refused.sentence == "Running it needs torch and transformers, which this Python lacks."
    assert "pip install -r requirements-local.txt" in refused.hint


def test_sound_needs_its_packages_too(tmp_path):
    path = folder(tmp_path, "Wav2Vec2ForSequenceClassification")
    refused = refusal(path, "audio-classification", set(ALL_PACKAGES) - {"soundfile"})
    assert "needs soundfile, which" in refused.sentence
    (path / "preprocessor_config.json").unlink()
    assert refusal(path, "audio-classification").code == "no-processor"


def test_tables_and_speech_need_their_packages_too(tmp_path):
    path = folder(tmp_path, "TapasForQuestionAnswering")
    assert "needs pandas, which" in refusal(path, "table-question-answering", set(ALL_PACKAGES) - {"pandas"}).sentence
    path = folder(tmp_path, "VitsModel")
    assert "needs soundfile, which" in refusal(path, "text-to-speech", {*ALL_PACKAGES} - {"soundfile"}).sentence


@pytest.mark.parametrize(
    ("architecture", "tag", "words"),
    [
        ("SpeechT5ForTextToSpeech", "text-to-speech", "a vocoder"),
        ("LayoutLMv3ForQuestionAnswering", "document-question-answering", "Tesseract"),
    ],
)
def test_what_needs_more_than_its_folder(tmp_path, architecture, tag, words):
    refused = refusal(folder(tmp_path, architecture), tag)
    assert (refused.code, words in refused.sentence) == ("elsewhere", True)
    assert plan_run(Folder(folder(tmp_path, "VitsModel")), "text-to-speech", ALL_PACKAGES, PLENTY)


def test_onnx_is_taken_where_torch_is_missing(tmp_path):
    path = folder(tmp_path)
    (path / "onnx").mkdir()
    (path / "onnx" / "model.onnx").write_bytes(b"x" * 100)
    without_torch = set(ALL_PACKAGES) - {"torch", "transformers"}
    assert plan_run(Folder(path), "text-classification", without_torch, PLENTY).engine == "onnxruntime"
    assert plan_run(Folder(path), "text-classification", ALL_PACKAGES, PLENTY).engine == "transformers"
    (path / "model.safetensors").unlink()
    assert plan_run(Folder(path), "text-classification", ALL_PACKAGES, PLENTY).engine == "onnxruntime"
    configured("config.json", architectures=["LlamaForCausalLM"])(path)
    assert refusal(path, "conversational").sentence == "Chat is not run from ONNX weights."


def test_the_transformer_of_older_sentence_folders_is_in_a_folder_of_its_own(tmp_path):
    path = folder(tmp_path / "0_Transformer", "BertModel").parent
    (path / "modules.json").write_text(
        json.dumps([{"path": "0_Transformer", "type": "sentence_transformers.models.Transformer"}])
    )
    plan = plan_run(Folder(path), "sentence-similarity", ALL_PACKAGES, PLENTY)
    assert (plan.below, plan.weights.files) == ("0_Transformer/", ("0_Transformer/model.safetensors",))


def test_a_task_that_is_not_run_says_so(tmp_path):
    assert refusal(folder(tmp_path), "text-to-image").sentence == "Showcard can't run text-to-image from a folder."


def test_every_task_that_is_run_is_a_row_of_the_table():
    assert {task(name).id for name in RUNS} == set(RUNS)


def test_a_folder_with_a_card_alone_is_no_model(tmp_path):
    (tmp_path / "README.md").write_text("# x")
    assert not holds_model(Folder(tmp_path))
    (tmp_path / "model.bin").write_bytes(b"x")
    assert holds_model(Folder(tmp_path))


def test_free_memory_is_that_of_the_machine_or_of_the_container(tmp_path):
    machine = tmp_path / "meminfo"
    machine.write_text("MemTotal: 9000 kB\nMemAvailable:    4000 kB\n")
    assert available_memory(machine, tmp_path) == 4_096_000
    for name, value in {
        "memory.max": "1000",
        "memory.current": "900",
        "memory.stat": "anon 1\ninactive_file 50",
    }.items():
        (tmp_path / name).write_text(value)
    assert available_memory(machine, tmp_path) == 150
    (tmp_path / "memory.max").write_text("max\n")
    assert available_memory(machine, tmp_path) == 4_096_000
    assert available_memory(tmp_path / "none", tmp_path) is None
