/** The tabs of code: turning them, remembering which, and downloading what they hold (`ui/components/code_panel.py`). */

import { all, find, make, on, recall, remember } from "./dom.js";
import { beforePaint } from "./watch.js";

const KEY = "showcard-code";
/** @type {Record<string, string>} */
const SHORT = { curl: "sh", javascript: "js" };

/** @returns {Record<string, string>} */
const held = () => {
  try {
    return JSON.parse(recall("localStorage", KEY) ?? "") || {};
  } catch {
    return {};
  }
};

/**
 * @param {string} which
 * @param {string} value
 */
const keep = (which, value) => remember("localStorage", KEY, JSON.stringify({ ...held(), [which]: value }));

/** @param {Element} list */
const tabsOf = (list) => all(":scope > *", list);

/**
 * @param {HTMLElement} list
 * @param {string | undefined} wanted
 */
const turn = (list, wanted) => {
  const tabs = tabsOf(list);
  const found = tabs.find((tab) => tab.dataset.value === wanted);
  for (const tab of found ? tabs : []) {
    tab.setAttribute("aria-selected", String(tab === found));
    tab.tabIndex = tab === found ? 0 : -1;
    const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
    if (panel) panel.hidden = tab !== found;
  }
};

// A link can name the language.
const asked = new URLSearchParams(location.search).get("language") ?? "";
const language = SHORT[asked] || asked;
if (["python", "js", "sh"].includes(language)) keep("language", language);

// Code that has just been written is turned to where the last one was, before it is painted.
beforePaint(() => {
  for (const list of all(".codes [role=tablist]:not([data-turned])")) {
    list.dataset.turned = "";
    turn(list, held()[list.dataset.remember ?? ""]);
  }
});

on("click", ".codes [role=tab]", (tab) => {
  const list = tab.parentElement;
  if (!list) return;
  turn(list, tab.dataset.value);
  keep(list.dataset.remember ?? "", tab.dataset.value ?? "");
});

on("keydown", ".codes [role=tab]", (tab, event) => {
  const tabs = tab.parentElement ? tabsOf(tab.parentElement) : [];
  const at = tabs.indexOf(tab);
  const last = tabs.length - 1;
  /** @type {Record<string, number>} */
  const places = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at ? at - 1 : last, Home: 0, End: last };
  const to = places[event.key];
  if (to === undefined) return;
  event.preventDefault();
  tabs[to].focus();
  tabs[to].click();
});

on("click", ".code .download", (save) => {
  const source = save.closest(".source");
  const text = (source && find("pre", source)?.textContent) ?? "";
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  make("a", { href: address, download: save.dataset.name ?? "" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
});
