// Answers that grow: which lines are shown, in what order, and what is said meanwhile.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Lines, soFar } from "../../front/compare/lines.js";

/** What a place shows after some steps, as the page would. */
const shown = (steps, before = "old") =>
  steps.filter(Boolean).reduce((text, { line, begins }) => (begins ? "" : text) + (line.t ?? ""), before);

test("the first line of an answer empties its place, the others add to it", () => {
  const lines = new Lines();
  const steps = ["a", "b", "c"].map((t) => lines.take({ k: "1", t }, true));
  assert.equal(shown(steps), "abc");
});

test("each answer begins by itself", () => {
  const lines = new Lines();
  lines.take({ k: "1", t: "a" }, true);
  assert.equal(lines.take({ k: "2", t: "b" }, true).begins, true);
  assert.equal(lines.take({ k: "1", t: "c" }, true).begins, false);
});

test("lines that come before their place wait for it, in order", () => {
  const lines = new Lines();
  assert.equal(lines.take({ k: "1", t: "a" }, false), null);
  assert.equal(lines.take({ k: "1", t: "b" }, false), null);
  const steps = [...lines.waiting("1"), lines.take({ k: "1", t: "c" }, true)];
  assert.equal(shown(steps), "abc");
  assert.deepEqual(lines.waiting("1"), []);
});

test("an answer that ended before it had a place is not shown: the page has it by other means", () => {
  const lines = new Lines();
  lines.take({ k: "1", t: "a" }, false);
  lines.take({ k: "1", e: 1 }, false);
  assert.deepEqual(lines.waiting("1"), []);
});

test("a new connection says everything anew, and nothing is said twice", () => {
  const lines = new Lines();
  lines.take({ k: "1", t: "a" }, true);
  lines.take({ k: "2", t: "x" }, false);
  lines.restart();
  assert.equal(lines.take({ k: "1", t: "a" }, true).begins, true);
  assert.deepEqual(lines.waiting("2"), []);
});

test("a key that is used again begins again", () => {
  const lines = new Lines();
  lines.take({ k: "1", t: "a", e: 1 }, true);
  assert.equal(lines.take({ k: "1", t: "b" }, true).begins, true);
});

test("what is said of an answer so far", () => {
  assert.equal(soFar(0.4, 0), "");
  assert.equal(soFar(0.6, 0), "Waiting for the first token · 0.6 s");
  assert.equal(soFar(2, 40), "2.0 s · ≈10 tokens");
});
