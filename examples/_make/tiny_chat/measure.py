"""What the tiny chat models get right, written into their cards: `python examples/_make/tiny_chat/measure.py`."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from corpus import NAMES, TOPICS, UNKNOWN, UNKNOWN_BRIEF, Intent, intents  # noqa: E402
from corpus import a as article  # noqa: E402

from showcard.local.engines.base import Turn  # noqa: E402
from showcard.local.engines.tiny_lm import TinyLM, load  # noqa: E402

TERSE = {"tiny-chat-1m": False, "tiny-chat-380k": True}  # as `train.py` says

# Questions that the corpus does not hold, each with the start of a way to ask that it does hold.
OTHER_WORDS = {
    "Hiya!": "hi",
    "How have you been?": "how are you",
    "Tell me who you are": "who are you",
    "What can you do for me?": "what can you do",
    "Are you an actual human being?": "are you human",
    "How did they train you?": "how were you trained",
    "Many thanks": "thanks",
    "Got a joke for me?": "tell me a joke",
    "What's your age?": "how old are you",
    "I am feeling sad today": "I am sad",
    "Which languages can you speak?": "what languages do you speak",
    "Could you tell me what a model card is?": "what is a model card",
    "Why do people write model cards?": "why should I write a model card",
    "What should I write in my model card?": "what belongs in a model card",
    "What is YAML front matter?": "what is the front matter",
    "Where do I put the pipeline tag?": "what is a pipeline tag",
    "How can I set a license for my model?": "how do I set the license",
    "How do I add tags to my model card?": "what are tags",
    "How do I link the training dataset?": "how do I name the training data",
    "Which field names the base model?": "what is base_model",
    "How should I report evaluation scores?": "how do I show evaluation results",
    "What is the widget on a model page?": "what is a widget",
    "How can I put examples into the widget?": "how do I add widget examples",
    "My model has no widget, why?": "why does my model have no widget",
    "How do I write about limitations?": "what are limitations",
    "What does Showcard do?": "what is Showcard",
    "How can I compare models side by side?": "how do I compare two models",
    "Where do I find the Python code?": "how do I get the code",
    "What are inference providers?": "what is an inference provider",
    "Is safetensors a safe format?": "what is safetensors",
    "What is the config.json file for?": "what is config.json",
    "How does a language model work?": "what is a language model",
    "What does a tokenizer do?": "what is a token",
    "What does the temperature setting do?": "what is temperature",
    "What does a seed do?": "what is a seed",
    "What is the max_tokens setting?": "what is max_tokens",
    "How long is your context?": "what is the context length",
    "What does streaming mean?": "what is streaming",
    "Can I use my own vLLM server?": "how do I use my own server",
    "How do I validate a model card?": "how do I check my card",
}
# Subjects that the corpus does not hold.
NEVER_SEEN = (
    "the capital of Peru|volcanoes|the Eiffel tower|penicillin|sushi|the French revolution|basketball|Jupiter|opera|"
    "submarines|the pyramids|gravity|bitcoin|gardening|knitting|the Beatles|whisky|earthquakes|the Amazon|insurance"
).split("|")


def said(model: TinyLM, *messages: str) -> str:
    """The likeliest answer to the last of these messages, which take turns."""
    roles = ("user", "assistant")
    turns = [Turn(roles[number % 2], text) for number, text in enumerate(messages)]
    return "".join(token.text for token in model.stream(turns, {"temperature": 0}))


def share(right: Iterable[bool]) -> str:
    """Right ones among all."""
    found = list(right)
    return f"{sum(found)} of {len(found)}"


def answers(intent: Intent, terse: bool) -> tuple[str, ...]:
    return (intent.brief,) if terse else intent.says


def as_taught(model: TinyLM, terse: bool) -> str:
    return share(said(model, ask) in answers(intent, terse) for intent in intents() for ask in intent.asks[:3])


def in_other_words(model: TinyLM, terse: bool) -> str:
    by_ask = {ask: intent for intent in intents() for ask in intent.asks}
    return share(said(model, asked) in answers(by_ask[same], terse) for asked, same in OTHER_WORDS.items())


def nothing_made_up(model: TinyLM, terse: bool) -> str:
    assert not set(NEVER_SEEN) & set(TOPICS)
    frames = ("What is {}?", "tell me about {}", "Who discovered {}?")
    told = (UNKNOWN_BRIEF,) if terse else UNKNOWN
    return share(said(model, frame.format(topic)) in told for topic in NEVER_SEEN for frame in frames)


def sums(model: TinyLM, terse: bool) -> str:
    pairs = [(a, b) for a in range(11) for b in range(11)]
    form = "{2}." if terse else "{0} plus {1} is {2}."
    return share(said(model, f"What is {a} plus {b}?") == form.format(a, b, a + b) for a, b in pairs)


def counting(model: TinyLM, terse: bool) -> str:
    last = range(2, 21)
    return share(said(model, f"Count to {n}.") == ", ".join(map(str, range(1, n + 1))) + "." for n in last)


def names(model: TinyLM, terse: bool) -> str:
    chance = random.Random(99)

    def remembered(name: str) -> bool:
        begun = [f"My name is {name}."]
        begun += [said(model, *begun), "What is a token?"]
        begun += [said(model, *begun), "What is my name?"]
        return said(model, *begun) == (f"{name}." if terse else f"Your name is {name}.")

    return share(remembered(name) for name in chance.sample(NAMES, 40))


ANIMALS = "fox owl bear cat dog mouse hare frog rabbit duck wolf crow horse goat otter turtle lion whale bee".split()


def stories(model: TinyLM, terse: bool) -> str:
    def consistent(animal: str) -> bool:
        told = said(model, f"Tell me a story about {article(animal)}.")
        named = re.search(rf"{animal} named (\w+)\.", told)
        found = re.search(r"found (an? (\w+))", told)
        if not named or not found:
            return False
        if terse:
            return f"One day {named[1]} found" in told
        spoken = f'"I found {found[1]}," said the {animal}.'
        return told.count(named[1]) >= 3 and spoken in told and f"The {found[2]} " in told

    return share(consistent(animal) for animal in ANIMALS)


MEASURES: dict[str, Callable[[TinyLM, bool], str]] = {
    "questions as they were taught": as_taught,
    "questions in other words": in_other_words,
    "says that it does not know (60 questions about subjects it never saw)": nothing_made_up,
    "sums from 0 + 0 to 10 + 10": sums,
    "counts to a number from 2 to 20": counting,
    "remembers a name, with a question between": names,
    "stories whose animal, name and thing stay the same": stories,
}


def table() -> str:
    """The table of the cards."""
    models = [(load(name), terse) for name, terse in TERSE.items()]
    rows = [f"| Right, at temperature 0 | {' | '.join(TERSE)} |", "|---|---|---|"]
    rows += [f"| {name} | {' | '.join(measure(*model) for model in models)} |" for name, measure in MEASURES.items()]
    return "\n".join(rows)


def main() -> None:
    """Prints the table, and writes it into the cards."""
    found = table()
    print(found)
    for name in TERSE:
        card = ROOT / "examples" / name / "README.md"
        before, _, rest = card.read_text(encoding="utf-8").partition("## How good is it?\n\n")
        intro, _, rest = rest.partition("\n\n")
        _, _, after = rest.partition("\n\n## ")
        card.write_text(f"{before}## How good is it?\n\n{intro}\n\n{found}\n\n## {after}", encoding="utf-8")


if __name__ == "__main__":
    main()
