"""GitHub-flavoured Markdown for the `markdown` package: extensions that are well kept, and the blocks they leave open.

Python-Markdown wants four spaces before a nested list and a blank line before a list, and reads HTML up to its closing
tag. GitHub (and the Hub) read lists by the width of their markers, let blocks interrupt a paragraph, and end HTML at a
blank line, after which there is Markdown again."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import markdown
from markdown.blockprocessors import BlockProcessor, HashHeaderProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import HtmlInlineProcessor, SimpleTagInlineProcessor, SubstituteTagInlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.util import HTML_PLACEHOLDER_RE

_FENCE = re.compile(r"^(?P<in>[ >]*)(?P<fence>`{3,}(?=[^`]*$)|~{3,})[ ]*(?P<language>[^\s{`]*)")
_ITEM = re.compile(r"^( {0,3})([-+*]|\d{1,9}[.)])(?:( +)(.*)|$)")
_RULE = re.compile(r"^ {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")
_HEADING = re.compile(r"^ {0,3}#{1,6}(?: |$)")
_QUOTE = re.compile(r"^ {0,3}>")
_HELD = re.compile(rf"^ *{HTML_PLACEHOLDER_RE.pattern}\s*$")
_ROW = re.compile(r"^ {0,3}\|? *+:?-++:? *+(?:\| *+:?-++:? *+)*+(?:\| *+)?$")
_TAG = (
    r"</[A-Za-z][A-Za-z0-9-]*\s*>"
    r"|<[A-Za-z][A-Za-z0-9-]*"
    r"""(?:\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*\s*/?>"""
)
_BLOCK_NAMES = (
    "address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link "
    "main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead "
    "title tr track ul"
)
_VERBATIM = re.compile(r"(?i)^ {0,3}<(?:(pre|script|style|textarea)(?=[\s>]|$)|!--)")
_HTML = re.compile(rf"(?i)^ {{0,3}}</?(?:{_BLOCK_NAMES.replace(' ', '|')})(?=[\s/>]|$)")
_LONE_TAG = re.compile(rf"^ {{0,3}}(?:{_TAG})\s*$")
_UNDERLINE = re.compile(r"^ {0,3}(?:-+|=+) *$")
_OWN_END = (_ITEM, _VERBATIM, _HTML, _LONE_TAG)
_MATHS = re.compile(
    r"(?s)(?P<code>(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n\n).)+?(?<!`)(?P=ticks)(?!`))"
    r"|\$\$(?P<display>[^$]{1,4000}?)\$\$|\\\\\((?P<inline>[^\n]{1,1000}?)\\\\\)"
)
_STRUCK = r"(?<!~)(~)(?![~\s])([^~\n]+?)(?<!\s)~(?!~)"
DEEPEST = 60  # lists in lists; deeper ones stay text

EXTENSIONS: list[Any] = ["tables", "footnotes", "pymdownx.betterem", "pymdownx.tilde", "pymdownx.magiclink",
                         "pymdownx.tasklist", "pymdownx.quotes"]  # fmt: skip
_SETTINGS: dict[str, dict[str, Any]] = {
    "pymdownx.tilde": {"subscript": False},
    "pymdownx.quotes": {"callouts": True},
    "footnotes": {"BACKLINK_TITLE": "Back to the text"},
}


_held = threading.local()


def to_html(text: str) -> str:
    """Markdown as HTML; it still has to be sanitised. May raise RecursionError, and takes long for odd texts."""
    # Made once a thread: making one takes longer than reading a page with it.
    reader = getattr(_held, "reader", None) or markdown.Markdown(
        extensions=[*EXTENSIONS, Gfm()], extension_configs=_SETTINGS, output_format="html"
    )
    _held.reader = None  # one that failed halfway is not used again
    html = str(reader.reset().convert(text))
    _held.reader = reader
    return html


class Gfm(Extension):
    """The blocks of GitHub's Markdown in the place of Python-Markdown's own."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        """Register the processors."""
        md.preprocessors.deregister("html_block")
        md.preprocessors.register(_Fences(md), "fences", 25)
        md.preprocessors.register(_Maths(md), "maths", 20)
        blocks = md.parser.blockprocessors
        for name in ("ulist", "olist", "indent", "hashheader", "setextheader"):
            blocks.deregister(name)
        blocks.register(_Apart(md.parser), "apart", 75)
        blocks.register(_HtmlBlock(md.parser), "html", 74)
        blocks.register(_List(md.parser), "list", 73)
        blocks.register(_Heading(md.parser), "hashheader", 70)
        blocks.register(_Underlined(md.parser), "setextheader", 60)
        md.inlinePatterns.register(HtmlInlineProcessor(rf"({_TAG}|<!--(?:(?!-->).)*-->)", md), "html", 90)
        md.inlinePatterns.register(SimpleTagInlineProcessor(_STRUCK, "del"), "one_tilde", 60)
        md.inlinePatterns.register(SubstituteTagInlineProcessor(r"(?<!\\)\\\n", "br"), "backslash_break", 185)


class _Fences(Preprocessor):
    """Code between fences, kept aside as one line that stands where the fence stood, in a list or a quote too."""

    def run(self, lines: list[str]) -> list[str]:
        """The lines with every fence in one of them."""
        out: list[str] = []
        rest = iter(lines)
        until = ""  # the end of a comment, a script or the like, in which there are no fences
        for line in rest:
            found = None if until else _FENCE.match(line)
            verbatim = _VERBATIM.match(line)
            until = until or (_end(verbatim) if verbatim else "")
            if until in line.lower():
                until = ""
            out.append(found["in"] + self._held(found, rest) if found else line)
        return out

    def _held(self, opening: re.Match[str], rest: Iterator[str]) -> str:
        fence, margin, code = opening["fence"], len(opening["in"]), []
        closing = re.compile(rf"^[ >]*{re.escape(fence[0])}{{{len(fence)},}}\s*$")
        for line in rest:
            if closing.match(line):
                break
            cut = 0
            while cut < margin and line[cut : cut + 1] in (" ", ">"):
                cut += 1
            code.append(line[cut:])
        language = re.sub(r"[^\w+#.-]", "", opening["language"])
        kind = f' class="language-{language}"' if language else ""
        inner = escape("\n".join(code) + "\n" if code else "", quote=False)
        return self.md.htmlStash.store(f"<pre><code{kind}>{inner}</code></pre>")


class _Maths(Preprocessor):
    """Formulas as the Hub marks them, `$$ ... $$` and `\\\\( ... \\\\)`, kept aside so that no rule touches them."""

    def run(self, lines: list[str]) -> list[str]:
        """The lines with formulas kept aside."""
        return _MATHS.sub(self._held, "\n".join(lines)).split("\n")

    def _held(self, found: re.Match[str]) -> str:
        if found["code"]:
            return found[0]
        kind = "display" if found["display"] else "inline"
        tex = escape((found["display"] or found["inline"]).strip(), quote=False)
        return self.md.htmlStash.store(f'<span class="tex-{kind}">{tex}</span>')


def _interrupts(line: str) -> bool:
    """Whether a line starts a block in the middle of a paragraph."""
    item = _ITEM.match(line)
    starts_list = item is not None and bool((item[4] or "").strip()) and item[2] in ("-", "+", "*", "1.", "1)")
    return starts_list or any(kind.match(line) for kind in (_RULE, _HEADING, _QUOTE, _HELD, _VERBATIM, _HTML))


class _Apart(BlockProcessor):
    """Parts a paragraph from what interrupts it: a list, a quote, a heading, code, HTML, the head of a table."""

    def test(self, parent: Element, block: str) -> bool:
        """Whether there is a place to part at."""
        return self._place(block.split("\n"), 0) is not None

    def run(self, parent: Element, blocks: list[str]) -> bool:
        """Put the parts back."""
        lines, start, parts = blocks[0].split("\n"), 0, []
        while (place := self._place(lines, start)) is not None:
            parts.append("\n".join(lines[start:place]))
            start = place
        blocks[0:1] = [*parts, "\n".join(lines[start:])]
        return True

    def _place(self, lines: list[str], start: int) -> int | None:
        """The line at which the block that begins at `start` ends before the lines do."""
        first, last = lines[start], len(lines)
        if first.startswith("    ") or any(kind.match(first) for kind in _OWN_END):
            return None  # code, a list and HTML know themselves where they end
        if any(kind.match(first) for kind in (_HELD, _HEADING, _RULE)):
            return start + 1 if start + 1 < last else None
        quoted = _QUOTE.match(first) is not None
        table = start + 1 < last and _is_table(first, lines[start + 1])
        for number in range(start + (2 if table else 1), last):
            line = lines[number]
            if quoted and _QUOTE.match(line):
                continue
            if not quoted and not table and _UNDERLINE.match(line):
                return number + 1 if number + 1 < last else None
            if _interrupts(line) or (number + 1 < last and not table and _is_table(line, lines[number + 1])):
                return number
        return None


def _is_table(head: str, rule: str) -> bool:
    return "|" in head and "|" in rule and _ROW.match(rule) is not None


class _Heading(HashHeaderProcessor):
    """`# A heading`: with a space, and up to three in front."""

    RE = re.compile(r"(?:^|\n) {0,3}(?P<level>#{1,6})(?P<header>(?:[ \t]+[^\n]*?)?)(?:[ \t]+#+)?[ \t]*(?=\n|$)")


class _Underlined(BlockProcessor):
    """A heading of one or more lines with `===` or `---` below."""

    def test(self, parent: Element, block: str) -> bool:
        """Whether the last line underlines the others."""
        lines = block.rstrip("\n").split("\n")
        return len(lines) > 1 and not lines[0].startswith("    ") and _UNDERLINE.match(lines[-1]) is not None

    def run(self, parent: Element, blocks: list[str]) -> bool:
        """Make the heading."""
        *lines, under = blocks.pop(0).rstrip("\n").split("\n")
        SubElement(parent, "h1" if "=" in under else "h2").text = "\n".join(line.strip() for line in lines)
        return True


class _HtmlBlock(BlockProcessor):
    """HTML up to the next blank line, or to the end of what is taken as it is written (`<pre>`)."""

    def test(self, parent: Element, block: str) -> bool:
        """Whether HTML starts here."""
        first = block.split("\n", 1)[0]
        return any(kind.match(first) for kind in (_VERBATIM, _HTML, _LONE_TAG))

    def run(self, parent: Element, blocks: list[str]) -> bool:
        """Keep the HTML aside."""
        block = blocks.pop(0)
        verbatim = _VERBATIM.match(block)
        if verbatim:
            end = _end(verbatim)
            while end not in block.lower() and blocks:
                block += "\n\n" + blocks.pop(0)
            _, _, rest = block[block.lower().find(end) :].partition("\n")
            if rest and end in block.lower():
                block = block[: -len(rest)]
                blocks.insert(0, rest)
        # A comment in front makes it a block for the library, whatever the tag.
        SubElement(parent, "p").text = self.parser.md.htmlStash.store(f"<!-- -->{block}")
        return True


def _end(verbatim: re.Match[str]) -> str:
    return f"</{verbatim[1].lower()}>" if verbatim[1] else "-->"


@dataclass(slots=True)
class _Items:
    """A list while it is read: the lines of its items without their indentation."""

    kind: str
    start: int
    width: int = 0  # the column at which the content of the last item starts
    loose: bool = False
    items: list[list[str]] = field(default_factory=list)


class _List(BlockProcessor):
    """Lists by CommonMark's rule: what stands under the content of an item belongs to it."""

    depth = 0

    def test(self, parent: Element, block: str) -> bool:
        """Whether an item starts here."""
        first = block.split("\n", 1)[0]
        return _ITEM.match(first) is not None and not _RULE.match(first) and self.depth < DEEPEST

    def run(self, parent: Element, blocks: list[str]) -> bool:
        """Read the items, then each item's blocks."""
        found = self._gathered(blocks)
        ordered = found.kind[-1] in ".)"
        made = SubElement(parent, "ol" if ordered else "ul")
        if ordered and found.start != 1:
            made.set("start", str(found.start))
        self.depth += 1
        for lines in found.items:
            item = SubElement(made, "li")
            self.parser.parseChunk(item, "\n".join(lines).strip("\n"))
            if not found.loose:
                _tighten(item)
        self.depth -= 1
        return True

    def _gathered(self, blocks: list[str]) -> _Items:
        first = _ITEM.match(blocks[0].split("\n", 1)[0])
        assert first is not None
        found = _Items(first[2][-1], int(first[2][:-1]) if first[2][:-1] else 1)
        blank = False
        while blocks:
            lines = blocks[0].split("\n")
            for number, line in enumerate(lines):
                if not line.strip():
                    found.items[-1].append("")
                    blank = True
                elif self._take(found, line, blank):
                    blank = False
                else:
                    blocks[0] = "\n".join(lines[number:])
                    return found
            blocks.pop(0)
            found.items[-1].append("")
            blank = True
        return found

    def _take(self, found: _Items, line: str, blank: bool) -> bool:
        """Whether a line belongs to the list; then it is added to it."""
        indent = len(line) - len(line.lstrip(" "))
        if found.items and indent >= found.width and (any(found.items[-1]) or not blank):
            inner = line[found.width :]
            found.loose |= blank and not _in_inner_list(found.items[-1], inner)
            found.items[-1].append(inner)
            return True
        item = _ITEM.match(line)
        if item is not None and not _RULE.match(line):
            if item[2][-1] != found.kind:
                return False
            spaces = len(item[3] or " ")
            found.width = len(item[1]) + len(item[2]) + (spaces if spaces < 5 and item[4] else 1)
            found.loose |= blank and bool(found.items)
            found.items.append([line[found.width :]])
            return True
        lazy = bool(found.items) and not blank and not _interrupts(line) and not _HELD.match(found.items[-1][-1])
        if lazy:
            found.items[-1].append(line.lstrip(" ") if indent < 4 else line)
        return lazy


def _in_inner_list(lines: list[str], line: str) -> bool:
    """Whether a line after a blank one goes on with a list inside of the item."""
    last = next((held for held in reversed(lines) if held and not held.startswith(" ")), "")
    before = _ITEM.match(last)
    item = _ITEM.match(line)
    return before is not None and (line.startswith(" ") or bool(item and item[2][-1] == before[2][-1]))


def _tighten(item: Element) -> None:
    """Take the paragraphs out of an item that has no blank lines; what is kept aside stays one."""
    for child in list(item):
        if child.tag != "p" or HTML_PLACEHOLDER_RE.fullmatch((child.text or "").strip()):
            continue
        place = list(item).index(child)
        text = child.text or ""
        if place:
            item[place - 1].tail = (item[place - 1].tail or "") + "\n" + text
        else:
            item.text = (item.text or "") + text
        item.remove(child)
