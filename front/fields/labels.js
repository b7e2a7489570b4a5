/** The editor of labels: chips, and a line that adds to them. */

import { make } from "../shared/dom.js";
import { button } from "./button.js";
import { asTyped, labelsIn } from "./cells.js";

/** @param {import("./editors.js").Editor} editor */
export const labels = (editor) => {
  const chips = [...new Set(Array.isArray(editor.value) ? editor.value.map(String) : [])];
  const list = make("ul", { class: "tags", "aria-label": editor.name });
  const write = () => editor.write([...new Set([...chips, ...labelsIn(line.value)])]);

  /**
   * @param {string} label
   * @param {number} n
   */
  const chip = (label, n) => {
    const remove = () => {
      chips.splice(n, 1);
      draw();
      write();
      line.focus();
    };
    return make("li", {}, make("bdi", { dir: "auto" }, label), button("×", `Remove ${label}`, remove, "gone"));
  };
  const draw = () => list.replaceChildren(...chips.map(chip));
  const add = () => {
    if (!line.value.trim()) return;
    chips.push(...labelsIn(line.value).filter((label) => !chips.includes(label)));
    line.value = "";
    draw();
    write();
  };
  const changed = () => {
    const open = (line.value.match(/"/g) || []).length % 2;
    if (/[,\n\t]$/.test(line.value) && !open) add();
    else write();
  };
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      if (!event.ctrlKey && !event.metaKey) event.preventDefault();
      add();
    } else if (event.key === "Backspace" && !line.value && chips.length) {
      event.preventDefault();
      line.value = asTyped(chips.pop() ?? "");
      draw();
      write();
    }
  };
  const line = make("input", {
    type: "text",
    "aria-label": `Add to ${editor.name.toLowerCase()}`,
    placeholder: "Add a label, then Enter",
    dir: "auto",
    oninput: changed,
    onchange: add,
    onblur: add,
    onpaste: () =>
      setTimeout(() => {
        if (/[,\n\t]/.test(line.value)) add();
      }),
    onkeydown: pressed,
  });
  draw();
  /** @param {MouseEvent} event */
  const clicked = (event) => {
    if (event.target instanceof Element && !event.target.matches("button, input")) line.focus();
  };
  editor.show(
    make("div", { class: "chipped", onclick: clicked }, list, line),
    make("p", { class: "dim" }, "A comma ends a label; in “straight quotes” it is part of it."),
  );
};
