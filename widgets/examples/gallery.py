"""The card's gallery: recorded pictures, sounds and videos, each with its prompt; a click loads that example."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator

from showcard.metadata.examples.read import Example
from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Audio, Image, Video
from showcard.ui.markup.html import Markup, div, element, join, short_text, span
from showcard.ui.markup.splitting import at_paragraphs
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


async def body_with_gallery(page: Page, session: Session, render: Callable[[str], Awaitable[Markup]]) -> Markup:
    """The card's body by `render`, with the gallery where `<Gallery />` stands, else above where there are several;
    the pictures that `<Gallery>` is written around stand side by side."""
    place, around = (f"gallery{secrets.token_hex(8)}" for _ in range(2))
    text, shown = page.model.card.body, await asyncio.to_thread(gallery, page, session)
    text, asked = _PLACE.subn(f"\n\n{place}\n\n", text, count=1)
    parts = at_paragraphs(await render(_marked(_PLACE.sub("", text), around)), around)
    parts[1:-1:2] = map(_side_by_side, parts[1:-1:2])
    above = shown if not asked and len(list(recorded(page))) > 1 else None
    html = join([above, join(at_paragraphs(join(parts), place), shown)])
    return html.replace(place, "").replace(around, "")


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


def _side_by_side(html: Markup) -> Markup:
    """Paragraphs of pictures in a grid; anything else as it is."""
    return html if _OTHER_TAG.search(html) else div(html, class_="shots")


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


def gallery(page: Page, session: Session) -> Markup | None:
    """The gallery as HTML, None where the card recorded nothing of the kind."""
    context = context_of(page, session)
    paths = paths_of(page.model.files)
    here = [found for found in recorded(page) if not is_lost(found[2], paths)]
    items = [_item(*found, context) for found in here[:MAX_ITEMS]]
    return element("ul", items, class_="gallery", aria_label="Gallery", data_page=page.name) if items else None


def _item(number: int, example: Example, media: Media, context: Context) -> Markup:
    prompt = str(example.inputs.get("text") or example.inputs.get("prompt") or "").strip()
    words = prompt or example.title
    alt = words[:LONGEST]
    cut = words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
    name = span(short_text(cut), class_="prompt", dir="auto")
    address, kind = context.address(media), _kind(example, media)
    picture = element("img", src=address, alt=alt, loading="lazy") if kind == "image" and not far(media) else None
    load = element(
        "button",
        *(picture, name),
        type="button",
        class_="load",
        data_example=number,
        title="Load into the widget",
    )
    if kind == "image":
        return element("li", element("figure", far(media) and remote_button(address, media, alt), load))
    player = element(
        kind,
        controls=True,
        muted=True,
        playsinline=True,
        preload="none" if far(media) else "metadata",
        src=address,
        aria_label=alt,
    )
    return element("li", element("figure", player, load))


def _kind(example: Example, media: Media) -> str:
    if isinstance(example.output, Audio) or media.kind == "audio":
        return "audio"
    return "video" if isinstance(example.output, Video) or media.kind == "video" else "image"
