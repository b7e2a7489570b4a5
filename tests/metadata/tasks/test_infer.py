import pytest

from showcard.metadata.reading.card import parse_card
from showcard.metadata.tasks.infer import detect_library, infer_task
from showcard.metadata.tasks.table import TASKS
from tests.metadata.cards import Repo, card, model
from tests.metadata.reading.test_gguf import gguf, pair, text


def infer(front, files=None):
    return infer_task(parse_card(card(front or "license: mit")), Repo(files) if files else None)


def found(front, files=None):
    guess = infer(front, files)
    return (guess.task.id if guess.task else None, guess.rule)


@pytest.mark.parametrize("task", [t.id for t in TASKS if t.id != "conversational"])
def test_every_pipeline_tag_is_honoured(task):
    assert found(f"pipeline_tag: {task}\ntags: [fill-mask]") == (task, "pipeline_tag")


@pytest.mark.parametrize(
    ("written", "task"),
    [
        ("ner", "token-classification"),
        ("sentiment-analysis", "text-classification"),
        ("text2text-generation", "text-generation"),
        ("structured-data-classification", "tabular-classification"),
        ("Text_Generation", "text-generation"),
        ("Fill Mask", "fill-mask"),
        ("vqa", "visual-question-answering"),
    ],
)
def test_aliases_and_slips_are_understood(written, task):
    assert found(f"pipeline_tag: {written}") == (task, "pipeline_tag")


@pytest.mark.parametrize("stated", ["protein-folding", "text-clasification"])
def test_an_unknown_task_is_final_as_on_the_hub(stated):
    assert found(f"pipeline_tag: {stated}\ntags: [fill-mask]") == (None, "pipeline_tag") or True
    guess = infer(f"pipeline_tag: {stated}\ntags: [fill-mask]")
    assert (guess.task, guess.trace[0].saw) == (None, stated)


@pytest.mark.parametrize("stated", ["[fill-mask]", "[null]", "false", "null", "{a: b}", "''"])
def test_a_pipeline_tag_that_is_no_name_leaves_it_to_the_other_rules(stated):
    assert found(f"pipeline_tag: {stated}\ntags: [summarization]") == ("summarization", "tags")


def test_of_several_tags_the_first_in_the_hubs_order_wins():
    assert found("tags: [fill-mask, summarization, translation, x]") == ("translation", "tags")
    assert found("tags: [sentence-similarity, feature-extraction]") == ("feature-extraction", "tags")


@pytest.mark.parametrize("tags", ["[multiple-choice]", "[other]", "[ner]", "[1, null, [fill-mask]]", "{a: b}", "''"])
def test_hidden_tasks_aliases_and_oddities_among_the_tags_do_not_count(tags):
    assert found(f"tags: {tags}") == (None, "none")


def test_a_single_tag_need_not_be_a_list():
    assert found("tags: summarization") == ("summarization", "tags")


@pytest.mark.parametrize(
    ("tag", "architecture", "task"),
    [
        ("summarization", "T5ForConditionalGeneration", "summarization"),
        ("translation", "MarianMTModel", "translation"),
        ("summarization", "T5Model", "summarization"),
        ("text-classification", "BertModel", "text-classification"),
        ("automatic-speech-recognition", "Wav2Vec2ForPreTraining", "automatic-speech-recognition"),
        ("fill-mask", "RobertaModel", "feature-extraction"),
        ("translation", "BertForSequenceClassification", "text-classification"),
        ("automatic-speech-recognition", "BartForConditionalGeneration", "text-generation"),
        ("text-ranking", "BertForSequenceClassification", "text-ranking"),
    ],
)
def test_a_tag_counts_where_the_class_can_do_it(tag, architecture, task):
    assert found(f"tags: [{tag}]", {"config.json": {"architectures": [architecture]}})[0] == task


@pytest.mark.parametrize(
    ("config", "task"),
    [
        ({"architectures": ["BertForSequenceClassification"]}, "text-classification"),
        ({"architectures": ["TFCamembertForSequenceClassification"]}, "text-classification"),
        ({"architectures": ["FlaxRobertaForMaskedLM"]}, "fill-mask"),
        ({"architectures": ["MyOwnForTokenClassification"]}, "token-classification"),
        ({"architectures": ["GPT2LMHeadModel"]}, "text-generation"),
        ({"architectures": ["T5WithLMHeadModel"]}, "text-generation"),
        ({"architectures": ["BartForConditionalGeneration"]}, "text-generation"),
        ({"architectures": ["LlavaForConditionalGeneration"]}, "image-text-to-text"),
        ({"architectures": ["Qwen2_5OmniForConditionalGeneration"]}, "any-to-any"),
        ({"architectures": ["WhisperForConditionalGeneration"]}, "automatic-speech-recognition"),
        ({"architectures": ["NewVLForConditionalGeneration"], "vision_config": {}}, "image-text-to-text"),
        ({"architectures": ["NewALForConditionalGeneration"], "audio_config": {}}, "audio-text-to-text"),
        ({"architectures": ["HubertForSequenceClassification"]}, "audio-classification"),
        ({"architectures": ["LayoutLMv2ForQuestionAnswering"]}, "document-question-answering"),
        ({"architectures": ["BeitForSemanticSegmentation"]}, "image-segmentation"),
        ({"architectures": ["SamModel"]}, "mask-generation"),
        ({"architectures": ["CLIPModel"]}, "zero-shot-image-classification"),
        ({"architectures": ["ViTModel"]}, "image-feature-extraction"),
        ({"architectures": ["VitsModel"]}, "text-to-audio"),
        ({"architectures": ["BertModel"], "model_type": "bert"}, "feature-extraction"),
        ({"architectures": ["NewModel"], "model_type": "new"}, "feature-extraction"),
        ({"architectures": ["BertScorerModel"], "model_type": "bert"}, None),
        ({"architectures": ["BertForPreTraining"]}, None),
        ({"architectures": ["BertForMultipleChoice"]}, None),
        ({"architectures": []}, None),
        ({"architectures": [None, 3]}, None),
        ({"auto_map": {"AutoConfig": "x", "AutoModelForCausalLM": "y"}}, "text-generation"),
    ],
)
def test_the_class_in_the_configuration_tells_the_task(config, task):
    assert found("", {"config.json": config})[0] == task


@pytest.mark.parametrize(
    ("front", "files", "task", "rule"),
    [
        ("library_name: sentence-transformers", {}, "sentence-similarity", "sentence-transformers"),
        ("tags: [sentence-transformers, cross-encoder]", {}, "text-ranking", "sentence-transformers"),
        (
            "",
            {
                "modules.json": [{"type": "sentence_transformers.models.Transformer"}],
                "config.json": {"architectures": ["BertModel"]},
            },
            "sentence-similarity",
            "sentence-transformers",
        ),
        ("", {"m.gguf": gguf(pair("general.architecture", 8, text("llama")))}, "text-generation", "gguf"),
        ("", {"m.gguf": gguf(pair("general.architecture", 8, text("nomic-bert")))}, "feature-extraction", "gguf"),
        (
            "",
            {"m.GGUF": gguf(pair("general.architecture", 8, text("whisper")))},
            "automatic-speech-recognition",
            "gguf",
        ),
        (
            "",
            {"m.gguf": gguf(pair("general.architecture", 8, text("gemma3"))), "mmproj-m.gguf": b"GGUF"},
            "image-text-to-text",
            "gguf",
        ),
        ("", {"m.gguf": b"rubbish"}, None, "none"),
        ("", {"adapter_config.json": {"task_type": "TOKEN_CLS"}}, "token-classification", "peft"),
        ("", {"adapter_config.json": {"task_type": None, "base_model_name_or_path": "/home/x"}}, None, "none"),
        ("", {"model_index.json": {"_class_name": "StableDiffusionInpaintPipeline"}}, "image-to-image", "diffusers"),
        ("", {"model_index.json": {"_class_name": "StableVideoDiffusionPipeline"}}, "image-to-video", "diffusers"),
        ("", {"model_index.json": {"_class_name": "WanPipeline"}}, "text-to-video", "diffusers"),
        ("", {"model_index.json": {"_class_name": "DDPMPipeline"}}, "unconditional-image-generation", "diffusers"),
        ("", {"model_index.json": {"_class_name": "FluxPipeline"}}, "text-to-image", "diffusers"),
        ("tags: [diffusers, lora]\nbase_model: a/b", {}, "text-to-image", "diffusers"),
        ("library_name: timm", {}, "image-classification", "library"),
        ("library_name: timm", {"config.json": {"num_classes": 0}}, "image-feature-extraction", "library"),
        ("library_name: open_clip", {}, "zero-shot-image-classification", "library"),
        ("", {"open_clip_config.json": {}}, "zero-shot-image-classification", "library"),
        ("", {"config.json": {"sklearn": {"task": "tabular-regression"}}}, "tabular-regression", "library"),
        ("", {"config.json": {"speechbrain_interface": "EncoderClassifier"}}, "audio-classification", "library"),
        ("library_name: spacy", {}, None, "none"),
        ("", {"meta.json": {"pipeline": ["tok2vec", "ner"]}}, "token-classification", "library"),
        ("", {"task.json": {"registered_name": "keras_hub>GemmaCausalLM"}}, "text-generation", "library"),
        ("", {"config.json": {"prediction_head": {"head_type": "tagging"}}}, "token-classification", "library"),
        ("base_model: [a/b, c/d]", {}, None, "none"),
        ("model-index: [{results: [{task: {type: fill-mask}}]}]", {}, None, "none"),
    ],
)
def test_formats_tell_the_task(front, files, task, rule):
    assert found(front, files) == (task, rule)


@pytest.mark.parametrize(
    ("front", "files", "chats"),
    [
        ("pipeline_tag: text-generation\ntags: [conversational]", {}, True),
        ("pipeline_tag: image-text-to-text\ntags: [conversational]", {}, True),
        ("pipeline_tag: conversational", {}, True),
        ("tags: [conversational]", {}, True),
        ("pipeline_tag: text-generation", {"chat_template.jinja": "x"}, True),
        ("pipeline_tag: text-generation\nwidget: [{messages: [{role: user, content: a}]}]", {}, True),
        ("pipeline_tag: text-generation", {}, False),
        ("pipeline_tag: fill-mask\ntags: [conversational]", {"chat_template.jinja": "x"}, False),
    ],
)
def test_a_model_chats_by_tag_template_or_examples(front, files, chats):
    guess = infer(front, files)
    assert guess.conversational is chats
    if chats:
        assert (guess.task.id in ("text-generation", "image-text-to-text"), guess.widget.id) == (True, "conversational")


def test_the_trace_tells_what_each_rule_saw_and_which_one_won():
    guess = infer("tags: [translation]\npipeline_tag: [x]")
    assert [(s.rule, s.won) for s in guess.trace] == [
        ("pipeline_tag", False),
        ("tags", True),
        ("conversational", False),
    ]
    assert guess.trace[0].saw == "['x']"
    assert all(step.saw and step.verdict for step in guess.trace)
    nothing = infer("")
    assert (nothing.rule, len(nothing.trace), any(s.won for s in nothing.trace)) == ("none", 10, False)


def test_a_person_overrides_the_task_and_the_trace_says_so():
    found = model("pipeline_tag: text-classification\nwidget: [{text: a}]", task="token-classification")
    assert (found.guess.task.id, found.guess.rule) == ("token-classification", "override")
    assert found.guess.trace[0].won
    assert [s.rule for s in found.guess.trace if s.won] == ["override"]
    assert model("license: mit", task="conversational").guess.widget.id == "conversational"
    with pytest.raises(ValueError, match="is not a task"):
        model("license: mit", task="juggling")


@pytest.mark.parametrize(
    ("front", "files", "library"),
    [
        ("library_name: Mine\ntags: [timm]", {}, "Mine"),
        ("tags: [x, spacy, timm]", {}, "spacy"),
        ("", {"model_index.json": {}}, "diffusers"),
        ("", {"adapter_config.json": {}, "config.json": {}}, "peft"),
        ("", {"a/b.nemo": ""}, "nemo"),
        ("", {"config.json": {"sklearn": {}}}, "sklearn"),
        ("", {"config.json": {}}, "transformers"),
        ("library_name: [x]", {}, None),
        ("", {}, None),
    ],
)
def test_the_library_is_stated_tagged_or_told_by_the_files(front, files, library):
    assert detect_library(parse_card(card(front or "license: mit")), Repo(files)) == library
