"""Predictions, beside the rows they are made for."""

from __future__ import annotations

from collections.abc import Mapping

from showcard.metadata.outputs.read import Predictions
from showcard.ui.markup.html import short_text

from .context import Context, colour, count, empty, short
from .parts import actions, copy_button, save_json, table

FIRST_ROWS = 200
MAX_COLUMNS = 100
MAX_CLASSES = 10  # more different texts than this are no classes, and stay without colours


def render(output: Predictions, context: Context) -> str:
    """The input table with a column more, or the predictions alone where there is none."""
    if not output.values:
        return empty("No prediction came back.")
    names, columns = _inputs(context.inputs.get("table"))
    classes = {value for value in output.values if isinstance(value, str)}
    coloured = 0 < len(classes) <= MAX_CLASSES
    height = max([len(output.values), *(len(column) for column in columns)])
    rows = []
    for r in range(min(FIRST_ROWS, height)):
        cells = "".join(f'<td dir="auto">{_text(column, r)}</td>' for column in columns)
        value = output.values[r] if r < len(output.values) else None
        rows.append(f'<tr><td class="num">{r + 1}</td>{cells}{_prediction(value, coloured)}</tr>')
    more = (
        f'<p class="dim">{count(height - FIRST_ROWS, "row")} more in the download.</p>' if height > FIRST_ROWS else ""
    )
    head = ["Row", *names, _column_name(names)]
    return (
        table(head, rows, "The table with its predictions")
        + more
        + actions(copy_button("table"), save_json(output.values, "predictions.json", context))
    )


def _inputs(held: object) -> tuple[list[str], list[list[object]]]:
    if not isinstance(held, Mapping):
        return [], []
    columns = [list(values) if isinstance(values, list | tuple) else [values] for values in held.values()]
    return [str(name) for name in held][:MAX_COLUMNS], columns[:MAX_COLUMNS]


def _column_name(names: list[str]) -> str:
    return "Prediction" if "Prediction" not in names else "Prediction (of the model)"


def _text(column: list[object], row: int) -> str:
    return short_text(short(column[row])) if row < len(column) and column[row] is not None else ""


def _prediction(value: str | float | None, coloured: bool) -> str:
    if value is None:
        return '<td class="dim">none</td>'
    if isinstance(value, str):
        style = f' style="background:{colour(value)}"' if coloured else ""
        return f'<td class="hit" dir="auto"><mark{style}>{short_text(short(value))}</mark></td>'
    try:
        figure = f"{value:.6g}"
    except OverflowError:  # a whole number of more digits than a float can hold
        figure = f"{str(value)[:12]}…"
    return f'<td class="hit num">{figure}</td>'
