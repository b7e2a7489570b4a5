"""The card's gallery: recorded pictures, sounds and videos, each with its prompt; a click loads that example."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator

from showcard.metadata.examples.read import Example
from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Audio, Image, Video
from showcard.ui.markup.html import attribute, short_text, verbatim
from showcard.ui.session.session import Session
from showcard.widgets.show import context_of
from showcard.widgets.state import Page
from showcard.widgets.views.context import Context
from showcard.widgets.views.parts import far, missing, remote_button

from .missing_media import is_lost, paths_of

MAX_ITEMS = 200
LONGEST = 200
_PLACE = re.compile(r"(?im)^[ \t]*<gallery[ \t]*/>[ \t]*$")
_OTHER_TAG = re.compile(r"<(?!/?(?:p|img|a|br|button|span|em|strong)\b)")
_AROUND = re.compile(r"(?i)[ \t]*<(/?)gallery[ \t]*>[ \t]*")


async def body_with_gallery(page: Page, session: Session, render: Callable[[str], Awaitable[str]]) -> str:
    """The card's body by `render`, with the gallery where `<Gallery />` stands, else above where there are several;
    the pictures that `<Gallery>` is written around stand side by side."""
    place, around = (f"gallery{secrets.token_hex(8)}" for _ in range(2))
    text, shown = page.model.card.body, await asyncio.to_thread(gallery, page, session)
    text, asked = _PLACE.subn(f"\n\n{place}\n\n", text, count=1)
    parts = (await render(_marked(_PLACE.sub("", text), around))).split(f"<p>{around}</p>")
    parts[1:-1:2] = map(_side_by_side, parts[1:-1:2])
    html = "".join(parts)
    if not asked and len(list(recorded(page))) > 1:
        html = shown + html
    return html.replace(f"<p>{place}</p>", shown).replace(place, "").replace(around, "")


def _marked(text: str, around: str) -> str:
    """The text with a paragraph `around` for both lines of each pair `<Gallery>`, `</Gallery>`; others are left out."""
    lines, opened = text.split("\n"), -1
    for place, line in enumerate(lines):
        if not (found := _AROUND.fullmatch(line)):
            continue
        lines[place] = ""
        if found[1] and opened >= 0:
            lines[opened] = lines[place] = f"\n\n{around}\n\n"
            opened = -1
        elif not found[1] and opened < 0:
            opened = place
    return "\n".join(lines)


def _side_by_side(html: str) -> str:
    """Paragraphs of pictures in a grid; anything else as it is."""
    return html if _OTHER_TAG.search(html) else f'<div class="shots">{html}</div>'


def recorded(page: Page) -> Iterator[tuple[int, Example, Media]]:
    """The card's examples whose recorded output is a picture, a sound or a video, with their places."""
    for number, example in enumerate(page.model.examples):
        output = example.output
        media: Media | None = None
        if isinstance(output, Image | Video):
            media = output.media
        elif isinstance(output, Audio) and output.items:
            media = output.items[0].media
        if media is not None and not missing(media):
            yield number, example, media


def gallery(page: Page, session: Session) -> str:
    """The gallery as HTML, empty where the card recorded nothing of the kind."""
    context = context_of(page, session)
    paths = paths_of(page.model.files)
    here = [found for found in recorded(page) if not is_lost(found[2], paths)]
    items = [_item(*found, context) for found in here[:MAX_ITEMS]]
    opening = f'<ul class="gallery" aria-label="Gallery" data-page="{verbatim(page.name)}">'
    return f"{opening}{''.join(items)}</ul>" if items else ""


def _item(number: int, example: Example, media: Media, context: Context) -> str:
    prompt = str(example.inputs.get("text") or example.inputs.get("prompt") or "").strip()
    words = prompt or example.title
    alt = words[:LONGEST]
    cut = words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
    name = f'<span class="prompt" dir="auto">{short_text(cut)}</span>'
    load = f'<button type="button" class="load" data-example="{number}" title="Load into the widget">'
    said = attribute(alt)
    address, kind = verbatim(context.address(media)), _kind(example, media)
    if kind == "image" and far(media):
        return f"<li><figure>{remote_button(context.address(media), media, alt)}{load}{name}</button></figure></li>"
    if kind == "image":
        return f'<li><figure>{load}<img src="{address}" alt="{said}" loading="lazy">{name}</button></figure></li>'
    ahead = "none" if far(media) else "metadata"
    sound = f'<{kind} controls muted playsinline preload="{ahead}" src="{address}" aria-label="{said}"></{kind}>'
    return f"<li><figure>{sound}{load}{name}</button></figure></li>"


def _kind(example: Example, media: Media) -> str:
    if isinstance(example.output, Audio) or media.kind == "audio":
        return "audio"
    return "video" if isinstance(example.output, Video) or media.kind == "video" else "image"
