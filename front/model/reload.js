/** What a reload brings back: the card that was open, what was typed and set, and small files. It stays in the tab. */

import { all, fieldOf, find, make, put, recall, remember } from "../shared/dom.js";
import { beforePaint } from "../shared/watch.js";
import { followAddress } from "./links.js";
import { isSafe, leadsTo } from "./safe.js";

/** @typedef {{ name: string, type: string, data?: string }} KeptFile */
/**
 * @typedef {object} Kept
 * @property {string} source what the card was opened from; empty where it was pasted
 * @property {string} task
 * @property {string} card the card's text, where it was pasted
 * @property {[string, string][]} fields
 * @property {[string, string, boolean][]} [ticks]
 * @property {[string, KeptFile][]} [files]
 */

const KEY = "showcard-page";
const MOST = 2 ** 20; // bytes of a file whose content is kept
const FIELDS = "#widget :is([id^=in-], [id^=chat-])";

const head = () => find("#head h1[data-page]");
const ready = () => head() && find("#widget:not([inert]) #maximise [data-page]");
const source = () => fieldOf("#source");

/** @param {Element} part */
const idOf = (part) => part.closest("[id^=in-], [id^=chat-]")?.id ?? "";
/** @param {Element} line */
const isInput = (line) => idOf(line).startsWith("in-") && !idOf(line).startsWith("in-p-");

const lines = () =>
  /** @type {import("../shared/dom.js").Field[]} */ (all(`${FIELDS} :is(textarea, input)[data-testid=textbox]`));
const ticks = () => /** @type {HTMLInputElement[]} */ (all(`${FIELDS} input:is([type=radio], [type=checkbox])`));

// The file that was chosen for each field, with its bytes where it is small.
/** @type {Map<string, KeptFile>} */
let files = new Map();

/**
 * @param {Event} event
 * @param {File | null | undefined} file
 */
const choose = (event, file) => {
  const field = event.target instanceof Element ? event.target.closest("#widget [id^=in-]") : null;
  if (!field || !file) return;
  for (const note of all(`[data-lost="${field.id}"]`, field.parentNode)) note.remove();
  /** @type {KeptFile} */
  const kept = { name: file.name, type: file.type };
  files.set(field.id, kept);
  if (file.size > MOST) return;
  const reader = new FileReader();
  reader.onload = () => {
    kept.data = String(reader.result);
  };
  reader.readAsDataURL(file);
};
addEventListener("change", (event) => choose(event, /** @type {HTMLInputElement} */ (event.target).files?.[0]), true);
addEventListener("drop", (event) => choose(event, event.dataTransfer?.files[0]), true);
addEventListener("paste", (event) => choose(event, event.clipboardData?.files[0]), true);

/**
 * Whether a field shows a file.
 * @param {string} id
 * @param {string} name
 */
const shows = (id, name) =>
  all(`#${id} :is([src], [href])`).some((part) =>
    leadsTo(part.getAttribute("src") || part.getAttribute("href") || "", name),
  );

/** @param {[string, KeptFile]} kept */
const bring = async ([id, file]) => {
  const field = document.getElementById(id);
  const input = field?.querySelector("input[type=file]");
  if (input instanceof HTMLInputElement && file.data) {
    const held = new DataTransfer();
    held.items.add(new File([await (await fetch(file.data)).blob()], file.name, { type: file.type }));
    input.files = held.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  } else if (field) {
    const said = `Choose ${file.name} again: the page was loaded anew, which brings back files of up to 1 MB.`;
    field.after(make("div", { class: "note", role: "note", "data-lost": id }, said));
  }
};

let page = "";
let pasted = "";
const look = () => {
  const found = head();
  if (!found || found.dataset.page === page) return;
  if (page) files = new Map();
  page = found.dataset.page ?? "";
  pasted = found.dataset.source ? "" : (source()?.value ?? "");
};

/**
 * @param {Kept} kept
 * @returns {boolean}
 */
const keep = (kept) => remember("sessionStorage", KEY, JSON.stringify(kept));

addEventListener("pagehide", () => {
  const found = head();
  if (!found) return;
  /** @type {Kept} */
  const kept = {
    source: found.dataset.source ?? "",
    task: found.dataset.task ?? "",
    card: pasted,
    fields: lines()
      .filter((line) => isInput(line) || isSafe(line.value))
      .map((line) => [idOf(line), line.value]),
    ticks: ticks().map((tick) => [idOf(tick), tick.value, tick.checked]),
    files: [...files].filter(([id, file]) => shows(id, file.name)),
  };
  if (keep(kept)) return;
  for (const [, file] of kept.files ?? []) delete file.data;
  if (!keep(kept)) sessionStorage.removeItem(KEY);
});

/** @returns {Kept | null} */
const held = () => {
  const [navigation] = performance.getEntriesByType("navigation");
  const again = navigation instanceof PerformanceNavigationTiming && navigation.type === "reload";
  if (!again || location.hash.startsWith("#in=")) return null;
  try {
    return JSON.parse(recall("sessionStorage", KEY) ?? "null");
  } catch {
    return null;
  }
};

/** @param {Kept} kept */
const fill = (kept) => {
  const texts = new Map(kept.fields);
  for (const line of lines()) {
    const text = texts.get(idOf(line));
    if (text !== undefined && text !== line.value) put(line, text);
  }
  const set = new Map((kept.ticks || []).map(([id, value, on]) => [`${id} ${value}`, on]));
  for (const tick of ticks()) {
    const on = set.get(`${idOf(tick)} ${tick.value}`) ?? tick.checked;
    if (on !== tick.checked && (on || tick.type === "checkbox")) tick.click();
  }
  kept.files?.forEach(bring);
};

// What to do once the page is ready: open the card, then fill it.
/** @type {(() => void) | null} */
let step = null;

/** @param {Kept} kept */
const fillSoon = (kept) => {
  step = null;
  setTimeout(fill, 300, kept);
};

/** @param {Kept} kept */
const open = (kept) => {
  const now = head()?.dataset ?? {};
  const before = now.page;
  const isSame = now.source === kept.source && now.task === kept.task;
  if ((isSame && kept.source) || (!kept.source && !kept.card)) {
    fillSoon(kept);
    return;
  }
  if (kept.card) put(source(), kept.card);
  /** @type {Record<string, string>} */
  const asked = kept.source ? { model: kept.source } : { card: kept.card };
  followAddress(`?${new URLSearchParams({ ...asked, task: kept.task })}`);
  step = () => {
    if (head()?.dataset.page === before) return;
    step = null;
    if (head()?.dataset.source === kept.source) fillSoon(kept);
  };
};

const kept = held();
if (kept) step = () => open(kept);
beforePaint(() => {
  look();
  if (step && ready()) step();
});
