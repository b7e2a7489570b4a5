"""What was found at a place or on the Hub, as HTML: a check's findings, models, and what a provider serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from showcard.inference.check import ABSENT, BROKEN, KEPT, Report
from showcard.inference.hub.search import FoundModel, ServedModel
from showcard.metadata.tasks.table import find_task
from showcard.metadata.visible import whole

from .html import escape

_WORDS = {KEPT: "kept", BROKEN: "broken", ABSENT: "not there"}


def report_html(report: Report) -> str:
    """A check's findings as a table, with one sentence on top."""
    rows = "".join(
        f"<tr><td>{escape(f.name)}</td><td>{_WORDS.get(f.state, escape(f.state))}</td>"
        f'<td class="num">{"" if f.seconds is None else f"{f.seconds:.2f} s"}</td><td>{escape(f.sentence)}</td></tr>'
        for f in report.findings
    )
    said = "Every promise is kept." if report.passed else "Not every promise is kept."
    head = "<tr><th>Promise</th><th>State</th><th>Time</th><th>What was seen</th></tr>"
    return (
        f'<div class="note" role="status"><strong>{said}</strong> {escape(report.model)}: {escape(report.task)} at '
        f'{escape(report.place)}.<div class="table"><table>{head}{rows}</table></div></div>'
    )


def models_html(models: Sequence[FoundModel], more: bool) -> str:
    """Models as a list of links that open them here."""
    if not models:
        return '<p class="dim">No model was found.</p>'
    items = "".join(
        f'<li><a href="/?model={quote(whole(model.id), safe="/")}">{escape(model.id)}</a> '
        f'<span class="dim">{escape(_facts(model))}</span></li>'
        for model in models
    )
    rest = '<p class="dim">There are more.</p>' if more else ""
    return f'<ul class="steps">{items}</ul>{rest}'


def _facts(model: FoundModel) -> str:
    row = find_task(model.task or "")
    facts = [row.name if row else model.task or "", model.library or ""]
    facts += [f"{model.downloads:,} downloads"] if model.downloads else []
    facts += [f"{model.likes:,} likes"] if model.likes else []
    facts += ["gated"] if model.gated else []
    facts += ["private"] if model.private else []
    names = ", ".join(dict.fromkeys(mapping.provider for mapping in model.providers))
    facts += [f"served by {names}"] if names else []
    return " · ".join(fact for fact in facts if fact)


def provider_html(provider: str, served: Mapping[str, Sequence[ServedModel]], known: bool) -> str:
    """What a provider serves, by task, with how each model stands and what it costs."""
    note = (
        ""
        if known
        else (
            f"<p>huggingface_hub does not know {escape(provider)} yet: its chats go by the router, "
            "its other tasks can't be asked.</p>"
        )
    )
    if not served:
        return f'{note}<p class="dim">Nothing that {escape(provider)} serves was found.</p>'
    tables = "".join(
        f"<h3>{escape(row.name if (row := find_task(task)) else task)} ({len(models)})</h3>"
        f'<div class="table"><table><tr><th>Model</th><th>State</th><th>Offer</th></tr>{_served_rows(models)}</table>'
        "</div>"
        for task, models in served.items()
    )
    return note + tables


def _served_rows(models: Sequence[ServedModel]) -> str:
    return "".join(
        f'<tr><td><a href="/?model={quote(whole(item.model), safe="/")}">{escape(item.model)}</a></td>'
        f"<td>{escape(item.status)}</td><td>{escape(item.offer.facts) if item.offer else ''}</td></tr>"
        for item in models
    )
