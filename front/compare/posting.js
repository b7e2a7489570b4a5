/** How the compare page asks the server: through hidden fields, whose listeners look at all that comes. */

import { fieldOf, find, make, put } from "../shared/dom.js";

/**
 * Put a text into a hidden field, and press the button beside it once the field has told of it.
 * @param {object | string} action
 * @param {string} [field]
 * @param {string} [go]
 */
export const post = (action, field = "#act", go = "#act-go") => {
  if (!put(fieldOf(field), typeof action === "string" ? action : JSON.stringify(action))) return;
  setTimeout(() => {
    const found = find(go);
    (found?.matches("button") ? found : found && find("button", found))?.click();
  }, 0);
};

export const feedName = () => find("[data-feed]")?.dataset.feed || "";

/**
 * The address of what the server keeps for this tab.
 * @param {string} what
 */
export const keptAddress = (what) => `/kept/${feedName()}/${what}`;

let said = 0;
/**
 * Say something for a moment, above all.
 * @param {string} text
 */
export const say = (text) => {
  const place = find("#said-now") ?? document.body.appendChild(make("div", { id: "said-now", role: "status" }));
  place.textContent = text;
  clearTimeout(said);
  said = setTimeout(() => {
    place.textContent = "";
  }, 1800);
};
