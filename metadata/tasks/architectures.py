"""From the name of a model class to its task: a table for the odd ones, the name's ending for the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data"

# What stands in a class name -> task; the first that fits wins.
_PARTS = (
    ("NextSentencePrediction", ""),
    ("ForPreTraining", ""),
    ("AudioFrameClassification", ""),
    ("XVector", ""),
    ("KeypointMatching", ""),
    ("MaskedImageModeling", ""),
    ("SequenceClassification", "text-classification"),
    ("TokenClassification", "token-classification"),
    ("TableQuestionAnswering", "table-question-answering"),
    ("VisualQuestionAnswering", "visual-question-answering"),
    ("DocumentQuestionAnswering", "document-question-answering"),
    ("QuestionAnswering", "question-answering"),
    ("ZeroShotImageClassification", "zero-shot-image-classification"),
    ("ZeroShotObjectDetection", "zero-shot-object-detection"),
    ("ForMaskedLM", "fill-mask"),
    ("ForMultipleChoice", "multiple-choice"),
    ("ForCausalLM", "text-generation"),
    ("LMHead", "text-generation"),
    ("ForImageClassification", "image-classification"),
    ("ForAudioClassification", "audio-classification"),
    ("ForVideoClassification", "video-classification"),
    ("ForObjectDetection", "object-detection"),
    ("ForKeypointDetection", "keypoint-detection"),
    ("ForDepthEstimation", "depth-estimation"),
    ("Segmentation", "image-segmentation"),
    ("ForCTC", "automatic-speech-recognition"),
    ("ForRNNT", "automatic-speech-recognition"),
    ("ForTDT", "automatic-speech-recognition"),
    ("ForSpeechSeq2Seq", "automatic-speech-recognition"),
    ("ForTextToSpeech", "text-to-audio"),
    ("ForTextToWaveform", "text-to-audio"),
    ("ForImageTextToText", "image-text-to-text"),
    ("ForVision2Seq", "image-text-to-text"),
    ("ForImageToImage", "image-to-image"),
    ("ForImageSuperResolution", "image-to-image"),
    ("ForMaskGeneration", "mask-generation"),
    ("ForTimeSeries", "time-series-forecasting"),
    ("ForPrediction", "time-series-forecasting"),
    ("ForSeq2SeqLM", "text-generation"),
)
_FRAMEWORK = re.compile(r"^(?:TF|Flax)(?=[A-Z])")
_VISION = ("vision_config", "vision_tower", "mm_vision_tower", "image_token_index", "image_token_id")
_AUDIO = ("audio_config", "audio_encoder", "audio_token_index", "audio_token_id")


@cache
def _table() -> Mapping[str, str]:
    tasks = json.loads((DATA / "architectures.json").read_text("utf-8"))["tasks"]
    return {name: task for task, names in tasks.items() for name in names}


def architecture_task(name: str, config: Mapping[str, Any]) -> tuple[str, str]:
    """The task of a model class (empty where it has none), and whether the `table` or the `name` told it."""
    known = _table().get(name)
    if known is None:
        name = _FRAMEWORK.sub("", name)
        known = _table().get(name)
    return (known, "table") if known is not None else (by_suffix(name, config), "name")


def by_suffix(name: str, config: Mapping[str, Any]) -> str:
    """The task that a class name tells by itself; the configuration decides where the name is vague."""
    for part, task in _PARTS:
        if part in name:
            return task
    if name.endswith(("ForConditionalGeneration", "MTModel")):
        if any(key in config for key in _VISION):
            return "image-text-to-text"
        return "audio-text-to-text" if any(key in config for key in _AUDIO) else "text-generation"
    if name.endswith("Model") and _is_family(name.removesuffix("Model"), config.get("model_type")):
        sees = "image_size" in config and "vocab_size" not in config
        return "image-feature-extraction" if sees else "feature-extraction"
    return ""


def _is_family(stem: str, model_type: Any) -> bool:
    """Whether a class is its family's own encoder: `BertModel` of bert is, `BertScorerModel` of bert is not."""
    if not isinstance(model_type, str):
        return True
    return re.sub(r"[-_.]", "", model_type).lower() == stem.lower()
