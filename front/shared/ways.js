/** Ways out of a failure: buttons that lead to the control that helps; and the fields of a place, as they are filled. */

import { all, find, on } from "./dom.js";
import { onceAFrame } from "./watch.js";

// A button that is pressed once, a moment after it arrived: the widget then looks who serves its model.
onceAFrame(() => {
  for (const found of all("button.press:not([data-pressed])")) {
    found.dataset.pressed = "";
    setTimeout(() => found.click(), 500);
  }
});

// What is typed or pasted into the fields of a place counts a moment after the last change, and at once on leaving.
let pause = 0;
on(
  ["input", "focusout"],
  ".place-box :is(input[type=text], input[type=password], textarea)",
  (field, event) => {
    if (field.getAttribute("role") === "combobox" || field.closest("[role=listbox]")) return;
    if (event.type === "input") field.dataset.typed = "";
    else if (!("typed" in field.dataset)) return;
    else delete field.dataset.typed;
    clearTimeout(pause);
    const box = field.closest(".place-box") ?? document;
    pause = setTimeout(() => find("button.look", box)?.click(), event.type === "input" ? 350 : 30);
  },
  { early: true },
);

/**
 * The field or button of a way that can be seen.
 * @param {ParentNode} place
 * @param {string} name
 */
const control = (place, name) =>
  all(`.way-${name}`, place)
    .flatMap((found) => [...all("input, textarea, button", found), found])
    .find((found) => found.matches("input, textarea, button") && found.offsetParent);

/**
 * Unfold what a way is folded into.
 * @param {ParentNode} place
 * @param {string} name
 */
const unfold = (place, name) => {
  const hidden = find(`.way-${name}`, place);
  for (let up = hidden?.parentElement; up && up !== place; up = up.parentElement)
    find(":scope > button.label-wrap:not(.open)", up)?.click();
  for (const closed of all("button.label-wrap:not(.open)", place))
    if (closed.parentElement && find(`.way-${name}`, closed.parentElement)) closed.click();
};

// The control of its kind, in the same pane where there are several, is shown and gets the focus.
on("click", "button[data-way]", (button) => {
  const place = button.closest(".pane") || document;
  const wanted = (button.dataset.way ?? "").split(" ");
  for (const name of wanted) unfold(place, name);
  requestAnimationFrame(() => {
    const found = wanted.map((name) => control(place, name)).find(Boolean);
    if (!found) return;
    if (found.matches("button")) {
      found.click();
      return;
    }
    found.scrollIntoView({ block: "center" });
    found.focus();
  });
});

// Signing in comes back to this page; inside a frame it opens beside it, as the Hub can't be framed.
on(
  "click",
  "a.signin",
  (link) => {
    if (!(link instanceof HTMLAnchorElement)) return;
    link.href = `/login/huggingface?_target_url=${encodeURIComponent(location.pathname + location.search)}`;
    if (window.top !== window) link.target = "_blank";
  },
  { early: true },
);
