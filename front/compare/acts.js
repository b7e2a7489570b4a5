/** What buttons do: some by themselves, the others by what is posted; and where the focus goes when they are gone. */

import { all, copy, find, on } from "../shared/dom.js";
import { showEarlier } from "./keeping.js";
import { keptAddress, post, say } from "./posting.js";

/** Where a button is: in which pane, at which message, and what it says. */
/** @typedef {{ pane: string, message: string, from?: string, text?: string, results?: Record<string, string> }} At */

/** @type {Record<string, (button: HTMLElement, at: At) => void>} */
const ACTS = {
  copy: async (_, at) => {
    const answer = await fetch(keptAddress(`text/${at.message}`));
    if (!answer.ok) return;
    await copy(await answer.text());
    say("Copied");
  },
  stop: (_, at) => post({ act: "stop", ...at }, "#stop", "#stop-go"),
  help: () => showDialog("#keys"),
  earlier: showEarlier,
  dismiss: (button) => button.closest("dialog")?.close(),
  show: (button) => {
    for (const tab of all("#pane-tabs [role=tab]")) tab.setAttribute("aria-selected", String(tab === button));
    find(`#pane-${button.dataset.letter}`)?.scrollIntoView({ block: "nearest", inline: "start" });
  },
};

/** @param {string} selector */
const showDialog = (selector) => {
  const dialog = find(selector);
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
};

/**
 * @param {Element} within
 * @returns {HTMLTextAreaElement[]}
 */
const areasIn = (within) => [...within.querySelectorAll("textarea")];

/**
 * @param {HTMLElement} button
 * @returns {At}
 */
const placeOf = (button) => {
  const { from, text } = button.dataset;
  /** @param {string} name */
  const near = (name) => /** @type {HTMLElement | null} */ (button.closest(`[data-${name}]`))?.dataset[name] || "";
  const editing = button.closest(".editing");
  const results = button.closest(".results");
  return {
    pane: near("pane"),
    message: near("message"),
    ...(from ? { from } : {}),
    ...(text ? { text } : {}),
    ...(editing ? { text: areasIn(editing)[0].value } : {}),
    ...(results
      ? { results: Object.fromEntries(areasIn(results).map((area) => [area.dataset.call, area.value])) }
      : {}),
  };
};

on("click", "[data-act]", (button, event) => {
  if (button instanceof HTMLButtonElement && button.disabled) return;
  const act = button.dataset.act ?? "";
  const at = placeOf(button);
  if (!event.detail) back = { act, pane: at.pane, message: at.message }; // pressed by a key
  if (Object.hasOwn(ACTS, act)) ACTS[act](button, at);
  else post({ act, ...at });
});

// A pane that is drawn anew takes the focus with it: it goes back to where a key was pressed, or near it.
/** @type {{ act: string, pane?: string, message?: string } | null} */
let back = null;
let moving = false;
on(
  ["focusin", "pointerdown"],
  "*",
  () => {
    if (!moving) back = null;
  },
  { early: true },
);
on("click", "#stop-all", (_, event) => {
  if (!event.detail) back = { act: "stop" };
});

const NOTHING = "[data-none]";
/**
 * @param {string} name
 * @param {string | undefined} value
 */
const named = (name, value) => (value ? `[data-${name}="${CSS.escape(value)}"]` : NOTHING);

export const refocus = () => {
  if (!back || document.activeElement !== document.body) return;
  const turn = named("message", back.message);
  const pane = named("pane", back.pane);
  const act = `[data-act="${back.act}"]`;
  const places = [
    `${turn} ${act}`,
    `${turn} [data-act=edit]`,
    back.act === "delete" ? "#notice [data-act=undo]" : NOTHING,
    `${pane} .stop`,
    `.pane-head${pane} ${act}`,
    `.failed${pane} ${act}`,
    `.chat${pane} .turn:last-child [data-act=retry]`,
    `.pane-head${pane} .name`,
    "#question textarea",
  ];
  moving = true;
  places
    .map((place) => find(place))
    .find((one) => one?.offsetParent && !one.matches(":disabled"))
    ?.focus({ preventScroll: true });
  moving = false;
};

// Keys. What has keys of its own (an editor of a message) hears of them first, and alone.
on(
  "keydown",
  ".own-keys",
  (own, event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      find(".primary", own)?.click();
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (event.key === "Escape") {
      find("[data-act=cancel]", own)?.click();
      event.stopImmediatePropagation();
    }
  },
  { early: true },
);
on(
  "keydown",
  "*",
  (found, event) => {
    const typing = found.closest("input, textarea, select, [contenteditable]");
    const question = find("#ask textarea");
    if (event.key === "Escape") {
      if (find("#stop-all")?.offsetParent || find("dialog[open]")) return;
      const running = find("#stop-samples:enabled, #stop-prompts:enabled");
      if (running) running.click();
      else if (find("#drawer")) post({ act: "close" });
    } else if (event.key === "?" && !typing && find("#keys")) {
      showDialog("#keys");
      event.preventDefault();
    } else if (event.key === "/" && !typing && question) {
      question.focus();
      event.preventDefault();
    }
  },
  { early: true },
);

// What is looked at seldom is fetched when it is opened.
on(
  "toggle",
  "details[data-kept]",
  async (details) => {
    if (!(details instanceof HTMLDetailsElement) || !details.open || details.dataset.has) return;
    details.dataset.has = "1";
    const answer = await fetch(keptAddress(details.dataset.kept ?? ""));
    const place = find(".loaded", details);
    // The server wrote this HTML, from parts that it has made safe.
    if (place) place.innerHTML = answer.ok ? await answer.text() : "<p class='dim'>This is no longer here.</p>";
  },
  { early: true },
);
