/** The editor of sentences: a line each, which may hold line ends. */

import { find, make } from "../shared/dom.js";
import { SHOWN_ROWS, button } from "./button.js";

/** @param {string} text */
const rowsOf = (text) => Math.min(8, text.split("\n").length);

/** @param {import("./editors.js").Editor} editor */
export const sentences = (editor) => {
  /** @type {string[]} */
  const lines = Array.isArray(editor.value) && editor.value.length ? editor.value.map(String) : [""];
  const list = make("ol", { class: "lines", "aria-label": editor.name });
  const write = () => editor.write(lines);
  /** @param {number} n */
  const focus = (n) => {
    const row = list.children[Math.max(0, Math.min(n, lines.length - 1))];
    if (row) find("textarea", row)?.focus();
  };
  /**
   * Put other lines in the place of some, and go to one.
   * @param {number} n
   * @param {number} gone
   * @param {string[]} more
   * @param {number} to
   */
  const change = (n, gone, more, to) => {
    lines.splice(n, gone, ...more);
    if (!lines.length) lines.push("");
    draw();
    write();
    focus(to);
  };
  /**
   * @param {string} line
   * @param {number} n
   */
  const row = (line, n) => {
    /** @param {ClipboardEvent} event */
    const pasted = (event) => {
      const text = event.clipboardData?.getData("text") ?? "";
      if (area.value || !/\n./.test(text)) return;
      event.preventDefault();
      const found = text
        .replace(/\r\n?/g, "\n")
        .split("\n")
        .filter((part) => part.trim());
      change(n, 1, found, n);
    };
    /** @param {KeyboardEvent} event */
    const pressed = (event) => {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const isGone = event.key === "Backspace" && !area.value && lines.length > 1;
      if (event.key !== "Enter" && !isGone) return;
      event.preventDefault();
      if (isGone) change(n, 1, [], n - 1);
      else change(n + 1, 0, [""], n + 1);
    };
    const area = make("textarea", {
      rows: rowsOf(line),
      dir: "auto",
      "aria-label": `${editor.name}, ${n + 1}`,
      placeholder: n ? "" : "Type or paste a sentence",
      value: line,
      oninput: () => {
        lines[n] = area.value;
        area.rows = rowsOf(area.value);
        write();
      },
      onpaste: pasted,
      onkeydown: pressed,
    });
    return make(
      "li",
      {},
      area,
      button("×", `Remove sentence ${n + 1}`, () => change(n, 1, [], n), "gone"),
    );
  };
  const draw = () => list.replaceChildren(...lines.slice(0, SHOWN_ROWS).map(row));
  draw();
  const more = () => change(lines.length, 0, [""], lines.length);
  const rest = lines.length - SHOWN_ROWS;
  const kept = rest > 0 ? [make("span", { class: "dim" }, `${rest} more are kept and sent.`)] : [];
  editor.show(list, make("p", { class: "acts" }, button("Add a sentence", "Add a sentence", more), ...kept));
};
