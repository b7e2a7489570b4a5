"""An answer from a table, its cells marked."""

from collections.abc import Mapping

from metadata.outputs import TableAnswer
from ui.markup import escape

from .context import Context, empty

MOST_ROWS = 200


def render(output: TableAnswer, context: Context) -> str:
    """The answer, how it was computed, and the cells it comes from."""
    if not output.answer.strip() and not output.cells:
        return empty("No answer was found in the table.")
    how = output.aggregator if output.aggregator and output.aggregator.upper() != "NONE" else ""
    return (
        f'<div class="answer" dir="auto">{escape(output.answer)}</div>'
        + (f'<p class="dim">{escape(how)} of {escape(", ".join(output.cells))}</p>' if how else "")
        + _table(context.inputs.get("table"), set(output.coordinates))
    )


def _table(table: object, marked: set[tuple[int, int]]) -> str:
    if not isinstance(table, Mapping) or not table:
        return ""
    columns = [list(values) if isinstance(values, list | tuple) else [values] for values in table.values()]
    head = "".join(f"<th dir='auto'>{escape(name)}</th>" for name in table)
    rows = []
    for r in range(min(MOST_ROWS, max(len(column) for column in columns))):
        cells = (f"<td dir='auto'>{_cell(column, r, (r, c) in marked)}</td>" for c, column in enumerate(columns))
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return (
        f'<div class="table" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _cell(column: list[object], row: int, marked: bool) -> str:
    text = escape(column[row]) if row < len(column) and column[row] is not None else ""
    return f'<mark style="background:var(--sc-0)">{text}</mark>' if marked else text
