/** A mask token, put where the cursor is. */

import { on } from "../shared/dom.js";

on("mousedown", "[data-insert]", (_, event) => event.preventDefault());
on("click", "[data-insert]", (found) => {
  const area = document.querySelector("#in-text textarea");
  if (!(area instanceof HTMLTextAreaElement)) return;
  area.focus();
  area.setRangeText(found.dataset.insert ?? "", area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
});
