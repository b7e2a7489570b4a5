"""The table of embedded engines. A new engine is a module with a `load()` and a row here."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from .base import Engine, Runner, TextGenerator

__all__ = ["ENGINES", "Engine", "Runner", "TextGenerator"]


def _module(name: str, *given: str) -> Callable[[], Runner | TextGenerator]:
    """Imports an engine's module when it is first asked, so that the server starts at once."""

    def load() -> Runner | TextGenerator:
        return cast("Runner | TextGenerator", import_module(f"{__name__}.{name}").load(*given))

    return load


ENGINES: tuple[Engine, ...] = (
    Engine(
        "showcard/sentiment",
        "text-classification",
        "Sentiment of English text by the VADER lexicon and its rules; it does not understand irony.",
        _module("sentiment"),
        license="mit",
        languages=("en",),
    ),
    Engine(
        "showcard/entities",
        "token-classification",
        "Names of people, places and organisations by patterns and word lists; it does not read the sentence.",
        _module("entities"),
        languages=("en",),
    ),
    Engine(
        "showcard/question-answering",
        "question-answering",
        "Finds the words of a text that answer a question, by shared words and the kind of answer asked for.",
        _module("question_answering"),
        languages=("en",),
    ),
    Engine(
        "showcard/digits",
        "image-classification",
        "Reads one handwritten digit with a network of 3,610 numbers; it takes everything for a digit.",
        _module("digits"),
    ),
    Engine(
        "showcard/sentence-similarity",
        "sentence-similarity",
        "Says how alike sentences are spelled, by shared words and pieces of words; it knows no synonyms.",
        _module("lexical"),
    ),
    Engine(
        "showcard/feature-extraction",
        "feature-extraction",
        "Turns a text into 128 numbers by the words and pieces of words in it; nothing about them was learned.",
        _module("lexical"),
    ),
    Engine(
        "showcard/summarization",
        "summarization",
        "Picks the sentences whose words a text repeats most; it writes no sentence of its own.",
        _module("summarization"),
        languages=("en",),
    ),
    Engine(
        "showcard/table-question-answering",
        "table-question-answering",
        "Answers from a table by the columns and rows a question names, with a little arithmetic.",
        _module("table_question_answering"),
        languages=("en",),
    ),
    Engine(
        "showcard/fill-mask",
        "fill-mask",
        "Guesses a missing word with the weights of tiny-chat-1m; off the subject of model cards it guesses at random.",
        _module("fill_mask"),
        languages=("en",),
    ),
    Engine(
        "showcard/shapes",
        "object-detection",
        "Finds circles, rectangles and triangles of one colour on a plain background; it knows no things.",
        _module("shapes"),
    ),
    Engine(
        "showcard/colour-regions",
        "image-segmentation",
        "Divides a picture into its main colours; it does not know what the regions are.",
        _module("segmentation"),
    ),
    Engine(
        "showcard/filters",
        "image-to-image",
        "Applies the filters that a prompt names, such as sepia or blur; it draws nothing new.",
        _module("filters"),
        languages=("en",),
    ),
    Engine(
        "showcard/iris-species",
        "tabular-classification",
        "Names the species of an iris from four measures, by a linear model; every row is taken for an iris.",
        _module("tabular", "species"),
    ),
    Engine(
        "showcard/iris-petals",
        "tabular-regression",
        "Guesses the petal width of an iris from three other measures, by a weighted sum.",
        _module("tabular", "petal width"),
    ),
    Engine(
        "showcard/text-generation",
        "text-generation",
        "Goes on writing from a text with the weights of tiny-chat-1m; it knows animal stories and model cards only.",
        _module("tiny_lm"),
        languages=("en",),
        context_length=512,
    ),
    Engine(
        "showcard/tiny-chat-1m",
        "conversational",
        "A toy language model of 968,000 numbers: it knows about sixty questions by heart, and little else.",
        _module("tiny_lm", "tiny-chat-1m"),
        languages=("en",),
        context_length=512,
    ),
    Engine(
        "showcard/tiny-chat-380k",
        "conversational",
        "The smaller twin of tiny-chat-1m with 381,000 numbers: it answers briefly, and can't add or remember names.",
        _module("tiny_lm", "tiny-chat-380k"),
        languages=("en",),
        context_length=512,
    ),
    Engine(
        "showcard/eliza",
        "conversational",
        "A rule-based conversation partner after Weizenbaum's ELIZA: it turns your words around and knows nothing.",
        _module("eliza"),
        languages=("en",),
        context_length=4096,
    ),
    Engine(
        "showcard/card-helper",
        "conversational",
        "Looks up answers about model cards, widgets and Showcard in a short list, and says when it has none.",
        _module("card_helper"),
        languages=("en",),
        context_length=4096,
    ),
)
