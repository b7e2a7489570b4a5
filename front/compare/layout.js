/** Layouts of the panes: one alone, turns that begin at the same height, and panes that scroll together. */

import { all, find, on } from "../shared/dom.js";
import { margins, together } from "./turns.js";

const panes = () => find("#panes");
/** @param {HTMLElement} element */
const isShown = (element) => element.offsetParent !== null;
const buttons = () => all(".layout button");
const scrollers = () => all("#panes .pane-body").filter(isShown);
/** @param {Element} within */
const turnsOf = (within) => all(".turn.user", within);
/** @param {Element} scroller */
const topsOf = (scroller) => {
  const from = scroller.getBoundingClientRect().top - scroller.scrollTop;
  return turnsOf(scroller).map((turn) => turn.getBoundingClientRect().top - from);
};

on("click", ".layout button", (pressed) => {
  const held = panes()?.dataset;
  if (!held) return;
  const { layout, focus } = pressed.dataset;
  if (focus) held.focus = focus;
  else if (focus !== undefined) delete held.focus;
  else if (layout && layout in held) delete held[layout];
  else if (layout) held[layout] = "";
  look();
});

/** @param {HTMLElement} held */
const tell = ({ dataset }) => {
  const letters = all("#panes .pane").filter(isShown);
  if (dataset.focus && !find(`#pane-${dataset.focus}`)) delete dataset.focus;
  for (const button of buttons()) {
    const { layout, focus } = button.dataset;
    const on = focus === undefined ? Boolean(layout && layout in dataset) : (dataset.focus || "") === focus;
    if (button.getAttribute("aria-pressed") !== String(on)) button.setAttribute("aria-pressed", String(on));
    const gone = Boolean(focus) && !letters.some((pane) => pane.id === `pane-${focus}`);
    if (button.hidden !== gone) button.hidden = gone;
  }
};

/** @param {HTMLElement} held */
const align = ({ dataset }) => {
  for (const turn of all("#panes .turn.user")) turn.style.marginTop = "";
  const sides = scrollers();
  if (!("aligned" in dataset) || "focus" in dataset || sides.length < 2) return;
  const [first, ...rest] = sides.map((side) => side.getBoundingClientRect().top);
  if (rest.every((top) => top !== first)) return; // they stand below each other
  const found = margins(sides.map(topsOf));
  sides.forEach((side, n) => {
    turnsOf(side).forEach((turn, at) => {
      if (found[n][at]) turn.style.marginTop = `${found[n][at]}px`;
    });
  });
};

export const look = () => {
  const held = panes();
  if (!held || !buttons().length) return;
  tell(held);
  align(held);
};

/** @type {Element | null} */
let leading = null;
let free = 0;
document.addEventListener(
  "scroll",
  ({ target: from }) => {
    if (!(from instanceof HTMLElement) || !from.matches("#panes[data-linked] .pane-body")) return;
    if (leading && leading !== from) return;
    leading = from;
    clearTimeout(free);
    free = setTimeout(() => {
      leading = null;
    }, 120);
    const { scrollTop: scroll, scrollHeight: height, clientHeight: shown } = from;
    const own = { tops: topsOf(from), scroll, height, shown };
    for (const side of scrollers().filter((other) => other !== from))
      side.scrollTop = together(own, { tops: topsOf(side), height: side.scrollHeight });
  },
  true,
);
addEventListener("resize", () => setTimeout(look, 120));
