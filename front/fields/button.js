/** The buttons of the editors. */

import { make } from "../shared/dom.js";

/**
 * @param {string} text
 * @param {string} label
 * @param {() => void} act
 * @param {string} [classes]
 */
export const button = (text, label, act, classes = "act") =>
  make("button", { type: "button", class: classes, "aria-label": label, title: label, onclick: act }, text);

export const SHOWN_ROWS = 200; // of a list or a table; what is more is kept and sent
