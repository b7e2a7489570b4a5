"""One reader an output type: raw JSON, of a wire or a card, to the type. Each raises Unreadable for what it is not."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from showcard.metadata.media import Media

from .entities import read_entities
from .media import clips, mask, one_medium, or_none, read_media
from .messages import read_message
from .raw import Unreadable, first_of, integer, listed, number, number_or_nan, score, text_of, text_or_blank, unwrapped
from .types import (  # fmt: skip
    Answer,
    Answers,
    Audio,
    Box,
    Boxes,
    Chunk,
    Label,
    Labels,
    Mask,
    Masks,
    Output,
    Predictions,
    Similarities,
    TableAnswer,
    Text,
    Unknown,
    Vector,
)

TEXT_KEYS = ("text", "generated_text", "translation_text", "summary_text", "transcription", "output_text", "answer",
             "caption")  # fmt: skip


def labels(raw: Any) -> Labels:
    """`[{label, score}]`, batches of it, `{labels, scores}`, fill-mask's `token_str`, or a plain name."""
    if isinstance(raw, str):
        return Labels((Label(raw, None),))
    if isinstance(raw, Mapping):
        return Labels(tuple(_labels_of(raw)))
    found: list[Label] = []
    for item in listed(raw):
        if isinstance(item, list):
            found.extend(labels(item).items)
        elif isinstance(item, Mapping):
            found.extend(_labels_of(item))
        elif isinstance(item, str):
            found.append(Label(item, None))
        else:
            raise Unreadable
    return Labels(tuple(found))


def _labels_of(raw: Mapping[str, Any]) -> list[Label]:
    if isinstance(raw.get("labels"), list):
        scores = _column(raw, "scores")
        return [Label(text_or_blank(name), score(scores.get(index))) for index, name in enumerate(raw["labels"])]
    name = first_of(raw, "label", "token_str", "answer", "class", "name", "sequence")
    if name is not None or "label" in raw:
        return [Label(text_or_blank(name), score(first_of(raw, "score", "confidence", "probability")))]
    nested = first_of(raw, "output", "predictions", "result")
    if isinstance(nested, list):
        return list(labels(nested).items)
    if raw and all(isinstance(v, int | float) and not isinstance(v, bool) for v in raw.values()):
        return [Label(str(key), score(value)) for key, value in raw.items()]
    raise Unreadable


def text(raw: Any) -> Text:
    """A text by any of its names, alone or in lists; speech with its chunks; a chat answer's content."""
    if isinstance(raw, list):
        return _text_of_list(raw)
    if isinstance(raw, str | int | float) and not isinstance(raw, bool):
        return Text(str(raw))
    if not isinstance(raw, Mapping):
        raise Unreadable
    chunks = first_of(raw, "chunks", "segments")
    for key in TEXT_KEYS:
        value = raw.get(key)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return Text(str(value), tuple(_chunks(chunks)))
        if isinstance(value, list) and value:
            return Text(read_message(value).content if isinstance(value[-1], Mapping) else text(value).text)
    if isinstance(chunks, list) and chunks:
        found = tuple(_chunks(chunks))
        return Text("".join(chunk.text for chunk in found).strip(), found)
    if "choices" in raw or "message" in raw or "content" in raw:
        return Text(read_message(raw).content)
    nested = first_of(raw, "output", "result", "generated_texts", "outputs")
    if nested is not None:
        return text(nested)
    raise Unreadable


def _text_of_list(raw: list[Any]) -> Text:
    if raw and all(isinstance(item, str) for item in raw):
        return Text("\n".join(raw))
    if raw and all(isinstance(item, Mapping) and {"start", "end"} <= item.keys() for item in raw):
        return Text("", tuple(_chunks(raw)))
    if not raw:
        return Text("")
    return text(raw[0])


def _chunks(raw: Any) -> Iterable[Chunk]:
    for item in raw if isinstance(raw, list) else ():
        if isinstance(item, Mapping):
            times = item.get("timestamp")
            start, end = (times[0], times[1]) if isinstance(times, list | tuple) and len(times) == 2 else (None, None)
            said = first_of(item, "text", "label")
            yield Chunk(
                text_or_blank(said),
                number(start if start is not None else item.get("start")),
                number(end if end is not None else item.get("end")),
            )


def answers(raw: Any) -> Answers:
    """`{answer, score, start, end}`, alone or in lists; `{label, score}` of older visual models; a plain answer."""
    if isinstance(raw, str):
        return Answers((Answer(raw),))
    if isinstance(raw, Mapping):
        if isinstance(raw.get("answers"), list):
            return answers(raw["answers"])
        return Answers((_answer(raw),))
    found: list[Answer] = []
    for item in listed(raw):
        found.extend(answers(item).items)
    return Answers(tuple(found))


def _answer(raw: Mapping[str, Any]) -> Answer:
    said = first_of(raw, "answer", "label", "text", "generated_text")
    if said is None and "score" not in raw:
        raise Unreadable
    start, end = integer(raw.get("start")), integer(raw.get("end"))
    return Answer(text_or_blank(said), score(raw.get("score")), start, end)


def table_answer(raw: Any) -> TableAnswer:
    """`{answer, coordinates, cells, aggregator}`, alone or in a list."""
    raw = unwrapped(raw)
    if isinstance(raw, str | int | float) and not isinstance(raw, bool):
        return TableAnswer(str(raw))
    if not isinstance(raw, Mapping) or first_of(raw, "answer", "text") is None:
        raise Unreadable
    places = raw.get("coordinates")
    cells = raw.get("cells") or ()
    aggregator = raw.get("aggregator")
    return TableAnswer(
        text_of(first_of(raw, "answer", "text")),
        tuple(found for place in (places if isinstance(places, list) else ()) if (found := _cell(place))),
        tuple(text_or_blank(cell) for cell in (cells if isinstance(cells, list | tuple) else [cells])),
        text_of(aggregator) if aggregator is not None else None,
    )


def _cell(raw: Any) -> tuple[int, int] | None:
    """The line and the column of a cell, None where they are none."""
    line, column = map(integer, raw) if isinstance(raw, list | tuple) and len(raw) == 2 else (None, None)
    return None if line is None or column is None else (line, column)


def boxes(raw: Any) -> Boxes:
    """`[{label, score, box}]`; the box as four named corners or as a list of them."""
    if isinstance(raw, Mapping):
        nested = first_of(raw, "objects", "predictions", "output", "detections")
        raw = nested if isinstance(nested, list) else [raw]
    if isinstance(raw, list) and len(raw) == 1 and isinstance(raw[0], list):
        raw = raw[0]
    found = tuple(_box(item) for item in listed(raw))
    if found and not any(math.isfinite(box.xmin + box.ymin + box.xmax + box.ymax) for box in found):
        raise Unreadable
    return Boxes(found)


def _box(raw: Any) -> Box:
    if not isinstance(raw, Mapping):
        raise Unreadable
    place = first_of(raw, "box", "bbox", "bounding_box")
    place = raw if place is None else place
    if isinstance(place, Mapping):
        place = [first_of(place, *names) for names in _CORNERS]
    if not isinstance(place, list) or len(place) != 4:
        place = [None] * 4
    name = text_or_blank(first_of(raw, "label", "class", "name"))
    return Box(name, score(first_of(raw, "score", "confidence")), *map(number_or_nan, place))


_CORNERS = (("xmin", "x1", "left"), ("ymin", "y1", "top"), ("xmax", "x2", "right"), ("ymax", "y2", "bottom"))


def masks(raw: Any) -> Masks:
    """`[{label, score, mask}]`, `{masks, scores, labels}`; masks as base64, `data:`, addresses or bytes."""
    if isinstance(raw, Mapping):
        if isinstance(raw.get("masks"), list):
            names, scores = _column(raw, "labels"), _column(raw, "scores")
            raw = [
                {"mask": held, "score": scores.get(index), "label": names.get(index)}
                for index, held in enumerate(raw["masks"])
            ]
        else:
            raw = [raw]
    elif isinstance(raw, bytes | str):
        raw = [raw]
    elif isinstance(raw, list) and len(raw) == 1 and isinstance(raw[0], list):
        raw = raw[0]
    found = tuple(_mask(item) for item in listed(raw))
    if found and all(item.mask == Media() for item in found):
        raise Unreadable
    return Masks(found)


def _column(raw: Mapping[str, Any], key: str) -> dict[int, Any]:
    values = raw.get(key)
    return dict(enumerate(values)) if isinstance(values, list) else {}


def _mask(raw: Any) -> Mask:
    if not isinstance(raw, Mapping):
        return Mask("", None, mask(raw))
    held = first_of(raw, "mask", "segmentation", "url", "src")
    return Mask(text_or_blank(raw.get("label")), score(raw.get("score")), or_none(mask, held))


def vector(raw: Any) -> Vector:
    """Numbers nested one to three deep; a batch of one is unwrapped; OpenAI's `{data: [{embedding}]}`."""
    if hasattr(raw, "tolist"):
        raw = raw.tolist()
    if isinstance(raw, Mapping):
        held = first_of(raw, "embedding", "embeddings", "data", "vector", "features")
        if held is None:
            raise Unreadable
        return vector(held)
    raw = listed(raw)
    if raw and isinstance(raw[0], Mapping):
        return vector([first_of(item, "embedding") for item in raw])
    if len(raw) == 1 and isinstance(raw[0], list):
        raw = raw[0]
    shape = [len(raw)]
    values: list[Any] = raw
    while values and isinstance(values[0], list):
        width = len(values[0])
        if len(shape) == 3 or any(not isinstance(v, list) or len(v) != width for v in values):
            raise Unreadable
        shape.append(width)
        values = [inner for outer in values for inner in outer]
    return Vector(tuple(_component(v) for v in values), tuple(shape))


def _component(raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float | None):
        raise Unreadable
    return math.nan if raw is None else float(raw)


def similarities(raw: Any) -> Similarities:
    """Numbers in order; a ranking's `[{index, score}]` is put back into the order of the texts."""
    if hasattr(raw, "tolist"):
        raw = raw.tolist()
    if isinstance(raw, Mapping):
        return similarities(first_of(raw, "scores", "similarities", "results", "output", "data"))
    raw = listed(raw)
    if len(raw) == 1 and isinstance(raw[0], list):
        raw = raw[0]
    if raw and isinstance(raw[0], Mapping):
        ranks = [first_of(item, "index", "corpus_id") for item in raw]
        if all(isinstance(rank, int) and not isinstance(rank, bool) for rank in ranks):
            raw = [item for _, item in sorted(zip(ranks, raw, strict=True), key=lambda pair: pair[0])]
        raw = [first_of(item, "score", "relevance_score", "similarity") for item in raw]
    found = tuple(number_or_nan(value) for value in raw)
    if found and all(map(math.isnan, found)):
        raise Unreadable
    return Similarities(found)


def predictions(raw: Any) -> Predictions:
    """Classes or numbers, one a row; rows of one value are unwrapped."""
    if hasattr(raw, "tolist"):
        raw = raw.tolist()
    if isinstance(raw, Mapping):
        held = first_of(raw, "predictions", "prediction", "Prediction", "output", "mean")
        if held is None and len(raw) == 1:
            held = next(iter(raw.values()))
        return predictions(held if isinstance(held, list) else [held])
    if isinstance(raw, str | int | float):
        raw = [raw]
    found = tuple(_prediction(value) for value in listed(raw))
    if found and all(value is None for value in found):
        raise Unreadable
    return Predictions(found)


def _prediction(raw: Any) -> str | float | None:
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    if isinstance(raw, Mapping):
        raw = (
            first_of(raw, "label", "prediction", "Prediction", "class", "value")
            if len(raw) > 1
            else next(iter(raw.values()), None)
        )
    if isinstance(raw, bool):
        return str(raw)
    if isinstance(raw, str | int | float | None):
        return raw
    raise Unreadable


def guess(raw: Any) -> Output:
    """The type that a value looks like where no task says it; a plain text stays a text."""
    if isinstance(raw, str):
        return Text(raw)
    item = raw[0] if isinstance(raw, list) and raw else raw
    if isinstance(item, Mapping):
        for keys, read in _LOOKS:
            if keys & item.keys():
                return read(raw)
    if isinstance(raw, bytes):
        return one_medium(raw, "image")
    return Unknown(raw)


_LOOKS: tuple[tuple[frozenset[str], Callable[[Any], Output]], ...] = (
    (frozenset(("box",)), boxes),
    (frozenset(("mask",)), masks),
    (frozenset(("entity", "entity_group")), read_entities),
    (frozenset(("coordinates", "cells")), table_answer),
    (frozenset(("answer",)), answers),
    (frozenset(("label", "token_str", "labels")), labels),
    (frozenset(("role", "choices")), read_message),
    (frozenset(TEXT_KEYS), text),
    (frozenset(("url", "src")), lambda raw: read_media(raw, "image")),
)

READERS: dict[str, Callable[[Any], Output]] = {
    "labels": labels,
    "text": text,
    "answers": answers,
    "table_answer": table_answer,
    "entities": read_entities,
    "boxes": boxes,
    "masks": masks,
    "image": lambda raw: read_media(raw, "image"),
    "audio": lambda raw: Audio(found) if (found := clips(raw)) else read_media(raw, "audio"),
    "video": lambda raw: read_media(raw, "video"),
    "mesh": lambda raw: read_media(raw, "mesh"),
    "vector": vector,
    "similarities": similarities,
    "predictions": predictions,
    "message": read_message,
}
