"""Predictions, beside the rows they are made for."""

from __future__ import annotations

from collections.abc import Mapping

from showcard.metadata.outputs.read import Predictions
from showcard.ui.markup.html import Markup, element, join
from showcard.ui.markup.prepared import prepared

from .context import Context, colour, empty
from .parts import actions, cell, copy_button, hit, left_out, save_json, table, value_at

FIRST_ROWS = 200
MAX_COLUMNS = 100
MAX_CLASSES = 10  # more different texts than this are no classes, and stay without colours


def render(output: Predictions, context: Context) -> Markup:
    """The input table with a column more, or the predictions alone where there is none."""
    if not output.values:
        return empty("No prediction came back.")
    names, columns = _inputs(context.inputs.get("table"))
    classes = {value for value in output.values if isinstance(value, str)}
    coloured = 0 < len(classes) <= MAX_CLASSES
    height = max([len(output.values), *(len(column) for column in columns)])
    rows = []
    for r in range(min(FIRST_ROWS, height)):
        cells = [cell(value_at(column, r)) for column in columns]
        value = output.values[r] if r < len(output.values) else None
        rows.append(_row(r + 1, join(cells), _prediction(value, coloured)))
    head = ["Row", *names, _column_name(names)]
    return join(
        [
            table(head, rows, "The table with its predictions"),
            left_out(height - FIRST_ROWS),
            actions(copy_button("table"), save_json(output.values, "predictions.json", context)),
        ]
    )


@prepared
def _row(number: int, cells: Markup, prediction: Markup) -> Markup:
    return element("tr", element("td", number, class_="num"), cells, prediction)


def _inputs(held: object) -> tuple[list[str], list[list[object]]]:
    if not isinstance(held, Mapping):
        return [], []
    columns = [list(values) if isinstance(values, list | tuple) else [values] for values in held.values()]
    return [str(name) for name in held][:MAX_COLUMNS], columns[:MAX_COLUMNS]


def _column_name(names: list[str]) -> str:
    return "Prediction" if "Prediction" not in names else "Prediction (of the model)"


def _prediction(value: str | float | None, coloured: bool) -> Markup:
    if value is None:
        return element("td", "none", class_="dim")
    if isinstance(value, str):
        return hit(value, f"background:{colour(value)}" if coloured else None)
    try:
        figure = f"{value:.6g}"
    except OverflowError:  # a whole number of more digits than a float can hold
        figure = f"{str(value)[:12]}…"
    return element("td", figure, class_="hit num")
