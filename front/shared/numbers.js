/** Parameters that are numbers: typed as text, so that one can be left unset; with steps by keys, and a slider. */

import { all, make, put } from "./dom.js";
import { nameOf, onSet } from "./shadow.js";
import { boundsOf, numberIn, stepped } from "./steps.js";
import { onceAFrame } from "./watch.js";

/** @typedef {import("./dom.js").Field} Field */

/** @param {Field} line */
const partsFor = (line) => {
  const slider = make("input", { type: "range", oninput: () => put(line, slider.value) });
  const low = make("span", { class: "num dim" });
  const high = make("span", { class: "num dim" });
  const clear = () => {
    put(line, "");
    line.focus();
  };
  const unset = make("button", { type: "button", class: "gone", title: "Not set", onclick: clear }, "×");
  return { place: make("div", { class: "ranged" }, low, slider, high, unset), low, slider, high, unset };
};

/** @typedef {ReturnType<typeof partsFor>} Parts */

// Gradio uses a field anew for the next card, so what it is for is looked up each time.
/** @type {Map<Field, { host: HTMLElement, parts: Parts }>} */
const known = new Map();

/**
 * @param {Field} line
 * @param {HTMLElement} host
 * @param {Parts} parts
 */
const draw = (line, host, { place, slider, low, high, unset }) => {
  const own = boundsOf(host.classList);
  const value = numberIn(line.value);
  if (!host.classList.contains("number") || own.low === null || own.high === null) {
    place.remove();
    return;
  }
  if (place.parentElement !== host) host.append(place);
  const name = nameOf(host, "The number");
  Object.assign(slider, { min: own.low, max: own.high, step: own.step });
  slider.value = String(value ?? (own.low + own.high) / 2);
  slider.classList.toggle("unset", value === null);
  slider.setAttribute("aria-label", `${name}, slider`);
  slider.setAttribute("aria-valuetext", value === null ? "not set" : line.value.trim());
  [low.textContent, high.textContent] = [String(own.low), String(own.high)];
  unset.setAttribute("aria-label", `Unset ${name}`);
  unset.style.visibility = line.value === "" ? "hidden" : "";
};

/**
 * @param {KeyboardEvent} event
 * @param {Field} line
 * @param {HTMLElement} host
 */
const step = (event, line, host) => {
  const way = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
  if (!way || event.ctrlKey || event.metaKey || event.altKey || !host.classList.contains("number")) return;
  event.preventDefault();
  put(line, stepped(numberIn(line.value), way * (event.shiftKey ? 10 : 1), boundsOf(host.classList)));
};

/** @param {HTMLElement} host */
const attach = (host) => {
  /** @type {Field | null} */
  const line = host.querySelector("textarea, input:not([type=range])");
  if (!line || known.has(line)) return;
  const parts = partsFor(line);
  line.addEventListener("keydown", (event) => step(/** @type {KeyboardEvent} */ (event), line, host));
  line.addEventListener("input", () => draw(line, host, parts));
  onSet(line, () => draw(line, host, parts));
  known.set(line, { host, parts });
};

onceAFrame(
  () => {
    all(".number").forEach(attach);
    for (const [line, { host, parts }] of known) {
      if (!line.isConnected) {
        known.delete(line);
        continue;
      }
      const own = boundsOf(host.classList);
      const signed = own.low === null || own.low < 0; // a phone's number keys have no minus
      const counts = host.classList.contains("number") && !signed;
      line.inputMode = !counts ? "" : Number.isInteger(own.step) ? "numeric" : "decimal";
      draw(line, host, parts);
    }
  },
  { classes: true },
);
