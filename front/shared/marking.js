/**
 * Keeps the page free of raw characters that turn words around or hide. Its own observer, as the other (`watch.js`) does
 * not look at texts. Texts that somebody edits stay as they are, and what the server has marked (`.control`). A text
 * node of Gradio's is changed in its place, as Gradio holds it; the tooltip is that of its element.
 */

import { namesOf, needsIsolation, turningNone, visible } from "./visible.js";

const LEFT_ALONE = "textarea, script, style, .control, [contenteditable]";
const PROSE = ".md, .said, .text, .entities, .context, .echo, .tail, pre";
const READ = ["title", "aria-label", "alt", "placeholder", "download"];

/** @param {Text} node */
const mark = (node) => {
  const [text, held] = [node.data, node.parentElement];
  if (!held || !needsIsolation(text) || held.closest(LEFT_ALONE)) return;
  const prose = held.closest(PROSE);
  const shown = prose ? turningNone(text) : visible(text);
  if (shown !== text) {
    node.data = shown;
    held.title ||= namesOf(text);
  }
  if (!prose && !held.closest("[dir=auto], bdi, .sc, svg")) held.dir = "auto";
};

/** @param {Element} element */
const markAttributes = (element) => {
  for (const name of READ) {
    const value = element.getAttribute(name);
    const shown = value && visible(value);
    if (value && shown && shown !== value) element.setAttribute(name, shown);
  }
};

/** @param {Node} root */
const markAll = (root) => {
  if (root instanceof Text) mark(root);
  if (!(root instanceof Element)) return;
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = /** @type {Node | null} */ (root); node; node = walk.nextNode()) {
    if (node instanceof Text) mark(node);
    else if (node instanceof Element) markAttributes(node);
  }
};

new MutationObserver((records) => {
  for (const { type, target, addedNodes } of records) {
    if (type === "attributes") markAttributes(/** @type {Element} */ (target));
    else if (type === "characterData") markAll(target);
    else addedNodes.forEach(markAll);
  }
}).observe(document.documentElement, {
  childList: true,
  subtree: true,
  characterData: true,
  attributes: true,
  attributeFilter: READ,
});
markAll(document.documentElement);
