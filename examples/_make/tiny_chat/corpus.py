"""The corpus of the tiny chat models, made from `intents.md`, word lists and a story grammar; the same for each seed.

    python examples/_make/tiny_chat/corpus.py [SEED]      prints a page of it

A document is a list of (role, text); the role `text` is plain text, as a model continues it without a conversation."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Document = list[tuple[str, str]]

BRIEF = ("Be brief.", "Be brief!", "be brief", "Answer briefly.", "Answer in one line.", "Keep it short.")
PLAIN = (
    "You are a helpful assistant.", "You are a friendly assistant.", "Answer the user.", "You are Showcard's model.",
)  # fmt: skip

NAMES = (
    "Anna Ben Clara David Emma Felix Grace Hugo Ida Jonas Karin Leo Maria Noah Olga Paul Rosa Simon Tina Victor "
    "Julien Sarah Omar Priya Wei Yuki Amir Lucia Mateo Fatima Ivan Chloe Alex Sam Kim Lee Peter Mary John Jane Tom "
    "Lisa Max Nina Oscar Eva Daniel Sophie Luca Mia Ali Zoe Adam Lena Carlos Ana Kofi Ama Ravi Mei"
).split()
ANIMALS = (
    "fox owl bear cat dog mouse hare frog hedgehog rabbit duck goose wolf crow horse goat otter squirrel turtle lion "
    "elephant penguin whale bee snail deer mole pig cow hen tiger monkey parrot donkey badger beaver swan seal"
).split()
KINDS = "small old young clever shy brave quiet curious lazy kind hungry cheerful".split()
HOMES = (
    "at the edge of the forest", "by the river", "under an old oak", "on a hill", "near the sea", "in a quiet valley",
    "behind the mill", "beside the lake", "in a warm barn", "at the foot of the mountain",
)  # fmt: skip
THINGS = "lamp key drum map bell boat book kite letter ring basket hat flute mirror clock".split()
PLACES = (
    "in the grass", "under a stone", "by the road", "behind the house", "in the snow", "on the beach",
    "inside a hollow tree", "beside the well",
)  # fmt: skip
USES = {
    "lamp": "lit the whole house", "key": "opened an old chest full of apples", "drum": "could be heard from far away",
    "map": "showed the way home", "bell": "rang every evening", "boat": "carried them over the water",
    "book": "was full of songs", "kite": "flew higher than the trees", "letter": "brought good news",
    "ring": "shone like the moon", "basket": "held enough bread for two", "hat": "kept the rain away",
    "flute": "made everyone dance", "mirror": "showed them both laughing", "clock": "told them when to sleep",
}  # fmt: skip
TROUBLES = (
    "It began to rain, and the way back was gone.", "Night fell, and it was very dark.", "A storm came up.",
    "The bridge was broken.", "The snow was too deep to go on.", "A big stone blocked the way.",
)  # fmt: skip
NUMBERS = "zero one two three four five six seven eight nine ten".split()

# What the models don't know: they are taught to say so.
TOPICS = (
    "the capital of France|the capital of Japan|the king of Spain|the president|the moon|the sun|Mars|black holes|the "
    "second world war|the Romans|Napoleon|Shakespeare|Mozart|Einstein|Paris|London|Berlin|New York|Africa|the sea|"
    "dinosaurs|football|the world cup|chess|tennis|cooking|pasta|bread|cheese|wine|coffee|tea|cars|trains|"
    "planes|bicycles|houses|money|banks|taxes|gold|the stock market|politics|love|happiness|death|religion|"
    "philosophy|history|physics|"
    "chemistry|biology|medicine|doctors|the brain|dogs and cats|trees|flowers|mountains|rivers|islands|python lists|"
    "java|sorting a list|a website|databases|linux|windows|phones|computers|robots|music|guitars|films|books|"
    "poems|painting|"
    "school|homework|mathematics|prime numbers|square roots|the Pythagorean theorem|quantum computers|electric cars|"
    "climate change|the internet|video games|travel|hotels|my boss|my family|my health|the news"
).split("|")
WORLD = (
    "what is {}|tell me about {}|what do you know about {}|explain {}|who discovered {}|where is {}|how does {} work|"
    "what do you think of {}|why is {} important|write a poem about {}|write an essay about {}|how do I learn about {}|"
    "do you like {}|when was {} invented|can you help me with {}|give me a recipe for {}|what is the meaning of {}"
).split("|")
UNKNOWN = (
    "I don't know that. I only know about model cards, a few small sums and some stories.",
    "That is not among the sixty things that I know. Ask me about model cards, or ask for a story.",
    "I have not learned that. I am a very small model; I can tell you about model cards.",
)
UNKNOWN_BRIEF = "I don't know that."

# The first intents are small talk; those after them are about something, which may be asked for in more ways.
SMALL_TALK = 25
FRAMES = (
    "explain {}", "tell me about {}", "{}", "what do you know about {}", "what does {} mean", "can you explain {}",
    "what's {}", "define {}", "I want to know what {} is",
)  # fmt: skip

# What each task takes and gives, for questions about tasks.
TASKS = {
    "text-classification": "It takes a text and gives labels with scores, such as positive or negative",
    "token-classification": "It finds words in a text, such as names of people and places",
    "question-answering": "It takes a question and a text, and finds the answer in the text",
    "table-question-answering": "It answers a question from the cells of a table",
    "zero-shot-classification": "It sorts a text into labels that you name",
    "translation": "It takes a text and gives it in another language",
    "summarization": "It takes a long text and gives a short one",
    "feature-extraction": "It turns a text into a list of numbers",
    "sentence-similarity": "It says how alike sentences are",
    "text-generation": "It goes on writing from a text, or answers in a conversation",
    "fill-mask": "It guesses the word that is missing in a sentence",
    "text-to-image": "It draws an image from a text",
    "image-classification": "It takes an image and gives labels with scores",
    "object-detection": "It draws boxes around the things in an image",
    "image-segmentation": "It cuts an image into regions, each with a label",
    "image-to-image": "It takes an image and gives a changed one",
    "image-to-text": "It takes an image and gives a text about it",
    "depth-estimation": "It says how far away each part of an image is",
    "automatic-speech-recognition": "It takes a recording and gives the words that were said",
    "audio-classification": "It takes a sound and gives labels with scores",
    "text-to-speech": "It reads a text aloud",
    "visual-question-answering": "It answers a question about an image",
    "document-question-answering": "It answers a question about a scanned page",
    "tabular-classification": "It takes the rows of a table and gives a label for each",
    "tabular-regression": "It takes the rows of a table and gives a number for each",
}
ABOUT_TASK = (
    "what does {} do|what is {}|explain {}|what is a {} model|what does a {} model do|what is the task {}|"
    "how does {} work|what is {} for"
).split("|")


@dataclass(frozen=True)
class Intent:
    """Something people say, and what is said to it."""

    asks: tuple[str, ...]
    says: tuple[str, ...]
    brief: str


def intents() -> list[Intent]:
    """The intents of `intents.md`."""
    found = []
    for block in (Path(__file__).parent / "intents.md").read_text(encoding="utf-8").split("\n## ")[1:]:
        _, _, body = block.partition("\nask: ")
        asks, *rest = body.rstrip().split("\nsay: ")
        last, _, brief = rest[-1].partition("\nbrief: ")
        found.append(Intent(tuple(asks.split(" | ")), (*rest[:-1], last), brief))
    return found


class Corpus:
    """An endless stream of documents from one seed; a terse one has the brief answers only."""

    def __init__(self, seed: int, terse: bool = False) -> None:
        self.chance = random.Random(seed)
        self.terse = terse
        self.intents = intents()

    def document(self) -> Document:
        """A conversation, or plain text."""
        draw = self.chance.random()
        if draw < 0.12:
            return [("text", self.story(self.chance.choice(ANIMALS), self.terse))]
        if draw < 0.2:
            return [("text", self.passage())]
        return self.conversation()

    def conversation(self) -> Document:
        """One to eight turns, with or without a system message."""
        brief = self.chance.random() < 0.15
        document: Document = []
        if brief or self.chance.random() < 0.15:
            document.append(("system", self.chance.choice(BRIEF if brief else PLAIN)))
        brief = brief or self.terse
        known: list[str] = []
        for _ in range(self.chance.choice((1, 1, 1, 2, 2, 3, 3, 4, 6, 8))):
            asked, said = self.turn(known, brief)
            document += [("user", asked), ("assistant", said)]
        return document

    def turn(self, known: list[str], brief: bool) -> tuple[str, str]:
        """A question and its answer; `known` holds the person's name once it was said."""
        turns: list[tuple[float, Callable[[], tuple[str, str]]]] = [
            (0.47, lambda: self.intent(brief)),
            (0.08, lambda: self.task(brief)),
            (0.09, lambda: self.unknown(brief)),
            (0.06, lambda: self.told_story(brief)),
            (0.09, lambda: self.sum(brief)),
            (0.05, self.count),
            (0.08, lambda: self.name_told(known, brief)),
            (0.08, lambda: self.name_asked(known, brief)),
        ]
        (_, made), *_ = self.chance.choices(turns, [weight for weight, _ in turns])
        return made()

    def intent(self, brief: bool) -> tuple[str, str]:
        """One of the listed intents."""
        number = self.chance.randrange(len(self.intents))
        intent = self.intents[number]
        asked, subject = self.chance.choice(intent.asks), intent.asks[0].removeprefix("what is ")
        if number >= SMALL_TALK and subject != intent.asks[0] and self.chance.random() < 0.25:
            asked = self.chance.choice(FRAMES).format(subject)
        words = asked.split(" ")
        if len(words) > 4 and self.chance.random() < 0.15:
            del words[self.chance.randrange(1, len(words))]
        return self.spoken(" ".join(words)), intent.brief if brief else self.chance.choice(intent.says)

    def task(self, brief: bool) -> tuple[str, str]:
        """A question about a task of the Hub, or which task does something."""
        task = self.chance.choice(list(TASKS))
        name = task if self.chance.random() < 0.5 else task.replace("-", " ")
        asked = self.chance.choice(ABOUT_TASK).format(name)
        return self.spoken(asked), f"{TASKS[task]}." + ("" if brief else f" Write `pipeline_tag: {task}`.")

    def unknown(self, brief: bool) -> tuple[str, str]:
        """A question about the world, of which these models know nothing."""
        asked = self.chance.choice(WORLD).format(self.chance.choice(TOPICS))
        if self.chance.random() < 0.1:
            keys = self.chance.choices("abcdefghijklmnopqrstuvwxyz ", k=self.chance.randint(3, 12))
            asked = "".join(keys).strip() or "x"
        return self.spoken(asked), UNKNOWN_BRIEF if brief else self.chance.choice(UNKNOWN)

    def sum(self, brief: bool) -> tuple[str, str]:
        """The sum of two numbers up to ten."""
        a, b = self.chance.randint(0, 10), self.chance.randint(0, 10)
        form = self.chance.choice(("what is {} plus {}", "{}+{}", "{} + {}", "how much is {} and {}", "add {} and {}"))
        words = self.chance.random() < 0.25
        asked = form.format(*((NUMBERS[a], NUMBERS[b]) if words else (a, b)))
        return self.spoken(asked), f"{a + b}." if brief else f"{a} plus {b} is {a + b}."

    def count(self) -> tuple[str, str]:
        """Counting."""
        last = self.chance.randint(2, 20)
        asked = self.chance.choice(("count to {}", "can you count to {}", "count from 1 to {}", "count up to {}"))
        return self.spoken(asked.format(last)), ", ".join(map(str, range(1, last + 1))) + "."

    def name_told(self, known: list[str], brief: bool) -> tuple[str, str]:
        """The person says their name."""
        name = self.any_name()
        known[:] = [name]
        form = self.chance.choice(("my name is {}", "I am called {}", "call me {}", "hello, my name is {}",
                                   "hi, I am {}", "I'm {}", "Hey my name is {}! How are you"))  # fmt: skip
        answers = (f"Hello {name}! What would you like to know?", f"Nice to meet you, {name}.")
        return self.spoken(form, name), f"Hello {name}!" if brief else self.chance.choice(answers)

    def name_asked(self, known: list[str], brief: bool) -> tuple[str, str]:
        """The person asks for their name."""
        forms = ("what is my name", "do you remember my name", "who am I", "what am I called", "do you know my name")
        asked = self.chance.choice(forms)
        if not known:
            return self.spoken(asked), "You have not told me." if brief else "You have not told me your name yet."
        return self.spoken(asked), f"{known[0]}." if brief else f"Your name is {known[0]}."

    def any_name(self) -> str:
        """A name of the list, or one made up of syllables, so that names are copied and not only known."""
        if self.chance.random() < 0.6:
            return self.chance.choice(NAMES)
        syllables = ("ba", "ko", "ri", "sen", "mar", "tu", "lin", "do", "fe", "gus", "ha", "yo", "ne", "vi", "ra", "el")
        return "".join(self.chance.choices(syllables, k=self.chance.choice((2, 2, 3)))).capitalize()

    def told_story(self, brief: bool) -> tuple[str, str]:
        """A story that is asked for."""
        animal = self.chance.choice(ANIMALS)
        forms = ("tell me a story about {}", "a story about {}", "can you tell me a story about {}",
                 "write a story about {}", "I want a story about {}")  # fmt: skip
        asked = self.chance.choice(forms).format(a(animal))
        if self.chance.random() < 0.2:
            asked = self.chance.choice(("tell me a story", "a story", "another story", "tell me another story"))
        return self.spoken(asked), self.story(animal, short=brief)

    def story(self, animal: str, short: bool = False) -> str:
        """A story in which one animal finds something and another helps."""
        pick = self.chance.choice
        name, friend_name = self.chance.sample(NAMES, 2)
        friend, kind, thing = pick([other for other in ANIMALS if other != animal]), pick(KINDS), pick(THINGS)
        opening = pick(("Once upon a time there was", "There was once", "Long ago there lived"))
        start = f"{opening} {a(kind)} {animal} named {name}. One day {name} found {a(thing)} {pick(PLACES)}."
        end = pick(("and they were friends from that day on.", "and they went home together.", "and both were happy."))
        if short:
            return f"{start} It {USES[thing]}, {end}"
        home = f" The {animal} lived {pick(HOMES)}."
        met = f"{pick(TROUBLES)} Then {name} met {a(friend)} named {friend_name}."
        said = pick(("Can I help you", "What do you have there", "Are you lost", "Where are you going"))
        middle = f'"{said}?" asked the {friend}. "I found {a(thing)}," said the {animal}.'
        return f"{start.replace('. One', f'.{home} One')}\n\n{met} {middle}\n\nThe {thing} {USES[thing]}, {end}"

    def passage(self) -> str:
        """What is known about one thing, as plain text."""
        if self.chance.random() < 0.3:
            task, does = self.chance.choice(list(TASKS.items()))
            return f"{does}. The task is called {task}."
        intent = self.chance.choice(self.intents[SMALL_TALK:])
        return self.chance.choice(intent.says)

    def spoken(self, text: str, *names: str) -> str:
        """A text as people type it: with or without capitals, polite words and a mark at its end."""
        asks = text.split(" ", 1)[0].lower() in ASKING
        if self.chance.random() < 0.1:
            text = self.chance.choice(("please ", "ok, ", "so, ", "hey, ", "and ", "tell me, ")) + text
        if text.startswith(("what is ", "who is ", "that is ")) and self.chance.random() < 0.2:
            text = text.replace(" is ", "'s ", 1)
        if self.chance.random() < 0.5:
            text = text[0].upper() + text[1:]
        if self.chance.random() < 0.2:
            text = text.lower()
        mark = ("?" if self.chance.random() < 0.7 else "") if asks else self.chance.choice((".", "", "!", ""))
        return text.format(*names) + mark


ASKING = frozenset(
    "what how who why where when which do does can are is will did should could would what's who's "
    "parlez-vous sprichst".split()
)


def a(word: str) -> str:
    """A word with its article."""
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def main() -> None:
    """Prints some documents."""
    corpus = Corpus(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    for _ in range(10):
        print("\n".join(f"{role}: {text}" for role, text in corpus.document()), end="\n\n")


if __name__ == "__main__":
    main()
