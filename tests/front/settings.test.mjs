// Locks of settings, steps of numbers, and the direction of a text.

import assert from "node:assert/strict";
import { test } from "node:test";
import { directionOf } from "../../front/compare/direction.js";
import { LOCKABLE, LOCKS, lockName } from "../../front/compare/locks.js";
import { boundsOf, numberIn, stepped } from "../../front/shared/steps.js";

test("a field's lock has the name that the server knows the setting by", () => {
  assert.equal(lockName("s-base-url"), "base_url");
  assert.equal(lockName("s-functions"), "tools");
  assert.equal(lockName("p-temperature"), "temperature");
  assert.equal(lockName("constructor"), "constructor");
});

test("all that have a lock are looked for, and parameters in the drawer alone", () => {
  for (const id of Object.keys(LOCKS)) assert.ok(LOCKABLE.split(",").includes(`#${id}`));
  assert.ok(LOCKABLE.endsWith("#drawer [id^='p-']"));
});

test("bounds stand in the classes of a field", () => {
  assert.deepEqual(boundsOf(["number", "from:0", "to:2", "step:0.05"]), {
    low: 0,
    high: 2,
    step: 0.05,
  });
  assert.deepEqual(boundsOf(["number"]), { low: null, high: null, step: 1 });
});

test("a number is what was typed, or nothing", () => {
  assert.equal(numberIn(" 0 "), 0);
  for (const text of ["", " ", "a", "1,5", "Infinity"]) assert.equal(numberIn(text), null);
});

test("a step keeps to the bounds and to the decimals of the step", () => {
  const bounds = { low: 0, high: 2, step: 0.1 };
  assert.equal(stepped(0.2, 1, bounds), "0.3");
  assert.equal(stepped(1.95, 10, bounds), "2");
  assert.equal(stepped(0.05, -1, bounds), "0");
  assert.equal(stepped(null, 1, bounds), "0");
  assert.equal(stepped(null, -1, { low: null, high: null, step: 1 }), "0");
  assert.equal(stepped(7, 10, { low: null, high: null, step: 1 }), "17");
});

test("a text is written the way its first letter is", () => {
  assert.equal(directionOf("hello"), "ltr");
  assert.equal(directionOf("12 – שלום"), "rtl");
  assert.equal(directionOf("مرحبا hello"), "rtl");
  assert.equal(directionOf(""), "ltr");
  assert.equal(directionOf(`${" ".repeat(2000)}ש`), "ltr");
});
