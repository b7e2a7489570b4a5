/** Where the turns of panes begin: the same one at the same height, and scrolled to together. */

/**
 * How far each turn has to be moved down so that the same turn begins at the same height in every pane.
 * @param {number[][]} tops of the turns of each pane, in pixels, from the pane's own top
 * @returns {number[][]}
 */
export const margins = (tops) => {
  const moved = tops.map(() => 0);
  /** @type {number[][]} */
  const added = tops.map(() => []);
  const most = Math.max(0, ...tops.map((side) => side.length));
  for (let n = 0; n < most; n++) {
    const low = Math.max(...tops.map((side, at) => (n in side ? side[n] + moved[at] : -Infinity)));
    tops.forEach((side, at) => {
      if (!(n in side)) return;
      const more = low - side[n] - moved[at];
      added[at][n] = more > 0.5 ? more : 0;
      moved[at] += added[at][n];
    });
  }
  return added;
};

/** How a pane stands. @typedef {{ tops: number[], height: number, scroll: number, shown: number }} Scrolled */

/**
 * Where to scroll a pane that goes along with another: the same turn at the same share of its height; where the chats
 * differ in turns, the same share of all. At the end of one the other is at its end too.
 * @param {Scrolled} from
 * @param {{ tops: number[], height: number }} side
 */
export const together = (from, { tops, height }) => {
  if (from.scroll + from.shown >= from.height - 1) return height;
  const last = from.tops.findLastIndex((top) => top <= from.scroll + 1);
  const at = Math.max(0, last);
  const end = from.tops[at + 1] ?? from.height;
  const share = from.tops.length ? (from.scroll - from.tops[at]) / Math.max(1, end - from.tops[at]) : 0;
  const begin = tops[at] ?? 0;
  return begin + share * ((tops[at + 1] ?? height) - begin);
};
