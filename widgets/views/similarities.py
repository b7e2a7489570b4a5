"""Similarities: how near each sentence is to the source."""

from __future__ import annotations

from showcard.metadata.outputs.read import Similarities
from showcard.ui.markup.html import Attribute, Markup, div, join
from showcard.ui.markup.pieces import dim

from .context import Context, count, empty
from .parts import MAX_ROWS, Row, actions, bars, copy_button, save_json, tick


def render(output: Similarities, context: Context) -> Markup:
    """A bar for each sentence in the order given; a box to tick puts the nearest first."""
    if not output.scores:
        return empty("No similarity came back.")
    names, odd = _names(output, context.inputs.get("sentences"))
    shown = output.scores[:MAX_ROWS]
    ranks = {n: rank for rank, n in enumerate(sorted(range(len(shown)), key=lambda n: _order(shown[n])))}
    rows = []
    for n, (name, score) in enumerate(zip(names, shown, strict=False)):
        rank: dict[str, Attribute] = {"style": f"--rank:{ranks.get(n, n)}"}
        rows.append(Row(name, score, attributes=rank))
    held = [{"sentence": name, "score": score} for name, score in zip(names, output.scores, strict=True)]
    sort = len(rows) > 1 and tick(" Nearest first")
    source = context.inputs.get("source_sentence")
    to = dim("Compared with: ", str(source)[:300], dir="auto") if source else None
    listed = bars(rows, first=MAX_ROWS, left=len(output.scores) - len(shown))
    ranked = div(to, sort, div(listed, class_="tall"), odd, class_="ranked")
    return join([ranked, actions(copy_button("bars"), save_json(held, "similarities.json", context))])


def _order(score: float) -> float:
    return -score if score == score else float("inf")  # noqa: PLR0124 (NaN comes last)


def _names(output: Similarities, sentences: object) -> tuple[list[str], Markup | None]:
    """A name for each score, and a sentence where there are not as many of one as of the other."""
    known = [str(sentence) for sentence in sentences] if isinstance(sentences, list | tuple) else []
    missing = len(output.scores) - len(known)
    names = known[: len(output.scores)] + [f"Sentence {n + 1}" for n in range(len(known), len(output.scores))]
    if not known or missing == 0:
        return names, None
    said = f"{count(len(output.scores), 'score')} came back for {count(len(known), 'sentence')}."
    return names, dim(said)
