/** Deep links: one whose values stand behind its `#` is handed over, one that was made is copied. */

import { all, copy, fieldOf, find, put } from "../shared/dom.js";
import { onceAFrame } from "../shared/watch.js";

let opened = "";

/**
 * Have the app follow an address; whether that could be asked.
 * @param {string} address
 */
export const followAddress = (address) => {
  if (!put(fieldOf("#link"), address)) return false;
  setTimeout(() => find("#follow")?.click(), 50);
  return true;
};

const follow = () => {
  if (!location.hash.startsWith("#in=") || opened === location.hash || !find("#head h1")) return;
  if (followAddress(location.search + location.hash)) opened = location.hash;
};
addEventListener("hashchange", follow);

/**
 * A link that was made is completed, copied, and stands in the address from then on.
 * @param {HTMLElement} note
 */
const share = async (note) => {
  const link = note.dataset.link ?? "";
  note.removeAttribute("data-link");
  const line = note.querySelector("input");
  if (!line) return;
  line.value = location.origin + location.pathname + link;
  history.replaceState(null, "", location.pathname + link);
  opened = location.hash;
  if (await copy(line.value)) return;
  line.focus();
  line.select();
  const said = find("strong", note);
  if (said) said.textContent = "Copy this link.";
};

onceAFrame(() => {
  follow();
  all("#shared [data-link]").forEach(share);
});
