/** The tools beside the panes: buttons that open them, votes by keys, and files that were asked for. */

import { all, find, on } from "../shared/dom.js";
import { beforePaint } from "../shared/watch.js";
import { look } from "./layout.js";

on("click", ".opens-tool", (opener) => {
  const tab = find(`#tool-${opener.id.replace("-button", "")}-button`);
  tab?.click();
  tab?.scrollIntoView({ block: "start", behavior: "smooth" });
});

on("keydown", "*", (found, event) => {
  if (!/^[1-4]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  const button = find(`#vote-${event.key}`);
  if (!button?.offsetParent || found.closest("input, textarea, select, [contenteditable=true]")) return;
  event.preventDefault();
  button.click();
});

const MORE = "Checks, samples, prompt lists, votes, export";
let due = 0;
beforePaint(() => {
  due ||= setTimeout(() => {
    due = 0;
    // A link to a file that was asked for is followed once.
    for (const link of all("a.download-now:not([data-done])")) {
      link.dataset.done = "";
      link.click();
    }
    find("#checks-button:not([title])")?.setAttribute("title", MORE);
    look();
  }, 120);
});
