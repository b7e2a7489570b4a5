"""The examples of a card as Requests in JSON, which is what the `snippets` verb reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from showcard.metadata.media import Media
from showcard.metadata.model import Model
from showcard.wire.request import Request


def example_requests(model: Model) -> Iterator[str]:
    """A line of JSON for each example: a Request, with the example's title as its `id`; the second of two that are
    called the same gets a number. Raises ValueError when there is nothing to ask."""
    row = model.guess.widget
    if row is None or not model.examples:
        raise ValueError("The card has no examples of a known task, so there is no code to write.")
    titles: list[str] = []
    for example in model.examples:
        titles.append(example.title)
        inputs = dict(example.inputs)
        if "messages" in inputs:
            inputs["messages"] = _with_pictures(inputs["messages"])
        times = titles.count(example.title)
        asked = Request(
            row.id,
            model.name,
            inputs,
            parameters={**model.parameters, **example.parameters},
            stream=row.output == "message",
        )
        title = f"{example.title} ({times})" if times > 1 else example.title
        yield json.dumps({"id": title, **asked.to_json()})


def _with_pictures(value: Any, key: str = "") -> Any:
    """Messages with the pictures that they name by their files as such: code reads them, as no server has them."""
    if isinstance(value, Mapping):
        return {name: _with_pictures(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_pictures(item) for item in value]
    is_file = key == "url" and isinstance(value, str) and ":" not in value[:12]
    return Media.from_reference(value) if is_file else value
