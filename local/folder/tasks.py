"""The table of what runs a folder's model: a task, and the function that loads the model and gives what answers.

`pipelines.py` has what transformers has a pipeline for, `own.py` and `writing.py` the rest; `onnx.py` does without
torch. `pooling.py` and `spans.py` are NumPy, for both. Refused is what a folder alone cannot run: masks
(torchvision), LayoutLM (Tesseract), SpeechT5 (a vocoder that lies elsewhere)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import own, pipelines, writing
from .pipelines import Run
from .source import Source

RUNNERS: Mapping[str, Callable[[Source], Run]] = {
    "text-classification": pipelines.text_classification,
    "zero-shot-classification": pipelines.zero_shot_classification,
    "text-ranking": own.text_ranking,
    "token-classification": pipelines.token_classification,
    "question-answering": own.question_answering,
    "table-question-answering": pipelines.table_question_answering,
    "fill-mask": pipelines.fill_mask,
    "feature-extraction": own.feature_extraction,
    "sentence-similarity": own.sentence_similarity,
    "summarization": writing.summarization,
    "translation": writing.translation,
    "image-classification": pipelines.image_classification,
    "object-detection": pipelines.object_detection,
    "image-segmentation": pipelines.image_segmentation,
    "depth-estimation": pipelines.depth_estimation,
    "image-to-image": own.image_to_image,
    "image-to-text": own.image_to_text,
    "visual-question-answering": own.visual_question_answering,
    "document-question-answering": own.document_question_answering,
    "zero-shot-image-classification": pipelines.zero_shot_image_classification,
    "zero-shot-object-detection": pipelines.zero_shot_object_detection,
    "automatic-speech-recognition": pipelines.speech_recognition,
    "audio-classification": pipelines.audio_classification,
    "text-to-speech": pipelines.text_to_audio,
    "text-to-audio": pipelines.text_to_audio,
}
# Those that say one token after another, and whether they see images.
WRITES = {"text-generation": False, "conversational": False, "image-text-to-text": True}
