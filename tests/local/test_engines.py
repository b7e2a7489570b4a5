"""The engines themselves: what they get right, what they say when lost, and how long a nasty input takes them."""

from __future__ import annotations

import io
import sys
import time
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from showcard.local.engines import (
    ENGINES,
    base,
    card_helper,
    digits,
    eliza,
    entities,
    lexical,
    question_answering,
    sentiment,
    summarization,
    table_question_answering,
    words,
)
from showcard.local.errors import Refusal

from ..conftest import ROOT

sys.path.insert(0, str(ROOT / "examples" / "_make"))
import digits as drawn

AMAZON = (
    "The Amazon rainforest (Portuguese: Floresta Amazônica or Amazônia), also known in English as Amazonia or the "
    "Amazon Jungle, is a moist broadleaf forest that covers most of the Amazon basin of South America. This region "
    "includes territory belonging to nine nations. The majority of the forest is contained within Brazil, with 60% of "
    "the rainforest, followed by Peru with 13%."
)


def test_every_row_says_what_it_is() -> None:
    assert len({engine.id for engine in ENGINES}) == len(ENGINES)
    for engine in ENGINES:
        assert engine.id.startswith("showcard/")
        assert engine.description.endswith(".")
        assert (ROOT / "examples" / engine.id.removeprefix("showcard/") / "README.md").is_file()
        assert (engine.context_length is not None) == (engine.task in ("conversational", "text-generation"))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("This new restaurant has amazing food and great service!", "POSITIVE"),
        ("I don't really like this type of food", "NEGATIVE"),
        ("The food is not good.", "NEGATIVE"),
        ("The meeting starts at noon.", "NEUTRAL"),
        ("La réunion commence à midi.", "NEUTRAL"),
        ("😀", "POSITIVE"),
    ],
)
def test_sentiment(text: str, label: str) -> None:
    (labels,) = sentiment.load().run(text, {})
    assert labels[0]["label"] == label
    assert len(labels) == 3


def test_a_mixed_text_shows_both_sides() -> None:
    (labels,) = sentiment.load().run("The food was great, but the service was awful.", {})
    scores = {row["label"]: row["score"] for row in labels}
    assert scores["NEGATIVE"] > scores["POSITIVE"] > 0.2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My name is Clara and I live in Berkeley, California.", "PER Clara, LOC Berkeley, LOC California"),
        ("George Washington went to Washington.", "PER George Washington, LOC Washington"),
        ("I'm Wolfgang. I work for Hugging Face in New York.", "PER Wolfgang, ORG Hugging Face, LOC New York"),
        ("Dr. Wang met Anna's brother in St. Petersburg.", "PER Wang, PER Anna, LOC St. Petersburg"),
        ("The French company Renault left the U.S. in March.", "MISC French, ORG Renault, LOC U.S."),
        ("Ludwig van Beethoven joined the University of Bonn.", "PER Ludwig van Beethoven, ORG University of Bonn"),
        ("nothing here", ""),
        ("It is. We are! They were?", ""),
    ],
)
def test_entities(text: str, expected: str) -> None:
    found = entities.load().run(text, {})
    assert ", ".join(f"{row['entity_group']} {row['word']}" for row in found) == expected
    assert all(text[row["start"] : row["end"]] == row["word"] for row in found)
    assert not any(row["entity_group"] == "PER" for row in entities.load().run(text, {"ignore_labels": ["PER"]}))


@pytest.mark.parametrize(
    ("question", "context", "expected"),
    [
        ("Where do I live?", "My name is Wolfgang and I live in Berlin", "Berlin"),
        ("What's my name?", "My name is Clara and I live in Berkeley.", "Clara"),
        (
            "Which name is also used to describe the Amazon rainforest in English?",
            AMAZON,
            "Amazonia or the Amazon Jungle",
        ),
        ("How many nations does the region include?", AMAZON, "nine"),
        ("Which country holds most of the forest?", AMAZON, "Brazil"),
        ("When was it built?", "They met in 1820. It was built in March 1889.", "March 1889"),
        ("Why did they stop?", "They stopped because it rained. Then they went on.", "it rained"),
        ("What colour is the sky?", "The sky is blue.", "blue"),
        ("Who is the king of Spain?", "A sentence about cats.", ""),
        ("?", "A sentence about cats.", ""),
    ],
)
def test_question_answering(question: str, context: str, expected: str) -> None:
    answer = question_answering.load().run({"question": question, "context": context}, {})
    assert answer["answer"] == expected == context[answer["start"] : answer["end"]]
    assert (answer["score"] > 0) == bool(expected)


def test_answers_are_cut_to_the_words_asked_for() -> None:
    inputs = {"question": "Which name is also used for the Amazon rainforest in English?", "context": AMAZON}
    assert question_answering.load().run(inputs, {"max_answer_len": 2})["answer"] == "Amazonia or"


def drawings(**how: Any) -> float:
    """The share of 30 drawings that are read right."""
    reader = digits.load()
    right = [
        int(reader.logits(digits.features(drawn.draw(digit, seed, **how))).argmax()) == digit
        for digit in range(10)
        for seed in range(3)
    ]
    return float(np.mean(right))


@pytest.mark.parametrize(
    "how",
    [{}, {"pen": 0.11}, {"side": 40, "pen": 0.08}, {"side": 400, "pen": 0.03}, {"ink": "white", "paper": "#123"}],
    ids=["usual", "bold", "small", "large", "light on dark"],
)
def test_digits_of_any_size_and_colour(how: dict[str, Any]) -> None:
    assert drawings(**how) >= 0.9


def test_a_printed_digit_on_a_transparent_background() -> None:
    image = Image.new("RGBA", (300, 120), (0, 0, 0, 0))
    ImageDraw.Draw(image).text((200, 15), "3", fill="black", font=ImageFont.load_default(80))
    assert digits.load().run(png(image), {})[0]["label"] == "3"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16", "uneven light", "turned by a phone"])
def test_a_digit_in_any_kind_of_file(mode: str) -> None:
    image: Image.Image = drawn.draw(7, 3)
    file = io.BytesIO()
    if mode == "uneven light":
        shade = np.linspace(1, 0.75, image.width)[None, :, None]
        image = Image.fromarray((np.asarray(image) * shade).astype(np.uint8))
        image.save(file, "JPEG", quality=60)
    elif mode == "turned by a phone":
        exif = Image.Exif()
        exif[0x0112] = 6  # to be seen turned by 90 degrees to the right
        image.rotate(90).save(file, "JPEG", exif=exif)
    elif mode == "I;16":
        Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257).save(file, "PNG")
    else:
        image.convert(mode).save(file, "TIFF")
    assert digits.load().run(file.getvalue(), {})[0]["label"] == "7"


def png(image: Image.Image) -> bytes:
    """An image as the bytes of a file."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_a_blank_image_and_a_huge_one_are_refused() -> None:
    with pytest.raises(Refusal, match="blank"):
        digits.load().run(png(Image.new("L", (64, 64), 200)), {})
    with pytest.raises(Refusal, match="million pixels"):
        digits.load().run(png(Image.new("1", (20_000, 2_000))), {})
    assert digits.load().run(png(drawn.draw(7, 3)), {"function_to_apply": "none", "top_k": 1})[0]["score"] > 1


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["Hey my name is Julien! How are you?"], "Pleased to meet you, Julien."),
        (["I need a holiday, but I can't leave"], "What keeps you from being able to leave?"),
        (["I think you don't like me"], "What makes you think I don't like you?"),
        (["My sister gave me her piano.", "It stands in the hall now."], "Earlier you mentioned your sister."),
        (["Are you a real person?"], "thirty rules"),
        ([""], "Please go on."),
    ],
)
def test_eliza(said: list[str], expected: str) -> None:
    assert expected in eliza.reply(said)


def test_eliza_takes_turns_or_a_seed() -> None:
    assert eliza.reply(["x"]) != eliza.reply(["x", "x"])
    assert eliza.reply(["x"], 1) == eliza.reply(["x"], 1)
    assert len({eliza.reply(["I feel sad"], seed) for seed in range(20)}) > 1


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is a model card?", "A **model card** is"),
        ("how do i write a README", "A **model card** is"),
        ("Can I show an output without running my model?", "Write the answer under `output`"),
        ("how do I add an image example?", "Put the file into the repository"),
        ("my widget is missing", "Look at these, in this order"),
        ("Who are you?", "I am `showcard/card-helper`"),
        ("hi there", "Hello. I answer questions about"),
        ("What is the weather in Paris?", "I don't know that one."),
        ("Write me a poem about cats", "I don't know that one."),
        ("", "I don't know that one."),
    ],
)
def test_card_helper(question: str, expected: str) -> None:
    assert card_helper.load().reply(question).startswith(expected)


def test_every_question_of_the_list_finds_its_own_answer() -> None:
    path = ROOT / "local" / "engines" / "data" / "faq.md"
    helper = card_helper.load()
    for entry in card_helper.read(path.read_text(encoding="utf-8")):
        assert helper.reply(entry.question) == entry.answer, entry.question


@pytest.mark.parametrize("text", ["", "a", "Hello, it's me.\n\n- x\n", "  lead", "日本 ok!", "tail \n "])
def test_pieces_are_the_text_and_its_tokens(text: str) -> None:
    cut = base.pieces(text)
    assert "".join(cut) == text
    assert sum(bool(piece.strip()) for piece in cut) == base.count_tokens(text)


def test_sentences_and_stems() -> None:
    text = "Dr. Wang left. It cost 3.50 euros!  Why? He's gone"
    assert [text[start:end] for start, end in words.sentences(text)] == [
        "Dr. Wang left.", "It cost 3.50 euros!", "Why?", "He's gone",
    ]  # fmt: skip
    assert words.stem("lived") == words.stem("living") == words.stem("lives") == words.stem("live")


NASTY = [
    "A " * 9_999, "A de " * 3_999, "A.A." * 4_999, "Aa-" * 6_600, "a" * 19_999, "one " * 4_999, "(" * 19_999,
    "'" * 19_999, "1," * 9_999, " \t" * 9_000 + "A", "because " * 2_400, "I am " * 3_900, "my name is " * 1_800,
    "good not " * 2_200,
]  # fmt: skip


@pytest.mark.parametrize("text", NASTY, ids=[text[:10].strip() or "blank" for text in NASTY])
def test_no_text_takes_long(text: str) -> None:
    started = time.perf_counter()
    sentiment.load().run(text, {})
    entities.load().run(text, {})
    question_answering.load().run({"question": "How many are known because of you?", "context": text}, {})
    eliza.reply([text, text])
    card_helper.load().reply(text)
    assert time.perf_counter() - started < 5


def test_similarity_of_spelling() -> None:
    source = "How do I reset my password?"
    others = ["I forgot my password, how can I reset it?", "Resetting passwords", "Where is my order?"]
    first, second, third = lexical.load().run({"source_sentence": source, "sentences": others}, {})
    assert min(first, second) > 0.7
    assert third < 0.25
    assert lexical.load().run({"source_sentence": source, "sentences": [source]}, {}) == [pytest.approx(1)]


def test_vectors_are_those_that_similarity_compares() -> None:
    engine = lexical.load()
    one, two = (np.array(row) for row in engine.run(["a happy person", "a happy dog"], {}))
    expected = engine.run({"source_sentence": "a happy person", "sentences": ["a happy dog"]}, {})
    assert float(one @ two) == pytest.approx(expected[0], abs=1e-3)
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-4)
    assert np.linalg.norm(engine.run("a happy person", {"normalize": False})) > 1.5


@pytest.mark.parametrize("longest", [0, 60, 12])
def test_a_summary_is_sentences_of_the_text(longest: int) -> None:
    text = f"{AMAZON} It is large. It rains there. Nobody counted the trees of the forest."
    (row,) = summarization.load().run(text, {"generate_parameters": {"max_length": longest}} if longest else {})
    places = [text[start:end] for start, end in words.sentences(text)]
    said = [row["summary_text"][start:end] for start, end in words.sentences(row["summary_text"])]
    assert said
    assert len(said) < len(places)
    assert [sentence for sentence in places if sentence in said] == said
    assert not longest or base.count_tokens(row["summary_text"]) <= max(longest, 60)


REPOSITORIES = {
    "Repository": ["Transformers", "Datasets", "Tokenizers"],
    "Stars": [36542, "4,512", 3934],
    "Programming language": ["Python", "Python", "Rust, Python and NodeJS"],
}


@pytest.mark.parametrize(
    ("query", "answer", "aggregator", "coordinates"),
    [
        ("How many stars does the transformers repository have?", "36542", "NONE", [[0, 1]]),
        ("What is the average number of stars?", "14996", "AVERAGE", [[0, 1], [1, 1], [2, 1]]),
        ("How many stars do Datasets and Tokenizers have in total?", "8446", "SUM", [[1, 1], [2, 1]]),
        ("How many repositories are there?", "3", "COUNT", [[0, 0], [1, 0], [2, 0]]),
        ("Which repository has the most stars?", "Transformers", "NONE", [[0, 0]]),
        ("What is the lowest number of stars?", "3934", "NONE", [[2, 1]]),
        ("What programming language is Tokenizers written in?", "Rust, Python and NodeJS", "NONE", [[2, 2]]),
        ("List the repositories", "Transformers, Datasets, Tokenizers", "NONE", [[0, 0], [1, 0], [2, 0]]),
        ("Which repositories were started before 2019?", "", "NONE", []),
        ("Who is the king?", "", "NONE", []),
    ],
)
def test_answers_from_a_table(query: str, answer: str, aggregator: str, coordinates: list[list[int]]) -> None:
    found = table_question_answering.load().run({"query": query, "table": REPOSITORIES}, {})
    assert (found["answer"], found["aggregator"], found["coordinates"]) == (answer, aggregator, coordinates)
    columns = list(REPOSITORIES.values())
    assert found["cells"] == [str(columns[column][row]) for row, column in coordinates]


@pytest.mark.parametrize("text", NASTY, ids=[text[:10].strip() or "blank" for text in NASTY])
def test_no_text_takes_the_later_engines_long(text: str) -> None:
    started = time.perf_counter()
    lexical.load().run(text, {})
    summarization.load().run(text, {})
    table_question_answering.load().run({"query": f"How {text[:1_900]}", "table": {"How many": ["1"] * 5_000}}, {})
    assert time.perf_counter() - started < 5
