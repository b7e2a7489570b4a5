/**
 * Which settings panes can have in common, by the ids of their fields; a parameter's is `p-` and its name. All have a lock
 * but the model, which is what panes compare; keys are of the tab and need none. The server tells which locks are on, and
 * links the values.
 */

/** @type {Record<string, string>} */
export const LOCKS = {
  "s-provider": "provider",
  "s-base-url": "base_url",
  "s-bill-to": "bill_to",
  "s-system": "system",
  "s-tools": "tools",
  "s-functions": "tools",
  "s-schema": "response_format",
  "s-extra": "extra",
  "s-responses": "api",
};

export const LOCKABLE = [...Object.keys(LOCKS).map((id) => `#${id}`), "#drawer [id^='p-']"].join(",");

/**
 * What the server calls the setting of a field.
 * @param {string} id
 */
export const lockName = (id) => (Object.hasOwn(LOCKS, id) ? LOCKS[id] : id.replace(/^p-/, ""));
