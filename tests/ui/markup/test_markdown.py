"""Markdown becomes HTML that loads nothing and runs nothing."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from showcard.ui.markup import markdown as markdown_module
from showcard.ui.markup.html import element, one_line
from showcard.ui.markup.live_markdown import LiveMarkdown
from showcard.ui.markup.markdown import chat_html

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<iframe src='https://evil.example'></iframe>",
    "<form action='https://evil.example'><button>x</button></form>",
    "<div style='position:fixed;inset:0'>x</div>",
    "<style>body{display:none}</style>",
    "<link rel=stylesheet href=https://evil.example>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<object data=x></object><embed src=x>",
    "<video src=https://evil.example autoplay></video>",
    "<img srcset='https://evil.example 2x'>",
    "<img src='data:text/html,<script>alert(1)</script>'>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<math><mtext><script>alert(1)</script></mtext></math>",
    "<base href='https://evil.example'>",
    "![x](https://evil.example/x.png)",
    "<button class='remote' data-src='//evil'>x</button>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
]
ACTIVE = ("<script", "onerror=", "onload=", "javascript:", "<iframe", "<form", "style=", "<link", "<meta", "<object")
LOADING = ("<video", "srcset", "<base", "<svg", "<style", "src='http", 'src="http', "text/html")


def body_html(*given: Any) -> str:
    return asyncio.run(markdown_module.body_html(*given))


def address(source: str) -> str:
    return "/media/name"


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_runs_and_nothing_is_loaded_from_afar(text: str) -> None:
    for html in (body_html(text, address), chat_html(text)):
        outside_text = html.replace("&lt;", "").lower()
        assert not [word for word in (*ACTIVE, *LOADING) if word in outside_text], html


def test_images_of_the_repo_are_shown_and_others_wait_for_a_click() -> None:
    html = body_html("![a cat](cat.png)\n\n![far](https://far.example/x.png)", address)
    assert '<img src="/media/name" alt="a cat" loading="lazy">' in html
    assert '<button type="button" class="remote" data-src="/media/name" data-alt="far">' in html
    assert "far.example" in html


def test_links_open_elsewhere_and_relative_ones_lead_to_the_repo() -> None:
    html = body_html("[a](https://x.example) [b](docs/b.md) [c](#top)", address, "org/m")
    assert 'href="https://x.example" target="_blank" rel="noopener noreferrer nofollow"' in html
    assert 'href="https://huggingface.co/org/m/blob/main/docs/b.md"' in html
    assert 'href="#card-top"' in html
    assert 'href="/media/name" download="b.md"' in body_html("[b](docs/b.md)", address)
    assert "href" not in body_html("[b](docs/b.md)", lambda source: None)


def test_tables_code_and_entities_survive() -> None:
    html = body_html("| a | b |\n|---|---|\n| 1 | &lt;2 |\n\n```python\nx < 1\n```", address)
    assert "<td>1</td>" in html
    assert "&lt;2" in html
    assert re.sub("<[^>]*>", "", html).endswith("x &lt; 1\n")


def test_a_very_long_card_is_cut() -> None:
    assert "too long" in body_html("word " * 100_000, address)


def test_a_growing_answer_only_grows_within_a_block() -> None:
    live = LiveMarkdown()
    seen = []
    for piece in ["Hel", "lo **wor", "ld**\n", "\nNext"]:
        live.add(piece)
        seen.append(live.html)
    assert seen[1].startswith(seen[0])
    assert seen[2].startswith(seen[1])
    assert "<strong>world</strong>" in seen[3]


def test_a_growing_answer_keeps_a_code_fence_together() -> None:
    live = LiveMarkdown()
    for piece in ["```py\na = 1\n", "\nb = 2\n", "```\n\nDone"]:
        live.add(piece)
    assert live.html.count("<pre>") == 1
    assert "a = 1\n\nb = 2" in live.html


def test_hostile_text_in_a_growing_answer_stays_text() -> None:
    live = LiveMarkdown()
    live.add("<img src=x onerror=alert(1)>")
    assert "<img" not in live.html


def test_html_of_ours_stays_on_one_line() -> None:
    assert one_line("<p>a\n\n\tb</p>") == '<div class="sc"><p>a&#10;&#10;&#9;b</p></div>'
    assert one_line("") == ""


def test_attributes_are_escaped() -> None:
    assert (
        element("a", "x", href='"><script>', class_="k", hidden=False)
        == '<a href="&quot;&gt;&lt;script&gt;" class="k">x</a>'
    )


@pytest.mark.parametrize("piece", ["[", "[a](", "![[", "``a`", "<a ", "*a ", "> ", "[]", "<div>", "\\", "- x\n  "])
def test_a_text_that_the_parser_hangs_on_is_shown_as_it_is(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown_module, "SECONDS", 0.5)
    monkeypatch.setattr(markdown_module, "SECONDS_BODY", 0.5)
    assert body_html(piece * 20_000, address)
    assert chat_html(piece * 20_000)


def test_lists_too_deep_for_the_parser_are_shown_as_they_are() -> None:
    assert body_html("\n".join("  " * depth + "- x" for depth in range(600)), address)


def test_a_fence_after_a_line_of_text_is_a_fence_and_an_open_one_is_closed() -> None:
    assert "<code" in body_html("**Prediction**\n```python\nx = 1\n```\n", address)
    assert "<pre><code" in chat_html("Here:\n```yaml\na: 1\n")


def test_headings_have_githubs_anchors_and_links_lead_to_them() -> None:
    html = body_html("## Use *it* (now)!\n\n## Use it now\n\n[there](#Use-it-now) <h3 id='own'>x</h3>", address)
    assert '<h2 id="card-use-it-now">' in html
    assert '<h2 id="card-use-it-now-1">' in html
    assert '<a href="#card-use-it-now">' in html
    assert '<h3 id="card-own">' in html


def test_callouts_tasks_and_formulas() -> None:
    html = body_html(
        "> [!WARNING]\n> Hot\n\n- [x] a\n- [ ] b\n\n$$\na_1 * b_2 * c\n=\n2\n$$ and \\\\(x^2\\\\), $5", address
    )
    assert '<div class="callout warning">' in html
    assert html.count('type="checkbox" disabled') == 2
    assert html.count(" checked ") == 1
    assert '<math display="block"' in html
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in html
    assert "$5" in html
    assert "<em>" not in html


@pytest.mark.parametrize(
    "tex", [r"\text{<script>alert(1)</script>}", r"\href{javascript:alert(1)}{x}", r"\frac{", "{" * 900]
)
def test_a_formula_is_mathml_or_its_own_text(tex: str) -> None:
    html = body_html(f"$${tex}$$", address).replace("&lt;", "")
    assert "<script" not in html
    assert "href=" not in html
    assert "<math" in html or "<code>" in html


def test_films_beside_the_card_play_and_others_are_links() -> None:
    html = body_html("<video src='a.mp4'></video> <video><source src='https://far.example/b.mp4'></video>", address)
    assert '<video src="/media/name" controls preload="metadata"></video>' in html
    assert 'href="https://far.example/b.mp4"' in html
    assert html.count("<video") == 1


def test_code_has_colours_in_a_card_and_none_in_an_answer() -> None:
    assert '<span class="hl-k' in body_html("```python\nfor x in y: pass\n```", address)
    assert "<span" not in chat_html("```python\nfor x in y: pass\n```")
