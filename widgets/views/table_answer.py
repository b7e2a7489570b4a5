"""An answer from a table, its cells marked."""

from collections.abc import Mapping

from showcard.metadata.outputs.read import TableAnswer
from showcard.ui.markup.html import escape, short_text

from .context import Context, count, empty, short
from .parts import actions, copy_button, save_json, table

FIRST_ROWS = 100
MAX_MARKED_ROWS = 100
MAX_COLUMNS = 100
MAX_ANSWER = 100_000


def render(output: TableAnswer, context: Context) -> str:
    """The answer, how it was computed, and the cells it comes from."""
    if not output.answer.strip() and not output.cells:
        return empty("No answer was found in the table.")
    return (
        f'<div class="answer" dir="auto">{short_text(short(output.answer, MAX_ANSWER))}</div>'
        + _how(output)
        + _table(context.inputs.get("table"), set(output.coordinates))
        + actions(copy_button("answer"), save_json(output, "answer.json", context))
    )


def _how(output: TableAnswer) -> str:
    """The aggregator, and the cells it was applied to."""
    how = output.aggregator if output.aggregator and output.aggregator.upper() != "NONE" else ""
    badge = f'<span class="badge">{escape(how)}</span> ' if how else ""
    named = [cell for cell in output.cells if cell.strip()]
    cells = ", ".join(map(short, named[:20])) + (", …" if len(named) > 20 else "")
    of = f'<span dir="auto">{"of " if how else "from "}{escape(cells)}</span>' if cells else ""
    return f'<p class="dim">{badge}{of}</p>' if badge or of else ""


def _table(held: object, marked: set[tuple[int, int]]) -> str:
    if not isinstance(held, Mapping) or not held:
        return ""
    columns = [list(values) if isinstance(values, list | tuple) else [values] for values in held.values()]
    columns, names = columns[:MAX_COLUMNS], [str(name) for name in held][:MAX_COLUMNS]
    height = max(len(column) for column in columns)
    rows: list[str] = []
    before = -1
    for r in _rows(height, marked):
        if r > before + 1:
            rows.append(_gap(r - before - 1, len(columns)))
        cells = "".join(_cell(column, r, (r, c) in marked) for c, column in enumerate(columns))
        rows.append(f"<tr>{cells}</tr>")
        before = r
    if before < height - 1:
        rows.append(_gap(height - 1 - before, len(columns)))
    outside = sum(not (0 <= r < height and 0 <= c < len(columns)) for r, c in marked)
    said = f'<p class="dim">The answer names {count(outside, "cell")} outside this table.</p>' if outside else ""
    return table(names, rows, "The table, with the cells of the answer marked", arrive=True) + said


def _rows(height: int, marked: set[tuple[int, int]]) -> list[int]:
    """The rows to show: the first, and those with a marked cell wherever they stand."""
    late = sorted({r for r, _ in marked if FIRST_ROWS <= r < height})[:MAX_MARKED_ROWS]
    return [*range(min(FIRST_ROWS, height)), *late]


def _gap(many: int, width: int) -> str:
    return f'<tr class="gap"><td colspan="{width}">{count(many, "row")} not shown</td></tr>'


def _cell(column: list[object], row: int, marked: bool) -> str:
    text = short_text(short(column[row])) if row < len(column) and column[row] is not None else ""
    return f'<td class="hit" dir="auto"><mark>{text}</mark></td>' if marked else f'<td dir="auto">{text}</td>'
