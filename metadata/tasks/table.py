"""THE task table: one row per pipeline tag, in the Hub's order, plus `conversational`.

A row says what goes in (fields), what comes out (output), and which `InferenceClient` method runs it.
The order matters: of several task names among a card's tags, the first row wins.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """An input of a task: its name in `Request.inputs`, what kind of control it needs, and how it is called."""

    name: str
    kind: str  # text, line, table, labels, switch, sentences, messages, image, audio or video
    label: str
    placeholder: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Task:
    """One pipeline tag. `output` is the `kind` of its output type; `wire` is how it runs where a service does:
    `client` (by `method`), `raw` (no client method, but a known HTTP shape), or an empty string (shown, not run)."""

    id: str
    name: str
    modality: str  # nlp, audio, cv, multimodal, tabular, rl or other
    description: str
    fields: tuple[Field, ...]
    output: str
    method: str | None = None
    wire: str = ""
    aliases: tuple[str, ...] = ()
    hidden: bool = False  # not offered as a filter by the Hub
    page: bool = True  # huggingface.co/tasks/<id> exists

    @property
    def documentation(self) -> str | None:
        """The address of the Hub's page on the task, where there is one."""
        return f"https://huggingface.co/tasks/{self.id}" if self.page else None


TEXT = (Field("text", "text", "Text", "Type or paste a text"),)
PROMPT = (Field("text", "text", "Prompt", "Describe what you want to get"),)
IMAGE = (Field("image", "image", "Image"),)
AUDIO = (Field("audio", "audio", "Audio"),)
VIDEO = (Field("video", "video", "Video"),)
MESSAGES = (Field("messages", "messages", "Message", "Type a message"),)
SECOND_TEXT = Field("text_pair", "text", "Second text", "For models that compare two texts", required=False)
TABLE = (Field("table", "table", "Table"),)
LABELS = Field("candidate_labels", "labels", "Candidate labels", "urgent, not urgent, phone")
INSTRUCTION = Field("prompt", "text", "Prompt", "What should be done with it?")
GUIDANCE = Field("prompt", "text", "Prompt", "What should change? (some models need none)", required=False)
SIMILARITY = (
    Field("source_sentence", "line", "Source sentence", "That is a happy person"),
    Field("sentences", "sentences", "Sentences to compare with", "One sentence a line"),
)
RANKING = (
    Field("source_sentence", "line", "Query", "What do pandas eat?"),
    Field("sentences", "sentences", "Texts to rank", "One text a line"),
)

TASKS: tuple[Task, ...] = (
    Task(
        "text-classification", "Text classification", "nlp", "Says which class a text belongs to.",
        (*TEXT, SECOND_TEXT), "labels", "text_classification", "client", ("sentiment-analysis",),
    ),
    Task(
        "token-classification", "Token classification", "nlp", "Marks names and other spans in a text.",
        TEXT, "entities", "token_classification", "client", ("ner", "named-entity-recognition", "pos", "part-of-speech"),
    ),
    Task(
        "table-question-answering", "Table question answering", "nlp", "Answers a question from a table.",
        (Field("query", "line", "Question", "How many stars does it have?"), *TABLE),
        "table_answer", "table_question_answering", "client",
    ),
    Task(
        "question-answering", "Question answering", "nlp", "Finds the answer to a question in a text.",
        (
            Field("question", "line", "Question", "Where do I live?"),
            Field("context", "text", "Context", "The text that holds the answer"),
        ),
        "answers", "question_answering", "client", ("extractive-qa", "open-domain-qa"),
    ),
    Task(
        "zero-shot-classification", "Zero-shot classification", "nlp", "Sorts a text into classes named on the spot.",
        (*TEXT, LABELS, Field("multi_label", "switch", "Several labels may be true", required=False)),
        "labels", "zero_shot_classification", "client",
    ),
    Task(
        "translation", "Translation", "nlp", "Puts a text into another language.",
        TEXT, "text", "translation", "client",
    ),
    Task(
        "summarization", "Summarization", "nlp", "Says a text in fewer words.",
        TEXT, "text", "summarization", "client",
    ),
    Task(
        "feature-extraction", "Feature extraction", "nlp", "Turns a text into numbers that hold its meaning.",
        TEXT, "vector", "feature_extraction", "client",
    ),
    Task(
        "text-generation", "Text generation", "nlp", "Continues a text.",
        (Field("text", "text", "Prompt", "My name is Julien and I like to"),),
        "text", "text_generation", "client", ("text2text-generation",),
    ),
    Task(
        "fill-mask", "Fill-mask", "nlp", "Guesses the word that a mask hides.",
        (Field("text", "text", "Text with a mask", "Paris is the <mask> of France."),),
        "labels", "fill_mask", "client",
    ),
    Task(
        "sentence-similarity", "Sentence similarity", "nlp", "Says how close sentences are in meaning.",
        SIMILARITY, "similarities", "sentence_similarity", "client",
    ),
    Task(
        "text-to-speech", "Text-to-speech", "audio", "Reads a text aloud.",
        TEXT, "audio", "text_to_speech", "client",
    ),
    Task(
        "text-to-audio", "Text-to-audio", "audio", "Makes sound or music from a description.",
        PROMPT, "audio", None, "raw", page=False,
    ),
    Task(
        "automatic-speech-recognition", "Speech recognition", "audio", "Writes down what is said.",
        AUDIO, "text", "automatic_speech_recognition", "client", ("asr",),
    ),
    Task(
        "audio-to-audio", "Audio-to-audio", "audio", "Cleans, separates or changes a recording.",
        AUDIO, "audio", "audio_to_audio", "client",
    ),
    Task(
        "audio-classification", "Audio classification", "audio", "Says what is heard.",
        AUDIO, "labels", "audio_classification", "client",
    ),
    Task(
        "audio-text-to-text", "Audio-text-to-text", "multimodal", "Answers a prompt about a recording.",
        (*AUDIO, INSTRUCTION), "text",
    ),
    Task(
        "voice-activity-detection", "Voice activity detection", "audio", "Finds where someone speaks.",
        AUDIO, "text", page=False,
    ),
    Task(
        "depth-estimation", "Depth estimation", "cv", "Says how far each part of an image is.",
        IMAGE, "image", None, "raw",
    ),
    Task(
        "image-classification", "Image classification", "cv", "Says what an image shows.",
        IMAGE, "labels", "image_classification", "client",
    ),
    Task(
        "object-detection", "Object detection", "cv", "Finds things in an image and draws boxes around them.",
        IMAGE, "boxes", "object_detection", "client",
    ),
    Task(
        "image-segmentation", "Image segmentation", "cv", "Divides an image into regions.",
        IMAGE, "masks", "image_segmentation", "client",
    ),
    Task(
        "text-to-image", "Text-to-image", "cv", "Draws what a text describes.",
        PROMPT, "image", "text_to_image", "client",
    ),
    Task(
        "image-to-text", "Image-to-text", "cv", "Describes or reads an image.",
        IMAGE, "text", "image_to_text", "client", ("image-captioning",),
    ),
    Task(
        "image-to-image", "Image-to-image", "cv", "Turns an image into another.",
        (*IMAGE, GUIDANCE), "image", "image_to_image", "client",
    ),
    Task(
        "image-to-video", "Image-to-video", "cv", "Sets an image in motion.",
        (*IMAGE, GUIDANCE), "video", "image_to_video", "client",
    ),
    Task(
        "unconditional-image-generation", "Unconditional image generation", "cv", "Draws without being asked for anything.",
        (), "image",
    ),
    Task(
        "video-classification", "Video classification", "cv", "Says what happens in a video.",
        VIDEO, "labels", None, "raw",
    ),
    Task(
        "reinforcement-learning", "Reinforcement learning", "rl", "An agent that learned to act in an environment.",
        (), "video",
    ),
    Task("robotics", "Robotics", "rl", "A policy that moves a robot.", (), "video", page=False),
    Task(
        "tabular-classification", "Tabular classification", "tabular", "Predicts a class for each row of a table.",
        TABLE, "predictions", "tabular_classification", "client", ("structured-data-classification",),
    ),
    Task(
        "tabular-regression", "Tabular regression", "tabular", "Predicts a number for each row of a table.",
        TABLE, "predictions", "tabular_regression", "client",
    ),
    Task(
        "tabular-to-text", "Tabular to text", "tabular", "Describes a table in words.",
        TABLE, "text", hidden=True, page=False,
    ),
    Task(
        "table-to-text", "Table to text", "nlp", "Describes a table in words.",
        TABLE, "text", hidden=True, page=False,
    ),
    Task(
        "multiple-choice", "Multiple choice", "nlp", "Picks the right answer of several.",
        (*TEXT, LABELS), "labels", hidden=True, page=False,
    ),
    Task(
        "text-ranking", "Text ranking", "nlp", "Orders texts by how well they answer a query.",
        RANKING, "similarities", None, "raw",
    ),
    Task(
        "text-retrieval", "Text retrieval", "nlp", "Finds the texts that answer a query.",
        RANKING, "similarities", hidden=True, page=False,
    ),
    Task(
        "time-series-forecasting", "Time series forecasting", "tabular", "Continues a series of measurements.",
        TABLE, "predictions", page=False,
    ),
    Task(
        "text-to-video", "Text-to-video", "cv", "Films what a text describes.",
        PROMPT, "video", "text_to_video", "client",
    ),
    Task(
        "image-text-to-text", "Image-text-to-text", "multimodal", "Answers a prompt about an image.",
        (*IMAGE, INSTRUCTION), "text", "chat_completion", "client",
    ),
    Task(
        "image-text-to-image", "Image-text-to-image", "multimodal", "Edits an image as a text says.",
        (*IMAGE, INSTRUCTION), "image",
    ),
    Task(
        "image-text-to-video", "Image-text-to-video", "multimodal", "Films an image as a text says.",
        (*IMAGE, INSTRUCTION), "video",
    ),
    Task(
        "visual-question-answering", "Visual question answering", "multimodal", "Answers a question about an image.",
        (*IMAGE, Field("question", "line", "Question", "What animal is it?")),
        "answers", "visual_question_answering", "client", ("vqa",),
    ),
    Task(
        "document-question-answering", "Document question answering", "multimodal", "Answers a question from a scanned page.",
        (*IMAGE, Field("question", "line", "Question", "What is the invoice number?")),
        "answers", "document_question_answering", "client",
    ),
    Task(
        "zero-shot-image-classification", "Zero-shot image classification", "cv",
        "Sorts an image into classes named on the spot.",
        (*IMAGE, LABELS), "labels", "zero_shot_image_classification", "client",
    ),
    Task("graph-ml", "Graph machine learning", "other", "Works on graphs.", (), "unknown", page=False),
    Task(
        "mask-generation", "Mask generation", "cv", "Cuts out everything that can be cut out of an image.",
        IMAGE, "masks", None, "raw",
    ),
    Task(
        "zero-shot-object-detection", "Zero-shot object detection", "cv", "Finds things named on the spot in an image.",
        (*IMAGE, LABELS), "boxes", None, "raw",
    ),
    Task("text-to-3d", "Text-to-3D", "cv", "Builds a 3D object from a text.", PROMPT, "mesh"),
    Task("image-to-3d", "Image-to-3D", "cv", "Builds a 3D object from an image.", IMAGE, "mesh"),
    Task(
        "image-feature-extraction", "Image feature extraction", "cv", "Turns an image into numbers that hold its content.",
        IMAGE, "vector",
    ),
    Task(
        "video-text-to-text", "Video-text-to-text", "multimodal", "Answers a prompt about a video.",
        (*VIDEO, INSTRUCTION), "text",
    ),
    Task("keypoint-detection", "Keypoint detection", "cv", "Finds points of interest in an image.", IMAGE, "unknown"),
    Task(
        "visual-document-retrieval", "Visual document retrieval", "multimodal", "Finds the scanned page that answers a query.",
        (*IMAGE, Field("question", "line", "Query", "What was the revenue in 2024?")), "similarities",
    ),
    Task(
        "any-to-any", "Any-to-any", "multimodal", "Takes and gives text, images and sound.",
        MESSAGES, "message", None, "raw",
    ),
    Task("video-to-video", "Video-to-video", "cv", "Turns a video into another.", (*VIDEO, GUIDANCE), "video"),
    Task("other", "Other tasks", "other", "A task of its own.", (), "unknown", hidden=True, page=False),
    Task(
        "conversational", "Chat", "nlp", "Talks with you.",
        MESSAGES, "message", "chat_completion", "client", ("chat",), hidden=True, page=False,
    ),
)  # fmt: skip

_BY_NAME: dict[str, Task] = {name: task for task in TASKS for name in (task.id, *task.aliases)}
_RANK: dict[str, int] = {task.id: rank for rank, task in enumerate(TASKS)}


def task(task_id: str) -> Task:
    """The row of a task's exact id. Raises KeyError."""
    return TASKS[_RANK[task_id]]


def find_task(name: str) -> Task | None:
    """The row that a written name means: exact, an alias, or a slip of case, space or underscore."""
    return _BY_NAME.get(name) or _BY_NAME.get(name.strip().lower().replace("_", "-").replace(" ", "-"))


def rank(found: Task) -> int:
    """The place of a task in the table; of several candidates the lowest wins."""
    return _RANK[found.id]
