"""Regions of an image: masks laid over it."""

from __future__ import annotations

import io
import warnings

from PIL import Image as Pillow

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Mask, Masks
from showcard.ui.markup.html import Attribute, Markup, div, element, join, short_text
from showcard.ui.markup.pieces import dim

from .context import Context, count, empty, line_colour
from .parts import MAX_ROWS, Row, actions, bars, copy_button, far, fold, missing, remote_button, slider
from .stage import Size, size_of, stage, without_image

MAX_DRAWN = 100
MAX_PIXELS = 16_000_000  # a mask larger than this is taken as it is, without a look at its pixels, and
MAX_IN_ALL = 100_000_000  # the same where it has more than its part of these


def render(output: Masks, context: Context) -> Markup:
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
    over = [_overlay(n, item, context, most) for n, item in drawn]
    picture: list[Markup] = []
    if shown is not None:
        said = f"The image with {count(len(drawn), 'region')} marked"
        picture = [] if size else [without_image(image, context)]
        picture.append(stage(image, shown, over, said, context, "masks" if size else "masks bare-stage"))
        picture.append(slider("Opacity ", "opacity", "0", "100", "1", "60", "60%"))
    listed = div(_list(output.items, {n for n, _ in drawn} if picture else set()), class_="tall")
    return join(
        [
            div(picture, _notes(output, size), listed, class_="pairs", data_noun="regions"),
            _files(output.items, context),
            actions(copy_button("bars")),
        ]
    )


def _overlay(n: int, item: Mask, context: Context, most: int) -> Markup:
    """A region in its label's colour; the mask may be soft, and of another size than the image."""
    address = context.address(item.mask)
    mode = "alpha" if _means_alpha(item.mask, most) else "luminance"
    return element(
        "i",
        class_="mask",
        data_pair=n,
        aria_hidden="true",
        data_mask_src=address,
        data_mode=mode,
        style=f'background:{line_colour(item.label)};mask-image:url("{address}");mask-mode:{mode}',
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


def _notes(output: Masks, size: Size | None) -> Markup | None:
    said = []
    rest = len(output.items) - MAX_DRAWN
    if rest > 0:
        said.append(f"The first {MAX_DRAWN} regions are drawn, {rest:,} more are listed.")
    if size is not None and any(_stretched(item.mask, size) for item in output.items[:MAX_DRAWN]):
        said.append("Some masks have another shape than the image and are stretched over it.")
    return dim(" ".join(said)) if said else None


def _stretched(mask: Media, size: Size) -> bool:
    found = size_of(mask)
    return found is not None and abs(found.width / found.height / (size.width / size.height) - 1) > 0.03


def _list(items: tuple[Mask, ...], drawn: set[int]) -> Markup:
    rows = []
    for n, item in enumerate(items[:MAX_ROWS]):
        tick = [_tick(n, item), " "] if n in drawn else None
        attributes: dict[str, Attribute] = {"tabindex": 0, "data_pair": n}
        rows.append(Row(item.label, item.score, dot=line_colour(item.label), before=tick, attributes=attributes))
    return bars(rows, left=len(items) - MAX_ROWS)


def _tick(n: int, item: Mask) -> Markup:
    said = f"Show {item.label[:80]}"
    return element("input", type="checkbox", class_="show-mask", checked=True, data_mask=n, aria_label=said)


def _files(items: tuple[Mask, ...], context: Context) -> Markup:
    """The masks themselves, to save; one elsewhere is only offered."""
    lines = [element("li", _file(n, item, context)) for n, item in enumerate(items[:MAX_DRAWN])]
    return fold("Masks as files", element("ul", lines, class_="plain"))


def _file(n: int, item: Mask, context: Context) -> Markup:
    label = element("bdi", short_text(item.label[:200]), dir="auto")
    if missing(item.mask):
        return join([label, ": no mask came back."])
    address = context.address(item.mask)
    if far(item.mask):
        return remote_button(address, item.mask, f"Mask of {item.label[:80]}")
    return element("a", label, href=address, download=item.mask.name or f"mask-{n + 1}.png")
