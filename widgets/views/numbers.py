"""Numbers: embeddings, similarities and predictions."""

from metadata.outputs import Predictions, Similarities, Vector
from ui.markup import escape

from .context import Context, bars, empty, number

MOST_CELLS = 512
MOST_ROWS = 500


def render_vector(output: Vector, context: Context) -> str:
    """The shape, a strip of the first numbers, and their range."""
    if not output.values:
        return empty("The answer holds no numbers.")
    shown = output.values[:MOST_CELLS]
    low, high = min(output.values), max(output.values)
    reach = max(abs(low), abs(high)) or 1.0
    cells = "".join(f'<i style="opacity:{abs(v) / reach:.2f}" title="{i}: {v:.5g}"></i>' for i, v in enumerate(shown))
    shape = " × ".join(str(n) for n in output.shape)
    first = ", ".join(number(v) for v in output.values[:8])
    return (
        f'<p>Shape <span class="num">{shape}</span>, from <span class="num">{number(low)}</span> to '
        f'<span class="num">{number(high)}</span></p><div class="strip" aria-hidden="true">{cells}</div>'
        f'<p class="num dim">[{first}{", …" if len(output.values) > 8 else ""}]</p>'
    )


def render_similarities(output: Similarities, context: Context) -> str:
    """A bar for each sentence."""
    if not output.scores:
        return empty("No similarity came back.")
    sentences = context.inputs.get("sentences") or []
    names = [str(s) for s in sentences] + [f"Sentence {n + 1}" for n in range(len(sentences), len(output.scores))]
    return bars(list(zip(names, output.scores, strict=False)))


def render_predictions(output: Predictions, context: Context) -> str:
    """A row for each prediction."""
    if not output.values:
        return empty("No prediction came back.")
    rows = "".join(
        f"<tr><td class='num'>{i + 1}</td><td dir='auto'>{escape(v)}</td></tr>"
        for i, v in enumerate(output.values[:MOST_ROWS])
    )
    rest = len(output.values) - MOST_ROWS
    more = f'<p class="dim">and {rest:,} rows more</p>' if rest > 0 else ""
    head = "<thead><tr><th>Row</th><th>Prediction</th></tr></thead>"
    return f'<div class="table" tabindex="0"><table>{head}<tbody>{rows}</tbody></table></div>{more}'
