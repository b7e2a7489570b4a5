"""The search for a model, with its filters; what is found are buttons that choose it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from showcard.ui.components.panel import panel
from showcard.ui.markup.html import NOTHING, Markup, element, isolated, join, one_line, p, span
from showcard.wire.hub_private import PROVIDERS

from .catalogue import CatalogueEntry, CatalogueFilters, CatalogueResult

ANY = "any provider"


class CataloguePanel:
    """The controls of the search."""

    def build(self) -> None:
        """Lay them out."""
        with gr.Accordion("Find a model", open=False, elem_id="s-find"):
            with gr.Row(elem_classes="tight end"):
                self.text = gr.Textbox(
                    label="Search", placeholder="A name, such as qwen", max_lines=1, elem_id="find-text", scale=3
                )
                self.go = gr.Button("Search", scale=0, min_width=84, elem_id="find-go")
            with gr.Row(elem_classes="tight"):
                names = [name for name, tasks in PROVIDERS.items() if "conversational" in tasks]
                self.provider = gr.Dropdown([ANY, *names], value=ANY, label="Provider", elem_id="find-provider")
                self.price = gr.Textbox(label="At most, $ per M out", placeholder="any", elem_id="find-price")
                self.context = gr.Textbox(label="Context, at least", placeholder="any", elem_id="find-context")
            with gr.Row(elem_classes="tight"):
                self.vision = gr.Checkbox(label="Takes images", container=False, elem_id="find-vision")
                self.tools = gr.Checkbox(label="Calls tools", container=False, elem_id="find-tools")
            self.found = panel(elem_id="found")
        self.inputs = [self.text, self.provider, self.price, self.context, self.vision, self.tools]

    @staticmethod
    def read(values: tuple[Any, ...]) -> CatalogueFilters:
        """What the controls hold; a number that is none is no filter."""
        text, provider, price, context, vision, tools = values
        length = _number(context)
        return CatalogueFilters(
            str(text or "")[:200],
            "" if provider in (ANY, None) else str(provider),
            _number(price),
            None if length is None else int(length),
            vision is True,
            tools is True,
        )


def found_html(found: CatalogueResult) -> str:
    """The models as a list of buttons."""
    rows = [element("li", _row(entry)) for entry in found.entries]
    trouble = p(found.trouble, class_="dim", role="status") if found.trouble else NOTHING
    none = p("No model fits. Take a filter away, or write its id above.", class_="dim")
    return one_line(trouble + (element("ul", rows, class_="found") if rows else none))


def _row(entry: CatalogueEntry) -> Markup:
    offer = entry.offer
    facts = [entry.where if entry.where != "Inference Providers" else "", entry.about]
    if offer and offer.output_price is not None:
        facts.append(f"from ${offer.input_price or 0:g} / ${offer.output_price:g}")
    if offer and offer.context_length:
        facts.append(f"{offer.context_length:,} context")
    facts += ["tools"] if offer and offer.tools else []
    told = span(join(map(isolated, filter(None, facts)), " · "), class_="dim")
    return element(
        "button", element("strong", isolated(entry.model)), told, type="button", class_="open",
        data_act="choose", data_from=entry.model, data_text=entry.base_url,
    )  # fmt: skip


def _number(value: Any) -> float | None:
    text = str(value or "").strip().lower().replace(",", "").removeprefix("$")
    factor = 1_000 if text.endswith("k") else 1
    try:
        number = float(text.removesuffix("k")) * factor
    except ValueError:
        return None
    return number if 0 <= number < 1e9 else None
