/** Which mask is below a pointer. */

/** How opaque each pixel of a mask is, row by row, and the sum of that. @typedef {{ values: Uint8Array, area: number }} Mask */

export const SIDE = 160; // pixels, of the small square that a mask is looked at in
const SEEN = 60; // of 255: less is not pointed at

/**
 * Of the masks at a place (0 to 1, each way) the smallest: what lies inside another region would never be found else.
 * Its place in the list, -1 where there is none. A mask that is not there yet is null.
 * @param {(Mask | null)[]} masks
 * @param {number} x
 * @param {number} y
 */
export const smallestAt = (masks, x, y) => {
  const row = Math.min(SIDE - 1, Math.floor(y * SIDE));
  const at = row * SIDE + Math.min(SIDE - 1, Math.floor(x * SIDE));
  let best = -1;
  let least = Infinity;
  masks.forEach((mask, n) => {
    if (mask && mask.values[at] >= SEEN && mask.area < least) {
      least = mask.area;
      best = n;
    }
  });
  return best;
};
