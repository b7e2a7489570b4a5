/**
 * The editors of labels, sentences and tables: drawn over a text area that holds their value as JSON.
 *
 * Gradio's own table turns whole numbers into fractions and can't hold what a card holds; these keep every value as it
 * came. The text area is what the server fills and reads; all text reaches the page as text, never as HTML. Gradio uses a
 * place in the page anew for the next card: what a place is for is looked at each time, and values that are set by a
 * property of the area are seen.
 */

import { all, make, put } from "../shared/dom.js";
import { nameOf, onSet } from "../shared/shadow.js";
import { onceAFrame } from "../shared/watch.js";
import { labels } from "./labels.js";
import { sentences } from "./sentences.js";
import { table } from "./table.js";

/**
 * @typedef {object} Editor
 * @property {any} value
 * @property {string} name
 * @property {(...nodes: Node[]) => void} show
 * @property {(changed: any) => void} write
 */
/** @typedef {{ place: HTMLElement, kind: string, text: string | null, host: HTMLElement }} Known */

/** @type {Record<string, (editor: Editor) => void>} */
const KINDS = { labels, sentences, table };

// Gradio uses a place anew when another card is opened, so what an editor is for is looked up each time.
/** @type {Map<HTMLTextAreaElement, Known>} */
const editors = new Map();

/** @param {HTMLElement} host */
const kindOf = (host) => Object.keys(KINDS).find((name) => host.classList.contains(`rich-${name}`)) ?? "";

/**
 * @param {HTMLTextAreaElement} area
 * @param {Known} known
 */
const draw = (area, known) => {
  const kind = kindOf(known.host);
  const text = area.value;
  if (kind === known.kind && text === known.text) return;
  Object.assign(known, { kind, text });
  known.place.hidden = !kind;
  if (!kind) {
    known.place.replaceChildren();
    return;
  }
  let value = null;
  try {
    value = JSON.parse(text);
  } catch {
    // nothing was set yet
  }
  const name = nameOf(known.host, "Values");
  known.place.setAttribute("aria-label", name);
  KINDS[kind]({
    value,
    name,
    show: (...nodes) => known.place.replaceChildren(...nodes),
    write: (changed) => {
      known.text = JSON.stringify(changed); // so that it is not drawn again, which would move the cursor
      put(area, known.text);
    },
  });
};

/** @param {HTMLElement} host */
const attach = (host) => {
  const area = host.querySelector("textarea");
  if (!area || editors.has(area)) return;
  const place = make("div", { class: "editor", role: "group" });
  /** @type {Known} */
  const known = { place, kind: "", text: null, host };
  host.append(place);
  editors.set(area, known);
  onSet(area, () => draw(area, known));
};

export const look = () => {
  all(".rich").forEach(attach);
  for (const [area, known] of editors) {
    if (area.isConnected && known.host.isConnected) draw(area, known);
    else editors.delete(area);
  }
};

onceAFrame(look, { classes: true });
look();
