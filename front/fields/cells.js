/** Text of a spreadsheet, of a CSV file or of a list of labels, as values; and the cells of a table as text. */

/** A cell: null, "s" and a text, or "j" and a number as it is written. @typedef {string | null} Cell */

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Rows of cells; quotes may hold tabs, commas and line ends.
 * @param {string} text
 * @param {string} comma what stands between cells
 * @param {boolean} [trim] whether spaces before a cell are left out
 */
export const cellsOf = (text, comma, trim = false) => {
  /** @type {string[][]} */
  const rows = [[]];
  let cell = "";
  let quoted = false;
  let fresh = true;
  const end = () => {
    rows[rows.length - 1].push(cell);
    cell = "";
    fresh = true;
  };
  const clean = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let n = 0; n < clean.length; n++) {
    const c = clean[n];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (clean[n + 1] === '"') {
        cell += '"';
        n++;
      } else quoted = false;
    } else if (c === '"' && fresh) {
      quoted = true;
      fresh = false;
    } else if (c === comma) end();
    else if (c === "\n") {
      end();
      rows.push([]);
    } else if (!(trim && fresh && c === " ")) {
      cell += c;
      fresh = false;
    }
  }
  end();
  return rows;
};

/**
 * The cells that a pasted text holds; null where it is one value.
 * @param {string} text
 */
export const block = (text) => {
  if (text.includes("\t")) return cellsOf(text, "\t");
  if (!/\n./.test(text.replace(/\r/g, ""))) return null;
  const rows = cellsOf(text, ",");
  return rows.every((row) => row.length === rows[0].length) ? rows : cellsOf(text, "\t");
};

/**
 * The labels in a line: a comma ends one, in quotes it is part of it.
 * @param {string} text
 */
export const labelsIn = (text) =>
  cellsOf(text.replace(/\t/g, ","), ",", true)
    .flat()
    .map((label) => label.trim())
    .filter(Boolean);

/**
 * A label as it is typed.
 * @param {string} label
 */
export const asTyped = (label) => (label.includes(",") ? `"${label.replaceAll('"', '""')}"` : label);

/** @param {Cell | undefined} cell */
export const shown = (cell) => (cell ? cell.slice(1) : "");

/** @param {Cell | undefined} cell */
export const isNumber = (cell) => cell?.[0] === "j";

/**
 * Whether a column holds numbers alone; `fresh` says it of one that is empty.
 * @param {Cell[][]} rows
 * @param {number} column
 * @param {string} fresh
 */
export const counts = (rows, column, fresh) => {
  const cells = rows.map((row) => row[column] ?? null).filter((cell) => cell !== null && cell !== "s");
  return cells.length ? cells.every((cell) => isNumber(cell) && NUMBER.test(shown(cell))) : fresh === "j";
};

/**
 * The cell that a text makes of another; one whose text stays is left as it is.
 * @param {Cell} before
 * @param {string} text
 * @param {() => boolean} isCounted whether its column holds numbers
 * @returns {Cell}
 */
export const typed = (before, text, isCounted) => {
  if (before !== null && shown(before) === text) return before;
  if (text === "") return before === null || isCounted() ? null : "s";
  return NUMBER.test(text) && isCounted() ? `j${text}` : `s${text}`;
};

/**
 * Make a table at least so high and so wide, with names for new columns.
 * @param {string[]} names
 * @param {Cell[][]} rows
 * @param {number} height
 * @param {number} width
 */
export const widen = (names, rows, height, width) => {
  while (names.length < width) names.push(`Column ${names.length + 1}`);
  while (rows.length < height) rows.push([]);
  for (const row of rows) while (row.length < names.length) row.push(null);
};

/**
 * Put pasted cells into a table, at a place; on a name (row -1) the first line names the columns.
 * @param {string[]} names
 * @param {Cell[][]} rows
 * @param {string[][]} found
 * @param {number} row
 * @param {number} column
 * @param {string} fresh
 */
export const paste = (names, rows, found, row, column, fresh) => {
  let body = found;
  if (row < 0) {
    if (column === 0) {
      names.length = 0;
      rows.length = 0;
    }
    widen(names, rows, 0, column + found[0].length);
    found[0].forEach((name, n) => {
      names[column + n] = name;
    });
    body = found.slice(1);
  }
  const top = Math.max(0, row);
  const width = column + Math.max(...body.map((line) => line.length), 0);
  widen(names, rows, top + body.length, Math.max(width, names.length));
  body.forEach((line, r) => {
    line.forEach((text, c) => {
      const at = column + c;
      rows[top + r][at] = typed(rows[top + r][at], text, () => counts(rows, at, fresh));
    });
  });
};
