"""What one tab has before it: the comparison, the calls under way, what failed, what is being edited or was deleted.

`run` asks panes and tells which of them changed; what they show is drawn elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from showcard.inference.errors import InferenceFailure
from showcard.inference.hub.offers import Offer
from showcard.metadata.media import Media
from showcard.playground.core.state import Comparison, Pane, Settings, Variant, new_id
from showcard.ui.session.live_channel import LiveChannel
from showcard.ui.session.session import Session
from showcard.wire.request import Request, RequestError

from .core import conversation
from .stream import PaneCall, failure_of

PAGE = "compare"
HEARTBEAT_SECONDS = 5.0  # Gradio tells of a closed tab at once; this is the second net
MAX_DELETED = 20
DOUBLE_CLICK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Job:
    """A pane to ask; `of` is the answer to write a further variant of, else a new answer comes at the end."""

    pane_id: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class OpenForm:
    """What a pane's controls hold, and the settings it means; `error` says why it means none."""

    values: tuple[Any, ...]
    settings: Settings | None = None
    error: str = ""


@dataclass(eq=False)
class CompareSession:
    """`asking`, `failures` and `forms` are by the id of a pane; `open_pane` is the one whose settings are open, and
    `opened` another word each time they are to be shown anew.

    `offers` are those of the models that were looked at. `notice` is what the page says once, `shown` what it
    shows."""

    session: Session
    comparison: Comparison
    feed: LiveChannel
    asking: dict[str, PaneCall] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    failures: dict[str, InferenceFailure] = field(default_factory=dict)
    forms: dict[str, OpenForm] = field(default_factory=dict)
    deleted: list[conversation.Deleted] = field(default_factory=list)
    offers: dict[str, tuple[Offer, ...]] = field(default_factory=dict)
    editing: str = ""
    open_pane: str = ""
    opened: str = ""
    notice: str = ""
    shown: dict[Any, Any] = field(default_factory=dict)
    asked: dict[str, PaneCall] = field(default_factory=dict)
    sent: tuple[object, float] = (None, 0.0)
    addresses: dict[int, tuple[Media, str]] = field(default_factory=dict)  # of the images shown, by identity

    def address(self, image: Media) -> str:
        """Where the page gets an image from: the same as long as it is held there."""
        media_store, known = self.session.media_store, self.addresses.get(id(image))
        if known is None or not media_store.holds(known[1]):
            self.addresses = {key: held for key, held in self.addresses.items() if media_store.holds(held[1])}
            self.addresses[id(image)] = known = (image, media_store.put(image))
        return known[1]

    def just_sent(self, question: object) -> bool:
        """Whether this is the second half of a double click; notes the question."""
        before, self.sent = self.sent, (question, perf_counter())
        return before[0] == question and self.sent[1] - before[1] < DOUBLE_CLICK_SECONDS

    @property
    def busy(self) -> bool:
        """Whether any pane is being asked."""
        return bool(self.asking)

    def stop(self, pane_id: str = "") -> None:
        """Stop a pane, or all; what came is kept."""
        for held, asking in list(self.asking.items()):
            if pane_id in ("", held):
                asking.stop()

    def put(self, comparison: Comparison) -> None:
        """Another comparison takes the place of this one; what still runs for the old one is stopped and dropped."""
        self.stop()
        self.comparison = comparison
        self.asking, self.jobs, self.failures, self.forms, self.deleted, self.asked = {}, {}, {}, {}, [], {}
        self.editing = self.notice = ""
        self.open_settings("")

    def open_settings(self, pane_id: str) -> None:
        """Show the settings of a pane, as they are now; none to close them."""
        self.open_pane, self.opened = pane_id, new_id()

    def takes_images(self, settings: Settings) -> bool | None:
        """Whether a model takes images, as the router says and as is known of the embedded ones; None: nobody says."""
        if settings.base_url:
            return None
        if settings.model in self.session.site.embedded.models:
            return False
        said = {offer.images for offer in self.offers.get(settings.model, ())}
        return said.pop() if len(said) == 1 else None

    @property
    def unpriced(self) -> list[str]:
        """The models of the Hub whose prices were not looked up yet; none while it is hidden who answers."""
        if self.comparison.hidden:
            return []
        settings = [pane.settings for pane in self.comparison.panes]
        hub = [one.model for one in settings if is_of_hub(self.session, one)]
        return [model for model in dict.fromkeys(hub) if model not in self.offers]

    def put_question(self, panes: Sequence[Pane], text: str, images: Sequence[Media] = ()) -> list[Job]:
        """Put a question to panes, and give what is to ask. A model that takes no images gets the text alone."""
        without = [pane for pane in panes if images and text.strip() and self.takes_images(pane.settings) is False]
        for pane in panes:
            self.comparison.put(conversation.asked(pane, text, () if pane in without else images))
        if without:
            letters = ", ".join(self.comparison.letter(pane) for pane in without)
            who = "those" if self.comparison.hidden else letters
            self.notice = f"The text went without the images to {who}, where the model takes none."
        return [Job(pane.id) for pane in panes]

    async def run(self, jobs: Sequence[Job]) -> AsyncGenerator[set[str], None]:
        """Ask panes at the same time. Yields the ids of those that began, then of those that ended; none is a
        heartbeat. Closing it closes every connection."""
        comparison = self.comparison
        tasks = {}
        for job in jobs:
            asking = self._begin(job)
            if asking is not None:
                tasks[asyncio.create_task(asking.run())] = (job, asking)
        try:
            yield {job.pane_id for job in jobs}
            waiting = set(tasks)
            while waiting:
                done, waiting = await asyncio.wait(
                    waiting, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    self._end(comparison, *tasks[task])
                yield {tasks[task][0].pane_id for task in done if self.comparison is comparison}
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for job, asking in tasks.values():
                self._forget(job, asking)

    async def replay(self, pane_id: str, asked: Iterable[Variant]) -> AsyncGenerator[set[str], None]:
        """Put questions to a pane one after the other, each with the model's own answers before it."""
        comparison = self.comparison
        for question in asked:
            pane = comparison.pane(pane_id)
            if pane is None or self.comparison is not comparison:
                return
            async for changed in self.run(self.put_question([pane], question.content, question.images)):
                yield changed
            pane = comparison.pane(pane_id)
            if pane is None or pane.answer is None or pane_id in self.failures or _was_stopped(pane):
                return

    def request_of(self, job: Job) -> Request:
        """What a job asks. Raises RequestError where that can't be asked."""
        pane = self.comparison.pane(job.pane_id)
        if pane is None:
            raise RequestError("This pane is no longer here.")
        form = self.forms.get(pane.id)
        if form is not None and form.error:
            raise RequestError(form.error)
        check(self.session, pane.settings)
        asked = conversation.request(pane, job.of)
        if not any(message["role"] == "user" for message in asked.inputs["messages"]):
            raise RequestError("There is no question to answer.")
        return asked

    def _begin(self, job: Job) -> PaneCall | None:
        if job.pane_id in self.asking:
            return None
        self.failures.pop(job.pane_id, None)
        try:
            request = self.request_of(job)
        except RequestError as error:
            self.failures[job.pane_id] = InferenceFailure(str(error))
            return None
        growing, name = self.feed.open(job.pane_id), run_name(job.pane_id)
        asking = PaneCall(request, self.session, growing, on_news=self.feed.tell, name=name)
        self.asking[job.pane_id], self.jobs[job.pane_id] = asking, job
        return asking

    def _end(self, comparison: Comparison, job: Job, asking: PaneCall) -> None:
        """An answer has come to its end: what was said is kept with its record, what went wrong is said beside it."""
        self._forget(job, asking)
        pane = comparison.pane(job.pane_id)
        if pane is None or self.comparison is not comparison:
            return
        failure = failure_of(asking)
        if failure is not None:
            self.failures[job.pane_id] = failure
        self.asked[job.pane_id] = asking
        if asking.said_anything or (asking.stopped and failure is None):
            comparison.put(conversation.answered(pane, asking.variant(), job.of))

    def _forget(self, job: Job, asking: PaneCall) -> None:
        self.feed.close(asking.growing)
        if self.asking.get(job.pane_id) is asking:
            del self.asking[job.pane_id], self.jobs[job.pane_id]

    def delete(self, pane: Pane, message_id: str) -> None:
        """Take a message out of a pane; `undo` brings it back."""
        left, deleted = conversation.without(pane, message_id)
        if deleted is not None:
            self.comparison.put(left)
            self.deleted = [*self.deleted, deleted][-MAX_DELETED:]

    def undo(self) -> str:
        """Bring back what was deleted last; the id of its pane, or nothing."""
        while self.deleted:
            last = self.deleted.pop()
            pane = self.comparison.pane(last.pane_id)
            if pane is not None:
                self.comparison.put(conversation.restored(pane, last))
                return pane.id
        return ""


def _was_stopped(pane: Pane) -> bool:
    record = pane.answer.variant.record if pane.answer else None
    return record is not None and record.finish_reason == "stopped"


def run_name(pane_id: str) -> str:
    """A pane's name in the registry of runs."""
    return f"{PAGE}-{pane_id}"


def check(session: Session, settings: Settings) -> None:
    """Raises RequestError where a pane's settings can't be asked."""
    if not settings.model:
        raise RequestError("No model is chosen here.")
    if settings.base_url and not session.site.allows_endpoint(settings.base_url):
        raise RequestError("This server calls only the endpoints that its owner listed.")
    served = session.site.embedded.models.get(settings.model)
    if served and not settings.base_url and served.task.id != "conversational":
        raise RequestError(f"{served.id} does {served.task.name.lower()}, it does not chat.")


def is_of_hub(session: Session, settings: Settings) -> bool:
    """Whether a pane asks a model of the Hub, by Inference Providers."""
    at_home = settings.base_url or settings.model in session.site.embedded.models
    return bool(settings.model) and not at_home


def first_comparison(session: Session) -> Comparison:
    """What a tab begins with: two panes with two of the embedded chats."""
    models = chats(session)
    names = [models[place % len(models)] if models else "" for place in range(2)]
    return Comparison([Pane(Settings(name)) for name in names])


def chats(session: Session) -> list[str]:
    """The embedded models that chat."""
    return [model.id for model in session.site.embedded.models.values() if model.task.id == "conversational"]


def compare_session_of(session: Session) -> CompareSession:
    """What the page holds for a tab, made at the first look."""
    held = session.pages.get(PAGE)
    if not isinstance(held, CompareSession):
        held = session.pages[PAGE] = CompareSession(session, first_comparison(session), session.feed)
    return held
