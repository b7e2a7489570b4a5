/** The compare page: what is looked at again each time something came or went. */

import { all, find, on } from "../shared/dom.js";
import { onceAFrame } from "../shared/watch.js";
import { refocus } from "./acts.js";
import { directionOf } from "./direction.js";
import { connect, stayAtEnd, takeEarly } from "./growing.js";
import { keep } from "./keeping.js";
import { feedName, post } from "./posting.js";
import { drawLocks, followDrawer } from "./settings.js";
import "./tools.js";

// A failure that says when to come back counts down to it.
const countDown = () => {
  for (const button of all("button[data-after]:not([data-counting], .copy)")) {
    if (!(button instanceof HTMLButtonElement)) continue;
    button.dataset.counting = "1";
    const until = performance.now() + 1000 * Number(button.dataset.after);
    const label = button.textContent;
    const step = () => {
      const left = Math.ceil((until - performance.now()) / 1000);
      button.disabled = left > 0;
      button.textContent = left > 0 ? `${label} in ${left} s` : label;
      if (left > 0 && button.isConnected) setTimeout(step, 250);
    };
    step();
  }
};

/**
 * What the server says of the comparison, unseen, under a `data-` name.
 * @param {string} name
 */
const told = (name) => find(`#kept [data-${name}]`)?.dataset[name] || "";

// The better figure of the last answers, marked without shouting.
const markBest = () => {
  for (const fact of all("[data-fact].best")) fact.classList.remove("best");
  for (const best of told("best").split(" ").filter(Boolean)) {
    const [message, name] = best.split(":");
    find(`[data-message="${CSS.escape(message)}"] [data-fact="${name}"]`)?.classList.add("best");
  }
};

// The price of a model that came with a link, or with what was kept, is looked up once the page is there.
let priced = "";
const lookUpPrices = () => {
  const wanted = told("unpriced");
  if (wanted && wanted !== priced) post({ act: "price" });
  priced = wanted;
};

/** @param {HTMLElement} area */
const direct = (area) => {
  if (area instanceof HTMLTextAreaElement) area.dir = directionOf(area.value);
};
on("input", "textarea", direct, { early: true });

onceAFrame(
  () => {
    if (!find("#panes")) return;
    // Classes, as `:has` of the root would look through the whole page for each piece of an answer.
    const root = document.documentElement.classList;
    root.toggle("answering", Boolean(find("[data-live]")));
    root.toggle("several", Boolean(find("#head-B .pane-head")));
    root.toggle("attached", Boolean(find("#question [aria-label='Remove file']")));
    takeEarly();
    connect();
    countDown();
    markBest();
    drawLocks();
    followDrawer();
    lookUpPrices();
    find("#notice")?.setAttribute("aria-live", "polite");
    all("textarea:not([dir=ltr], [dir=rtl])").forEach(direct);
    const field = find(".editing textarea:not([data-focused])");
    if (field) {
      field.dataset.focused = "1";
      field.focus();
    }
    refocus();
    stayAtEnd();
    if (feedName()) keep();
  },
  { when: (records) => records.some(({ target }) => !(target instanceof Element && target.closest("[data-live]"))) },
);
