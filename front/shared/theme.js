/** Light or dark: as it was chosen last on any page, else as the browser says. */

import { find, on, recall, remember } from "./dom.js";
import { beforePaint } from "./watch.js";

const KEY = "showcard-theme";
const wanted = new URLSearchParams(location.search).has("__theme") ? null : recall("localStorage", KEY);

const apply = () => {
  if (wanted) document.body.classList.toggle("dark", wanted === "dark");
};

// Scroll bars and the browser's own controls are dark too, the page's as well, which only its root can say.
const follow = () => {
  document.documentElement.style.colorScheme = document.body.classList.contains("dark") ? "dark" : "light";
};

let drawn = false;
// Gradio sets its own theme while it starts, so the one that was chosen is set until the page is there.
beforePaint(
  () => {
    if (!drawn) apply();
    drawn ||= Boolean(find("#bar"));
    follow();
  },
  { classes: true },
);
apply();
follow();

on("click", "button.theme", () => {
  const dark = document.body.classList.toggle("dark");
  remember("localStorage", KEY, dark ? "dark" : "light");
});
