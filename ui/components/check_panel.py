"""The check of a place as a button: does what runs there keep what its task promises? Stoppable like a run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import perf_counter
from typing import Any

import gradio as gr

from showcard.inference.check import Report, check
from showcard.inference.streams import HEARTBEAT_SECONDS
from showcard.metadata.tasks.table import Task
from showcard.ui.markup import panels
from showcard.ui.markup.found import report_html
from showcard.ui.markup.html import Markup, div, one_line, span
from showcard.ui.session.availability import TypedTarget, reachable
from showcard.ui.session.session import Session, cancel_and_wait
from showcard.ui.session.target import ENDPOINT, PROVIDERS


async def checking(row: Task | None, model: str, session: Session, typed: TypedTarget) -> AsyncIterator[list[Any]]:
    """Asks a model at a place for everything its task promises. Yields updates of (report, check button)."""
    typed.keep(session)
    place, run = typed.place, f"check-{model}"
    found = reachable(row, model, session, place)
    if row is None or not found.runs:
        said = panels.note(found.sentence, found.hint, error=True, ways=("token", "place"))
        yield [one_line(said), gr.skip()]
        return
    embedded = place.choice not in (PROVIDERS, ENDPOINT)

    async def call() -> Report:
        with session.calling():
            return await asked

    asked = check(
        place.model(model),
        provider=place.provider if place.choice == PROVIDERS else "auto",
        base_url=session.site.embedded.url if embedded else place.endpoint,
        task=row.id,
        keys=session.keys_for(place.endpoint),
        bill_to=(place.bill_to or None) if place.choice == PROVIDERS else None,
        trusted=session.trusts(place.endpoint),
    )
    task = asyncio.create_task(call())
    stop = task.cancel
    session.runs.start(run, stop)
    started = perf_counter()
    try:
        yield [one_line(_waiting(0)), gr.update(interactive=False)]
        while not (await asyncio.wait({task}, timeout=HEARTBEAT_SECONDS))[0]:
            yield [one_line(_waiting(perf_counter() - started)), gr.skip()]
        yield [one_line(_told(task)), gr.update(interactive=True)]
    finally:
        session.runs.end(run, stop)
        await cancel_and_wait(task)


def _told(task: asyncio.Task[Report]) -> Markup:
    if task.cancelled():
        return panels.note("The check was stopped.")
    error = task.exception()
    return panels.failure(error) if error else report_html(task.result())


def _waiting(seconds: float) -> Markup:
    said = f"Checking, with a few small requests · {seconds:.0f} s"
    return div(span(class_="spin", aria_hidden="true"), said, class_="status", role="status")
