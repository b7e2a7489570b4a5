"""What a card's text refers to: the pictures, films and files beside it, and those of other hosts."""

from __future__ import annotations

from collections.abc import Callable

from showcard.inference.transport.assets import is_remote
from showcard.metadata.visible import visible

from .html import ELSEWHERE, NOTHING, Markup, element, opened, short_text, span, verbatim

ImageAddress = Callable[[str], str | None]


def reference_html(tag: str, values: dict[str, str], image_address: ImageAddress, repo: str | None) -> Markup:
    """What stands for a reference. `image_address` gives the address on this server of a file beside the text; `repo`
    completes relative links."""
    if tag == "a":
        return opened("a", **_link(values, image_address, repo))
    return _image(values, image_address) if tag == "img" else _film(tag, values, image_address)


def _link(values: dict[str, str], image_address: ImageAddress, repo: str | None) -> dict[str, str]:
    target = values.pop("href")
    path = target.removeprefix("./").lstrip("/")
    if repo:
        return {**values, "href": f"https://huggingface.co/{repo}/blob/main/{path}", **ELSEWHERE}
    found = image_address(target)
    return {**values, "href": found, "download": visible(path.rsplit("/", 1)[-1])} if found else values


def _image(values: dict[str, str], image_address: ImageAddress) -> Markup:
    source, alt = values.get("src", "").strip(), values.get("alt", "")
    size = {key: values[key] for key in ("width", "height") if key in values}
    if source.startswith("data:"):
        kept = source.startswith(("data:image/png", "data:image/jpeg", "data:image/gif", "data:image/webp"))
        return element("img", src=source, alt=alt, **size) if kept else verbatim(f"[image: {alt}]")
    if not source:
        return verbatim(f"[image: {alt}]")
    found = image_address(source)
    if found is None:
        return span(short_text(f"[image: {alt}; there is no {source[:200]} beside the card]"), class_="dim")
    if is_remote(source):
        return element(
            "button",
            span(verbatim(alt or "Image")), span("Load this image from ", short_text(_host(source)), class_="dim"),
            type="button", class_="remote", data_src=found, data_alt=alt,
        )  # fmt: skip
    return element("img", src=found, alt=alt, loading="lazy", **size)


def _film(tag: str, values: dict[str, str], image_address: ImageAddress) -> Markup:
    """A film or a sound: played where it stands beside the card, a link where it is far away."""
    source = values.get("src", "").strip()
    if not source or source.startswith("data:"):
        return NOTHING
    if is_remote(source):
        words = f"{'Sound' if tag == 'audio' else 'Video'} at {_host(source)}"
        return element("a", short_text(words), href=source, **ELSEWHERE)
    found = image_address(source)
    if found is None:
        return span(short_text(f"[there is no {source[:200]} beside the card]"), class_="dim")
    return element("audio" if tag == "audio" else "video", src=found, controls=True, preload="metadata")


def _host(source: str) -> str:
    return source.partition("//")[2].split("/", 1)[0]
