"""Two flows of several calls in a row: an image editor and meeting notes. Each call is a step with its own code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Image, Text
from showcard.metadata.tasks.table import Field, Task, task
from showcard.ui.components.panel import Updates, panel
from showcard.ui.gradio_patches.old_renders import forget_old_renders
from showcard.ui.markup import panels
from showcard.ui.markup.chat import GrowingAnswer
from showcard.ui.markup.html import Child, Markup, div, element, one_line, p, span
from showcard.ui.markup.markdown import chat_html
from showcard.ui.markup.pieces import badge, blank
from showcard.ui.server.leaving import mark
from showcard.ui.session.availability import recall
from showcard.ui.session.session import Session, Sessions, Site
from showcard.ui.session.sources import EXAMPLES
from showcard.widgets import show
from showcard.widgets.fields import components as fields
from showcard.widgets.index import FLOWS
from showcard.wire.request import RequestError

from .step import QUIET, FlowStep, StepResult

EDITORS = ("black-forest-labs/FLUX.1-Kontext-dev", "Qwen/Qwen-Image-Edit")
LISTENERS = ("openai/whisper-large-v3", "openai/whisper-large-v3-turbo")
WRITERS = ("openai/gpt-oss-120b", "deepseek-ai/DeepSeek-V3.2")
AUDIO = Field("audio", "audio", "Recording")
# A meeting written for this page: nobody said it, and there is no recording of it.
MEETING = """Anna: The reading room opens on Monday. Are the desks ready?
Ben: Thirty of the forty desks are ready. The other ten desks come on Thursday.
Anna: Then we open with thirty desks. Ben, please tell the readers who booked a desk.
Clara: The café opens in May, not in April. I will change the sign by Friday.
Anna: Good. We meet again on Wednesday, after the desks have come."""
ASK = """Here is the transcript of a meeting. Write, in its language:

1. a summary in two or three sentences
2. the action items, with who does what until when
3. the decisions that were made

Transcript:
"""


def build(demo: gr.Blocks, site: Site, name: str) -> None:
    """Lay a flow's page out inside `demo`."""
    sessions, current = Sessions(site), gr.State("")
    remembered = gr.BrowserState({}, storage_key="showcard-places", secret="showcard")  # noqa: S106 no key is in it
    panel(panels.top_bar("All widgets"), elem_id="bar")
    said = next(said for _, title, said in FLOWS if title == name)
    back = p(element("a", "All widgets", href="/widgets"))
    panel(div(back, element("h1", name), p(said), class_="flow-head"), elem_id="head")

    @gr.render(inputs=current, triggers=[current.change])  # type: ignore[untyped-decorator]
    def draw(started: str, request: gr.Request) -> None:
        forget_old_renders()
        if started:
            session = sessions.of(request)
            panel(mark(session.feed))
            PAGES[name](session).build()

    def start(places: Any, request: gr.Request) -> str:
        session = sessions.of(request)
        recall(session, places)
        return session.id

    demo.load(start, remembered, current, **QUIET)
    demo.unload(sessions.forget)


class Editor:
    """A picture, what should change, and the two side by side."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.row = task("image-to-image")
        self.after: Media | None = None
        self.step = FlowStep("edit", self.row.id, EDITORS, session, self._inputs, self._draw)

    def build(self) -> None:
        """Lay it out: the picture and the prompt, where it runs, before and after."""
        folder = EXAMPLES / "image-text-to-image"
        before, self.after = (Media.from_bytes((folder / n).read_bytes(), name=n) for n in ("house.png", "night.png"))
        with gr.Row(elem_id="page"):
            with gr.Column(elem_classes="pane flow-step"):
                self.image = fields.make(self.row.fields[0], before)
                self.prompt = fields.make(self.row.fields[1], "Make it night.")
                self.step.build("Edit")
                self.step.build_code()
            with gr.Column(elem_classes="pane flow-step"):
                self.pair = panel(self._pair(before, self.after, panels.recorded_badge(True)), elem_id="pair")
                self.further = gr.Button("Go on with the picture after", elem_id="further")
        self.step.wire([self.image, self.prompt], [self.pair])
        self.further.click(lambda: fields.show(self.row.fields[0], self.after), None, self.image, **QUIET)

    def _inputs(self, row: Task, values: Sequence[Any]) -> Mapping[str, Any]:
        found = {spec.name: fields.read(spec, value) for spec, value in zip(self.row.fields, values, strict=True)}
        return {name: value for name, value in found.items() if value is not None}

    def _draw(self, done: StepResult) -> Updates:
        if done.reply is None:
            return {}
        output, request = done.reply.output, done.reply.resolved.request
        if not isinstance(output, Image):
            note = panels.note("No picture came back.", "Its answer stands under Code.")
            return {self.pair: one_line(show.boxed(note))}
        self.after = output.media
        return {self.pair: one_line(self._pair(request.inputs["image"], output.media, _live(request.model)))}

    def _pair(self, before: Media, after: Media, what: Child) -> Markup:
        figures = []
        for media, name in ((before, "Before"), (after, "After")):
            address = self.session.media_store.put(media)
            picture = element("img", src=address, alt=f"The picture {name.lower()} the edit")
            saved = media.name or "picture.png"
            save = element("a", "Download", href=address, download=saved) if name == "After" else None
            figures.append(element("figure", picture, element("figcaption", span(name), save)))
        return show.boxed(div(figures, class_="pair"), what)


class Notes:
    """A recording, its transcript, and what a chat model makes of it."""

    def __init__(self, session: Session) -> None:
        self.listen = FlowStep(
            "listen", "automatic-speech-recognition", LISTENERS, session, self._heard, self._transcribed
        )
        self.sum_up = FlowStep(
            "notes", "conversational", WRITERS, session, self._asked, self._noted, self._growing, ("summarization",)
        )

    def build(self) -> None:
        """Lay it out: the recording, the transcript that may be corrected, the notes."""
        with gr.Row(elem_id="page"):
            with gr.Column(elem_classes="pane flow-step"):
                panel(element("h2", "1. Listen"))
                self.audio = fields.make(AUDIO, None)
                self.listen.build("Transcribe")
                self.transcript = gr.Textbox(
                    MEETING, label="Transcript", lines=8, max_lines=16, interactive=True, elem_id="transcript-text"
                )
                written = "written by hand; there is no recording of it"
                self.origin = panel(_origin(panels.ILLUSTRATION[0], written), elem_id="origin")
                self.listen.build_code()
            with gr.Column(elem_classes="pane flow-step"):
                panel(element("h2", "2. Sum up"))
                self.sum_up.build("Write the notes")
                self.notes = panel(show.boxed(blank("The notes appear here.")), elem_id="notes")
                self.sum_up.build_code()
        self.listen.wire([self.audio], [self.transcript, self.origin])
        self.sum_up.wire([self.transcript], [self.notes])
        self.transcript.input(lambda: one_line(_origin("Edited", "by you")), None, self.origin, **QUIET)

    @staticmethod
    def _heard(row: Task, values: Sequence[Any]) -> Mapping[str, Any]:
        return {"audio": fields.read(AUDIO, values[0])}

    def _transcribed(self, done: StepResult) -> Updates:
        if done.reply is None or not isinstance(done.reply.output, Text):
            return {}
        origin = _origin("Live", done.reply.resolved.request.model, live=True)
        return {self.transcript: done.reply.output.text, self.origin: one_line(origin)}

    @staticmethod
    def _asked(row: Task, values: Sequence[Any]) -> Mapping[str, Any]:
        text = str(values[0] or "").strip()
        if not text:
            raise RequestError("The transcript is empty.")
        return {"text": text} if row.output == "text" else {"messages": [{"role": "user", "content": ASK + text}]}

    def _noted(self, done: StepResult) -> Updates:
        resolved = done.reply.resolved if done.reply else done.answer.resolved if done.answer else None
        if resolved is None:
            return {}
        said = done.answer.content if done.answer else getattr(done.reply.output, "text", "") if done.reply else ""
        body = div(chat_html(said), class_="md text", dir="auto") if said else p("The answer is empty.")
        return {self.notes: one_line(show.boxed(body, _live(resolved.request.model)))}

    def _growing(self, answer: GrowingAnswer) -> Updates:
        return {self.notes: answer.html}


def _origin(name: str, said: str, live: bool = False) -> Markup:
    return p(badge(name, live), " ", span(said, class_="dim"), class_="origin")


def _live(model: str) -> Child:
    """What stands above a live answer."""
    return [badge("Live", live=True), span(model)]


PAGES: Mapping[str, Callable[[Session], Editor | Notes]] = {"Image editor": Editor, "Meeting notes": Notes}
