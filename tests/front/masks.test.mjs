// The mask below a pointer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SIDE, smallestAt } from "../../front/views/masks.js";

/** A mask that covers a rectangle, in shares of the image. */
const mask = (left, top, right, bottom, value = 255) => {
  const values = Uint8Array.from({ length: SIDE * SIDE }, (_, n) => {
    const [x, y] = [(n % SIDE) / SIDE, Math.floor(n / SIDE) / SIDE];
    return x >= left && x < right && y >= top && y < bottom ? value : 0;
  });
  return { values, area: values.reduce((sum, one) => sum + one, 0) };
};

test("the smallest of the masks at a place", () => {
  const masks = [mask(0, 0, 1, 1), mask(0.25, 0.25, 0.75, 0.75), mask(0.5, 0, 1, 1)];
  assert.equal(smallestAt(masks, 0.3, 0.3), 1);
  assert.equal(smallestAt(masks, 0.9, 0.1), 2);
  assert.equal(smallestAt(masks, 0.1, 0.9), 0);
  assert.equal(smallestAt(masks.reverse(), 0.3, 0.3), 1);
});

test("none where there is none, or where it can hardly be seen", () => {
  assert.equal(smallestAt([mask(0, 0, 0.5, 0.5)], 0.9, 0.9), -1);
  assert.equal(smallestAt([mask(0, 0, 1, 1, 59)], 0.5, 0.5), -1);
  assert.equal(smallestAt([mask(0, 0, 1, 1, 60)], 0.5, 0.5), 0);
  assert.equal(smallestAt([], 0, 0), -1);
});

test("a mask that is not there yet is passed by", () => {
  assert.equal(smallestAt([null, mask(0, 0, 1, 1)], 0.5, 0.5), 1);
});

test("the edge of the image belongs to it", () => {
  assert.equal(smallestAt([mask(0.9, 0.9, 1, 1)], 1, 1), 0);
});
