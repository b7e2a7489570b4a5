/** The bounds and steps of a number that is typed as text. */

/** @typedef {{ low: number | null, high: number | null, step: number }} Bounds */

/**
 * The bounds that stand in the classes of a field, as `from:0`, `to:2` and `step:0.05`.
 * @param {Iterable<string>} classes
 * @returns {Bounds}
 */
export const boundsOf = (classes) => {
  const held = [...classes];
  /** @param {string} name */
  const said = (name) => {
    const found = held.find((one) => one.startsWith(`${name}:`));
    return found ? Number(found.slice(name.length + 1)) : null;
  };
  return { low: said("from"), high: said("to"), step: said("step") ?? 1 };
};

/**
 * What a text says as a number; null where that is none.
 * @param {string} text
 */
export const numberIn = (text) => (text.trim() === "" || !Number.isFinite(Number(text)) ? null : Number(text));

/**
 * The text one step further, inside of the bounds and with as many decimals as the step has.
 * @param {number | null} value
 * @param {number} steps
 * @param {Bounds} bounds
 */
export const stepped = (value, steps, { low, high, step }) => {
  const moved = value === null ? (low ?? 0) : value + steps * step;
  const kept = Math.min(high ?? Infinity, Math.max(low ?? -Infinity, moved));
  return String(Number(kept.toFixed((String(step).split(".")[1] || "").length)));
};
