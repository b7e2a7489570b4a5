"""What a card's text refers to: the pictures, films and files beside it, and those of other hosts."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from showcard.inference.transport.assets import is_remote
from showcard.metadata.visible import visible

from .elements import ELSEWHERE, opening
from .invisible import marked as short_text

ImageAddress = Callable[[str], str | None]


def reference_html(tag: str, values: dict[str, str], image_address: ImageAddress, repo: str | None) -> str:
    """What stands for a reference. `image_address` gives the address on this server of a file beside the text; `repo`
    completes relative links."""
    if tag == "a":
        return opening("a", _link(values, image_address, repo))
    return _image(values, image_address) if tag == "img" else _film(tag, values, image_address)


def _link(values: dict[str, str], image_address: ImageAddress, repo: str | None) -> dict[str, str]:
    target = values.pop("href")
    path = target.removeprefix("./").lstrip("/")
    if repo:
        return {**values, "href": f"https://huggingface.co/{repo}/blob/main/{path}", **ELSEWHERE}
    found = image_address(target)
    return {**values, "href": found, "download": visible(path.rsplit("/", 1)[-1])} if found else values


def _image(values: dict[str, str], image_address: ImageAddress) -> str:
    source, alt = values.get("src", "").strip(), values.get("alt", "")
    size = "".join(f' {k}="{escape(values[k])}"' for k in ("width", "height") if k in values)
    if not source:
        return escape(f"[image: {alt}]")
    if source.startswith("data:"):
        kept = source.startswith(("data:image/png", "data:image/jpeg", "data:image/gif", "data:image/webp"))
        return f'<img src="{escape(source)}" alt="{escape(alt)}"{size}>' if kept else escape(f"[image: {alt}]")
    found = image_address(source)
    if found is None:
        return f'<span class="dim">{short_text(f"[image: {alt}; there is no {source[:200]} beside the card]")}</span>'
    address = escape(found)
    if is_remote(source):
        return (
            f'<button type="button" class="remote" data-src="{address}" data-alt="{escape(alt)}">'
            f"<span>{escape(alt) or 'Image'}</span>"
            f'<span class="dim">Load this image from {short_text(_host(source))}</span></button>'
        )
    return f'<img src="{address}" alt="{escape(alt)}" loading="lazy"{size}>'


def _film(tag: str, values: dict[str, str], image_address: ImageAddress) -> str:
    """A film or a sound: played where it stands beside the card, a link where it is far away."""
    source = values.get("src", "").strip()
    if not source or source.startswith("data:"):
        return ""
    if is_remote(source):
        words = f"{'Sound' if tag == 'audio' else 'Video'} at {_host(source)}"
        return f"{opening('a', {'href': source, **ELSEWHERE})}{short_text(words)}</a>"
    found = image_address(source)
    if found is None:
        return f'<span class="dim">{short_text(f"[there is no {source[:200]} beside the card]")}</span>'
    name = "audio" if tag == "audio" else "video"
    return f'<{name} src="{escape(found)}" controls preload="metadata"></{name}>'


def _host(source: str) -> str:
    return source.partition("//")[2].split("/", 1)[0]
