/**
 * The lines of the live channel (`ui/session/live_channel.py`): each adds to the answer that it names.
 *
 * A line may come before the page has drawn the place of its answer: it waits. What a connection says of an answer first
 * is all of it so far, so the place is emptied before.
 */

/**
 * What a line says: the answer's key, its reasoning and text so far unsent, finished blocks (HTML), whether what follows
 * is code (f), and whether this is the end.
 * @typedef {{ k: string, r?: string, t?: string, s?: string, f?: boolean | number, e?: boolean | number }} Line
 */
/** @typedef {{ line: Line, begins: boolean }} Step what to do with a line: `begins` empties the place first */

export class Lines {
  constructor() {
    /** @type {Set<string>} */
    this.begun = new Set();
    /** @type {Map<string, Line[]>} */
    this.early = new Map();
  }

  /** A connection begins: it says everything anew. */
  restart() {
    this.begun.clear();
    this.early.clear();
  }

  /**
   * What to do with a line, nothing while it has to wait.
   * @param {Line} line
   * @param {boolean} isThere whether the place of its answer is drawn
   * @returns {Step | null}
   */
  take(line, isThere) {
    const { k, e } = line;
    if (!isThere) {
      // The end of an answer that has no place: the page shows all of it already, or never will.
      if (e) this.early.delete(k);
      else this.early.set(k, [...(this.early.get(k) ?? []), line]);
      return null;
    }
    const begins = !this.begun.has(k);
    if (e) this.begun.delete(k);
    else this.begun.add(k);
    return { line, begins };
  }

  /**
   * What has waited for the place of an answer, which is there now.
   * @param {string} key
   * @returns {Step[]}
   */
  waiting(key) {
    const lines = this.early.get(key) ?? [];
    this.early.delete(key);
    return lines.flatMap((line) => this.take(line, true) ?? []);
  }
}

/**
 * What is said of an answer that grows; nothing in the first half second of waiting.
 * @param {number} seconds
 * @param {number} characters
 */
export const soFar = (seconds, characters) => {
  const tokens = Math.round(characters / 4);
  if (tokens) return `${seconds.toFixed(1)} s · ≈${tokens} tokens`;
  return seconds > 0.5 ? `Waiting for the first token · ${seconds.toFixed(1)} s` : "";
};
