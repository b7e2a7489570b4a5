/** The widget of the model page: what is typed, examples of the card's text, and the widget alone. */

import { all, fieldOf, find, on, put } from "../shared/dom.js";
import { beforePaint, onceAFrame } from "../shared/watch.js";

// A quarter of a second after the last change the app is told: `gr.Textbox` itself tells of key presses only, and a paste
// or a dictated word counts too.
let pause = 0;
on(
  ["input", "change"],
  "#widget [id^='in-']",
  () => {
    clearTimeout(pause);
    pause = setTimeout(() => find("#changed")?.click(), 250);
  },
  { early: true },
);

// A picture of the card's text that is an example, too, is loaded into the widget.
on("click", "[data-example]", (load) => {
  find("#widget-body-button")?.click();
  /** @type {HTMLElement | null} */
  const body = load.closest("[data-page]");
  const name = `${body?.dataset.page}:`;
  /** @param {number} left */
  const go = (left) => {
    // The card stands there a moment before its widget does.
    const picked = fieldOf("#picked");
    if (picked?.value.startsWith(name)) {
      put(picked, name + load.dataset.example);
      setTimeout(() => find("#pick")?.click(), 50);
    } else if (left) setTimeout(go, 100, left - 1);
  };
  go(100);
  if (innerWidth < 900) find("#widget")?.scrollIntoView();
});

// The widget alone, and back.
on("click", "#maximise button", (button) => {
  const alone = document.body.classList.toggle("alone");
  button.setAttribute("aria-pressed", String(alone));
  button.textContent = alone ? "Restore" : "Maximise";
});

// Once the head names a card, the widget and the text of the one before it are out of reach until its own are there.
beforePaint(() => {
  const named = find("#head h1")?.dataset.page;
  for (const part of named ? all("#widget, #card") : []) part.inert = find("[data-page]", part)?.dataset.page !== named;
});

// What scrolls sideways in a card's body can be reached by keyboard.
onceAFrame(() => {
  const body = find("#body .md:not([data-reached])");
  if (!body) return;
  body.dataset.reached = "";
  for (const part of all("pre, table, math[display=block]", body))
    if (part.scrollWidth > part.clientWidth) part.setAttribute("tabindex", "0");
});
