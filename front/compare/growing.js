/** Answers that grow: one socket while any does, whose lines are appended, so that an answer costs its length. */

import { all, find, make } from "../shared/dom.js";
import { turningNone } from "../shared/turning.js";
import { Lines, soFar } from "./lines.js";
import { post } from "./posting.js";

const PART = 16; // blocks; parts that have scrolled away cost nothing while the answer grows
const NODE = 2000; // characters of a text node that still grows

/** @type {WebSocket | null} */
let socket = null;
let failed = 0;
let ticking = 0;
const held = new Lines();

const growing = () => all("[data-live]:not([data-done])");

/** The boxes that panes scroll in, with whether each was at its end when it was scrolled last. */
/** @type {WeakMap<Element, boolean>} */
const scrolled = new WeakMap();
/** @param {Element | null} box */
const isAtEnd = (box) => Boolean(box && box.scrollHeight - box.scrollTop - box.clientHeight < 60);
/** @param {Element} box */
const stays = (box) => scrolled.get(box) ?? true;
document.addEventListener(
  "scroll",
  ({ target }) => {
    if (target instanceof Element && target.matches(".pane-body")) scrolled.set(target, isAtEnd(target));
  },
  true,
);

export const connect = () => {
  const [first] = growing();
  if (socket || failed > 5 || !first) return;
  socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live/${first.dataset.feed}`);
  held.restart();
  socket.onmessage = (event) => {
    failed = 0;
    take(JSON.parse(event.data));
  };
  socket.onclose = () => {
    socket = null;
    if (!growing().length) return;
    failed++;
    setTimeout(connect, 200 * failed);
  };
  ticking ||= setInterval(tick, 250);
};

/** @param {import("./lines.js").Line} line */
const take = (line) => {
  const place = find(`[data-live="${CSS.escape(line.k)}"]:not([data-done])`);
  const step = held.take(line, Boolean(place));
  if (place && step) append(place, step);
};

/** Append what has waited for its place. */
export const takeEarly = () => {
  for (const place of growing()) for (const step of held.waiting(place.dataset.live ?? "")) append(place, step);
};

/**
 * @param {HTMLElement} place
 * @param {import("./lines.js").Step} step
 */
const append = (place, { line, begins }) => {
  const text = find(".text", place);
  const thought = find(".thought", place);
  if (!text || !(thought instanceof HTMLDetailsElement)) return;
  const reasoning = find(".said", thought);
  if (begins) {
    text.replaceChildren();
    if (reasoning) reasoning.textContent = "";
  }
  const box = place.closest(".pane-body");
  const follows = isAtEnd(box);
  const length = (line.r ?? "").length + (line.t ?? "").length;
  place.dataset.chars = String(Number(place.dataset.chars || 0) + length);
  place.dataset.first ||= String(performance.now());
  if (line.r !== undefined) {
    thought.hidden = false;
    reasoning?.append(turningNone(line.r));
  }
  grow(text, line, () => {
    if (!thought.open || place.dataset.folded) return;
    thought.open = false;
    place.dataset.folded = "1";
  });
  if (line.e) finish(place);
  if (box && follows) box.scrollTop = box.scrollHeight;
};

/**
 * @param {HTMLElement} text
 * @param {import("./lines.js").Line} line
 * @param {() => void} begun what happens when the answer itself begins
 */
const grow = (text, line, begun) => {
  let tail = find(".tail", text);
  if (line.f !== undefined) {
    tail?.remove();
    tail = null;
  }
  if (line.s !== undefined) {
    let part = text.lastElementChild;
    if (!part || part.childElementCount >= PART) part = text.appendChild(make("div", { class: "part" }));
    part.insertAdjacentHTML("beforeend", line.s); // the server wrote it, from parts that it has made safe
  }
  if (line.t === undefined) return;
  if (!tail) {
    tail = text.appendChild(make(line.f ? "pre" : "div", { class: "tail" }));
    begun();
  }
  // Growing the last text node costs as much as what is added; many nodes would cost more to lay out.
  const last = tail.lastChild;
  const said = turningNone(line.t);
  if (last instanceof Text && last.length < NODE) last.appendData(said);
  else tail.append(said);
};

/** @param {HTMLElement} place */
const finish = (place) => {
  place.dataset.done = "1";
  place.removeAttribute("aria-busy");
  // Two events that end at the same moment may show each other's past: then ask for the present.
  setTimeout(() => {
    if (place.isConnected) post({ act: "redraw" });
  }, 2000);
};

const tick = () => {
  const now = performance.now();
  for (const place of growing()) {
    place.dataset.began ||= String(now);
    const words = soFar((now - Number(place.dataset.began)) / 1000, Number(place.dataset.chars || 0));
    const said = find(".so-far", place);
    if (said && words && said.textContent !== words) said.textContent = words;
  }
  if (growing().length) return;
  clearInterval(ticking);
  ticking = 0;
};

/** @type {WeakMap<Element, number>} */
const ended = new WeakMap();
let turns = 0;

/** Whoever was at the end of a pane stays there: what stands below an answer, or in its place, comes after it. */
export const stayAtEnd = () => {
  const now = all("#panes .turn").length;
  for (const box of all(".pane-body")) {
    const ends = all(".stats, .failed", box).length;
    if (now > turns || (ends > (ended.get(box) ?? 0) && stays(box))) box.scrollTop = box.scrollHeight;
    ended.set(box, ends);
  }
  turns = now;
};
