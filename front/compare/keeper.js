/**
 * Keeping comparisons: which are written, under which id, and which are let go.
 *
 * Another tab may have the same comparison open: what it wrote since is never written over, this tab's becomes a copy.
 */

/** @typedef {{ settings: { model?: string }, messages: unknown[] }} Pane */
/** @typedef {{ id: string, title: string, hidden?: boolean, panes: Pane[] }} Comparison */
/**
 * @typedef {object} Kept
 * @property {string} id
 * @property {string} title
 * @property {number} changed milliseconds since 1970
 * @property {string} mark changes with each writing
 * @property {Comparison} comparison
 * @property {string[]} models
 */
/**
 * Where they are kept. `update` reads and writes at once: nothing comes between.
 * @typedef {object} Store
 * @property {(id: string) => Promise<Kept | undefined>} get
 * @property {() => Promise<Kept[]>} all
 * @property {(id: string, change: (held: Kept | undefined) => Kept) => Promise<void>} update
 * @property {(ids: string[]) => Promise<void>} remove
 */

const MOST = 200; // comparisons
const stamp = () => Math.random().toString(36).slice(2, 8);

/** @param {Comparison} comparison */
const modelsOf = ({ hidden, panes }) =>
  hidden ? ["hidden until the vote"] : panes.map((pane) => pane.settings.model || "");

export class Keeper {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    /** What this tab wrote or read last. @type {Map<string, string>} */
    this.marks = new Map();
    /** The copies of comparisons that another tab has changed. @type {Map<string, string>} */
    this.copies = new Map();
  }

  /**
   * Write a comparison; one that nothing was said in is not worth it. The id it is kept under.
   * @param {Comparison} comparison
   */
  async write(comparison) {
    const own = comparison.id;
    const ofCopy = `${comparison.title} (copy)`;
    const copy = this.copies.get(own);
    const told = copy ? { ...comparison, id: copy, title: ofCopy } : { ...comparison };
    if (!told.panes.some((pane) => pane.messages.length)) return told.id;
    await this.store.update(told.id, (held) => {
      if (held && held.mark !== this.marks.get(told.id)) {
        told.id = `${own.slice(0, 30)}-${stamp()}`;
        told.title = ofCopy;
        this.copies.set(own, told.id);
      }
      const mark = stamp();
      this.marks.set(told.id, mark);
      const { id, title } = told;
      return { id, title, changed: Date.now(), mark, comparison: told, models: modelsOf(told) };
    });
    const old = (await this.list()).slice(MOST).map((one) => one.id);
    if (old.length) await this.store.remove(old);
    return told.id;
  }

  /** All that are kept, the latest first. */
  async list() {
    return (await this.store.all()).sort((a, b) => b.changed - a.changed);
  }

  /**
   * One to go on with; null where it is gone.
   * @param {string} id
   */
  async read(id) {
    const found = await this.store.get(id);
    if (!found) return null;
    this.marks.set(id, found.mark);
    return found.comparison;
  }

  /** @param {string} id */
  forget(id) {
    return this.store.remove([id]);
  }
}

/**
 * Do something again for each time it was asked for while it was done, but never twice at once.
 * @param {() => Promise<void>} work
 */
export const oneAtATime = (work) => {
  let running = false;
  let again = false;
  const start = async () => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        await work();
      } while (again);
    } finally {
      running = false;
    }
  };
  return start;
};
