/** Finding, making and filling what is on the page; and the one listener of each kind of event for the whole page. */

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */

/**
 * The first element that a selector finds.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement | null}
 */
export const find = (selector, root = document) => root.querySelector(selector);

/**
 * All elements that a selector finds.
 * @param {string} selector
 * @param {ParentNode | null} [root]
 * @returns {HTMLElement[]}
 */
export const all = (selector, root = document) => (root ? [...root.querySelectorAll(selector)] : []).map(asElement);

/** @param {Element} found */
const asElement = (found) => /** @type {HTMLElement} */ (found);

/**
 * The field of a Gradio component, by a selector of the component.
 * @param {string} selector
 * @returns {Field | null}
 */
export const fieldOf = (selector) => document.querySelector(`${selector} textarea, ${selector} input`);

/**
 * An element with attributes, listeners (`on…`) and children; text stays text.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, any>} [attributes]
 * @param {(Node | string)[]} inside
 * @returns {HTMLElementTagNameMap[Name]}
 */
export const make = (name, attributes = {}, ...inside) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "value" && "value" in node) node.value = value;
    else if (value !== false) node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...inside);
  return node;
};

/**
 * Put a text into a field as a person would: Gradio hears of it.
 * @param {Field | null} field
 * @param {string} text
 */
export const put = (field, text) => {
  if (!field) return false;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
};

/**
 * Copy a text; whether that was possible. Where the page may not (no https, no leave), as one copies a selection.
 * @param {string} text
 */
export const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make("textarea", { value: text, style: "position: fixed; opacity: 0" });
    const before = document.activeElement;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    return copied;
  }
};

/**
 * A button that says for a moment what it has done.
 * @param {HTMLElement} button
 * @param {string} words
 */
export const flash = (button, words) => {
  const before = button.textContent;
  button.textContent = words;
  setTimeout(() => {
    button.textContent = before;
  }, 1500);
};

/**
 * What is kept in this browser (`localStorage`, `sessionStorage`) under a name; null where that can't be read.
 * @param {"localStorage" | "sessionStorage"} where
 * @param {string} name
 * @returns {string | null}
 */
export const recall = (where, name) => {
  try {
    return window[where].getItem(name);
  } catch {
    return null; // the browser may refuse to keep anything
  }
};

/**
 * Keep a text in this browser; whether it was.
 * @param {"localStorage" | "sessionStorage"} where
 * @param {string} name
 * @param {string} text
 */
export const remember = (where, name, text) => {
  try {
    window[where].setItem(name, text);
    return true;
  } catch {
    return false;
  }
};

/** @typedef {{ selector: string, act: (found: HTMLElement, event: any) => void }} Listener */

/** @type {Map<string, Listener[]>} */
const listeners = new Map();

/**
 * Listen to a kind of event, anywhere on the page, inside of what a selector finds. `early` ones hear of it before the
 * page's own (and of kinds that don't bubble). One that stops an event keeps it from those after it.
 * @template {keyof DocumentEventMap} Kind
 * @param {Kind | Kind[]} kinds
 * @param {string} selector
 * @param {(found: HTMLElement, event: DocumentEventMap[Kind]) => void} act
 * @param {{ early?: boolean }} [how]
 */
export const on = (kinds, selector, act, { early = false } = {}) => {
  for (const kind of Array.isArray(kinds) ? kinds : [kinds]) {
    const name = `${kind} ${early}`;
    const known = listeners.get(name);
    if (known) known.push({ selector, act });
    else {
      const heard = [{ selector, act }];
      listeners.set(name, heard);
      document.addEventListener(kind, (event) => tell(heard, event), early);
    }
  }
};

/**
 * @param {Listener[]} heard
 * @param {Event} event
 */
const tell = (heard, event) => {
  for (const { selector, act } of heard) {
    const found = event.target instanceof Element ? event.target.closest(selector) : null;
    if (!found) continue;
    try {
      act(asElement(found), event);
    } catch (error) {
      reportError(error);
    }
    if (event.cancelBubble) return;
  }
};
