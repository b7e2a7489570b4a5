/** Fields that something of ours stands beside, or in the place of. */

/** @typedef {import("./dom.js").Field} Field */

/**
 * Tell when a field's value is set: Svelte sets the property, of which no event tells.
 * @param {Field} field
 * @param {() => void} told
 */
export const onSet = (field, told) => {
  const held = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value");
  if (!held) return;
  Object.defineProperty(field, "value", {
    configurable: true,
    get: () => held.get?.call(field),
    set: (text) => {
      held.set?.call(field, text);
      told();
    },
  });
};

/**
 * What a Gradio field is called on the page.
 * @param {HTMLElement} host
 * @param {string} otherwise
 */
export const nameOf = (host, otherwise) =>
  host.querySelector("[data-testid=block-info], label > span")?.textContent?.trim() || otherwise;
