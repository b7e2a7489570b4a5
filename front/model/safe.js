/** What a browser may keep: nothing that holds something like a key. The same as `wire/secrets.py`, which a test compares. */

const NAMES =
  /(?:^|_)(?:key|token|auth|jwt)$|api_?key|authori[sz]ation|secret|passw|credential|bearer|cookie|(?:access|auth|hf|id|refresh|session|api|bot)_token/;
const BEGINNINGS =
  /^\s*(?:(?:Bearer|Basic|Token)\s+\S{8,}\s*$|(?:hf_|sk[-_]|gsk_|fw_|r8_|ghp_|gho_|github_pat_|nvapi-|xai-|pplx-|csk-|glpat-|tgp_|AIza|AKIA|eyJ)\S{4})/;

/**
 * A word as one name in snake case: "apiKey" and "API-key" are "api_key".
 * @param {string} word
 */
const plain = (word) =>
  word
    .replace(/(?<=[a-z])(?=[A-Z])/g, "_")
    .toLowerCase()
    .replace(/[^a-z]+/g, "_")
    .replace(/^_+|_+$/g, "");

/** @param {string} text */
export const isSafe = (text) =>
  !(text.match(/[\w-]+/g) || []).some((word) => NAMES.test(plain(word))) &&
  !text.split(/["\s]/).some((word) => BEGINNINGS.test(word));

/**
 * Whether an address leads to a file of that name; Gradio changes signs in the names of files.
 * @param {string} address
 * @param {string} name
 */
export const leadsTo = (address, name) => {
  /** @param {string} text */
  const letters = (text) => text.replace(/[^\p{L}\p{N}.]/gu, "");
  try {
    return letters(decodeURIComponent(address.split("/").pop() ?? "")) === letters(name);
  } catch {
    return false;
  }
};
