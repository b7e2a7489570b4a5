"""The head of a pane as HTML: who answers, where, at what price, and in which settings it differs from the others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from showcard.inference.hub.offers import Offer
from showcard.inference.hub.providers import POLICIES, split_model
from showcard.playground.core import conversation
from showcard.playground.core.state import MAX_PANES, Comparison, Pane, Settings
from showcard.playground.session import CompareSession
from showcard.ui.markup.html import Markup, div, element, isolated, join, span
from showcard.wire.secrets import address

from .buttons import button

MAX_IN_BADGE = 3


def head(compare: CompareSession, pane: Pane) -> Markup:
    """Who answers in a pane, where, at what price, what differs from the other panes, and what can be done with it."""
    comparison, settings = compare.comparison, pane.settings
    letter = comparison.letter(pane)
    if comparison.hidden:
        said = div(span(letter, class_="letter"), span("hidden until you vote", class_="dim"), class_="pane-title")
        return div(said, class_="pane-head")
    many, name = len(comparison.panes) > 1, settings.model or "Choose a model"
    title = [
        span(letter, class_="letter", aria_hidden="true"),
        element(
            "button", model_html(name), type="button", class_="name", data_act="settings", aria_haspopup="dialog",
            aria_label=(label := f"Settings of {letter}: {name}"), title=label,
        ),
    ]  # fmt: skip
    tools = [
        button("duplicate", f"Duplicate pane {letter}", disabled=len(comparison.panes) >= MAX_PANES),
        button("swap", f"Swap pane {letter} with the next") if many else None,
        button("remove", f"Remove pane {letter}") if many else None,
    ]
    no_images = None
    if compare.takes_images(settings) is False:  # the style sheet shows it while an image is attached
        no_images = span("takes no images", class_="badge no-images")
    return div(
        div(title, span(tools, class_="i-row"), class_="pane-title"),
        div(
            span(isolated(where(compare, settings)), class_="where dim"), no_images, badges(comparison, pane),
            class_="pane-facts",
        ),
        class_="pane-head",
        data_pane=pane.id,
    )  # fmt: skip


@lru_cache(256)
def model_html(name: str) -> Markup:
    """The name of a model; where it is cut, its owner is first."""
    owner, slash, own = name.rpartition("/")
    return span(isolated(owner + slash), isolated(own), class_="cut")


def where(compare: CompareSession, settings: Settings) -> str:
    """Where a model is asked and at what published price, in a few words."""
    if settings.base_url:
        return address(settings.base_url).split("://")[-1].split("/")[0]
    if settings.model in compare.session.site.embedded.models:
        return "embedded, no charge"
    if not settings.model:
        return ""
    provider = split_model(settings.model)[1] or settings.provider
    if settings.model in compare.unpriced:
        return f"{provider}, looking up its price"
    offers = compare.offers.get(settings.model, ())
    open_choice = provider == "auto" or provider in POLICIES
    live = [offer for offer in offers if open_choice and offer.status == "live"]
    chosen = live or [offer for offer in offers if open_choice or provider == offer.provider]
    return ", ".join(filter(None, (provider, _price(chosen), _context(chosen))))


def _price(offers: Sequence[Offer]) -> str:
    """The lowest of the published prices."""
    priced = [offer for offer in offers if offer.input_price is not None and offer.output_price is not None]
    if not priced:
        return "price unknown"
    least = min(priced, key=lambda offer: offer.output_price or 0.0)
    some = len({(offer.input_price, offer.output_price) for offer in offers}) > 1
    return f"{'from ' if some else ''}${least.input_price:g} / ${least.output_price:g} a million tokens"


def _context(offers: Sequence[Offer]) -> str:
    """The length of the context, from the shortest to the longest; nothing where nobody tells it."""
    told = sorted({offer.context_length for offer in offers if offer.context_length})
    return f"{' to '.join(f'{length:,}' for length in (told[0], told[-1])[: len(told)])} context" if told else ""


def badges(comparison: Comparison, pane: Pane) -> list[Markup]:
    """The settings in which a pane differs from the others; a long list is cut."""
    own = conversation.values(pane.settings)
    names = conversation.differing(comparison)
    said = [span(isolated(name), " ", isolated(brief(own.get(name))), class_="badge diff") for name in names]
    if len(said) > MAX_IN_BADGE:
        rest = ", ".join(f"{name} {brief(own.get(name))}" for name in names[MAX_IN_BADGE:])
        said[MAX_IN_BADGE:] = [span(f"+{len(names) - MAX_IN_BADGE}", class_="badge diff", title=rest)]
    return said


def brief(value: object) -> str:
    """A setting in a few characters; one that is not set says so."""
    if value is None:
        return "not set"
    if isinstance(value, list | tuple):
        return f"({len(value)})"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join(text.split())
    return text if len(text) <= 24 else text[:23] + "…"


def drawer_head(compare: CompareSession, pane: Pane) -> Markup:
    """Whose settings are open, the way to the others', and the way out."""
    comparison = compare.comparison
    here = comparison.letter(pane)
    others = [
        span(button("settings", f"Settings of {letter}", letter, class_="plain"), data_pane=other.id)
        for other in comparison.panes
        if (letter := comparison.letter(other)) != here
    ]
    close = button("close", "Done", "Done", class_="plain primary")
    title = element("h2", span(here, class_="letter"), " Settings", id="drawer-title", tabindex=-1, data_letter=here)
    return join([title, others, close])
