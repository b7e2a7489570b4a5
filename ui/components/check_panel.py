"""The check of a place as a button: does what runs there keep what its task promises? Stoppable like a run."""

from __future__ import annotations

from collections.abc import AsyncIterator

import gradio as gr

from showcard.inference.check import Report, check
from showcard.metadata.tasks.table import Task
from showcard.ui.components.panel import Updates
from showcard.ui.markup import panels
from showcard.ui.markup.found import report_html
from showcard.ui.markup.html import Markup, div, one_line, span
from showcard.ui.session.availability import TypedTarget, reachable
from showcard.ui.session.run import Run
from showcard.ui.session.session import Session
from showcard.ui.session.target import ENDPOINT, PROVIDERS
from showcard.wire.request import Request


async def checking(
    row: Task | None, model: str, session: Session, typed: TypedTarget, report: gr.Markdown, button: gr.Button
) -> AsyncIterator[Updates]:
    """Asks a model at a place for everything its task promises. Yields updates of the report and the check's button."""
    typed.keep(session)
    place = typed.place
    found = reachable(row, model, session, place)
    if row is None or not found.runs:
        said = panels.note(found.sentence, found.hint, error=True, ways=("token", "place"))
        yield {report: one_line(said)}
        return
    embedded = place.choice not in (PROVIDERS, ENDPOINT)

    async def call(run: Run[Report]) -> Report:
        run.asked = place.of(Request(row.id, model, {}))
        with session.calling():
            return await check(
                place.model(model),
                provider=place.provider if place.choice == PROVIDERS else "auto",
                base_url=session.site.embedded.url if embedded else place.endpoint,
                task=row.id,
                keys=session.keys_for(place.endpoint),
                bill_to=(place.bill_to or None) if place.choice == PROVIDERS else None,
                trusted=session.trusts(place.endpoint),
            )

    async with Run(session.runs, f"check-{model}", call) as run:
        yield {report: one_line(_waiting(0)), button: gr.update(interactive=False)}
        async for _ in run.beats():
            yield {report: one_line(_waiting(run.elapsed))}
        yield {report: one_line(_ended(run)), button: gr.update(interactive=True)}


def _ended(run: Run[Report]) -> Markup:
    if run.state == "stopped":
        return panels.note("The check was stopped.")
    return panels.failure(run.error, run.asked) if run.error else report_html(run.result)


def _waiting(seconds: float) -> Markup:
    said = f"Checking, with a few small requests · {seconds:.0f} s"
    return div(span(class_="spin", aria_hidden="true"), said, class_="status", role="status")
