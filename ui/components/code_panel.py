"""The code of a request, in a tab for each language and client; what Run sends is what it asks.

The tabs are HTML that the page's own script turns (`front/shared/code.js`), so that turning one needs no server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import gradio as gr

from showcard.inference.keys import own_key_name
from showcard.metadata.media import Media
from showcard.snippets import Options, Snippet, comparison_script, differences, one_liner, paste, snippets_for
from showcard.ui.components.panel import panel
from showcard.ui.markup import panels
from showcard.ui.markup.html import NOTHING, Markup, code_text, div, element, join, one_line
from showcard.wire.call import CHAT_TASKS, HUB_KEY, helper_task
from showcard.wire.checks import check_model_id
from showcard.wire.hub_private import own_address
from showcard.wire.request import RESPONSES, RequestError, ResolvedRequest

STREAM, ASYNC, BY_RESPONSES, OWN_KEY = "stream", "async", "responses", "own key"
UNPUBLISHED = "your-name/your-model"
LANGUAGES = {"python": "Python", "js": "JavaScript", "sh": "curl", "local": "On your machine"}


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: its value, which is remembered, its name, what it holds; or `why` there is no code in it."""

    value: str
    name: str
    body: Markup
    why: str = ""


class CodePanel:
    """The options of how code is written, and the code. `prefix` is the id of the code on the page.

    Give `options` to a listener as inputs, hand their values to `show`, and let it update `output`."""

    def __init__(self, prefix: str = "code") -> None:
        self.prefix = prefix
        self.options: list[gr.components.Component] = []
        self.output: gr.Markdown | None = None

    def build(self, task_id: str, streams: bool) -> None:
        """Lay it out inside the current Blocks. `streams`: whether Run lets the answer arrive piece by piece."""
        chats = task_id in CHAT_TASKS
        names = [("Stream", STREAM)] if chats or task_id == "text-generation" else []
        names += [("asyncio", ASYNC)]
        names += [("Responses API", BY_RESPONSES)] if chats else []
        names += [("Provider's own key", OWN_KEY)]
        with gr.Row(elem_classes="code-options"):
            how = gr.CheckboxGroup(
                names,
                value=[STREAM] if streams else [],
                label="How the code is written",
                show_label=False,
                container=False,
                interactive=True,
                elem_id=f"{self.prefix}-how",
            )
            saved = gr.Textbox(
                label="Save the output to",
                show_label=False,
                container=False,
                placeholder="Save to a file",
                max_lines=1,
                interactive=True,
                elem_id=f"{self.prefix}-file",
            )
        self.options = [how, saved]
        self.output = panel(elem_id=self.prefix)

    def show(self, asked: Mapping[str, ResolvedRequest], options: Sequence[Any], local: Sequence[Snippet] = ()) -> str:
        """The HTML for `output`: of one request, or of several that are compared, by their names."""
        how, save_to = options
        return one_line(code_html(self.prefix, asked, how, save_to, local))


def code_html(
    prefix: str,
    asked: Mapping[str, ResolvedRequest],
    how: Any = (STREAM,),
    save_to: Any = "",
    local: Sequence[Snippet] = (),
) -> Markup:
    """The tabs of one request, or of several by their names with one script for all of them first."""
    chosen = {str(item) for item in how} if isinstance(how, list | tuple) else set()
    options = Options(ASYNC in chosen, str(save_to or "").strip() or None)
    try:
        tabs = [
            Tab(f"side {number}", name, _languages(f"{prefix}-{number}", resolved, chosen, options, local))
            for number, (name, resolved) in enumerate(asked.items())
        ]
    except RequestError as error:
        return panels.note(str(error), "Change the options above.")
    if len(asked) > 1:
        varied = {name: _varied(resolved, chosen)[0] for name, resolved in asked.items()}
        tabs.insert(0, Tab("all", "All in one script", _snippet(comparison_script(varied), None)))
    return div(_tabs(prefix, "What the code asks", "which", tabs), class_="codes")


def _languages(
    prefix: str, resolved: ResolvedRequest, chosen: set[str], options: Options, local: Sequence[Snippet]
) -> Markup:
    varied, remarks = _varied(resolved, chosen)
    written: dict[str, list[Snippet]] = {}
    for one in snippets_for(varied, options):
        written.setdefault(one.language, []).append(one)
    notes = _notes([*differences(varied), *remarks, *_files(varied)])
    tabs = []
    for language, found in {**written, **({"local": list(local)} if local else {})}.items():
        key = None if language == "local" else varied.key_name
        clients = [Tab(one.client, one.client, _snippet(one, key), one.reason or "") for one in found]
        body = _tabs(f"{prefix}-{language}", "Client", language, clients)
        why = "None of its clients can make this request." if all(one.why for one in clients) else ""
        tabs.append(Tab(language, LANGUAGES[language], body + (notes if language != "local" else NOTHING), why))
    return _tabs(f"{prefix}-language", "Language", "language", tabs)


def _varied(resolved: ResolvedRequest, chosen: set[str]) -> tuple[ResolvedRequest, list[str]]:
    """The request as the options want it, and what that changes against the one that Run sends."""
    request, remarks = resolved.request, []
    if not resolved.route and (named := model_id(request.model)) != request.model:
        remarks.append(f"The card has no id on the Hub yet: put its own in the place of {UNPUBLISHED}.")
        request = replace(request, model=named)
        resolved = replace(resolved, request=request, provider_model=named)
    if request.task in CHAT_TASKS or request.task == "text-generation":
        stream = STREAM in chosen
        if stream != request.stream:
            remarks.append(f"Run asks {'without streaming' if stream else 'for a stream'}; this code does not.")
            resolved = replace(resolved, request=replace(request, stream=stream))
    if BY_RESPONSES in chosen and request.task in CHAT_TASKS and request.api != RESPONSES:
        remarks.append("Run asks by chat completions; this code by OpenAI's Responses API.")
        resolved = replace(resolved, request=replace(resolved.request, api=RESPONSES))
    if OWN_KEY in chosen and not resolved.route and resolved.key_name == HUB_KEY:
        address = own_address(resolved.provider, helper_task(request.task))
        if not address or resolved.provider == "hf-inference":
            remarks.append("For a provider's own key, name the provider under Runs on.")
        else:
            remarks.append("Run sends your Hugging Face token; this code asks the provider itself, with its own key.")
            host = urlsplit(address).hostname or ""
            resolved = replace(resolved, host=host, key_name=own_key_name(resolved.provider))
    return resolved, remarks


def model_id(name: str) -> str:
    """The id that code names a model by: its own, or what stands in for one that has none yet."""
    try:
        return check_model_id(name)
    except RequestError:
        return UNPUBLISHED


def _files(resolved: ResolvedRequest) -> list[str]:
    names = [value.name for value in resolved.request.inputs.values() if isinstance(value, Media) and value.name]
    return [f"It reads {', '.join(names)} from the folder it runs in."] if names else []


def _notes(notes: Sequence[str]) -> Markup:
    """What is particular about the request."""
    items = [element("li", note) for note in notes]
    return element("ul", items, class_="differs", aria_label="What differs from a default call") if notes else NOTHING


def _tabs(prefix: str, label: str, remembered: str, tabs: Sequence[Tab]) -> Markup:
    """A list of tabs and their panels; of one tab only what it holds."""
    if len(tabs) == 1:
        return tabs[0].body
    first = next((n for n, one in enumerate(tabs) if not one.why), 0)
    buttons, bodies = [], []
    for number, one in enumerate(tabs):
        name, on = f"{prefix}-{number}", number == first
        buttons.append(
            element(
                "button",
                one.name,
                type="button",
                role="tab",
                id=f"{name}-tab",
                class_="dim" if one.why else None,
                title=one.why or None,
                aria_controls=name,
                aria_selected="true" if on else "false",
                tabindex=0 if on else -1,
                data_value=one.value,
            )
        )
        bodies.append(div(one.body, id=name, role="tabpanel", aria_labelledby=f"{name}-tab", hidden=not on))
    head = div(buttons, role="tablist", aria_label=label, data_remember=remembered)
    return join([head, bodies])


def _snippet(snippet: Snippet, key: str | None) -> Markup:
    """One snippet, with what it needs and the ways to take it along; or the reason why there is none."""
    if snippet.content is None:
        return panels.note(snippet.reason or "This client can't make this request.", "Choose another client.")
    before, after = paste(snippet)
    rows = [("Install", snippet.install)] if snippet.install else []
    rows += [("Key", f"export {name}=…") for name in filter(None, (key, *snippet.keys))]
    rows += [("Run", one_liner(snippet))]
    needs = [
        div(element("dt", name), element("dd", element("code", code_text(line)), _copy(f"Copy: {name.lower()}")))
        for name, line in rows
    ]
    acts = [
        _copy(),
        element("button", "Download", type="button", class_="download", data_name=snippet.filename),
        element(
            "button",
            "Copy for a terminal",
            type="button",
            class_="copy paste",
            title="Copies a command that writes the file, installs what it needs, and runs it",
            data_before=before,
            data_after=after,
        ),
    ]
    code = element("code", panels.coloured(snippet.content, snippet.language))
    source = div(
        div(acts, class_="acts"), element("pre", code, tabindex=0, aria_label=snippet.filename), class_="source"
    )
    return div(source, element("dl", needs), class_="code")


def _copy(label: str | None = None) -> Markup:
    return element("button", "Copy", type="button", class_="copy", aria_label=label)
