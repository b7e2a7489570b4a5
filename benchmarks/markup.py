"""What HTML by construction costs, of f-strings and of markupsafe alone: `python -m benchmarks.markup`.

Both write the same lines of a view, from the same values, in the same run; what is timed is the processor's time. A
fifth of the texts hold a character that is escaped, and as many one that is not ASCII."""

from __future__ import annotations

import sys
from collections.abc import Callable
from html import escape
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.support.report import Report, parser, run
from showcard.metadata.outputs.read import Chunk, Entity
from showcard.ui.markup.chat import turn_html
from showcard.ui.markup.html import Markup, div, element, join, span
from showcard.widgets.views import entities, marks, parts, text

MANY, TURNS = 1_000, 25
ENDINGS = ("said", "it's so", "café", "here", "there")
Draw = Callable[[], str]


def _words(number: int) -> str:
    return f"And {number} {ENDINGS[number % len(ENDINGS)]}"


def elements(many: int) -> tuple[Draw, Draw]:
    """Elements that are made one by one, and what markupsafe fills in by itself."""
    names = [_words(number) for number in range(many)]
    filled = Markup('<li title="%s" data-key="%s"><span class="name">%s</span></li>')

    def ours() -> str:
        return join([element("li", span(name, class_="name"), title=name, data_key="3") for name in names])

    return ours, lambda: Markup("").join([filled % (name, "3", name) for name in names])


def chunks(many: int) -> tuple[Draw, Draw]:
    """Chunks of speech."""
    held = [Chunk(_words(number), number / 1000, number / 1000 + 0.5) for number in range(many)]

    def line(chunk: Chunk) -> str:
        assert chunk.start is not None
        assert chunk.end is not None
        begun, ended = text._time(chunk.start), text._time(chunk.end)
        return (
            f'<li><button type="button" class="num time" data-seek="{chunk.start:.3f}" data-end="{chunk.end:.3f}" '
            f'aria-label="Play from {escape(begun)}">{escape(begun)}–{escape(ended)}</button>'
            f'<span dir="auto">{escape(chunk.text)}</span></li>'
        )

    return lambda: join([text._chunk(chunk) for chunk in held]), lambda: "".join([line(chunk) for chunk in held])


def labels(many: int) -> tuple[Draw, Draw]:
    """Labels."""
    rows, scale = [parts.Row(_words(number), number / many) for number in range(many)], parts.Scale(0.0, 1.0)

    def line(row: parts.Row) -> str:
        _, width = scale.fill(row.score or 0)
        return (
            f'<li><span class="name"><bdi dir="auto">{escape(row.name)}</bdi></span>'
            f'<span class="num">{escape(parts.number(row.score))}</span><span class="track" aria-hidden="true">'
            f'<span class="fill" style="width:{min(100.0, width):.2f}%"></span></span></li>'
        )

    return lambda: join([parts._bar(row, scale) for row in rows]), lambda: "".join([line(row) for row in rows])


def marked(many: int) -> tuple[Draw, Draw]:
    """Entities in their text, and the rows of their table."""
    said = " ".join(_words(number) for number in range(many))
    spans, place = [], 0
    for number in range(many):
        end = place + len(_words(number))
        spans.append(marks.Span(place, end - 2, Entity("PER", _words(number), 0.5, place, end - 2)))
        place = end + 1

    def ours() -> str:
        drawn, _ = marks.marked(said, spans, {"PER": 0})
        return join([drawn, *(entities._row(held.entity.word, "PER", "0.500", "1–2") for held in spans)])

    def by_hand() -> str:
        colour, written, until = marks.colour("PER"), [], 0
        for held in spans:
            title = escape(f"PER, score {marks.number(held.entity.score)}")
            written += [
                escape(said[until : held.start]),
                f'<mark data-key="0" style="background:{colour}" title="{title}">',
            ]
            written += [escape(said[held.start : held.end]), f"<sub>{escape('PER')}</sub></mark>"]
            until = held.end
        written.append(escape(said[until:]))
        rows = [
            f'<tr><td dir="auto">{escape(held.entity.word)}</td><td dir="auto">{escape("PER")}</td>'
            f'<td class="num">{escape("0.500")}</td><td class="num">{escape("1–2")}</td></tr>'
            for held in spans
        ]
        return f'<div class="entities" dir="auto">{"".join(written)}</div>{"".join(rows)}'

    return ours, by_hand


def chat(many: int) -> tuple[Draw, Draw]:
    """Turns of people in a chat, and what markupsafe fills in by itself."""
    turns = [{"role": "user", "content": _words(number)} for number in range(many)]
    turn = Markup('<div class="turn %s"><div class="who">%s</div><div class="text" dir="auto">%s</div></div>')

    def ours() -> str:
        return div([turn_html(turn) for turn in turns], class_="chat")

    def peer() -> str:
        return Markup('<div class="chat">%s</div>') % Markup("").join(
            [turn % ("user", "You", held["content"]) for held in turns]
        )

    return ours, peer


def seconds(draw: Draw, times: int) -> float:
    """The least processor time of drawing."""
    best = float("inf")
    for _ in range(times):
        start = process_time()
        draw()
        best = min(best, process_time() - start)
    return best


def main() -> int:
    """Print the ratios; 1 where one is missed."""
    report = Report(parser(__doc__).parse_args().small)
    many, turns = (25, 2) if report.small else (MANY, TURNS)
    for what, make, peer, most in (
        ("elements", elements, "what markupsafe fills in", 1.0),
        ("chat turns", chat, "what markupsafe fills in", 1.0),
        ("chunks", chunks, "f-strings that are escaped by hand", 2.0),
        ("labels", labels, "f-strings that are escaped by hand", 2.5),
        ("entities", marked, "f-strings that are escaped by hand", 3.0),
    ):
        ours, theirs = make(many)
        # markupsafe writes the same two characters in another way.
        expected = str(theirs()).replace("&#39;", "&#x27;").replace("&#34;", "&quot;")
        report.proof(f"{many:,} {what}: both are the same HTML", ours() == expected and type(ours()) is Markup)
        best = [float("inf")] * 2
        for _ in range(turns):  # in turn, so that what else the machine does falls on both
            best = [min(least, seconds(draw, 3)) for least, draw in zip(best, (ours, theirs), strict=True)]
        report.figure(f"{many:,} {what}", best[0] * 1000, "ms")
        report.ratio(f"{what}, of {peer}", best[0], best[1], most=most)
    return report.end()


if __name__ == "__main__":
    run(main)
