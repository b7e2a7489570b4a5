"""The card's gallery: recorded pictures, sounds and videos, each with its prompt; a click loads that example."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator

from metadata.examples import Example
from metadata.media import Media
from metadata.outputs import Audio, Image, Video
from ui.markup import escape
from ui.session import Session

from .lost import is_lost, paths_of
from .show import context_of
from .state import Page
from .views.context import Context
from .views.parts import far, missing, remote_button

MOST_ITEMS = 200
LONGEST = 200
_PLACE = re.compile(r"(?im)^[ \t]*<gallery[ \t]*/>[ \t]*$")
_AROUND = re.compile(r"(?im)^[ \t]*</?gallery[ \t]*>[ \t]*$")


def body_with_gallery(page: Page, session: Session, render: Callable[[str], str]) -> str:
    """The card's body by `render`, with the gallery where `<Gallery />` stands, else above where there are several."""
    text = page.model.card.body
    shown = gallery(page, session)
    asked = _PLACE.search(text) is not None
    if not shown or (not asked and len(list(recorded(page))) < 2):
        return render(_AROUND.sub("", _PLACE.sub("", text)))
    if not asked:
        return shown + render(_AROUND.sub("", text))
    token = f"gallery{secrets.token_hex(8)}"
    text = _PLACE.sub(f"\n\n{token}\n\n", text, count=1)
    return render(_AROUND.sub("", _PLACE.sub("", text))).replace(f"<p>{token}</p>", shown).replace(token, "")


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
    items = [_item(*found, context) for found in here[:MOST_ITEMS]]
    opening = f'<ul class="gallery" aria-label="Gallery" data-page="{escape(page.name)}">'
    return f"{opening}{''.join(items)}</ul>" if items else ""


def _item(number: int, example: Example, media: Media, context: Context) -> str:
    prompt = str(example.inputs.get("text") or example.inputs.get("prompt") or "").strip()
    words = prompt or example.title
    alt = words[:LONGEST]
    cut = words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
    name = f'<span class="prompt" dir="auto">{escape(cut)}</span>'
    load = f'<button type="button" class="load" data-example="{number}" title="Load into the widget">'
    address, kind = escape(context.address(media)), _kind(example, media)
    if kind == "image" and far(media):
        return f"<li><figure>{remote_button(context.address(media), media, alt)}{load}{name}</button></figure></li>"
    if kind == "image":
        return (
            f'<li><figure>{load}<img src="{address}" alt="{escape(alt)}" loading="lazy">{name}</button></figure></li>'
        )
    ahead = "none" if far(media) else "metadata"
    sound = f'<{kind} controls muted playsinline preload="{ahead}" src="{address}" aria-label="{escape(alt)}"></{kind}>'
    return f"<li><figure>{sound}{load}{name}</button></figure></li>"


def _kind(example: Example, media: Media) -> str:
    if isinstance(example.output, Audio) or media.kind == "audio":
        return "audio"
    return "video" if isinstance(example.output, Video) or media.kind == "video" else "image"
