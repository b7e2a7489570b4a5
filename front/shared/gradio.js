/** What Gradio leaves out of its page, or puts there too much. */

import { all, on } from "./dom.js";
import { beforePaint, onceAFrame } from "./watch.js";

// Its video field fetches 32 MB of ffmpeg to trim with, which the page's policy would not let run.
const fetched = window.fetch;
window.fetch = (what, ...rest) => {
  const address = what instanceof Request ? what.url : String(what);
  return address.includes("/static/ffmpeg/") ? new Promise(() => {}) : fetched(what, ...rest);
};

// For assistive technology: the language of the page, and what its first link skips to.
beforePaint(() => {
  document.documentElement.lang ||= "en";
  for (const main of all("main:not([id])")) main.id = "main";
});

// It says that every line is written from left to right; and a list that scrolls would take the focus from its picker.
onceAFrame(() => {
  const isComparing = document.getElementById("panes"); // whose script looks after the text areas there
  for (const line of all(isComparing ? "input[type=text][dir=ltr]" : ":is(textarea, input[type=text])[dir=ltr]"))
    line.dir = "auto";
  for (const list of all("ul[role=listbox]:not([tabindex])")) list.tabIndex = -1;
});

// A picker that Escape closed opens by a key again, without its focus being moved.
on(
  "keydown",
  "input[role=combobox][aria-expanded=false]",
  (line, event) => {
    if (event.altKey || event.ctrlKey || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    line.blur();
    line.focus();
  },
  { early: true },
);
