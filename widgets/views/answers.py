"""Answers, the best one marked in its context."""

from metadata.outputs import Answer, Answers
from ui.markup import escape

from .context import Context, bars, empty, number


def render(output: Answers, context: Context) -> str:
    """The best answer, where it stands, and the alternatives."""
    found = [item for item in output.items if item.answer.strip()]
    if not found:
        return empty("No answer was found.")
    best, *others = found
    parts = [
        f'<div class="answer" dir="auto">{escape(best.answer)}</div>',
        f'<p class="dim">score <span class="num">{number(best.score)}</span></p>' if best.score is not None else "",
        _in_context(best, context.inputs.get("context")),
    ]
    if others:
        rows = [(item.answer, item.score) for item in others]
        parts.append(f'<h3 style="font-size:13px;margin:12px 0 6px">Other answers</h3>{bars(rows)}')
    return "".join(parts)


def _in_context(answer: Answer, text: object) -> str:
    if not isinstance(text, str) or not text:
        return ""
    start, end = answer.start, answer.end
    if start is None or end is None or not 0 <= start < end <= len(text):
        start = text.find(answer.answer)
        end = start + len(answer.answer)
    if start < 0:
        return ""
    marked = f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"
    return f'<div class="context" dir="auto" tabindex="0" aria-label="The answer in its context">{marked}</div>'
