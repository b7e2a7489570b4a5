// Turns of panes at the same height, and panes that scroll together.

import assert from "node:assert/strict";
import { test } from "node:test";
import { margins, together } from "../../front/compare/turns.js";

/** Where turns begin once they were moved: what was added above pushes all that follows. */
const placed = (tops) =>
  margins(tops).map((added, side) =>
    tops[side].map((top, n) => top + added.slice(0, n + 1).reduce((a, b) => a + b, 0)),
  );

test("the same turn begins at the same height in every pane", () => {
  assert.deepEqual(placed([[0, 100, 150], [0, 40, 300]]), [[0, 100, 360], [0, 100, 360]]); // prettier-ignore
  assert.deepEqual(placed([[10, 20], [0, 90], [5, 6]]), [[10, 100], [10, 100], [10, 100]]); // prettier-ignore
});

test("a pane with fewer turns is aligned as far as it goes", () => {
  assert.deepEqual(placed([[0, 100], [0, 50, 60]]), [[0, 100], [0, 100, 110]]); // prettier-ignore
  assert.deepEqual(placed([[0], [0, 60], [0, 200]]), [[0], [0, 200], [0, 200]]); // prettier-ignore
  assert.deepEqual(margins([[], [0]]), [[], [0]]);
  assert.deepEqual(margins([]), []);
});

test("less than half a pixel is let be", () => {
  assert.deepEqual(margins([[0.4], [0]]), [[0], [0]]);
});

const from = { tops: [0, 100, 300], height: 500, shown: 100 };
test("panes stand at the same turn, at the same share of it", () => {
  assert.equal(together({ ...from, scroll: 200 }, { tops: [0, 40, 60], height: 90 }), 50);
  assert.equal(together({ ...from, scroll: 0 }, { tops: [0, 40, 60], height: 90 }), 0);
});

test("the last turn ends where the pane does, and at the end both are at the end", () => {
  assert.equal(together({ ...from, scroll: 350 }, { tops: [0, 40, 60], height: 100 }), 70);
  assert.equal(together({ ...from, scroll: 400 }, { tops: [0, 40, 60], height: 100 }), 100);
});

test("without turns nothing is scrolled to", () => {
  assert.equal(together({ tops: [], height: 500, shown: 100, scroll: 200 }, { tops: [], height: 300 }), 0);
});
