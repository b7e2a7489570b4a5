"""The first small request that a model is asked before it is said to be ready; it needs no real model."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from showcard.local.engines.base import TextGenerator
from showcard.local.errors import Refusal
from showcard.local.folder.server import ServedFolder
from showcard.local.folder.warm import warm_up


@pytest.mark.parametrize(
    ("task", "inputs"),
    [
        ("text-classification", ["a"]),
        ("text-ranking", [{"source_sentence": "a", "sentences": ["a"]}]),
        ("image-classification", [b""]),  # which is no image: what takes files, or could take long, ends there
        ("text-to-speech", [""]),
    ],
)
def test_it_is_asked_once(hosting, task, inputs):
    asked = []
    address = hosting(ServedFolder("x", task, lambda given, parameters, stop: asked.append(given)))
    warm_up(urlsplit(address).port, task)
    assert asked == inputs


def test_a_chat_says_one_token(hosting):
    said = []

    class Chat(TextGenerator):
        def stream(self, turns, parameters):
            for word in ("one", " two", " three"):
                said.append(turns[0].content)
                yield word

    warm_up(urlsplit(hosting(ServedFolder("x", "conversational", Chat()))).port, "conversational")
    assert said == ["a", "a"]  # the second one tells whether there was more to say


def test_what_comes_of_it_is_no_matter(hosting):
    def refuse(inputs, parameters, stop):
        raise Refusal("No.")

    warm_up(urlsplit(hosting(ServedFolder("x", "text-classification", refuse))).port, "text-classification")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        warm_up(unused.getsockname()[1], "text-classification")
