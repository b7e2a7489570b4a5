/** The settings of a pane: told as they are typed, with a lock beside each that panes can have in common. */

import { all, find, make, on } from "../shared/dom.js";
import { LOCKABLE, lockName } from "./locks.js";
import { post } from "./posting.js";

// Shortly after the last change the heads say what differs now.
let pause = 0;
on(
  ["input", "change"],
  "#drawer *",
  (field) => {
    if (field.closest("#s-find")) return;
    clearTimeout(pause);
    pause = setTimeout(post, 500, { act: "typed" });
  },
  { early: true },
);

export const drawLocks = () => {
  const held = (find("#kept [data-locked]")?.dataset.locked || "").split(" ");
  for (const place of all(LOCKABLE)) {
    const name = lockName(place.id);
    let lock = find(":scope > .lock", place);
    if (!lock) {
      lock = make("button", {
        type: "button",
        class: "i lock",
        title: "The same in all panes",
        "aria-label": `${name}: the same in all panes`,
        "data-act": "lock",
        "data-text": name,
      });
      place.append(lock);
    }
    const on = String(held.includes(name));
    if (lock.getAttribute("aria-pressed") !== on) lock.setAttribute("aria-pressed", on);
  }
};

// The focus goes along with the settings, and back to the pane when they are closed.
let opened = "";
export const followDrawer = () => {
  const title = find("#drawer-title");
  const place = find("#drawer");
  const now = title?.dataset.letter || "";
  if (now === opened) return;
  if (title && place && now) {
    place.setAttribute("role", "dialog");
    place.setAttribute("aria-labelledby", title.id);
    if (!place.contains(document.activeElement)) title.focus({ preventScroll: true });
  } else if (document.activeElement === document.body) find(`#head-${opened} .name`)?.focus();
  opened = now;
};
