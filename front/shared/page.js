/** What buttons and keys do on every page: run and stop, copy, load an image from elsewhere, open a tab. */

import { copy, find, flash, on } from "./dom.js";
import "./gradio.js";
import "./leaving.js";
import { scan } from "./scan.js";
import "./theme.js";

scan();

/**
 * Press a button, or the one inside of what a selector finds, if it can be seen; whether it was.
 * @param {string} selector
 */
const press = (selector) => {
  const found = find(selector);
  const button = found?.matches("button") ? found : found?.querySelector("button");
  if (!(button instanceof HTMLButtonElement) || button.disabled || !button.offsetParent) return false;
  button.click();
  return true;
};

// Ctrl/Cmd+Enter runs from any field; Escape stops.
on(
  "keydown",
  "*",
  (found, event) => {
    if (found.closest(".own-keys")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      // The last keystrokes reach the server with the field's own event before the click does.
      if (press("#run") || press("#send")) {
        event.preventDefault();
        event.stopPropagation();
      }
    } else if (event.key === "Escape" && !press("#stop")) press("#stop-all");
  },
  { early: true },
);

on("click", "button#run", () => {
  if (innerWidth < 900) find("#result")?.scrollIntoView({ block: "nearest" });
});

on("click", "button.copy", async (button) => {
  const text = find("code", button.closest(".source") ?? button.parentElement ?? document)?.textContent ?? "";
  await copy((button.dataset.before ?? "") + text + (button.dataset.after ?? ""));
  flash(button, "Copied");
});

on("click", "button.remote", (button) => {
  const address = button.dataset.src ?? "";
  const image = new Image();
  image.alt = button.dataset.alt || "";
  button.setAttribute("aria-busy", "true");
  image.onload = () => button.replaceWith(image);
  image.onerror = async () => {
    const answer = await fetch(address).catch(() => null);
    const said = answer && !answer.ok ? (await answer.json().catch(() => ({}))).error : "";
    button.textContent = said || "The image can't be shown.";
  };
  image.src = address;
});

on("click", "button[data-tab]", (button) => document.getElementById(`${button.dataset.tab}-button`)?.click());
