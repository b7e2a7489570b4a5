"""Tiny models of many architectures with random weights, made in seconds; nothing in them was trained.

Needs torch and transformers. `make(path, name)` writes the folder of a row of `MODELS`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

WORDS = [
    "the",
    "a",
    "cat",
    "dog",
    "sat",
    "on",
    "mat",
    "and",
    "my",
    "name",
    "is",
    "sarah",
    "i",
    "live",
    "in",
    "london",
    "paris",
    "france",
    "capital",
    "of",
    "where",
    "do",
    "what",
    "does",
    "this",
    "show",
    "it",
    "was",
    "good",
    "bad",
    "happy",
    "person",
    "very",
    "translate",
    "english",
    "to",
    "german",
    "summarize",
    ":",
    ".",
    ",",
    "?",
    "!",
    "hello",
    "you",
    "are",
]
CHAT = (
    "{% for m in messages %}<|{{ m['role'] }}|> {% if m['content'] is string %}{{ m['content'] }}{% else %}"
    "{% for p in m['content'] %}{% if p['type'] == 'image' %}<image>{% else %}{{ p['text'] }}{% endif %}{% endfor %}"
    "{% endif %} {% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SMALL: dict[str, Any] = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64,
    "max_position_embeddings": 256,
}  # fmt: skip
LABELS = {"id2label": {0: "bad", 1: "good", 2: "fair"}, "label2id": {"bad": 0, "good": 1, "fair": 2}}
ENTITIES = {"id2label": {0: "O", 1: "B-PER", 2: "I-PER"}, "label2id": {"O": 0, "B-PER": 1, "I-PER": 2}}
NLI = {"id2label": {0: "contradiction", 1: "neutral", 2: "entailment"},
       "label2id": {"contradiction": 0, "neutral": 1, "entailment": 2}}  # fmt: skip

Build = Callable[[Path], None]
MODELS: dict[str, Build] = {}


def model(name: str) -> Callable[[Build], Build]:
    """Registers a builder under a name."""

    def register(build: Build) -> Build:
        MODELS[name] = build
        return build

    return register


def make(path: Path, name: str) -> Path:
    """The folder of a tiny model; the same weights every time."""
    import torch

    torch.manual_seed(20)
    path.mkdir(parents=True, exist_ok=True)
    MODELS[name](path)
    return path


def bert_tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertTokenizer

    vocab = {word: n for n, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, "##s"])}
    made = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    found = BertTokenizer(tokenizer_object=made, model_max_length=256)
    found.save_pretrained(path)
    return found


def plain_tokenizer(path: Path, **more: Any) -> Any:
    """Words and single bytes, so that every text can be written; ends with </s>."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {piece: n for n, piece in enumerate(["<pad>", "<s>", "</s>", "<unk>", "<mask>", "<image>", *alphabet])}
    made = Tokenizer(models.BPE(vocab, [], unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    if more.pop("ends", False):
        made.post_processor = processors.TemplateProcessing(
            single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 2)]
        )
    found = PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="<unk>",
        mask_token="<mask>", model_max_length=256, **more,
    )  # fmt: skip
    found.save_pretrained(path)
    return found


def _bert(kind: str, family: str = "Bert", **more: Any) -> Build:
    def build(path: Path) -> None:
        import transformers

        size = len(bert_tokenizer(path))
        small = {**SMALL, "dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64} if family == "DistilBert" else SMALL
        config = getattr(transformers, f"{family}Config")(vocab_size=size, **small, **more)
        getattr(transformers, f"{family}{kind}")(config).eval().save_pretrained(path)

    return build


MODELS["bert-classifier"] = _bert("ForSequenceClassification", **LABELS)
MODELS["bert-tokens"] = _bert("ForTokenClassification", **ENTITIES)
MODELS["bert-mask"] = _bert("ForMaskedLM")
MODELS["bert-answers"] = _bert("ForQuestionAnswering")
MODELS["bert-nli"] = _bert("ForSequenceClassification", **NLI)
MODELS["bert-encoder"] = _bert("Model")
MODELS["bert-ranker"] = _bert("ForSequenceClassification", num_labels=1)
MODELS["distilbert"] = _bert("ForSequenceClassification", "DistilBert", **LABELS)


@model("roberta-mask")
def _roberta(path: Path) -> None:
    from transformers import RobertaConfig, RobertaForMaskedLM

    size = len(plain_tokenizer(path))
    RobertaForMaskedLM(RobertaConfig(vocab_size=size, pad_token_id=0, **SMALL)).save_pretrained(path)


@model("sentences")
def _sentences(path: Path) -> None:
    """A sentence-transformers folder as the library writes it."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer

    inner = path / "inner"
    inner.mkdir()
    MODELS["bert-encoder"](inner)
    words = Transformer(str(inner), max_seq_length=64)
    parts = [words, Pooling(32, pooling_mode="mean"), Dense(32, 16), Normalize()]
    SentenceTransformer(modules=parts, device="cpu").save(str(path))
    for file in inner.iterdir():
        file.unlink()
    inner.rmdir()


def _causal(family: str, chats: bool) -> Build:
    def build(path: Path) -> None:
        import transformers

        tokenizer = plain_tokenizer(path, **({"chat_template": CHAT} if chats else {}))
        small = {"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 128} if family == "GPT2" else SMALL
        config = getattr(transformers, f"{family}Config")(
            vocab_size=len(tokenizer), bos_token_id=1, eos_token_id=2, pad_token_id=0, **small
        )
        named = "LMHeadModel" if family == "GPT2" else "ForCausalLM"
        getattr(transformers, f"{family}{named}")(config).save_pretrained(path)

    return build


MODELS["gpt2"] = _causal("GPT2", chats=False)
MODELS["llama-chat"] = _causal("Llama", chats=True)


@model("t5")
def _t5(path: Path) -> None:
    from transformers import T5Config, T5ForConditionalGeneration

    size = len(plain_tokenizer(path, ends=True))
    told = {"summarization": {"prefix": "summarize: "}, "translation_en_to_de": {"prefix": "translate: "}}
    config = T5Config(vocab_size=size, d_model=32, d_kv=16, d_ff=64, num_layers=2, num_heads=2, pad_token_id=0,
                      eos_token_id=2, decoder_start_token_id=0, task_specific_params=told)  # fmt: skip
    T5ForConditionalGeneration(config).save_pretrained(path)


@model("bart")
def _bart(path: Path) -> None:
    from transformers import BartConfig, BartForConditionalGeneration

    size = len(plain_tokenizer(path, ends=True))
    config = BartConfig(vocab_size=size, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
                        decoder_attention_heads=2, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=128,
                        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=2,
                        forced_eos_token_id=2)  # fmt: skip
    BartForConditionalGeneration(config).save_pretrained(path)


IMAGE = {"size": {"height": 32, "width": 32}}
VISION = {"image_size": 32, "patch_size": 8, **{k: v for k, v in SMALL.items() if k != "max_position_embeddings"}}


@model("vit")
def _vit(path: Path) -> None:
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor

    ViTForImageClassification(ViTConfig(**VISION, **LABELS)).save_pretrained(path)
    ViTImageProcessor(**IMAGE).save_pretrained(path)


@model("segformer")
def _segformer(path: Path) -> None:
    from transformers import SegformerConfig, SegformerForSemanticSegmentation, SegformerImageProcessor

    config = SegformerConfig(hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1], num_attention_heads=[1, 1, 2, 2],
                             decoder_hidden_size=16, **LABELS)  # fmt: skip
    SegformerForSemanticSegmentation(config).save_pretrained(path)
    SegformerImageProcessor(**IMAGE).save_pretrained(path)


@model("yolos")
def _yolos(path: Path) -> None:
    from transformers import YolosConfig, YolosForObjectDetection, YolosImageProcessor

    config = YolosConfig(**{**VISION, "image_size": [32, 32]}, num_detection_tokens=5, **LABELS)
    YolosForObjectDetection(config).save_pretrained(path)
    YolosImageProcessor(size={"height": 32, "width": 32}, do_pad=False).save_pretrained(path)


@model("dpt")
def _dpt(path: Path) -> None:
    from transformers import DPTConfig, DPTForDepthEstimation, DPTImageProcessor

    config = DPTConfig(**VISION, is_hybrid=False, backbone_out_indices=[0, 1], neck_hidden_sizes=[8, 8],
                       reassemble_factors=[2, 1], fusion_hidden_size=8, readout_type="project")  # fmt: skip
    DPTForDepthEstimation(config).save_pretrained(path)
    DPTImageProcessor(**IMAGE).save_pretrained(path)


@model("clip")
def _clip(path: Path) -> None:
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel

    tokenizer = plain_tokenizer(path, ends=True)
    text = {**SMALL, "vocab_size": len(tokenizer), "eos_token_id": 2, "bos_token_id": 1, "pad_token_id": 0}
    config = CLIPConfig(text_config=text, vision_config=VISION, projection_dim=16)
    CLIPModel(config).save_pretrained(path)
    CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=32).save_pretrained(path)


@model("vilt")
def _vilt(path: Path) -> None:
    from transformers import ViltConfig, ViltForQuestionAnswering, ViltImageProcessor, ViltProcessor

    tokenizer = bert_tokenizer(path)
    config = ViltConfig(**{**VISION, "max_position_embeddings": 64}, vocab_size=len(tokenizer), **LABELS)
    ViltForQuestionAnswering(config).save_pretrained(path)
    ViltProcessor(ViltImageProcessor(size={"shortest_edge": 32}), tokenizer).save_pretrained(path)


@model("blip")
def _blip(path: Path) -> None:
    from transformers import BlipConfig, BlipForConditionalGeneration, BlipImageProcessor, BlipProcessor

    tokenizer = bert_tokenizer(path)
    text = {**SMALL, "vocab_size": len(tokenizer), "encoder_hidden_size": 32, "bos_token_id": 2, "eos_token_id": 3,
            "sep_token_id": 3, "pad_token_id": 0}  # fmt: skip
    config = BlipConfig(text_config=text, vision_config=VISION, projection_dim=16, image_text_hidden_size=16)
    BlipForConditionalGeneration(config).save_pretrained(path)
    BlipProcessor(BlipImageProcessor(**IMAGE), tokenizer).save_pretrained(path)


@model("llava-chat")
def _llava(path: Path) -> None:
    from transformers import (
        CLIPImageProcessor,
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
    )

    tokenizer = plain_tokenizer(path, extra_special_tokens={"image_token": "<image>"})
    text = LlamaConfig(**SMALL, vocab_size=len(tokenizer), bos_token_id=1, eos_token_id=2, pad_token_id=0)
    config = LlavaConfig(vision_config=CLIPVisionConfig(**VISION), text_config=text, image_token_id=5,
                         vision_feature_select_strategy="default", vision_feature_layer=-1)  # fmt: skip
    LlavaForConditionalGeneration(config).save_pretrained(path)
    LlavaProcessor(
        CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=32), tokenizer, patch_size=8,
        vision_feature_select_strategy="default", chat_template=CHAT, num_additional_image_tokens=1,
    ).save_pretrained(path)  # fmt: skip


@model("wav2vec2-ctc")
def _wav2vec2(path: Path) -> None:
    from transformers import Wav2Vec2CTCTokenizer, Wav2Vec2FeatureExtractor, Wav2Vec2ForCTC

    vocab = {piece: n for n, piece in enumerate(["<pad>", "<s>", "</s>", "<unk>", "|", *"abcdefgh"])}
    (path / "vocab.json").write_text(json.dumps(vocab))
    Wav2Vec2CTCTokenizer(str(path / "vocab.json")).save_pretrained(path)
    Wav2Vec2FeatureExtractor().save_pretrained(path)
    Wav2Vec2ForCTC(_wav2vec2_config(vocab_size=len(vocab))).save_pretrained(path)


@model("wav2vec2-classifier")
def _wav2vec2_classifier(path: Path) -> None:
    from transformers import Wav2Vec2FeatureExtractor, Wav2Vec2ForSequenceClassification

    Wav2Vec2FeatureExtractor().save_pretrained(path)
    Wav2Vec2ForSequenceClassification(_wav2vec2_config(**LABELS)).save_pretrained(path)


def _wav2vec2_config(**more: Any) -> Any:
    from transformers import Wav2Vec2Config

    return Wav2Vec2Config(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
                          conv_dim=(16, 16, 16), conv_stride=(5, 4, 4), conv_kernel=(10, 8, 4),
                          num_feat_extract_layers=3, num_conv_pos_embeddings=16,
                          num_conv_pos_embedding_groups=2, classifier_proj_size=16, **more)  # fmt: skip


@model("whisper")
def _whisper(path: Path) -> None:
    from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration

    tokenizer = _whisper_tokenizer(path)
    config = WhisperConfig(vocab_size=len(tokenizer), d_model=32, encoder_layers=1, decoder_layers=1,
                           encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
                           decoder_ffn_dim=32, num_mel_bins=8, max_source_positions=1500, max_target_positions=64,
                           pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1,
                           suppress_tokens=None, begin_suppress_tokens=None)  # fmt: skip
    made = WhisperForConditionalGeneration(config)
    made.generation_config.max_length = 20
    made.save_pretrained(path)
    WhisperFeatureExtractor(feature_size=8).save_pretrained(path)


def _whisper_tokenizer(path: Path) -> Any:
    from tokenizers import pre_tokenizers
    from transformers import WhisperTokenizer

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {piece: n for n, piece in enumerate(["<pad>", "<s>", "</s>", *alphabet])}
    named = ["<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|translate|>", "<|notimestamps|>"]
    found = WhisperTokenizer(vocab=vocab, merges=[], pad_token="<pad>", bos_token="<s>", eos_token="</s>",
                             unk_token="</s>", extra_special_tokens=named)  # fmt: skip
    found.save_pretrained(path)
    return found


@model("vits")
def _vits(path: Path) -> None:
    from transformers import VitsConfig, VitsModel, VitsTokenizer

    letters = {letter: n for n, letter in enumerate("_ abcdefghijklmnopqrstuvwxyz'")}
    (path / "vocab.json").write_text(json.dumps(letters))
    VitsTokenizer(str(path / "vocab.json"), pad_token="_", phonemize=False, is_uroman=False).save_pretrained(path)
    config = VitsConfig(vocab_size=len(letters), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                        ffn_dim=16, flow_size=16, spectrogram_bins=9, upsample_initial_channel=16,
                        upsample_rates=[4, 4], upsample_kernel_sizes=[8, 8], resblock_kernel_sizes=[3],
                        resblock_dilation_sizes=[[1, 3, 5]], prior_encoder_num_flows=1,
                        posterior_encoder_num_wavenet_layers=1, prior_encoder_num_wavenet_layers=1,
                        duration_predictor_num_flows=1, duration_predictor_filter_channels=16,
                        noise_scale=0.0, noise_scale_duration=0.0)  # fmt: skip
    VitsModel(config).save_pretrained(path)


@model("tapas")
def _tapas(path: Path) -> None:
    from transformers import TapasConfig, TapasForQuestionAnswering, TapasTokenizer

    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[EMPTY]", *WORDS, *"0123456789"]
    (path / "vocab.txt").write_text("\n".join(vocab))
    TapasTokenizer(str(path / "vocab.txt")).save_pretrained(path)
    labels = {"num_aggregation_labels": 4, "aggregation_labels": {0: "NONE", 1: "SUM", 2: "AVERAGE", 3: "COUNT"}}
    TapasForQuestionAnswering(TapasConfig(vocab_size=len(vocab), **SMALL, **labels)).save_pretrained(path)


@model("donut")
def _donut(path: Path) -> None:
    from transformers import (
        DonutImageProcessor,
        DonutSwinConfig,
        MBartConfig,
        VisionEncoderDecoderConfig,
        VisionEncoderDecoderModel,
    )

    tokenizer = plain_tokenizer(path)
    reads = DonutSwinConfig(image_size=[32, 32], patch_size=4, embed_dim=16, depths=[1, 1], num_heads=[2, 2],
                            window_size=4)  # fmt: skip
    writes = MBartConfig(vocab_size=len(tokenizer), d_model=32, decoder_layers=1, decoder_attention_heads=2,
                         decoder_ffn_dim=32, encoder_layers=1, encoder_attention_heads=2, encoder_ffn_dim=32,
                         max_position_embeddings=256, is_decoder=True, add_cross_attention=True)  # fmt: skip
    config = VisionEncoderDecoderConfig(encoder=reads.to_dict(), decoder=writes.to_dict(), pad_token_id=0,
                                        bos_token_id=1, eos_token_id=2, decoder_start_token_id=1)  # fmt: skip
    made = VisionEncoderDecoderModel(config)
    made.generation_config.update(pad_token_id=0, eos_token_id=2, decoder_start_token_id=1, max_length=200)
    made.save_pretrained(path)
    DonutImageProcessor(size={"height": 32, "width": 32}, do_align_long_axis=False).save_pretrained(path)


@model("blip-answers")
def _blip_answers(path: Path) -> None:
    from transformers import BlipConfig, BlipForQuestionAnswering

    MODELS["blip"](path)
    BlipForQuestionAnswering(BlipConfig.from_pretrained(path)).save_pretrained(path)


@model("owlvit")
def _owlvit(path: Path) -> None:
    from transformers import OwlViTConfig, OwlViTForObjectDetection, OwlViTImageProcessor

    tokenizer = plain_tokenizer(path, ends=True)
    text = {**SMALL, "vocab_size": len(tokenizer), "max_position_embeddings": 32, "bos_token_id": 1, "eos_token_id": 2}
    config = OwlViTConfig(text_config=text, vision_config=VISION, projection_dim=32)
    OwlViTForObjectDetection(config).save_pretrained(path)
    OwlViTImageProcessor(**IMAGE, do_center_crop=False).save_pretrained(path)


@model("swin2sr")
def _swin2sr(path: Path) -> None:
    from transformers import Swin2SRConfig, Swin2SRForImageSuperResolution, Swin2SRImageProcessor

    config = Swin2SRConfig(image_size=32, embed_dim=16, depths=[1], num_heads=[2], window_size=4)
    Swin2SRForImageSuperResolution(config).save_pretrained(path)
    Swin2SRImageProcessor().save_pretrained(path)


def export(path: Path, source: Path, auto: str, inputs: dict[str, Any]) -> Path:
    """The model of `source` as ONNX weights in a folder of their own, without the weights they were made of."""
    import shutil
    import warnings

    import torch
    import transformers

    shutil.copytree(source, path, dirs_exist_ok=True)
    (path / "model.safetensors").unlink()
    (path / "onnx").mkdir(exist_ok=True)
    made = getattr(transformers, auto).from_pretrained(source, attn_implementation="eager").eval()

    class Plain(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.made = made

        def forward(self, *given: Any) -> Any:
            return self.made(**dict(zip(inputs, given, strict=True))).to_tuple()

    axes = {name: {0: "batch", 1: "length"} for name in inputs if name != "pixel_values"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(Plain(), tuple(inputs.values()), str(path / "onnx" / "model.onnx"), input_names=list(inputs),
                          dynamic_axes=axes, dynamo=False)  # fmt: skip
    return path
