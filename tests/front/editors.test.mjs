// The editors of labels and tables: text as cells, cells as text, and pasting.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asTyped, block, cellsOf, counts, labelsIn, paste, shown, typed } from "../../front/fields/cells.js";

test("cells of a CSV file: quotes may hold commas, quotes and line ends", () => {
  assert.deepEqual(cellsOf('a,"b, c","d ""e"""\r\n"f\ng",', ","), [
    ["a", "b, c", 'd "e"'],
    ["f\ng", ""],
  ]);
  assert.deepEqual(cellsOf("", ","), [[""]]);
  assert.deepEqual(cellsOf('a"b",c', ","), [['a"b"', "c"]]);
});

test("what is pasted is a block where it has tabs, or several lines", () => {
  assert.deepEqual(block("a\tb\n1\t2\n"), [["a", "b"], ["1", "2"]]); // prettier-ignore
  assert.deepEqual(block("a,b\n1,2"), [["a", "b"], ["1", "2"]]); // prettier-ignore
  assert.deepEqual(block("a, b and c\nno comma"), [["a, b and c"], ["no comma"]]);
  assert.equal(block("one, value"), null);
  assert.equal(block("one\r\n"), null);
});

test("labels are told apart by commas and lines, and typed again as they were", () => {
  assert.deepEqual(labelsIn(' a ,"b, c"\nd\te,,'), ["a", "b, c", "d", "e"]);
  for (const label of ["plain", "with, comma", 'with, "quotes"']) assert.deepEqual(labelsIn(asTyped(label)), [label]);
});

test("a column counts where it holds numbers alone", () => {
  assert.equal(counts([["j1"], ["j-2.5e3"], [null], ["s"]], 0, "s"), true);
  assert.equal(counts([["j1"], ["sone"]], 0, "j"), false);
  assert.equal(counts([[null]], 0, "s"), false);
  assert.equal(counts([[null]], 0, "j"), true);
});

test("a cell stays as it was written until its text changes", () => {
  const yes = () => true;
  const no = () => false;
  assert.equal(typed("j1.0", "1.0", no), "j1.0");
  assert.equal(typed("j1", "2", yes), "j2");
  assert.equal(typed("j1", "2", no), "s2");
  assert.equal(typed("j1", "two", yes), "stwo");
  assert.equal(typed("sx", "", no), "s");
  assert.equal(typed("j1", "", yes), null);
  assert.equal(typed(null, "", no), null);
  assert.equal(typed(null, "007", yes), "s007");
  assert.equal(shown("j1.50"), "1.50");
  assert.equal(shown(null), "");
});

test("pasted cells make the table larger; on a name the first line names the columns", () => {
  const names = ["a"];
  const rows = [["j1"]];
  paste(names, rows, [["2", "3"], ["4", "x"]], 0, 0, "s"); // prettier-ignore
  assert.deepEqual(names, ["a", "Column 2"]);
  assert.deepEqual(rows, [["j2", "s3"], ["j4", "sx"]]); // prettier-ignore

  paste(names, rows, [["n", "m"], ["5", "6"]], -1, 0, "j"); // prettier-ignore
  assert.deepEqual(names, ["n", "m"]);
  assert.deepEqual(rows, [["j5", "j6"]]);
});
