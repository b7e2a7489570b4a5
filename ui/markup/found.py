"""What was found at a place or on the Hub, as HTML: a check's findings, models, and what a provider serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from showcard.inference.check import ABSENT, BROKEN, KEPT, Report
from showcard.inference.hub.search import FoundModel, ServedModel
from showcard.metadata.tasks.table import find_task
from showcard.metadata.visible import whole

from .html import NOTHING, Child, Markup, div, element, join, p, span

_WORDS = {KEPT: "passed", BROKEN: "failed", ABSENT: "not offered"}


def report_html(report: Report) -> Markup:
    """A check's findings as a table, with one sentence on top."""
    rows = [
        (f.name, _WORDS.get(f.state, f.state), "" if f.seconds is None else f"{f.seconds:.2f} s", f.sentence)
        for f in report.findings
    ]
    said = "Every promise is kept." if report.passed else "Not every promise is kept."
    return div(
        element("strong", said), " ", report.model, ": ", report.task, " at ", report.place, ".",
        _table(("Promise", "State", "Time", "What was seen"), rows),
        class_="note", role="status",
    )  # fmt: skip


def _table(head: Sequence[Child], rows: Sequence[Sequence[Child]]) -> Markup:
    """Rows below their heads; a time is a number."""
    lines = [
        [element("td", cell, class_="num" if name == "Time" else None) for name, cell in zip(head, row, strict=True)]
        for row in rows
    ]
    heads = [element("th", name) for name in head]
    return div(element("table", [element("tr", line) for line in (heads, *lines)]), class_="table")


def models_html(models: Sequence[FoundModel], more: bool) -> Markup:
    """Models as a list of links that open them here."""
    if not models:
        return p("No model was found.", class_="dim")
    items = [element("li", _opens(model.id), " ", span(_facts(model), class_="dim")) for model in models]
    return element("ul", items, class_="steps") + (p("There are more.", class_="dim") if more else NOTHING)


def _opens(model: str) -> Markup:
    """A link that opens a model here."""
    return element("a", model, href=f"/?model={quote(whole(model), safe='/')}")


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


def provider_html(provider: str, served: Mapping[str, Sequence[ServedModel]], known: bool) -> Markup:
    """What a provider serves, by task, with how each model stands and what it costs."""
    note = NOTHING
    if not known:
        way = " yet: its chats go by the router, its other tasks can't be asked."
        note = p("huggingface_hub does not know ", provider, way)
    if not served:
        return note + p("Nothing that ", provider, " serves was found.", class_="dim")
    return note + join(_served(task, models) for task, models in served.items())


def _served(task: str, models: Sequence[ServedModel]) -> Markup:
    rows = [(_opens(item.model), item.status, item.offer.facts if item.offer else "") for item in models]
    title = element("h3", row.name if (row := find_task(task)) else task, f" ({len(models)})")
    return title + _table(("Model", "State", "Offer"), rows)
