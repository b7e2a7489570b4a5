/** Lists and what they list, over an image: pointing at one shows the other, by pointer and by keyboard. */

import { all, find, on } from "../shared/dom.js";
import { SIDE, smallestAt } from "./masks.js";

/** @typedef {import("./masks.js").Mask} Mask */

/**
 * @param {Element} pairs
 * @param {string | null | undefined} wanted
 */
const light = (pairs, wanted) => {
  for (const shown of all("[data-pair]", pairs)) shown.classList.toggle("on", shown.dataset.pair === wanted);
};

/**
 * @param {Element} pairs
 * @param {string | undefined} wanted
 */
const showInList = (pairs, wanted) => {
  const list = find(".tall", pairs);
  const row = list && find(`li[data-pair="${wanted}"]`, list);
  if (!row) return;
  const top = row.offsetTop - list.offsetTop;
  if (top < list.scrollTop || top + row.offsetHeight > list.scrollTop + list.clientHeight)
    list.scrollTop = top - list.clientHeight / 2;
};

/** The last place of the pointer over masks. @type {{ stage: HTMLElement, event: PointerEvent } | null} */
let last = null;

on(["pointerover", "focusin"], ".pairs", (pairs, event) => {
  const target = /** @type {Element} */ (event.target);
  if (!target.closest(".stage")) last = null;
  /** @type {HTMLElement | null} */
  const found = target.closest("[data-pair]");
  light(pairs, found ? found.dataset.pair : null);
  if (found?.closest(".stage")) showInList(pairs, found.dataset.pair);
});
on(["pointerout", "focusout"], ".pairs", (pairs, event) => {
  const to = /** @type {PointerEvent | FocusEvent} */ (event).relatedTarget;
  if (to instanceof Node && pairs.contains(to)) return;
  last = null;
  light(pairs, null);
});

// Each mask is drawn small, once, to look at its pixels.
/** @type {WeakMap<HTMLElement, Mask | null>} */
const looked = new WeakMap();

/** @param {HTMLElement} mask */
const look = (mask) => {
  const known = looked.get(mask);
  if (known !== undefined) return known;
  looked.set(mask, null);
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIDE;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    if (!pen) return;
    pen.drawImage(image, 0, 0, SIDE, SIDE);
    try {
      const { data } = pen.getImageData(0, 0, SIDE, SIDE);
      const isAlpha = mask.dataset.mode === "alpha";
      const values = Uint8Array.from({ length: SIDE * SIDE }, (_, n) =>
        isAlpha ? data[4 * n + 3] : (data[4 * n] * data[4 * n + 3]) / 255,
      );
      looked.set(mask, { values, area: values.reduce((sum, value) => sum + value, 0) });
    } catch {
      return; // an image whose pixels can't be read is not pointed at
    }
    if (last?.stage.contains(mask)) point(last); // the pointer may rest by now
  };
  image.src = mask.dataset.maskSrc ?? "";
  return null;
};

/** @param {{ stage: HTMLElement, event: PointerEvent }} place */
const point = ({ stage, event }) => {
  const pairs = stage.closest(".pairs");
  if (!pairs) return;
  const place = stage.getBoundingClientRect();
  const masks = all(".mask:not(.off)", stage);
  const x = (event.clientX - place.left) / place.width;
  const found = masks[smallestAt(masks.map(look), x, (event.clientY - place.top) / place.height)];
  light(pairs, found ? found.dataset.pair : null);
  if (found) showInList(pairs, found.dataset.pair);
};

on("pointermove", ".stage.masks", (stage, event) => {
  last = { stage, event };
  point(last);
});

// Sliders and ticks.
/** @param {number} value */
const number = (value) => (Math.abs(value) < 1000 ? value.toFixed(3) : value.toFixed(1));

/**
 * Leave out what scored less than a slider says.
 * @param {HTMLInputElement} slider
 * @param {HTMLElement} pairs
 */
const leaveOut = (slider, pairs) => {
  const value = Number(slider.value);
  const rows = all("li[data-pair]", pairs);
  const gone = new Set();
  for (const row of rows) {
    const off = row.dataset.score !== undefined && Number(row.dataset.score) < value;
    row.classList.toggle("off", off);
    if (off) gone.add(row.dataset.pair);
  }
  for (const shown of all(".stage [data-pair]", pairs)) shown.classList.toggle("off", gone.has(shown.dataset.pair));
  say(slider, number(value));
  const said = find(".slide .said-count", pairs);
  const noun = rows.length === 1 ? "box" : pairs.dataset.noun;
  if (said) said.textContent = `${rows.length - gone.size} of ${rows.length} ${noun} shown`;
};

/**
 * @param {HTMLElement} slider
 * @param {string} words
 */
const say = (slider, words) => {
  const output = slider.closest(".slide")?.querySelector("output");
  if (output) output.textContent = words;
};

on("input", ".view .pairs input", (control) => {
  /** @type {HTMLElement | null} */
  const pairs = control.closest(".pairs");
  if (!(control instanceof HTMLInputElement) || !pairs) return;
  if (control.matches(".least")) leaveOut(control, pairs);
  else if (control.matches(".opacity")) {
    find(".stage", pairs)?.style.setProperty("--masks", String(Number(control.value) / 100));
    say(control, `${control.value}%`);
  } else if (control.matches(".show-mask")) {
    const mask = find(`.mask[data-pair="${Number(control.dataset.mask)}"]`, pairs);
    mask?.classList.toggle("off", !control.checked);
  }
});

// Up and down go through the rows of a list.
on("keydown", ".pairs [tabindex][data-pair]", (row, event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target !== row) return;
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const rows = all(":scope > [tabindex][data-pair]:not(.off)", row.parentElement);
  rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  event.preventDefault();
});
