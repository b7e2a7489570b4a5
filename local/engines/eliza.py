"""A conversation by rules, after Joseph Weizenbaum's ELIZA (1966). The rules are our own."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .base import TextGenerator, Turn, pieces, seed_of

# Patterns from the most telling to the least; `{0}` is what the first group caught, seen from the other side.
_RULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"\b(?:are you|you are|you're) (?:just |only )?(?:an? )?(?:real )?"
        r"(?:computer|machine|bot|robot|program|ai|human|person)\b",
        (
            "I am some thirty rules in the manner of a program from 1966. Does that bother you?",
            "A program, and a small one. I turn your words around. What made you ask?",
        ),
    ),
    (
        r"\b(?:who|what) are you\b|\byour name\b",
        (
            "I am a small rule-based program after ELIZA. I listen more than I know. What is on your mind?",
            "My card calls me showcard/eliza. I understand nothing, but I do ask good questions. Shall we try?",
        ),
    ),
    (
        r"\bmy name is (\w+)",
        ("Pleased to meet you, {0}. What brings you here?", "Hello, {0}. What would you like to talk about?"),
    ),
    (
        r"\b(?:bye|goodbye|see you|good night)\b",
        ("Goodbye. I enjoyed listening.", "Until next time. Look after yourself."),
    ),
    (r"\b(?:thanks|thank you)\b", ("You are welcome. What else is on your mind?", "Gladly. Shall we go on?")),
    (r"\bsorry\b", ("There is no need to apologise. Please go on.", "What would you say if you weren't sorry?")),
    (
        r"\bi (?:can't|cannot|can not) (.+)",
        (
            "What keeps you from being able to {0}?",
            "When did you last try to {0}?",
            "What would change if you could {0}?",
        ),
    ),
    (
        r"\bi (?:need|want|would like|wish for) (.+)",
        ("What would it mean to you to get {0}?", "Why do you want {0}?", "Suppose you had {0} tomorrow. What then?"),
    ),
    (
        r"\bi (?:am|'m|feel)(?: so| very| really| a bit| quite)? "
        r"(sad|tired|alone|lonely|angry|afraid|unhappy|depressed|anxious|stressed|worried|lost|bored)\b",
        (
            "I am sorry to hear that you are {0}. When did it begin?",
            "What do you think made you {0}?",
            "Who else knows that you are {0}?",
        ),
    ),
    (
        r"\bi (?:am|feel)(?: so| very| really| quite)? (happy|glad|proud|excited|relieved|better|great|good|fine)\b",
        ("What made you {0}?", "Good. What would help you stay {0}?", "How do others notice that you are {0}?"),
    ),
    (r"\bi am (.+)", ("How long have you been {0}?", "How do you feel about being {0}?", "What made you {0}?")),
    (r"\bi feel (.+)", ("Do you often feel {0}?", "When do you usually feel {0}?")),
    (
        r"\bi (?:think|believe|guess|suppose)(?: that)? (.+)",
        ("What makes you think {0}?", "Is there a part of you that doubts it?", "Who would disagree that {0}?"),
    ),
    (r"\bi (?:don't|do not) know\b", ("What would you say if you did know?", "Perhaps begin with what you do know.")),
    (
        r"\bi (?:don't|do not) (.+)",
        ("Why don't you {0}?", "Did you ever {0}?", "What would have to happen for you to {0}?"),
    ),
    (r"\bi (?:love|like|enjoy) (.+)", ("What do you like most about {0}?", "When did {0} become dear to you?")),
    (
        r"\bi (?:hate|dislike|can't stand) (.+)",
        ("What is it about {0} that troubles you?", "Was {0} always like that?"),
    ),
    (
        r"\bi (?:dreamt|dreamed)(?: of| about| that)? (.+)",
        ("What does {0} suggest to you?", "Do you dream of it often?"),
    ),
    (r"\bi remember (.+)", ("What brings {0} to your mind now?", "What else does {0} remind you of?")),
    (
        r"\bmy (mother|father|mum|mom|dad|sister|brother|wife|husband|partner|friend|boss|son|daughter|family|team)\b",
        ("Tell me more about your {0}.", "How do you get on with your {0}?", "What does your {0} think about it?"),
    ),
    (r"\bbecause (.+)", ("Is that the only reason?", "If {0}, what follows from it?", "What other reasons are there?")),
    (
        r"\bwhy (?:don't|do not|can't) you (.+?)\??$",
        ("I only follow rules. Should I {0}?", "Perhaps I will {0} one day. How would that help you?"),
    ),
    (r"\bcan you (.+?)\??$", ("I can only talk. Why would you like me to {0}?", "What would you do if I could {0}?")),
    (r"\byou (?:are|'re) (.+)", ("What makes you say that I am {0}?", "Perhaps it pleases you to think I am {0}.")),
    (r"\b(?:always|never|everyone|nobody|everybody)\b", ("Can you think of an example?", "Really without exception?")),
    (r"\b(?:maybe|perhaps)\b", ("You don't sound quite sure.", "What would make you certain?")),
    (r"\b(?:computer|program|model|network|software)s?\b", ("Do machines worry you?", "What is it about machines?")),
    (
        r"^\s*(?:hello|hi|hey|good (?:morning|evening|afternoon)|greetings)\b",
        ("Hello. What would you like to talk about?", "Good to see you. How has your day been so far?"),
    ),
    (
        r"^\s*(?:yes|yeah|yep|sure|ok|okay)\b",
        ("You seem quite sure. Why is that?", "I see. And what does that tell you?"),
    ),
    (r"^\s*(?:no|nope)\b", ("Why not?", "Are you saying no just to be careful?")),
    (
        r"^\s*(?:what|how|who|where|when|which|why|is|are|do|does|did|will)\b.*\?\s*$",
        (
            "I have no facts to answer with. What do you think yourself?",
            "What would the answer change for you?",
            "I don't know; I only turn words around. Why do you ask?",
        ),
    ),
)
_FALLBACK = (
    "Please go on.",
    "Tell me more about that.",
    "What does that suggest to you?",
    "How do you feel when you say that?",
    "I see. Can you say it in other words?",
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), answers) for pattern, answers in _RULES)
_EARLIER = re.compile(r"\bmy (?!name\b)(\w+)", re.IGNORECASE)
_REFLECTED = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "am": "are", "i'm": "you are",
    "i've": "you have", "i'll": "you will", "i'd": "you would", "was": "were", "you": "I", "your": "my",
    "yours": "mine", "yourself": "myself", "you're": "I am", "we": "you", "our": "your", "us": "you",
}  # fmt: skip


class Eliza(TextGenerator):
    """Answers the last message of the person; earlier ones are only remembered for a question about them."""

    pause = 0.045

    def stream(self, turns: Sequence[Turn], parameters: Mapping[str, Any]) -> Iterator[str]:
        """The answer word by word. `seed` picks among a rule's answers; without it they come in turn."""
        said = [turn.content for turn in turns if turn.role == "user"]
        yield from pieces(reply(said, seed_of(parameters)))


def reply(said: Sequence[str], seed: int | None = None) -> str:
    """What to say after these messages of the person."""
    last = said[-1] if said else ""
    number = len(said) - 1 if seed is None else random.Random(f"{seed} {last}").randrange(60)  # noqa: S311
    sentences = re.split(r"(?<=[.!?])\s+", last[-2000:].strip().replace("’", "'"))
    for pattern, answers in _COMPILED:
        for sentence in reversed(sentences):
            if match := pattern.search(sentence):
                return _filled(answers[number % len(answers)], match)
    earlier = [match.group(1) for text in said[:-1] if (match := _EARLIER.search(text[:2000]))]
    if earlier and number % 2:
        return f"Earlier you mentioned your {reflected(earlier[-1])}. Does this have to do with it?"
    return _FALLBACK[number % len(_FALLBACK)]


def _filled(answer: str, match: re.Match[str]) -> str:
    caught = (match.group(1) if match.lastindex else None) or ""
    clause = re.split(r"[.,;:!?]| but | and i ", caught.strip(), maxsplit=1, flags=re.IGNORECASE)[0]
    words = reflected(clause).split()
    return answer.replace("{0}", " ".join(words[:14]) or "that")


def reflected(text: str) -> str:
    """Words seen from the other side: `my` becomes `your`."""
    return " ".join(_REFLECTED.get(word.lower(), word) for word in text.split())


def load() -> Eliza:
    """The engine."""
    return Eliza()
