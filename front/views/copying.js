/** Copying what a view shows: lists and tables as lines with tabs, or the file that is offered. */

import { all, copy, find, flash, on } from "../shared/dom.js";

/** @param {HTMLElement} row */
const cellsOf = (row) => (row instanceof HTMLTableRowElement ? [...row.cells] : all(":scope > :not(.track)", row));

/** @param {HTMLElement} found */
const words = (found) => {
  const rows = all(found.matches("ul, ol") ? "li" : "tr", found);
  if (!rows.length) return found.textContent;
  /** @param {HTMLElement} row */
  const line = (row) => cellsOf(row).map((cell) => cell.textContent?.trim());
  return rows.map((row) => line(row).join("\t")).join("\n");
};

/**
 * @param {Element} view
 * @param {string} what
 */
const textOf = async (view, what) => {
  const file = what === "file" && find("a.file", view);
  if (file instanceof HTMLAnchorElement) return (await fetch(file.href)).text();
  return all(`.${CSS.escape(what)}`, view)
    .map(words)
    .join("\n");
};

on("click", ".view [data-copies]", async (button) => {
  const view = button.closest(".view");
  if (!view) return;
  await copy(await textOf(view, button.dataset.copies ?? ""));
  flash(button, "Copied");
});

// A label of the legend takes its marks out of the text, and brings them back.
on("click", ".view .key", (key) => {
  const pressed = key.getAttribute("aria-pressed") !== "true";
  key.setAttribute("aria-pressed", String(pressed));
  for (const mark of all(`mark[data-key="${Number(key.dataset.key)}"]`, key.closest(".lit")))
    mark.classList.toggle("dimmed", !pressed);
});
