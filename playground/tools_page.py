"""The style sheet and the script of the tools: layouts of the panes, diffs, marks, the row of the vote, downloads."""

from __future__ import annotations

CSS = """
#tools { margin-top: 12px; }
#tools .fields { flex-wrap: wrap !important; align-items: start; }
#tools .tab-container { flex-wrap: nowrap; overflow-x: auto; scrollbar-width: none; } #tools .tab-container button
  { flex: none; }
#tools progress { appearance: none; display: block; width: 100%; height: 6px; border: 0; border-radius: 3px;
  overflow: hidden;
  background: var(--background-fill-secondary); }
#tools progress::-webkit-progress-bar { background: var(--background-fill-secondary); }
#tools progress::-webkit-progress-value { background: var(--color-accent); }
#tools progress::-moz-progress-bar { background: var(--color-accent); }
#tools .table { max-height: 520px; padding: 0 !important; } #tools .table table { margin: 4px 0 !important;
  font-variant-numeric: tabular-nums; }
#tools .table table * { overflow-wrap: break-word !important; word-break: normal !important; }
#tools .table th, #tools .table td { max-width: 560px; }
#tools .prompts td { min-width: 220px; } #tools .prompts th[scope=row] { min-width: 110px; } #tools .said {
  max-height: 160px; overflow: auto; }
#tools .problems { color: var(--body-text-color-subdued); font-size: 12px; margin: 4px 0; padding-left: 18px; }
#tools details { margin-top: 8px; } #tools details ol { padding-left: 24px; list-style: decimal; }
#tools details li { margin: 6px 0; }

.diff { margin-bottom: 16px; } .diff h3 { margin: 4px 0; }
.diff .sides { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); border: 1px solid
  var(--border-color-primary); border-radius: 8px; overflow: hidden; align-items: stretch; }
.diff .cell { white-space: pre-wrap; padding: 4px 10px; min-height: 28px; }
.diff .sides .cell:nth-child(odd) { border-right: 1px solid var(--border-color-primary); }
.diff .unified { border: 1px solid var(--border-color-primary); border-radius: 8px; padding: 8px 12px; }
.diff del, .diff ins { color: inherit; border-radius: 3px; padding: 0 1px; }
.diff del { background: var(--sc-7); text-decoration-thickness: 1px; }
.diff ins { background: var(--sc-2); text-decoration: underline; text-underline-offset: 3px; }
.diff tr.same td, .diff tr.same th { color: var(--body-text-color-subdued); font-weight: 400; }

.marks { display: flex; flex-wrap: wrap; gap: 4px; } .pane > .block .marks { padding: 6px 14px 0; }
.mark { font-weight: 500; } .mark.ok { background: var(--sc-2); } .mark.bad, #tools td.bad { background:
  var(--sc-7); }
#tools td.ok { background: var(--sc-2); }

#layout { margin: -6px 0 -4px; } #layout + #panes { height: max(420px, calc(100dvh - 242px)); }
.sc .layout button { min-height: 32px; padding: 0 10px; border: 1px solid transparent;
  border-radius: 6px; background: none; color: var(--body-text-color); font-size: 12px; }
.sc .layout { display: flex; flex-wrap: wrap; gap: 2px; align-items: center; }
.sc .layout button:hover { background: var(--background-fill-secondary); }
.sc .layout button[aria-pressed=true] { background: var(--color-accent-soft); color: var(--link-text-color); }
.sc .layout .gap { width: 12px; }
#panes[data-focus=A] > :not(#pane-A), #panes[data-focus=B] > :not(#pane-B), #panes[data-focus=C] > :not(#pane-C),
#panes[data-focus=D] > :not(#pane-D) { display: none !important; }
#panes[data-linked] .pane-body { overscroll-behavior: contain; }

#vote-row { flex: 1 1 100% !important; order: -1; flex-wrap: wrap !important; gap: 6px !important; }
#vote-row .vote { flex: 1 1 120px; }
@media (max-width: 640px) {
  .diff .sides { grid-template-columns: minmax(0, 1fr); }
  .diff .sides .cell:nth-child(odd) { border-right: 0; border-top: 1px solid var(--border-color-primary); }
  .diff .sides .cell:nth-child(even) { padding-left: 22px; background: var(--background-fill-secondary); }
  .diff .cell:empty { display: none; }
  #vote-row .vote, #vote-row button { flex: 1 1 60px; min-width: 0 !important; padding: 0 4px !important;
    white-space: normal !important;
  font-size: 12px !important; }
}
@media (max-width: 760px) { #tools .tab-container { flex-wrap: wrap; height: auto; } }
@media (max-width: 760px) { #layout { display: none !important; } #layout + #panes { height: max(360px, calc(100dvh
  - 300px)); } }
"""

SCRIPT = r"""
(() => {
  const panes = () => document.querySelector("#panes");
  const shown = (element) => element && element.offsetParent !== null;

  // The buttons in the ask bar open their tool; a vote can be cast by the keys 1 to 4.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest(".opens-tool");
    if (opener) {
      const tab = document.querySelector(`#tool-${opener.id.replace("-button", "")}-button`);
      tab?.click();
      tab?.scrollIntoView({ block: "start", behavior: "smooth" });
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable=true]");
    const button = /^[1-4]$/.test(event.key) && document.querySelector(`#vote-${event.key}`);
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !shown(button)) return;
    event.preventDefault();
    button.click();
  });

  // A link to a file that was asked for is followed once.
  const download = () => {
    for (const link of document.querySelectorAll("a.download-now:not([data-done])")) {
      link.dataset.done = "";
      link.click();
    }
  };

  // Layouts: one pane alone, panes that scroll together, and turns that begin at the same height.
  const buttons = () => document.querySelectorAll(".layout button");
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest(".layout button");
    if (!pressed) return;
    const { layout, focus } = pressed.dataset, all = panes();
    if (focus !== undefined) focus ? (all.dataset.focus = focus) : delete all.dataset.focus;
    else layout in all.dataset ? delete all.dataset[layout] : (all.dataset[layout] = "");
    tell();
    align();
  });
  const tell = () => {
    const all = panes(), letters = [...all.querySelectorAll(".pane")].filter(shown);
    if (all.dataset.focus && !document.querySelector(`#pane-${all.dataset.focus}`)) delete all.dataset.focus;
    for (const button of buttons()) {
      const { layout, focus } = button.dataset;
      const on = focus === undefined ? layout in all.dataset : (all.dataset.focus || "") === focus;
      if (button.getAttribute("aria-pressed") !== String(on)) button.setAttribute("aria-pressed", on);
      const gone = Boolean(focus) && !letters.some((pane) => pane.id === `pane-${focus}`);
      if (button.hidden !== gone) button.hidden = gone;
    }
  };
  const scrollers = () => [...document.querySelectorAll("#panes .pane-body")].filter(shown);
  const turns = (within) => [...within.querySelectorAll(".turn.user")];
  const top = (turn, scroller) =>
    turn.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
  const align = () => {
    const all = panes(), sides = scrollers();
    for (const turn of all.querySelectorAll(".turn.user")) turn.style.marginTop = "";
    if (!("aligned" in all.dataset) || "focus" in all.dataset || sides.length < 2) return;
    const [first, ...rest] = sides;
    if (rest.every((side) => side.getBoundingClientRect().top !== first.getBoundingClientRect().top)) return;
    const most = Math.max(...sides.map((side) => turns(side).length));
    for (let n = 0; n < most; n++) {
      const found = sides.map((side) => [turns(side)[n], side]).filter(([turn]) => turn);
      const low = Math.max(...found.map(([turn, side]) => top(turn, side)));
      for (const [turn, side] of found) {
        const more = low - top(turn, side);
        if (more > 0.5) turn.style.marginTop = `${more}px`;
      }
    }
  };
  let leading = null, free = 0;
  document.addEventListener("scroll", (event) => {
    const from = event.target;
    if (!panes() || !("linked" in panes().dataset) || !from.matches?.("#panes .pane-body")) return;
    if (leading && leading !== from) return;
    leading = from;
    clearTimeout(free);
    free = setTimeout(() => { leading = null; }, 120);
    // The same turn at the same share of its height; where the chats differ in turns, the same share of all.
    const own = turns(from), tops = own.map((turn) => top(turn, from));
    const at = Math.max(0, tops.findLastIndex((place) => place <= from.scrollTop + 1));
    const end = tops[at + 1] ?? from.scrollHeight;
    const share = own.length ? (from.scrollTop - tops[at]) / Math.max(1, end - tops[at]) : 0;
    for (const side of scrollers().filter((other) => other !== from)) {
      const theirs = turns(side).map((turn) => top(turn, side));
      const atEnd = from.scrollTop + from.clientHeight >= from.scrollHeight - 1;
      const begin = theirs[at] ?? 0, next = theirs[at + 1] ?? side.scrollHeight;
      side.scrollTop = atEnd ? side.scrollHeight : begin + share * (next - begin);
    }
  }, true);

  const MORE = "Checks, samples, prompt lists, votes, export";
  let due = 0;
  const later = () => {
    if (due) return;
    due = setTimeout(() => {
      due = 0;
      download();
      document.querySelector("#checks-button:not([title])")?.setAttribute("title", MORE);
      if (panes() && buttons().length) { tell(); align(); }
    }, 120);
  };
  new MutationObserver(later).observe(document.documentElement, { childList: true, subtree: true });
  window.addEventListener("resize", later);
})();
"""
