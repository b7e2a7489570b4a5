/**
 * Characters that turn words around or hide, made visible where Gradio or a script writes a text of somebody else: the
 * names of files, what a picker offers, the end of an answer. The server does the rest (`ui/markup/invisible.py`).
 * `metadata/visible.py` has the same patterns; `visible` in contract.json holds both to one another.
 */

import { number } from "./turning.js";

const SELECTORS = "\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}";
const JOINED = "[\\ufe0f\\u0590-\\u1fff\\u2100-\\ufdff\\u{10000}-\\u{10ffff}]";
const HIDING = new RegExp(
  "(\\u{1f3f4}[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{3,6}\\u{e007f})" +
    "|[\\u034f\\u17b4\\u17b5\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069" +
    "\\u00ad\\u115f\\u1160\\u180e\\u200b\\u2060-\\u2064\\u206a-\\u206f\\u3164\\ufeff\\uffa0" +
    "\\ufff9-\\ufffb\\u{e0001}\\u{e0020}-\\u{e007f}]" +
    `|(?<!${JOINED})[\\u200c\\u200d]|[\\u200c\\u200d](?!${JOINED})` +
    `|(?<=[${SELECTORS}\\x00-\\x22\\x24-\\x29\\x2b-\\x2f\\x3a-\\x7f])[${SELECTORS}]`,
  "gu",
);
const PLAIN = /^[\0-\x7f]*$/;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** What Unicode calls those that are met most; the others are said by their number. */
const NAMES = new Map([
  ["\u061c", "Arabic letter mark"],
  ["\u200b", "zero width space"],
  ["\u200c", "zero width non-joiner"],
  ["\u200d", "zero width joiner"],
  ["\u200e", "left-to-right mark"],
  ["\u200f", "right-to-left mark"],
  ["\u202a", "left-to-right embedding"],
  ["\u202b", "right-to-left embedding"],
  ["\u202c", "pop directional formatting"],
  ["\u202d", "left-to-right override"],
  ["\u202e", "right-to-left override"],
  ["\u2060", "word joiner"],
  ["\u2066", "left-to-right isolate"],
  ["\u2067", "right-to-left isolate"],
  ["\u2068", "first strong isolate"],
  ["\u2069", "pop directional isolate"],
  ["\ufeff", "zero width no-break space"],
]);

/**
 * @param {string} found
 * @param {string | undefined} kept
 */
const written = (found, kept) => kept ?? `[${number(found)}]`;

/**
 * A short text with such characters written as code points.
 * @param {string} text
 */
export const visible = (text) => (PLAIN.test(text) ? text : text.replace(HIDING, written));

/**
 * What the characters are that `visible` writes out, for a tooltip.
 * @param {string} text
 */
export const namesOf = (text) => {
  const found = [...text.matchAll(HIDING)].filter((one) => !one[1]).map(([one]) => one);
  return [...new Set(found)].map((one) => `${number(one)} ${NAMES.get(one) ?? ""}`.trim()).join(", ");
};

/** Whether a text could move what stands beside it.
 * @param {string} text
 */
export const needsIsolation = (text) => !PLAIN.test(text) && (RIGHT_TO_LEFT.test(text) || visible(text) !== text);
