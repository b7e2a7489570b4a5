"""Similarities: how near each sentence is to the source."""

from __future__ import annotations

from showcard.metadata.outputs.read import Similarities
from showcard.ui.markup.html import escape

from .context import Context, count, empty
from .parts import MAX_ROWS, Row, actions, bars, copy_button, save_json


def render(output: Similarities, context: Context) -> str:
    """A bar for each sentence in the order given; a box to tick puts the nearest first."""
    if not output.scores:
        return empty("No similarity came back.")
    names, odd = _names(output, context.inputs.get("sentences"))
    shown = output.scores[:MAX_ROWS]
    ranks = {n: rank for rank, n in enumerate(sorted(range(len(shown)), key=lambda n: _order(shown[n])))}
    rows = [
        Row(name, score, attributes=f' style="--rank:{ranks.get(n, n)}"')
        for n, (name, score) in enumerate(zip(names, shown, strict=False))
    ]
    held = [{"sentence": name, "score": score} for name, score in zip(names, output.scores, strict=True)]
    sort = '<label class="tick"><input type="checkbox"> Nearest first</label>' if len(rows) > 1 else ""
    source = context.inputs.get("source_sentence")
    to = f'<p class="dim" dir="auto">Compared with: {escape(str(source)[:300])}</p>' if source else ""
    listed = bars(rows, first=MAX_ROWS, left=len(output.scores) - len(shown))
    return f'<div class="ranked">{to}{sort}<div class="tall">{listed}</div>{odd}</div>' + actions(
        copy_button("bars"), save_json(held, "similarities.json", context)
    )


def _order(score: float) -> float:
    return -score if score == score else float("inf")  # noqa: PLR0124 (NaN comes last)


def _names(output: Similarities, sentences: object) -> tuple[list[str], str]:
    """A name for each score, and a sentence where there are not as many of one as of the other."""
    known = [str(sentence) for sentence in sentences] if isinstance(sentences, list | tuple) else []
    missing = len(output.scores) - len(known)
    names = known[: len(output.scores)] + [f"Sentence {n + 1}" for n in range(len(known), len(output.scores))]
    if not known or missing == 0:
        return names, ""
    said = f"{count(len(output.scores), 'score')} came back for {count(len(known), 'sentence')}."
    return names, f'<p class="dim">{said}</p>'
