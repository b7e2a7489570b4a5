"""Card bodies have the structure that GitHub's own renderer (cmark-gfm) gives them."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from showcard.metadata.reading.card import parse_card
from showcard.ui.markup import gfm
from showcard.ui.markup.gfm import to_html
from showcard.ui.markup.markdown_worker import sanitised
from tests.metadata.cards import needs_cards, real_cards
from tests.support.growth import grows

VOID = frozenset(("br", "hr", "img", "col", "input"))
NAMED = {"a": "href", "img": "src"}

# Where a real card still reads differently, and why that is right or harmless.
ARGUED = {
    "a22.XSY__t5-small-finetuned-xsum": "an address right behind a Chinese comma is not linked (magiclink wants a boundary)",
    "t.bigearthnet-mobilevit": "a table without rows gets an empty one (Python-Markdown's tables)",
}

# What cards are made of, small: each is a trap that a renderer fell into.
SNIPPETS = r"""- a\n  - b\n    - c | * a\n* b\n\n* c | 1. a\n2. b\n   - c\n3. d | 1. a\n\n   para\n\n2. b | 3. three\n4. four
text\n- item\n- item2 | text\n1. one | text\n2. two | - a\n- b\ntext lazy\n\npara | - a\n\n\n- b
- a\n- b\n\npara\n\n- c | - [ ] a\n- [x] b\n  - [ ] c | 1) a\n2) b | - a\n+ b\n* c | ~~x~~ and ~y~
`` a`b `` | **bold**text __b__ snake_case_name *it* | # h\ntext\n## h2 ##\n###no | a\n===\n\nb\n---\nc | a\nb\n---\nc
---\n\n***\n\n* * * | > q\nlazy\n\n> q2\n> - a\n>   - b\n> ```\n> code\n> ``` | - a\n\n  ```py\n  x\n\n  y\n  ```\n- b
1. a\n   ```sh\n   x\n   ```\n2. b | ```\nopen\nto the end | ~~~\n```\n~~~ |     code\n\n    more\n\ntext
<div align=center>\n\n# T\n\n</div>\n\ntext | <details>\n<summary>s</summary>\n\n- a\n- b\n\n</details> | text <b>x</b> <br/> y<br>z
<p align=center>\n<img src=a.png>\n</p> | <a href=x><img\nsrc=y></a> text | <!-- c -->\n# h\n\n<!--\n\n- x\n\n-->\ntext | a\\\nb  \nc\nd
https://x.example/a_b_c, (http://y.example) www.z.example. <https://q.example> a@b.example | \\*not\\* &amp; &copy; &lt;
* a\n\n      code\n\n* b | - a\n  > q\n- b | - # h\n- b | 10. a\n    - b\n11. c | - a\n\n  b\n\n  - c\n  - d\n- e | -\n- a\n-  b
* **a**: x\n    * b\n    * c\n* d | - a\n   - b\n      - c | 1. a\n  - b\n  - c\n2. d | ![a](b.png)\n*caption*\n\n***both***
<pre>\na\n\n- b\n</pre>\ntext | - a\n***\n- b | **a:**\n- b\n- c\n**d:**\n- e | # a\n- b\n\n# c\n1. d\n```\ne\n```\nf | - a\n\n\n\npara\n    cont
- `a`\n\t- b\n\t\t- c | Hello<world> a < b & c > d | text\n<div>\nx\n</div>\nmore | text\n> q\n\n# h #\n# | 1. a\n1. b\n\n1. c
- - b\n  - c\n- 1. d | - a\n      b\n- c | ````md\n```py\nx\n```\n```` | text\n```\ncode\n```\ntext | $5 and $6 x^2 ==m== | <!-- ```\n\n``` -->\n\n# h"""
TABLES = ["| a | b |\n|---|:-:|\n| 1 | 2 |\n| 3 |\n\ntext", "text\n| a | b |\n|--|--|\n| 1 | 2 |\n# h", "a | b\n-|-\n1 | 2",
          "| a \\| b | c |\n|---|---|\n| `x` | [l](u) |", "| a |\n|---|\n| 1 |"]  # fmt: skip


class Structure(HTMLParser):
    """HTML as a list of tags, targets, words and signs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.out: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        ticked = " checked" if "checked" in values else ""
        self.out.append(f"<{tag} {values.get(NAMED.get(tag, ''), '')}{ticked}>")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.out += re.findall(r"\w+|[^\w\s]", data)


def reference(text: str) -> list[str]:
    """The structure by cmark-gfm, sanitised like ours."""
    extensions = ["table", "autolink", "strikethrough", "tasklist"]
    html = cmarkgfm.markdown_to_html_with_extensions(text, options=Options.CMARK_OPT_UNSAFE, extensions=extensions)
    return Structure(sanitised(html)).out


def ours(text: str) -> list[str]:
    return Structure(sanitised(to_html(text))).out


@pytest.mark.parametrize(
    "text",
    [part.replace("\\n", "\n").replace("\\t", "\t") for part in re.split(r" \| |\n", SNIPPETS)] + TABLES,
)
def test_small_texts_have_the_structure_that_github_gives_them(text: str) -> None:
    assert ours(text) == reference(text)


@needs_cards
def test_real_cards_have_the_structure_that_github_gives_them(capsys: pytest.CaptureFixture[str]) -> None:
    differing, same, total = {}, 0, 0
    for path in real_cards():
        body = parse_card(path.read_bytes()).body
        theirs, found = reference(body), ours(body)
        blocks = SequenceMatcher(None, theirs, found, autojunk=False).get_matching_blocks()
        agreeing = sum(block.size for block in blocks) if theirs != found else len(found)
        same, total = same + agreeing, total + max(len(theirs), len(found))
        if theirs != found:
            differing[path.stem] = agreeing / max(len(theirs), len(found))
    with capsys.disabled():
        print(
            f"\n{len(real_cards()) - len(differing)} of {len(real_cards())} bodies alike; {same / total:.4%} of tokens"
        )
    assert set(differing) <= set(ARGUED), differing


def test_a_row_that_is_none_is_read_once() -> None:
    assert grows(gfm._ROW.match, lambda n: "|-" + " " * n + "x", 2**16) is None
