"""An answer from a table, its cells marked."""

from collections.abc import Mapping

from showcard.metadata.outputs.read import TableAnswer
from showcard.ui.markup.html import Markup, div, element, join, short_text, span
from showcard.ui.markup.pieces import badge, dim

from .context import Context, count, empty, short
from .parts import actions, cell, copy_button, hit, save_json, table, value_at

FIRST_ROWS = 100
MAX_MARKED_ROWS = 100
MAX_COLUMNS = 100
MAX_ANSWER = 100_000


def render(output: TableAnswer, context: Context) -> Markup:
    """The answer, how it was computed, and the cells it comes from."""
    if not output.answer.strip() and not output.cells:
        return empty("No answer was found in the table.")
    return join(
        [
            div(short_text(short(output.answer, MAX_ANSWER)), class_="answer", dir="auto"),
            _how(output),
            _table(context.inputs.get("table"), set(output.coordinates)),
            actions(copy_button("answer"), save_json(output, "answer.json", context)),
        ]
    )


def _how(output: TableAnswer) -> Markup | None:
    """The aggregator, and the cells it was applied to."""
    how = output.aggregator if output.aggregator and output.aggregator.upper() != "NONE" else ""
    named = [cell for cell in output.cells if cell.strip()]
    cells = ", ".join(map(short, named[:20])) + (", …" if len(named) > 20 else "")
    of = cells and span("of " if how else "from ", cells, dir="auto")
    return dim(how and [badge(how), " "], of) if how or of else None


def _table(held: object, marked: set[tuple[int, int]]) -> Markup | None:
    if not isinstance(held, Mapping) or not held:
        return None
    columns = [list(values) if isinstance(values, list | tuple) else [values] for values in held.values()]
    columns, names = columns[:MAX_COLUMNS], [str(name) for name in held][:MAX_COLUMNS]
    height = max(len(column) for column in columns)
    rows: list[Markup] = []
    before = -1
    for r in _rows(height, marked):
        if r > before + 1:
            rows.append(_gap(r - before - 1, len(columns)))
        values = [value_at(column, r) for column in columns]
        cells = [(hit if (r, c) in marked else cell)(value) for c, value in enumerate(values)]
        rows.append(element("tr", cells))
        before = r
    if before < height - 1:
        rows.append(_gap(height - 1 - before, len(columns)))
    outside = sum(not (0 <= r < height and 0 <= c < len(columns)) for r, c in marked)
    said = dim(f"The answer names {count(outside, 'cell')} outside this table.") if outside else None
    return join([table(names, rows, "The table, with the cells of the answer marked", arrive=True), said])


def _rows(height: int, marked: set[tuple[int, int]]) -> list[int]:
    """The rows to show: the first, and those with a marked cell wherever they stand."""
    late = sorted({r for r, _ in marked if FIRST_ROWS <= r < height})[:MAX_MARKED_ROWS]
    return [*range(min(FIRST_ROWS, height)), *late]


def _gap(many: int, width: int) -> Markup:
    return element("tr", element("td", f"{count(many, 'row')} not shown", colspan=width), class_="gap")
