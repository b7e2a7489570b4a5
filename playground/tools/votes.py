"""The tool for blind votes: who answers is hidden and shuffled until the vote, and the votes are counted here.

A blind comparison is a new one, whose panes are shuffled and get new ids. While it is hidden, neither models nor
settings nor measurements are in the page; the browser's copy says so too, and brings it back hidden. Votes are in
the browser, or with `--data-dir` in `votes.sqlite3`; where that fails, in the browser until it works."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import SystemRandom
from typing import Any
from urllib.parse import urlsplit

import gradio as gr

from showcard.playground.core import conversation
from showcard.playground.core.keyless import without_keys
from showcard.playground.core.state import Comparison, Pane
from showcard.playground.core.votes import (
    CHOICES,
    Choice,
    FileVotes,
    HeldVotes,
    Tally,
    Votes,
    VotesError,
    new_vote,
    tallies,
)
from showcard.playground.view.heads import brief
from showcard.ui.components.panel import panel
from showcard.ui.markup import panels
from showcard.ui.markup.html import Child, Markup, div, element, isolated, join, one_line, p

from .base import QUIET, Tool, percent, table_html
from .mount import Drawn, Mount

WORDS = ("A is better", "B is better", "Tie", "Both bad")
INTRO = p(
    "Start a blind comparison: a new chat with the same two models, in an order that nobody sees. Ask below, then vote "
    "by a click or by the keys 1 to 4; the vote shows who was who."
)
FORGET, SURE = "Forget all votes", "Forget them for good"
TWO = "A blind vote is between two models: leave two panes, then start."


@dataclass(frozen=True, slots=True)
class VoteRow:
    """The row of the vote in the ask bar."""

    row: gr.Row
    votes: list[gr.Button]
    reveal: gr.Button


def row() -> VoteRow:
    """Lay the row of the vote out inside the ask bar; it shows while models are hidden."""
    with gr.Row(visible=False, elem_id="vote-row", elem_classes="tight") as laid:
        votes = [
            gr.Button(words, min_width=90, elem_id=f"vote-{number}", elem_classes="vote")
            for number, words in enumerate(WORDS, 1)
        ]
        reveal = gr.Button("Reveal", min_width=90, elem_id="reveal")
    return VoteRow(laid, votes, reveal)


def build(mount: Mount, tab: gr.Tab, made: VoteRow) -> Tool:
    """Lay it out inside the current tab."""
    kept = gr.BrowserState([], storage_key="showcard-votes", secret="showcard-votes")  # noqa: S106  (no secret: votes)
    panel(INTRO)
    with gr.Row(elem_classes="tight end"):
        tag = gr.Textbox(label="Tag of the vote", placeholder="code, German, jokes … or nothing", max_lines=1, scale=2)
        start = gr.Button("Start a blind comparison", variant="primary", scale=0, min_width=230, elem_id="blind")
        forget = gr.Button(FORGET, scale=0, min_width=140, elem_id="forget-votes")
    voting = Voting(mount, kept, panel(elem_id="vote-said"), panel(elem_id="tally"))
    screen = [*mount.screen, voting.said]
    start.click(voting.begin, None, screen, **QUIET)
    made.reveal.click(voting.reveal, None, screen, **QUIET)
    for number, button in enumerate(made.votes):
        button.click(voting.vote(CHOICES[number]), [tag, kept], [*screen, voting.shown, kept], **QUIET)
    asked = [forget, voting.shown, kept]

    def forgetting(label: str, stored: Any) -> Drawn:
        """Forget every vote, once the button was pressed a second time."""
        if label != SURE:
            return {forget: gr.update(value=SURE, variant="stop")}
        return {forget: gr.update(value=FORGET, variant="secondary"), **voting.forget(stored)}

    def opened(stored: Any) -> Drawn:
        return {forget: gr.update(value=FORGET, variant="secondary"), **voting.counted(stored)}

    forget.click(forgetting, [forget, kept], asked, **QUIET)
    tab.select(opened, [kept], asked, **QUIET)
    return Tool([made.row])


@dataclass(frozen=True, slots=True)
class Voting:
    """What the listeners do; `kept` are the votes in the browser, `said` and `shown` the panels for words and tally."""

    mount: Mount
    kept: gr.BrowserState
    said: Any
    shown: Any

    def begin(self, request: gr.Request) -> Drawn:
        """Hide and shuffle the two models in a new chat."""
        comparison = self.mount.comparison_of(request)
        if len(comparison.panes) != 2:
            return self._told(TWO, error=True)
        drawn = self.mount.replace(request, shuffled(comparison))
        return {**drawn, **self._told("The models are hidden. Ask both below, then vote above the question.")}

    def reveal(self, request: gr.Request) -> Drawn:
        """Show who is who."""
        comparison = self.mount.comparison_of(request)
        told = {self.said: one_line(div(element("strong", revealed(comparison)), class_="note", role="note"))}
        comparison.hidden = False
        comparison.revision += 1
        return {**self.mount.draw(request), **told}

    def vote(self, choice: Choice) -> Callable[..., Drawn]:
        """A listener that counts a vote and shows who is who."""

        def voting(request: gr.Request, tag: str, stored: Any) -> Drawn:
            comparison = self.mount.comparison_of(request)
            if not comparison.hidden or len(comparison.panes) != 2:
                return self._told("No models are hidden.", error=True)
            if not all(pane.answer for pane in comparison.panes):
                return self._told("Both have to answer before you vote.", error=True)
            first, second = labels(comparison)
            cast = new_vote(first, second, choice, str(tag or ""))
            return {**self.reveal(request), **self.counted(stored, lambda votes: votes.add(cast))}

        return voting

    def forget(self, stored: Any) -> Drawn:
        """Forget every vote."""
        return self.counted(stored, lambda votes: votes.clear())

    def counted(self, stored: Any, change: Callable[[Votes], None] | None = None) -> Drawn:
        """The tally, after a change of the votes. What can't be kept in the folder is kept in the browser, with a
        sentence, and goes into the folder when that can be written to again."""
        folder, held = self.mount.site.data_dir, HeldVotes(stored)
        if folder is None:
            return self._counted(held, change, "in this browser")
        try:
            file = FileVotes(folder)
            file.take(held.all())
            held.clear()
            return {self.kept: held.to_json(), **self._counted(file, change, f"in {folder}")}
        except VotesError as error:
            said = one_line(panels.note(str(error), "Until then votes are kept in this browser.", error=True))
            drawn = self._counted(held, change, "in this browser")
            return {**drawn, self.shown: said + drawn[self.shown]}

    def _counted(self, votes: Votes, change: Callable[[Votes], None] | None, where: str) -> Drawn:
        if change is not None:
            change(votes)
        tally = one_line(tally_html(tallies(votes.all()), where))
        return {self.shown: tally, **({self.kept: votes.to_json()} if isinstance(votes, HeldVotes) else {})}

    def _told(self, words: str, error: bool = False) -> Drawn:
        return {self.said: one_line(panels.note(words, error=error))}


def shuffled(comparison: Comparison) -> Comparison:
    """A new chat with the same panes in an order that chance decides; nothing of it tells which was which."""
    panes = [Pane(pane.settings) for pane in comparison.panes]
    SystemRandom().shuffle(panes)
    return Comparison(panes, locked=comparison.locked, hidden=True)


def labels(comparison: Comparison) -> tuple[str, ...]:
    """What the panes are counted as: the model, where it is asked, and what else is needed to tell them apart."""
    comparison, found = without_keys(comparison), []
    for pane in comparison.panes:
        settings = pane.settings
        given = "" if settings.provider == "auto" else settings.provider
        place = urlsplit(settings.base_url).netloc if settings.base_url else given
        found.append(f"{settings.model} at {place}" if place else settings.model)
    if len(set(found)) < len(found):
        held = [conversation.values(pane.settings) for pane in comparison.panes]
        for name in conversation.differing(comparison):
            found = [f"{label} · {name} {brief(one.get(name))}" for label, one in zip(found, held, strict=True)]
    if len(set(found)) < len(found):
        found = [f"{label} ({number})" for number, label in enumerate(found, 1)]
    return tuple(found)


def revealed(comparison: Comparison) -> Markup:
    """Who was who, as HTML."""
    named = zip(comparison.panes, labels(comparison), strict=True)
    who = join([[f"{comparison.letter(pane)} was ", _label(label)] for pane, label in named], ", ")
    return join([who, "."])


def tally_html(found: Sequence[Tally], where: str) -> Markup:
    """The votes by pair of models and by tag; `where` they are kept."""
    if not found:
        return p("No votes yet. They are kept ", where, ", and sent nowhere.", class_="dim")
    names = ("Models", "Tag", "First better", "Second better", "Tie", "Both bad", "Wins of the first")
    told = "Wins are a share of the decided votes, with its 95 % interval (Wilson). The votes are kept "
    return table_html(names, map(_row, found)) + p(told, where, ", and sent nowhere.", class_="dim")


def _label(label: str) -> Markup:
    """The label of a pane: its model, and behind that where it was asked."""
    return join(map(isolated, label.split(" at ", 1)), " at ")


def _row(tally: Tally) -> Markup:
    share = "–"
    if interval := tally.interval:
        low, middle, high = interval
        share = f"{percent(middle)} ({percent(low)} to {percent(high)})"
    figures = (tally.left_wins, tally.right_wins, tally.ties, tally.both_bad, share)
    pair: Child = [_label(tally.left), element("br"), _label(tally.right)] if not tally.tag else None
    cells = [element("td", figure, class_="num") for figure in figures]
    return element("tr", element("th", pair, scope="row"), element("td", isolated(tally.tag or "all")), cells)
