import base64
import json
import math

import pytest

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import (
    Answer,
    Answers,
    Audio,
    Box,
    Boxes,
    Chunk,
    Clip,
    Entities,
    Entity,
    Image,
    Label,
    Labels,
    Mask,
    Masks,
    Mesh,
    Message,
    Predictions,
    Similarities,
    TableAnswer,
    Text,
    ToolCall,
    Unknown,
    Vector,
    Video,
    normalise,
    to_json,
)
from showcard.metadata.tasks.table import TASKS

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 60
CODED = base64.b64encode(PNG).decode()
IMAGE = Media(data=PNG, media_type="image/png")
BOX = {"label": "a", "score": 0.5, "box": {"xmin": 1, "ymin": 2, "xmax": 3.5, "ymax": 4}}
AB = Labels((Label("a", 0.9), Label("b", 0.1)))


@pytest.mark.parametrize(
    "raw",
    [
        [{"label": "a", "score": 0.9}, {"label": "b", "score": 0.1}],
        [[{"label": "a", "score": 0.9}, {"label": "b", "score": 0.1}]],
        [{"label": "a", "score": "0.9"}, {"label": "b", "score": 0.1}],
        {"labels": ["a", "b"], "scores": [0.9, 0.1], "sequence": "s"},
        [{"labels": ["a", "b"], "scores": [0.9, 0.1]}],
        [{"token_str": "a", "score": 0.9, "sequence": "x", "token": 1}, {"token_str": "b", "score": 0.1}],
        {"a": 0.9, "b": 0.1},
        {"output": [{"label": "a", "score": 0.9}, {"label": "b", "score": 0.1}]},
    ],
)
@pytest.mark.parametrize("task", [t.id for t in TASKS if t.output == "labels"])
def test_labels_are_read_in_every_shape(task, raw):
    assert normalise(task, raw) == AB


def test_scores_may_be_missing_negative_or_no_numbers():
    raw = [{"label": 1, "score": None}, {"label": True}, {"label": "c", "score": -3}, {"label": "d", "score": math.nan}]
    assert normalise("text-classification", raw) == Labels(
        (Label("1", None), Label("true", None), Label("c", -3.0), Label("d", None))
    )
    assert normalise("text-classification", []) == Labels(())
    assert normalise("text-classification", "only a name") == Labels((Label("only a name", None),))
    assert normalise("text-classification", {"labels": ["a", "b"], "scores": [1]}) == Labels(
        (Label("a", 1.0), Label("b", None))
    )


def test_several_masks_give_the_words_of_all():
    raw = [[{"token_str": "a", "score": 1}], [{"token_str": "b", "score": 1}]]
    assert [label.label for label in normalise("fill-mask", raw).items] == ["a", "b"]


@pytest.mark.parametrize(
    "raw",
    [
        "hi", {"text": "hi"}, [{"text": "hi"}], {"generated_text": "hi"}, [{"generated_text": "hi"}], [[{"generated_text": "hi"}]],
        [{"translation_text": "hi"}], {"summary_text": "hi"}, ["hi"], {"choices": [{"message": {"content": "hi"}}]},
        {"choices": [{"text": "hi"}]}, {"output": ["hi"]}, {"role": "assistant", "content": "hi"},
        {"generated_text": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "hi"}]},
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "task", ["text-generation", "translation", "summarization", "image-to-text", "image-text-to-text"]
)
def test_a_text_is_read_under_all_its_names(task, raw):
    assert normalise(task, raw) == Text("hi")


def test_white_space_and_numbers_in_texts_are_kept():
    assert normalise("text-generation", {"text": " a\n"}) == Text(" a\n")
    assert normalise("text-generation", {"text": 4}) == Text("4")


def test_speech_comes_with_its_chunks():
    raw = {"text": "a b", "chunks": [{"text": "a", "timestamp": [0, 1.5]}, {"text": "b", "timestamp": [1.5, None]}, 3]}
    expected = Text("a b", (Chunk("a", 0.0, 1.5), Chunk("b", 1.5, None)))
    assert normalise("automatic-speech-recognition", raw) == expected
    segments = {"segments": [{"text": " a", "start": 0, "end": 1}]}
    assert normalise("automatic-speech-recognition", segments) == Text("a", (Chunk(" a", 0.0, 1.0),))
    turns = [{"label": "A", "start": 0, "end": 2}]
    assert normalise("voice-activity-detection", turns).chunks == (Chunk("A", 0.0, 2.0),)


@pytest.mark.parametrize(
    ("task", "raw", "expected"),
    [
        ("question-answering", {"answer": "a", "score": 1, "start": 0, "end": 4}, Answers((Answer("a", 1.0, 0, 4),))),
        ("question-answering", [{"answer": "a"}, {"answer": "b"}], Answers((Answer("a"), Answer("b")))),
        ("question-answering", "a", Answers((Answer("a"),))),
        ("visual-question-answering", [{"score": 0.5}], Answers((Answer("", 0.5),))),
        ("visual-question-answering", [{"label": "a", "score": 0.5}], Answers((Answer("a", 0.5),))),
        ("document-question-answering", [[{"answer": 7, "score": None}]], Answers((Answer("7"),))),
        ("table-question-answering", {"answer": "a", "coordinates": [[0, 1]], "cells": ["a", 2], "aggregator": "SUM"},
         TableAnswer("a", ((0, 1),), ("a", "2"), "SUM")),
        ("table-question-answering", [{"answer": "a"}], TableAnswer("a")),
        ("object-detection", [BOX], Boxes((Box("a", 0.5, 1.0, 2.0, 3.5, 4.0),))),
        ("object-detection", [[BOX]], Boxes((Box("a", 0.5, 1.0, 2.0, 3.5, 4.0),))),
        ("zero-shot-object-detection", [{"label": "a", "bbox": [1, 2, 3, 4]}], Boxes((Box("a", None, 1.0, 2.0, 3.0, 4.0),))),
        ("object-detection", [], Boxes(())),
        ("image-segmentation", [{"label": "a", "score": None, "mask": CODED}], Masks((Mask("a", None, IMAGE),))),
        ("image-segmentation", [{"label": "a", "mask": f"data:image/png;base64,{CODED}"}], Masks((Mask("a", None, IMAGE),))),
        ("image-segmentation", [{"label": "a", "mask": {"url": "m/a.png"}}],
         Masks((Mask("a", None, Media("m/a.png", None, "image/png", "a.png")),))),
        ("mask-generation", {"masks": [CODED], "scores": [0.5]}, Masks((Mask("", 0.5, IMAGE),))),
        ("feature-extraction", [1, 2.5], Vector((1.0, 2.5), (2,))),
        ("feature-extraction", [[1, 2]], Vector((1.0, 2.0), (2,))),
        ("feature-extraction", [[1, 2], [3, 4]], Vector((1.0, 2.0, 3.0, 4.0), (2, 2))),
        ("feature-extraction", [[[1, 2], [3, 4]]], Vector((1.0, 2.0, 3.0, 4.0), (2, 2))),
        ("feature-extraction", [[[1], [2]], [[3], [4]]], Vector((1.0, 2.0, 3.0, 4.0), (2, 2, 1))),
        ("feature-extraction", {"data": [{"embedding": [1, 2]}]}, Vector((1.0, 2.0), (2,))),
        ("sentence-similarity", [0.5, -1, 0], Similarities((0.5, -1.0, 0.0))),
        ("sentence-similarity", [[0.5, 1]], Similarities((0.5, 1.0))),
        ("text-ranking", [{"index": 1, "score": 9}, {"index": 0, "score": 3}], Similarities((3.0, 9.0))),
        ("text-ranking", {"results": [{"index": 0, "relevance_score": 3}]}, Similarities((3.0,))),
        ("tabular-classification", ["a", 2, 0.5], Predictions(("a", 2, 0.5))),
        ("tabular-regression", [[1.5], [2]], Predictions((1.5, 2))),
        ("tabular-regression", {"predictions": [1]}, Predictions((1,))),
        ("tabular-regression", [{"Prediction": 1}], Predictions((1,))),
    ],
)  # fmt: skip
def test_answers_of_the_other_tasks(task, raw, expected):
    assert normalise(task, raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ([{"entity_group": "PER", "word": "Ann", "score": 1, "start": 0, "end": 3}], [("PER", "Ann", 1.0, 0, 3)]),
        (
            [[{"entity": "LOC", "word": "x", "score": None, "start": None, "end": None}]],
            [("LOC", "x", None, None, None)],
        ),
        (
            [
                {"entity": "B-PER", "word": "Jo", "score": 0.8, "index": 1, "start": 0, "end": 2},
                {"entity": "I-PER", "word": "##hn", "score": 0.6, "index": 2, "start": 2, "end": 4},
                {"entity": "I-PER", "word": "Doe", "score": 0.7, "index": 3, "start": 5, "end": 8},
                {"entity": "B-PER", "word": "Ann", "score": 0.5, "index": 4, "start": 9, "end": 12},
                {"entity": "I-LOC", "word": "Rome", "score": 0.5, "index": 7, "start": 20, "end": 24},
            ],
            [("PER", "John Doe", 0.7, 0, 8), ("PER", "Ann", 0.5, 9, 12), ("LOC", "Rome", 0.5, 20, 24)],
        ),
        ([{"entity_group": "I-95", "word": "x", "start": 0, "end": 1}], [("I-95", "x", None, 0, 1)]),
        ([{"entity": "E-mail", "word": "x", "start": 0, "end": 1}], [("E-mail", "x", None, 0, 1)]),
        ({"entities": [{"entity": "A", "word": "x", "start": 0, "end": 1}], "text": "x"}, [("A", "x", None, 0, 1)]),
        ([{"entity_group": "A", "start": 3, "end": 3}], [("A", "", None, 3, 3)]),
        ([], []),
    ],
)
def test_entities_are_spans_with_or_without_prefixes(raw, expected):
    found = normalise("token-classification", raw)
    assert isinstance(found, Entities)
    for entity, (label, word, score, start, end) in zip(found.items, expected, strict=True):
        assert (entity.label, entity.word, entity.start, entity.end) == (label, word, start, end)
        assert entity.score == pytest.approx(score) if score is not None else entity.score is None
    assert all(isinstance(entity, Entity) for entity in found.items)


@pytest.mark.parametrize(
    ("task", "raw", "expected"),
    [
        ("text-to-image", PNG, Image(IMAGE)),
        ("text-to-image", CODED, Image(IMAGE)),
        ("text-to-image", {"url": "a.png"}, Image(Media("a.png", None, "image/png", "a.png"))),
        ("text-to-image", {"images": [{"url": "https://h/a.webp", "content_type": "image/webp"}]},
         Image(Media("https://h/a.webp", None, "image/webp", "a.webp"))),
        ("text-to-image", {"data": [{"b64_json": CODED}]}, Image(IMAGE)),
        ("text-to-image", {"output": ["https://h/a"]}, Image(Media("https://h/a", None, None, "a"))),
        ("depth-estimation", {"predicted_depth": [[1, 2]], "depth": CODED}, Image(IMAGE)),
        ("text-to-video", {"video": {"url": "https://h/x.mp4"}}, Video(Media("https://h/x.mp4", None, "video/mp4", "x.mp4"))),
        ("text-to-3d", {"model_mesh": {"url": "a.glb"}}, Mesh(Media("a.glb", None, "model/gltf-binary", "a.glb"))),
        ("text-to-speech", {"audio": {"url": "a"}}, Audio((Clip(Media("a", None, None, "a")),))),
        ("text-to-speech", {"url": "a.flac"}, Audio((Clip(Media("a.flac", None, "audio/flac", "a.flac"), ""),))),
        ("audio-to-audio", [{"blob": base64.b64encode(b"fLaC" + b"0" * 60).decode(), "label": "L", "content-type": "audio/flac"}],
         Audio((Clip(Media(data=b"fLaC" + b"0" * 60, media_type="audio/flac"), "L"),))),
    ],
)  # fmt: skip
def test_media_are_bytes_or_references(task, raw, expected):
    assert normalise(task, raw) == expected


def test_samples_become_a_wave_file():
    found = normalise("text-to-audio", {"audio": [[0.0, 1.0, -2.0]], "sampling_rate": 8000})
    data = found.items[0].media.data
    assert (found.items[0].media.media_type, data[:4], len(data)) == ("audio/wav", b"RIFF", 44 + 6)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("hi", Message("hi")),
        ({"text": "hi"}, Message("hi")),
        ({"role": "assistant", "content": [{"type": "text", "text": "a"}, "b"]}, Message("a\nb")),
        ({"choices": [{"message": {"content": "hi", "reasoning_content": "r"}, "finish_reason": "stop"}]},
         Message("hi", reasoning="r", finish_reason="stop")),
        ({"content": "<think>why</think>\n\nhi"}, Message("hi", reasoning="why")),
        ([{"role": "user", "content": "a"}, {"role": "assistant", "content": "hi"}], Message("hi")),
        ([{"generated_text": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "hi"}]}], Message("hi")),
        ({"content": None, "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": {"a": 1}}}]},
         Message("", tool_calls=(ToolCall("1", "f", '{"a": 1}'),))),
        ({"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
         Message("", tool_calls=(ToolCall("", "f", "{}"),))),
    ],
)  # fmt: skip
def test_a_chat_answer_is_one_message(raw, expected):
    assert normalise("conversational", raw) == expected


@pytest.mark.parametrize(
    ("task", "raw"),
    [
        ("object-detection", [{"label": "a", "box": {"xmin": "x"}}]),
        ("object-detection", [{"label": "a", "score": 1, "box": {"xmin": math.inf, "ymin": 0, "xmax": 1, "ymax": 1}}]),
        ("feature-extraction", [[1, 2], [3]]),
        ("feature-extraction", [[1, 2], 3]),
        ("feature-extraction", [True]),
        ("feature-extraction", [[[[[1]]]], [[[[1]]]]]),
        ("sentence-similarity", ["a"]),
        ("text-to-image", {"error": "no"}),
        ("text-to-image", ""),
        ("text-to-image", "a sentence\nand another"),
        ("text-classification", {"error": "no"}),
        ("text-generation", {"error": {"message": "no"}}),
        ("token-classification", [{"word": "x"}]),
        ("conversational", []),
        ("keypoint-detection", [{"keypoints": []}]),
        ("no-such-task", {"a": 1}),
        ("", None),
    ],
)
def test_what_can_not_be_read_is_kept_as_it_is(task, raw):
    found = normalise(task, raw)
    assert (type(found), found.raw) == (Unknown, raw)


@pytest.mark.parametrize("task", ["", "no-such-task"])
def test_without_a_task_the_shape_tells(task):
    assert normalise(task, {"text": "a"}) == Text("a")
    assert normalise(task, [{"label": "a", "score": 0.9}, {"label": "b", "score": 0.1}]) == AB
    assert normalise(task, [BOX]).kind == "boxes"
    assert normalise(task, {"url": "a.mp4"}).kind == "video"
    assert normalise(task, [{"entity_group": "A", "word": "x"}]).kind == "entities"


def test_every_output_is_plain_json():
    raw = {"a": math.nan, "b": {1: math.inf}, "c": PNG, "d": (1, {2}), "e": object()}
    written = json.loads(json.dumps(to_json(Unknown(raw)), allow_nan=False))
    assert (written["kind"], written["raw"]["a"], written["raw"]["b"]) == ("unknown", None, {"1": None})
    assert json.dumps(to_json(normalise("text-to-image", PNG)), allow_nan=False)
    deep = leaf = []
    for _ in range(5000):
        leaf.append([])
        leaf = leaf[0]
    assert normalise("text-classification", deep).raw is deep
    assert json.dumps(to_json(Unknown(deep)))
