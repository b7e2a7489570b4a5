/**
 * Keeps the page free of raw characters that turn words around or hide. Texts that somebody edits stay as they are, and
 * what the server has marked (`.control`). A text node of Gradio's is changed in its place, as Gradio holds it; the
 * tooltip is that of its element.
 */

import { READ } from "./scan.js";
import { turningNone } from "./turning.js";
import { namesOf, needsIsolation, visible } from "./visible.js";

const LEFT_ALONE = "textarea, script, style, .control, [contenteditable]";
const PROSE = ".md, .said, .text, .entities, .context, .echo, .tail, pre";

/** @param {Text} node */
const markText = (node) => {
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

/**
 * Mark a text, or the attributes of an element that are read.
 * @param {Node} node
 */
export const mark = (node) => {
  if (node instanceof Text) markText(node);
  else if (node instanceof Element) markAttributes(node);
};
