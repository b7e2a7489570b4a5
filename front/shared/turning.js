/** Characters that turn words around, written as code points: in prose people need the others that `visible.js` knows. */

const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;

/** @param {string} character */
export const number = (character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

/**
 * Prose with only those written as code points that turn words around.
 * @param {string} text
 */
export const turningNone = (text) => text.replace(TURNING, (found) => `[${number(found)}]`);
