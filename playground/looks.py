"""How the compare page looks, and the script it brings along."""

from __future__ import annotations

from urllib.parse import quote

from ui.front import read

# Drawn on 16 by 16, as outlines.
ICONS = {
    "copy": "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
    "edit": "M10.5 3l2.5 2.5-7.5 7.5H3v-2.5zM9 4.5L11.5 7",
    "retry": "M13 8a5 5 0 1 1-1.5-3.5M13 2v3h-3",
    "branch": "M4.5 5v6M4.5 8c4 0 6-1 6-3M4.5 2.5a1.3 1.3 0 1 0 .01 0"
    "M10.5 2.5a1.3 1.3 0 1 0 .01 0M4.5 11a1.3 1.3 0 1 0 .01 0",
    "replay-new": "M2.5 4h8v8h-8zM13.5 4v8M5.5 6l3 2-3 2z",
    "delete": "M3 4.5h10M6.5 4V2.5h3V4M4.5 4.5l.6 9h5.8l.6-9M6.8 7v4M9.2 7v4",
    "older": "M10 3L5 8l5 5",
    "newer": "M6 3l5 5-5 5",
    "duplicate": "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3M9.5 7.5v4M7.5 9.5h4",
    "swap": "M2.5 5.5h10M10 3l2.5 2.5L10 8M13.5 10.5h-10M6 8l-2.5 2.5L6 13",
    "remove": "M4 4l8 8M12 4l-8 8",
    "hush": "M4 4l8 8M12 4l-8 8",
}
UNLOCKED, LOCKED = "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 4.9-.6", "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5"


def _icon(path: str) -> str:
    drawn = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='black' stroke-width='1.3' "
        f"stroke-linecap='round' stroke-linejoin='round'><path d='{path}'/></svg>"
    )
    return f"data:image/svg+xml,{quote(drawn)}"


_ICONS = "".join(f'.i-{name}{{--icon:url("{_icon(path)}")}}' for name, path in ICONS.items())
_ICONS += f':root{{--unlocked:url("{_icon(UNLOCKED)}");--locked:url("{_icon(LOCKED)}")}}'

CSS = read("compare/compare.css") + _ICONS + read("compare/tools.css")
_SCRIPT = read("compare/compare.js").replace("KEEPING", read("compare/keeping.js"))
HEAD = f"<script>{_SCRIPT}</script><script>{read('compare/tools.js')}</script>"
