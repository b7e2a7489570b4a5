"""Regions of an image: masks laid over it."""

from __future__ import annotations

import io
import warnings

from PIL import Image as Pillow

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Mask, Masks
from showcard.ui.markup.html import attribute, short_text, verbatim

from .context import Context, count, empty, line_colour
from .parts import MAX_ROWS, Row, actions, bars, copy_button, far, fold, missing, remote_button
from .stage import Size, size_of, stage, without_image

MAX_DRAWN = 100
MAX_PIXELS = 16_000_000  # a mask larger than this is taken as it is, without a look at its pixels, and
MAX_IN_ALL = 100_000_000  # the same where it has more than its part of these


def render(output: Masks, context: Context) -> str:
    """The image under its masks, how strongly they are drawn, and the list, where each can be switched off."""
    if not output.items:
        return empty("No region was found.")
    image = context.inputs.get("image")
    size = size_of(image)
    drawn = [
        (n, item) for n, item in enumerate(output.items[:MAX_DRAWN]) if not missing(item.mask) and not far(item.mask)
    ]
    shown = size or next((found for _, item in drawn if (found := size_of(item.mask))), None)
    most = min(MAX_PIXELS, MAX_IN_ALL // (len(drawn) or 1))
    over = "".join(_overlay(n, item, context, most) for n, item in drawn)
    picture = ""
    if shown is not None:
        said = f"The image with {count(len(drawn), 'region')} marked"
        picture = ("" if size else without_image(image, context)) + stage(
            image, shown, over, said, context, "masks" if size else "masks bare-stage"
        )
    return (
        f'<div class="pairs" data-noun="regions">{picture}{_slider() if picture else ""}{_notes(output, size)}'
        f'<div class="tall">{_list(output.items, {n for n, _ in drawn} if picture else set(), context)}</div></div>'
        + _files(output.items, context)
        + actions(copy_button("bars"))
    )


def _overlay(n: int, item: Mask, context: Context, most: int) -> str:
    """A region in its label's colour; the mask may be soft, and of another size than the image."""
    address = verbatim(context.address(item.mask))
    mode = "alpha" if _means_alpha(item.mask, most) else "luminance"
    return (
        f'<i class="mask" data-pair="{n}" aria-hidden="true" data-mask-src="{address}" data-mode="{mode}" '
        f'style="background:{line_colour(item.label)};mask-image:url(&quot;{address}&quot;);mask-mode:{mode}"></i>'
    )


def _means_alpha(media: Media, most: int) -> bool:
    """Whether the region is what is opaque: where transparency varies and the colour doesn't. A mask of more than
    `most` pixels is not looked at."""
    try:
        with warnings.catch_warnings(), Pillow.open(io.BytesIO(media.data or b"")) as image:
            warnings.simplefilter("ignore")
            if image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info:
                return False
            if image.width * image.height > most:
                return False
            pixels = image.convert("RGBA")
            alpha = pixels.getchannel("A")
            if _flat(alpha):
                return False
            opaque = alpha.point(lambda value: 255 if value else 0)
            return _flat_inside(pixels.convert("L"), opaque)
    except Exception:  # decoders meet hostile bytes here: whatever they raise, the browser decides
        return False


def _flat(band: Pillow.Image) -> bool:
    low, high = band.getextrema()
    return low == high


def _flat_inside(band: Pillow.Image, inside: Pillow.Image) -> bool:
    """Whether a band has one value where another image is white."""
    return sum(1 for many in band.histogram(inside) if many) <= 1


def _slider() -> str:
    return (
        '<div class="slide"><label>Opacity <input type="range" class="opacity" min="0" max="100" step="1" value="60">'
        '</label><output class="num">60%</output></div>'
    )


def _notes(output: Masks, size: Size | None) -> str:
    said = []
    rest = len(output.items) - MAX_DRAWN
    if rest > 0:
        said.append(f"The first {MAX_DRAWN} regions are drawn, {rest:,} more are listed.")
    if size is not None and any(_stretched(item.mask, size) for item in output.items[:MAX_DRAWN]):
        said.append("Some masks have another shape than the image and are stretched over it.")
    return f'<p class="dim">{" ".join(said)}</p>' if said else ""


def _stretched(mask: Media, size: Size) -> bool:
    found = size_of(mask)
    return found is not None and abs(found.width / found.height / (size.width / size.height) - 1) > 0.03


def _list(items: tuple[Mask, ...], drawn: set[int], context: Context) -> str:
    rows = []
    for n, item in enumerate(items[:MAX_ROWS]):
        tick = ""
        if n in drawn:
            said = attribute(f"Show {item.label[:80]}")
            tick = f'<input type="checkbox" class="show-mask" checked data-mask="{n}" aria-label="{said}"> '
        attributes = f' tabindex="0" data-pair="{n}"'
        rows.append(Row(item.label, item.score, dot=line_colour(item.label), before=tick, attributes=attributes))
    return bars(rows, left=len(items) - MAX_ROWS)


def _files(items: tuple[Mask, ...], context: Context) -> str:
    """The masks themselves, to save; one elsewhere is only offered."""
    lines = []
    for n, item in enumerate(items[:MAX_DRAWN]):
        name = item.mask.name or f"mask-{n + 1}.png"
        label = f'<bdi dir="auto">{short_text(item.label[:200])}</bdi>'
        if missing(item.mask):
            lines.append(f"<li>{label}: no mask came back.</li>")
        elif far(item.mask):
            lines.append(
                f"<li>{remote_button(context.address(item.mask), item.mask, f'Mask of {item.label[:80]}')}</li>"
            )
        else:
            address = verbatim(context.address(item.mask))
            lines.append(f'<li><a href="{address}" download="{attribute(name)}">{label}</a></li>')
    return fold("Masks as files", f'<ul class="plain">{"".join(lines)}</ul>')
