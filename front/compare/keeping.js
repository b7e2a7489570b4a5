/** Conversations are kept in this browser: read from the server after each change, given back when one is reopened. */

import { fieldOf, find, make, put, recall, remember } from "../shared/dom.js";
import { database } from "./database.js";
import { Keeper, oneAtATime } from "./keeper.js";
import { keptAddress, post } from "./posting.js";

const OPEN = "showcard-comparison"; // of this tab
const DRAFT = "showcard-draft";
const keeper = new Keeper(database);

let kept = "";
// What this tab had open is still to be given back: until then the page's own, empty comparison is not what is open.
let waiting = true;
const revision = () => {
  const now = find("#kept [data-revision]")?.dataset;
  return now ? `${now.id}@${now.revision}` : "";
};

/** Keep what is on the page, where it has changed. */
export const keep = oneAtATime(async () => {
  const now = revision();
  if (waiting || !now || now === kept) return;
  try {
    const answer = await fetch(keptAddress("comparison"));
    if (!answer.ok) return;
    const comparison = await answer.json();
    kept = now;
    remember("sessionStorage", OPEN, await keeper.write(comparison));
  } catch (error) {
    console.warn("not kept:", error);
  }
});

/**
 * Give the server one to go on with; false where it is gone.
 * @param {string} id
 */
const reopen = async (id) => {
  const found = await keeper.read(id);
  if (found) post(JSON.stringify(found), "#restore", "#restore-go");
  return Boolean(found);
};

/**
 * @param {HTMLDialogElement} dialog
 * @param {import("./keeper.js").Kept} one
 */
const row = (dialog, one) => {
  const title = make("strong", { dir: "auto" }, one.title || "Without a title");
  const models = one.models.flatMap((model) => [make("bdi", {}, model), " · "]);
  const about = make("span", { class: "dim" }, ...models, new Date(one.changed).toLocaleString());
  const go = () => {
    dialog.close();
    reopen(one.id);
  };
  const forget = async () => {
    await keeper.forget(one.id);
    showEarlier();
  };
  const label = `Delete ${title.textContent}`;
  return make(
    "li",
    {},
    make("button", { type: "button", class: "open", onclick: go }, title, about),
    make("button", { type: "button", class: "i i-delete", title: "Delete", "aria-label": label, onclick: forget }),
  );
};

/** The list of what was kept, to return to. */
export const showEarlier = async () => {
  const dialog = find("#earlier");
  if (!(dialog instanceof HTMLDialogElement)) return;
  const items = await keeper.list().catch(() => []);
  find(".list", dialog)?.replaceChildren(...items.map((one) => row(dialog, one)));
  const none = find(".none", dialog);
  if (none) none.hidden = items.length > 0;
  if (!dialog.open) dialog.showModal();
};

// What was typed and not sent is there again after a reload.
addEventListener("pagehide", () => {
  const field = fieldOf("#question .textarea-wrapper");
  if (field) remember("sessionStorage", DRAFT, field.value);
});

// After a reload, what was open in this tab comes back; a link that fills the fields goes before.
const comeBack = setInterval(async () => {
  if (!revision() || !fieldOf("#restore")) return;
  clearInterval(comeBack);
  const asked = new URLSearchParams(location.search);
  const id = recall("sessionStorage", OPEN);
  const draft = recall("sessionStorage", DRAFT);
  if (draft && !asked.has("q")) put(fieldOf("#question .textarea-wrapper"), draft);
  const [navigation] = performance.getEntriesByType("navigation");
  const again = !(navigation instanceof PerformanceNavigationTiming && navigation.type === "navigate");
  const wanted = id && (again || !["a", "b", "c", "d", "q"].some((name) => asked.has(name)));
  if (wanted && (await reopen(id).catch(() => false))) kept = revision();
  waiting = false;
  keep();
}, 50);
