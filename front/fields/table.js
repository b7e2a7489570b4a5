/** The editor of a table: names, rows, and cells that are numbers as they were written, or text. */

import { find, make } from "../shared/dom.js";
import { SHOWN_ROWS, button } from "./button.js";
import { block, counts, isNumber, paste, shown, typed, widen } from "./cells.js";

/** @typedef {import("./cells.js").Cell} Cell */

const SHOWN_COLUMNS = 60;
const AT_ONCE = 5000; // cells: a larger table is written a moment after the last key

/** @type {Record<string, number>} */
const MOVES = { ArrowUp: -1, ArrowDown: 1, Enter: 1 };

/** @param {import("./editors.js").Editor} editor */
export const table = (editor) => {
  /** @type {{ names?: string[], rows?: Cell[][], fresh?: string }} */
  const { names = [], rows = [], fresh = "s" } = editor.value || {};
  const place = make("div", { class: "grid", tabindex: "-1" });
  const kept = make("span", { class: "dim" });

  let waiting = 0;
  const write = () => editor.write({ names, rows, fresh });
  const later = () => {
    clearTimeout(waiting);
    if (rows.length * names.length <= AT_ONCE) write();
    else waiting = setTimeout(write, 200);
  };
  /**
   * @param {number} row
   * @param {number} column
   */
  const focus = (row, column) => {
    const found = find(`[data-at="${row}:${column}"]`, place);
    found?.focus();
    if (found instanceof HTMLInputElement || found instanceof HTMLTextAreaElement) found.select();
  };
  /**
   * Draw and write what was changed, and go to a cell.
   * @param {number} row
   * @param {number} column
   */
  const redraw = (row, column) => {
    draw();
    write();
    focus(row, column);
  };

  /**
   * What pasting and keys do in a cell; its column's name is in row -1.
   * @param {number} row
   * @param {number} column
   */
  const habits = (row, column) => ({
    "data-at": `${row}:${column}`,
    /** @param {ClipboardEvent} event */
    onpaste: (event) => {
      const found = block(event.clipboardData?.getData("text") ?? "");
      if (!found) return;
      event.preventDefault();
      paste(names, rows, found, row, column, fresh);
      redraw(row, column);
    },
    /** @param {KeyboardEvent} event */
    onkeydown: (event) => {
      const step = MOVES[event.key];
      if (!step || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      focus(row + step, column);
    },
  });

  /** @param {number} column */
  const head = (column) => {
    const line = make("input", {
      type: "text",
      value: names[column],
      dir: "auto",
      "aria-label": `Name of column ${column + 1}`,
      oninput: () => {
        names[column] = line.value;
        later();
      },
      ...habits(-1, column),
    });
    const remove = () => {
      names.splice(column, 1);
      for (const row of rows) row.splice(column, 1);
      redraw(-1, Math.min(column, names.length - 1));
    };
    const gone = button("×", `Remove column ${names[column]}`, remove, "gone");
    return make("th", { scope: "col" }, make("div", {}, line, gone));
  };

  /**
   * @param {number} row
   * @param {number} column
   */
  const cell = (row, column) => {
    const text = shown(rows[row][column]);
    const long = text.includes("\n");
    const field = make(long ? "textarea" : "input", {
      ...(long ? { rows: 2 } : { type: "text" }),
      value: text,
      dir: "auto",
      "aria-label": `${names[column]}, row ${row + 1}`,
      class: isNumber(rows[row][column]) ? "num" : "",
      oninput: () => {
        const before = rows[row][column] ?? null;
        rows[row][column] = typed(before, field.value, () => counts(rows, column, fresh));
        field.classList.toggle("num", isNumber(rows[row][column]));
        later();
      },
      ...habits(row, column),
    });
    return make("td", {}, field);
  };

  /**
   * @param {number} row
   * @param {number[]} columns
   */
  const line = (row, columns) => {
    const remove = () => {
      rows.splice(row, 1);
      redraw(Math.min(row, rows.length - 1), 0);
    };
    const gone = button("×", `Remove row ${row + 1}`, remove, "gone");
    return make("tr", {}, ...columns.map((column) => cell(row, column)), make("td", { class: "last" }, gone));
  };

  const draw = () => {
    widen(names, rows, rows.length, names.length);
    const columns = [...names.keys()].slice(0, SHOWN_COLUMNS);
    const last = make("th", { class: "last" }, make("span", { class: "visually-hidden" }, "Remove"));
    const body = rows.slice(0, SHOWN_ROWS).map((_, row) => line(row, columns));
    place.replaceChildren(
      make(
        "table",
        {},
        make("caption", { class: "visually-hidden" }, editor.name),
        make("thead", {}, make("tr", {}, ...columns.map(head), last)),
        make("tbody", {}, ...body),
      ),
    );
    const hidden = [
      rows.length > SHOWN_ROWS && `${rows.length - SHOWN_ROWS} more rows`,
      names.length > SHOWN_COLUMNS && `${names.length - SHOWN_COLUMNS} more columns`,
    ].filter(Boolean);
    kept.textContent = hidden.length ? `${hidden.join(" and ")} are kept and sent.` : "";
  };

  const addRow = () => {
    widen(names, rows, rows.length + 1, Math.max(1, names.length));
    redraw(rows.length - 1, 0);
  };
  const addColumn = () => {
    let n = names.length + 1;
    while (names.includes(`Column ${n}`)) n++;
    names.push(`Column ${n}`);
    redraw(-1, names.length - 1);
  };
  draw();
  const said = "Cells of a spreadsheet can be pasted; on a name, the first line names the columns.";
  editor.show(
    place,
    make(
      "p",
      { class: "acts" },
      button("Add a row", "Add a row", addRow),
      button("Add a column", "Add a column", addColumn),
      kept,
      make("span", { class: "dim" }, said),
    ),
  );
};
