/** The one observer of the page: what has to be looked at again when the page changes registers here. */

/** @typedef {{ look: () => void, classes: boolean, when: (records: MutationRecord[]) => boolean }} Watch */

/** @type {Watch[]} */
const atOnce = [];
/** @type {Watch[]} */
const perFrame = [];
/** @type {Set<Watch>} */
const due = new Set();

/** @param {Watch} watch */
const run = ({ look }) => {
  try {
    look();
  } catch (error) {
    reportError(error);
  }
};

/**
 * Look when something came or went, before it is painted; with `classes` also when a class changed.
 * @param {() => void} look
 * @param {{ classes?: boolean }} [how]
 */
export const beforePaint = (look, { classes = false } = {}) => atOnce.push({ look, classes, when: () => true });

/**
 * The same, once a frame, however much changed; `when` may leave changes out.
 * @param {() => void} look
 * @param {{ classes?: boolean, when?: (records: MutationRecord[]) => boolean }} [how]
 */
export const onceAFrame = (look, { classes = false, when = () => true } = {}) => perFrame.push({ look, classes, when });

new MutationObserver((records) => {
  const moved = records.filter((record) => record.type === "childList");
  for (const watch of atOnce) if (moved.length || watch.classes) run(watch);
  for (const watch of perFrame) {
    const seen = watch.classes ? records : moved;
    if (due.has(watch) || !seen.length || !watch.when(seen)) continue;
    if (!due.size) requestAnimationFrame(lookAtAll);
    due.add(watch);
  }
}).observe(document.documentElement, {
  childList: true,
  subtree: true,
  attributes: true,
  attributeFilter: ["class"],
});

const lookAtAll = () => {
  const waiting = [...due];
  due.clear();
  waiting.forEach(run);
};

/**
 * Load a module once something that needs it is there.
 * @param {string} selector
 * @param {() => Promise<unknown>} load
 */
export const whenSeen = (selector, load) => {
  let asked = false;
  const look = () => {
    if (asked || !document.querySelector(selector)) return;
    asked = true;
    load().catch((error) => {
      asked = false; // the server may be back at the next look
      reportError(error);
    });
  };
  beforePaint(look);
  look();
};
