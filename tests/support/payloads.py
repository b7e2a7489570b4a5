"""Texts that would run a script, open a dialog or ask for an address, were they taken for HTML."""

from __future__ import annotations

BAD = "window.pwned=1;fetch('/pwned')"
PAYLOADS = [
    *(
        f"{opening}<script>{BAD}</script>"
        for opening in (
            "",
            "'>",
            '">',
            "</div>",
            "</li></ul>",
            "--></mark>",
            "</svg>",
            "</textarea>",
            "]]>",
            "\n\n",
            "</code></pre>",
        )
    ),
    *(
        f"<{tag} {event}={quote}{BAD}{quote} {more}>"
        for tag, event, more in (
            ("img", "onerror", "src=/pwned"),
            ("svg", "onload", ""),
            ("body", "onload", ""),
            ("details open", "ontoggle", ""),
            ("input", "onfocus", "autofocus"),
            ("video", "onerror", "src=/pwned"),
            ("audio", "onerror", "src=/pwned autoplay"),
            ("iframe", "onload", "src=/pwned"),
            ("marquee", "onstart", ""),
            ("div style=animation-name:sc-spin;animation-duration:1s", "onanimationstart", ""),
        )
        for quote in ("", '"', "'")
    ),
    *(f'"{event}="{BAD}" x="' for event in ("onmouseover", "onfocus autofocus", "onerror", "onload", "onpointerover")),
    *(f"'{event}='{BAD}' x='" for event in ("onmouseover", "onerror", "onload")),
    "<a href=javascript:window.pwned=1>link</a>",
    "[link](javascript:window.pwned=1)",
    "![x](/pwned)",
    "<style>@import '/pwned'; *{background:url(/pwned)}</style>",
    "red;background:url(/pwned)",
    '");background:url("/pwned',
    "<link rel=stylesheet href=/pwned>",
    "<object data=/pwned></object><embed src=/pwned>",
    "<base href=//far.example/><meta http-equiv=refresh content='0;url=/pwned'>",
    "<math><mi xlink:href=javascript:window.pwned=1>x</mi></math>",
    "${window.pwned=1}{{window.pwned=1}}",
    "$$\\href{javascript:window.pwned=1}{x}$$",
    "<image href=/pwned>",
    "<form action=/pwned><button>x</button></form>",
    "&lt;script&gt;window.pwned=1&lt;/script&gt;",
    "\u202e<script>window.pwned=1</script>",
]
