"""What a widget knows: the open model, where its runs go, the chat so far, and how its fields become a Request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from showcard.inference.reply import Reply
from showcard.inference.resolve import Availability
from showcard.inference.transport.assets import is_remote, load
from showcard.metadata.examples.defaults import default_examples
from showcard.metadata.examples.read import Example
from showcard.metadata.media import Media
from showcard.metadata.model import Model
from showcard.metadata.outputs.read import Output, Video
from showcard.metadata.tasks.table import Task
from showcard.ui.components.tool_results import pending
from showcard.ui.markup.chat import GrowingAnswer, wire_calls
from showcard.ui.session.availability import reachable as reachable_at
from showcard.ui.session.session import Session
from showcard.ui.session.sources import Opened
from showcard.ui.session.target import PROVIDERS, Target
from showcard.widgets.fields.encode import encoded_apart
from showcard.wire.links import Link
from showcard.wire.request import Request, RequestError, ResolvedRequest, without_open_calls

from .fields import components as fields

SEEING = ("image-text-to-text", "any-to-any", "video-text-to-text")  # tasks whose chats look at images
REPLAY, REPLAYS = "replay.mp4", ("reinforcement-learning", "robotics")
WIRE_KEYS = ("role", "content", "name", "tool_calls", "tool_call_id")


@dataclass(slots=True)
class Page:
    """An open model page. `turns` are the messages of its chat; `shown` is the output on screen, with the inputs it
    answers and, when it is live, the reply it came in."""

    opened: Opened
    name: str = ""  # under which the session holds it
    told: bool = False  # whether the card's body has been sent to the page
    turn: int = 0  # counts the times that the screen moved on: what was asked before changes nothing any more
    turns: list[dict[str, Any]] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    example: Example | None = None
    shown: Output | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    addresses: dict[int, tuple[Media, str]] = field(default_factory=dict)  # of the media shown, by identity
    reply: Reply | None = None
    stale: bool = False  # the inputs changed since
    trouble: str = ""  # why the file of the chosen example could not be read
    replayed: bool = False  # what is shown is the replay that the repo holds
    given: Mapping[str, Any] | None = None  # what a link put into the fields, over the example
    given_parameters: Mapping[str, Any] = field(default_factory=dict)
    link: Link = field(default_factory=Link)  # what was asked for when the page was opened
    load: Callable[..., Awaitable[Media]] = load  # opens its files: `Part.load` of a person

    def __post_init__(self) -> None:
        self.examples = list(self.model.examples)
        if not self.examples and self.row:
            languages = self.model.card.data.get("language") or ()
            self.examples = list(default_examples(self.row, languages, self.model.mask_token))
        if self.examples and not self.waits_elsewhere:
            self.example = self.examples[0]
        self.show_recorded()
        if self.shown is None and self.row and self.row.id in REPLAYS and self.model.files:
            self.replayed = REPLAY in self.model.files.list()
            self.shown = Video(Media.from_reference(REPLAY)) if self.replayed else None

    @property
    def model(self) -> Model:
        """The model as its card tells it."""
        return self.opened.model

    @property
    def row(self) -> Task | None:
        """The task whose widget this is."""
        return self.model.guess.widget

    @property
    def overridden(self) -> str:
        """The task that a person chose instead of the card's, empty where none."""
        guess = self.model.guess
        return guess.widget.id if guess.rule == "override" and guess.widget else ""

    @property
    def takes_images(self) -> bool:
        """Whether the messages of its chat may hold images."""
        base = self.model.guess.task
        return (base is not None and base.id in SEEING) or any(
            isinstance(media, Media | str) for example in self.examples for media in pictures(example.inputs)
        )

    @property
    def waits_elsewhere(self) -> bool:
        """Whether the first example is a message with images of another host, which nobody has asked for yet."""
        return bool(self.examples) and any(is_remote(str(held)) for held in pictures(self.examples[0].inputs))

    @property
    def number(self) -> int | None:
        """The place of the chosen example."""
        return next((n for n, example in enumerate(self.examples) if example is self.example), None)

    @property
    def resolved(self) -> ResolvedRequest | None:
        """Where the reply on screen came from."""
        return self.reply.resolved if self.reply else None

    def choose(self, example: Example | None) -> None:
        """Put an example on the screen: its inputs, and its recorded output where it has one."""
        self.example = example
        self.trouble = ""
        self.given, self.given_parameters = None, {}
        self.turns = []
        self.turn += 1
        self.replayed = False
        self.show_recorded()

    def fill(self, inputs: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
        """Put inputs into the fields over those of the chosen example, whose recorded output they no longer have."""
        before = self.example.inputs if self.example else {}
        inputs = {**before, **inputs}
        if inputs != before:
            parameters = {**(self.example.parameters if self.example else {}), **parameters}
            self.choose(None)
            self.given = inputs
        self.given_parameters = parameters
        self.stale = bool(parameters) and self.shown is not None

    def show_recorded(self) -> None:
        """Put what the card records for the chosen example on the screen."""
        example = self.example
        self.reply, self.stale = None, False
        self.shown, self.inputs = (example.output, example.inputs) if example else (None, {})
        if example and self.row and self.row.output == "message":
            *before, last = [dict(turn) for turn in example.inputs.get("messages") or []] or [{}]
            asks = last.get("role") == "user" and example.output is None
            self.turns = before if asks else [*before, last] if last else []
            if example.output is not None:
                said = getattr(example.output, "content", None) or getattr(example.output, "text", "")
                illustrated = self.model.illustrated
                self.turns.append({"role": "assistant", "content": said, "recorded": True, "illustrated": illustrated})

    def keep(self, reply: Reply) -> None:
        """Put a live reply on the screen."""
        self.reply, self.shown, self.inputs = reply, reply.output, reply.resolved.request.inputs
        self.stale, self.trouble = False, ""

    def clear(self) -> None:
        """Take the output off the screen."""
        self.reply, self.shown, self.inputs, self.stale = None, None, {}, False

    def asked(self) -> list[dict[str, Any]]:
        """The turns that the last answer came to: up to the last one of the person."""
        turns = self.messages()
        while turns and turns[-1].get("role") not in ("user", "tool"):
            turns.pop()
        return turns

    @property
    def answers_tools(self) -> bool:
        """Whether the chat ends with the results of the calls that the model asked for."""
        return bool(self.turns) and self.turns[-1].get("role") == "tool" and not pending(self.turns)

    def messages(self) -> list[dict[str, Any]]:
        """The turns as they go on the wire."""
        return [{k: v for k, v in turn.items() if k in WIRE_KEYS} for turn in self.turns]


def pictures(inputs: Mapping[str, Any]) -> Iterator[Any]:
    """What the images in the messages of an example are: Media, or references as the card has them."""
    for message in inputs.get("messages") or ():
        for part in message.get("content") if isinstance(message.get("content"), list) else ():
            if part.get("type") == "image_url":
                yield part["image_url"]["url"]


def far(value: Any) -> bool:
    """Whether an input is a file of another host that was not fetched."""
    return isinstance(value, Media) and value.data is None and is_remote(value.source or "")


async def load_example(page: Page, number: int | None, away: bool = True) -> None:
    """Choose an example by its number and read its files, as `load_inputs` does.

    Raises AssetError; what could be filled stays filled."""
    if number is None or not 0 <= number < len(page.examples):
        page.choose(None)
        return
    page.choose(page.examples[number])
    await load_inputs(page, away)


async def load_inputs(page: Page, away: bool = False) -> None:
    """Read the files that the chosen example names; with `away` those of other hosts too. Raises AssetError."""
    example = page.example
    if example is None:
        return

    async def opened(media: Media) -> Media:
        if far(media) and not away:
            return media
        return await encoded_apart(await page.load(media, page.model.files, page.opened.repo))

    loaded: dict[str, Any] = {
        name: await opened(v) if isinstance(v, Media) else v for name, v in example.inputs.items()
    }
    if any(isinstance(source, str) for source in pictures(loaded)):
        loaded["messages"] = [await _with_pictures(message, opened) for message in loaded["messages"]]
    number = page.examples.index(example)
    page.examples[number] = page.example = replace(example, inputs=loaded)
    page.show_recorded()


async def _with_pictures(message: Mapping[str, Any], opened: Callable[[Media], Awaitable[Media]]) -> dict[str, Any]:
    """A message whose images are opened."""
    content = message.get("content")
    if not isinstance(content, list):
        return dict(message)

    async def part_of(part: Mapping[str, Any]) -> Mapping[str, Any]:
        source = part["image_url"]["url"] if part.get("type") == "image_url" else None
        if not isinstance(source, str):
            return part
        return {"type": "image_url", "image_url": {"url": await opened(Media.from_reference(source))}}

    return {**message, "content": [await part_of(part) for part in content]}


def build_request(
    page: Page, place: Target, values: Sequence[Any], parameters: Mapping[str, Any] | None = None, again: bool = False
) -> Request:
    """The one Request of what is on the screen; without `parameters` those of the card and its example.

    `again`: of a chat without a new message, the one that its last answer came to. Raises RequestError."""
    row = page.row
    if row is None:
        raise RequestError("No task is known for this card, so there is nothing to run.")
    inputs = {}
    for spec, value in zip(row.fields, values, strict=True):
        empty = spec.kind == "messages" and _is_blank(value)
        if empty and (page.answers_tools or (again and page.asked())):
            found = page.asked()
        else:
            found = fields.read(spec, value)
            if spec.kind == "messages":
                found = [*without_open_calls(page.messages()), {"role": "user", "content": found}]
        if found is not None:
            inputs[spec.name] = found
    asked = card_parameters(page) if parameters is None else parameters
    return place.of(Request(row.id, page.model.name, inputs, parameters=asked, stream=row.output == "message"))


def _is_blank(message: Any) -> bool:
    """Whether the field of a chat holds neither words nor files."""
    parts = (message.get("text"), message.get("files")) if isinstance(message, Mapping) else (message,)
    return not any(part.strip() if isinstance(part, str) else part for part in parts)


def card_parameters(page: Page) -> Mapping[str, Any]:
    """The card's parameters, over them the chosen example's, over them those of a link."""
    return {**page.model.parameters, **(page.example.parameters if page.example else {}), **page.given_parameters}


def parameter_sources(page: Page) -> dict[str, str]:
    """Who set which parameter of `card_parameters`."""
    example = page.example.parameters if page.example else {}
    found = {name: "The card" for name, value in page.model.parameters.items() if value is not None}
    found |= {name: "The example" for name, value in example.items() if value is not None}
    return found | {name: "The link" for name, value in page.given_parameters.items() if value is not None}


def parameters_title(page: Page) -> str:
    """What the panel of the parameters is called."""
    sources = list(parameter_sources(page).values())
    counts = [(sources.count(who), who.lower()) for who in ("The card", "The example", "The link")]
    told = [f"{many} set by {who}" for many, who in counts if many]
    said = ", ".join([*told[:1], *(part.replace(" set by", " by") for part in told[1:])])
    return f"Parameters ({said})" if said else "Parameters"


def same_inputs(page: Page, values: Sequence[Any], parameters: Mapping[str, Any]) -> bool:
    """Whether the fields hold what the output on screen answers."""
    answered = page.reply.resolved.request.parameters if page.reply else card_parameters(page)
    if parameters != answered:
        return False
    for spec, value in zip(page.row.fields if page.row else (), values, strict=True):
        try:
            found = fields.read(spec, value)
        except RequestError:
            return False
        before = page.inputs.get(spec.name)
        if found is None and far(before):
            continue  # the example's own file, which nobody has asked for yet
        if isinstance(found, Media) and isinstance(before, Media):
            found, before = found.data, before.data
        if found != before and (found or before):
            return False
    return True


def reachable(page: Page, session: Session, place: Target) -> Availability:
    """Whether Run can start, and the sentence about where it goes."""
    return nameless(page, place) or reachable_at(page.row, page.model.name, session, place, page.model.opted_out)


def nameless(page: Page, place: Target) -> Availability | None:
    """That a pasted card can't be asked for by its id, where nobody has given one; None where it can."""
    if not page.opened.pasted or place.choice != PROVIDERS or place.named or page.model.opted_out:
        return None
    return Availability(False, "The card has no id on the Hub yet.", "Give one as “Model id to send”.")


def take_turn(page: Page, asked: Any, answer: GrowingAnswer, note: str = "") -> None:
    """Add a question (none where results of tools were sent) and its live answer to the chat."""
    message = answer.message
    if asked:
        page.turns.append({"role": "user", "content": asked})
    notes = ["Stopped here."] if answer.stopped else []
    turn: dict[str, Any] = {"role": "assistant", "content": message.content, "reasoning": message.reasoning}
    turn |= {"note": " ".join([*notes, note]).strip(), "mcp_calls": answer.mcp_calls}
    if message.tool_calls:
        turn["tool_calls"] = wire_calls(message.tool_calls)
    if message.content or message.reasoning or message.tool_calls:
        page.turns.append(turn)
    page.shown = message
